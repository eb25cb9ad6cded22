//! How much of a conversation a model is sent: what a caller sends goes whole, what the gateway keeps goes as far as it
//! fits, and what is left out is told in the turn.

use serde_json::{Value, json};

use crate::conversation::{AGENT, Talk, calls, id_of, question, question_in, text, types};
use crate::support::{Reply, TestApp, TestAppBuilder, TestBackend, both_backends};

/// OpenAI's form.
const COMPLETIONS: &str = "/v1/chat/completions";

/// A text of about `tokens` tokens; a message of it has four more.
fn of(letter: char, tokens: usize) -> String {
    letter.to_string().repeat(4 * tokens)
}

/// How OpenAI's servers refuse a conversation for its length.
fn too_long() -> Reply {
    let message = "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.";
    let error = json!({"message": message, "type": "invalid_request_error", "param": "messages", "code": "context_length_exceeded"});
    Reply::Refuse(400, error)
}

/// A gateway that asks its model once.
fn asking_once(backend: TestBackend) -> TestAppBuilder {
    TestApp::builder(backend).config(|config| {
        config.providers.entry("scripted".into()).or_default().max_retries = Some(0);
    })
}

/// An agent on a model of which nothing is known, and the history of `tokens` tokens that it is sent.
async fn unknown(backend: TestBackend, tokens: u32) -> Talk {
    Talk::built(asking_once(backend).config(|config| config.chat.unknown_context_tokens = tokens), json!({})).await
}

/// The messages of the last request to the model.
fn sent(talk: &Talk) -> Vec<Value> {
    let last = talk.upstream.received().last().expect("a request").body.clone();
    last["messages"].as_array().expect("messages").clone()
}

/// What a conversation in OpenAI's form says, and its length in messages.
fn conversation(turns: usize, tokens: usize) -> (Value, usize) {
    let turn = |number| {
        let question = format!("fact {number} {}", of('x', tokens));
        [json!({"role": "user", "content": question}), json!({"role": "assistant", "content": "noted"})]
    };
    let mut messages: Vec<Value> = (0..turns).flat_map(turn).collect();
    messages.push(json!({"role": "user", "content": "What was fact 0?"}));
    let length = messages.len();
    (json!({"model": AGENT, "messages": messages}), length)
}

both_backends! {
    async fn what_is_left_out_of_the_history_is_told_in_the_turn(backend: TestBackend) {
        let talk = unknown(backend, 1_000).await;
        let turn = talk.say(&of('a', 200)).await;
        assert_eq!(turn["context"], json!({"messages_sent": 1, "messages_left_out": 0}));
        let turn = talk.say(&of('b', 200)).await;
        assert_eq!(turn["context"], json!({"messages_sent": 3, "messages_left_out": 0}));
        talk.will(Reply::Html);
        // 750 of the 1,000 tokens are not for the answer; what is asked takes 404, and the last turn 213 of them.
        let mut stream = talk.stream(&of('c', 400)).await;
        let events = stream.events().await;
        let done = &events.last().expect("events").data;
        assert_eq!(done["turn"]["context"], json!({"messages_sent": 3, "messages_left_out": 2}), "{done}");
        assert_eq!(sent(&talk).len(), 3);
        let path = format!("/chat/turns/{}", text(done, "turn_id"));
        assert_eq!(talk.app.member().get(&path).await.expect(200), done["turn"]);
        let spans = spans(&talk.app, text(done, "turn_id")).await;
        let span = spans.iter().find(|span| span["name"] == "context").expect("a span");
        assert_eq!((&span["messages_sent"], &span["messages_left_out"]), (&json!(3), &json!(2)));
    }

    async fn what_a_summary_stands_for_is_not_left_out(backend: TestBackend) {
        let talk = unknown(backend, 1_000).await;
        talk.say(&of('a', 300)).await;
        talk.will(Reply::Answer("They spoke of a.".into()));
        let turn = talk.say(&of('b', 500)).await;
        assert_eq!(turn["context"], json!({"messages_sent": 1, "messages_left_out": 0}));
        assert_eq!(sent(&talk).len(), 2);
    }

    async fn what_can_never_fit_is_refused_before_it_is_kept(backend: TestBackend) {
        let talk = Talk::built(asking_once(backend), json!({"model": {"max_context_tokens": 100}})).await;
        let member = talk.app.member();
        let long = question(&of('a', 100));
        for uri in ["/chat", "/chat/stream"] {
            let problem = member.post(uri).json(&long).await.expect_problem(422, "context_length_exceeded");
            assert!(text(&problem, "detail").contains("the model reads 75"), "{problem}");
        }
        let parts = json!({"agent_id": AGENT, "message": [{"type": "text", "text": of('a', 100)}]});
        member.post("/chat").json(&parts).await.expect_problem(422, "context_length_exceeded");
        let instructed = json!({"model": AGENT, "messages": [{"role": "system", "content": of('s', 60)}, {"role": "user", "content": of('a', 20)}]});
        assert_eq!(member.post(COMPLETIONS).json(&instructed).await.status, 400);
        // The key of a request that was refused is free.
        let once = |body: &Value| member.post("/chat").header("idempotency-key", "k").json(body);
        once(&long).await.expect_problem(422, "context_length_exceeded");
        assert_eq!(kept(&talk.app).await, [0, 0, 0], "nothing is kept");
        assert_eq!(calls(&talk.app).await, 0, "nothing is counted");
        assert!(talk.upstream.received().is_empty());
        let turn = once(&question(&of('a', 70))).await.expect(200);
        assert_eq!(turn["context"], json!({"messages_sent": 1, "messages_left_out": 0}));
        // A question of the session that is there already is refused as well.
        member.post("/chat").json(&question_in(&turn, &of('b', 100))).await.expect_problem(422, "context_length_exceeded");
        assert_eq!(kept(&talk.app).await, [1, 0, 1]);
    }

    async fn a_pinned_version_is_asked_by_what_it_reads_itself(backend: TestBackend) {
        let talk = Talk::built(asking_once(backend), json!({})).await;
        let (admin, member) = (talk.app.admin(), talk.app.member());
        let model = |tokens: u32| json!({"provider": "scripted", "max_context_tokens": tokens});
        admin.post("/agents").json(&json!({"id": "own", "model": model(100)})).await.expect(201);
        admin.patch("/agents/own").json(&json!({"model": model(10_000)})).await.expect(200);
        admin.patch("/agents/own").json(&json!({"model": model(200)})).await.expect(200);
        let pinned = |version: u32| member.post("/sessions").json(&json!({"agent_id": "own", "pinned_version": version}));
        let ask = |session: &Value, tokens: usize| {
            let body = json!({"agent_id": "own", "session_id": id_of(session), "message": of('a', tokens)});
            member.post("/chat/stream").json(&body)
        };
        // The second version reads more than the present one, the first one less.
        let (large, small, present) = (pinned(2).await.expect(201), pinned(1).await.expect(201), pinned(3).await.expect(201));
        assert_eq!(types(&ask(&large, 300).await.events().await).last(), Some(&"done"));
        ask(&present, 300).await.expect_problem(422, "context_length_exceeded");
        let events = ask(&small, 100).await.events().await;
        assert_eq!(types(&events), ["session_resolved", "error"]);
        // A turn that asked no model has no context.
        let path = format!("/chat/turns/{}", text(&events[0].data, "turn_id"));
        assert_eq!(member.get(&path).await.expect(200)["context"], Value::Null);
        assert_eq!(talk.upstream.received().len(), 1);
    }
}

/// Sessions, open turns and ended ones that are kept.
async fn kept(app: &TestApp) -> Vec<i64> {
    let store = app.store();
    let counted = store.read(|tx| {
        let count = |table: &str| {
            tx.one(&format!("SELECT COUNT(*) FROM {table} WHERE workspace_id = $1"), astra_core::params![])?.next_int()
        };
        ["sessions", "open_turns", "turns"].into_iter().map(count).collect()
    });
    counted.await.expect("the rows")
}

/// The spans of a turn's trace.
async fn spans(app: &TestApp, turn_id: &str) -> Vec<Value> {
    let turn_id: astra_core::ids::TurnId = turn_id.parse().expect("an id");
    let store = app.store();
    let spans = store.read(move |tx| {
        let sql = "SELECT spans FROM turns WHERE workspace_id = $1 AND id = $2";
        tx.first(sql, astra_core::params![turn_id])?.expect("the turn").next_json::<Vec<Value>>()
    });
    spans.await.expect("the spans")
}

#[tokio::test]
async fn what_a_caller_sends_goes_whole_to_a_model_of_which_nothing_is_known() {
    let talk = unknown(TestBackend::sqlite(), 1_000).await;
    let long = of('a', 30_000);
    let turn = talk.say(&long).await;
    assert_eq!(turn["context"], json!({"messages_sent": 1, "messages_left_out": 0}));
    assert_eq!(sent(&talk), [json!({"role": "user", "content": long})]);
    let (body, length) = conversation(12, 1_000);
    talk.app.member().post(COMPLETIONS).json(&body).await.expect(200);
    assert_eq!(sent(&talk), *body["messages"].as_array().expect("messages"), "{length} messages as they were sent");
}

#[tokio::test]
async fn a_history_that_a_caller_sends_goes_whole_to_a_model_that_is_known() {
    let talk = Talk::with(TestBackend::sqlite(), json!({"model": {"max_context_tokens": 1_000}})).await;
    let (body, _) = conversation(12, 200);
    talk.app.member().post(COMPLETIONS).json(&body).await.expect(200);
    assert_eq!(sent(&talk), *body["messages"].as_array().expect("messages"));
    // Neighbours of one role stay what the caller made of them.
    let neighbours = json!([{"role": "user", "content": "one"}, {"role": "user", "content": "two"}]);
    talk.app.member().post(COMPLETIONS).json(&json!({"model": AGENT, "messages": neighbours})).await.expect(200);
    assert_eq!(sent(&talk), *neighbours.as_array().expect("messages"));
}

#[tokio::test]
async fn an_unknown_model_reads_128_000_tokens_of_history() {
    let talk = Talk::with(TestBackend::sqlite(), json!({})).await;
    for letter in ['a', 'b', 'c'] {
        let turn = talk.say(&of(letter, 20_000)).await;
        assert_eq!(turn["context"]["messages_left_out"], 0, "{}", turn["context"]);
    }
    assert_eq!(sent(&talk).len(), 5);
}

#[tokio::test]
async fn a_refusal_for_length_compacts_once_and_asks_again() {
    for is_streamed in [false, true] {
        let talk = Talk::built(asking_once(TestBackend::sqlite()), json!({})).await;
        let session = talk.say(&of('a', 100)).await;
        talk.say(&of('b', 100)).await;
        talk.will(too_long())
            .will(Reply::Answer("They spoke of a and b.".into()))
            .will(Reply::Answer("At last.".into()));
        let turn = if is_streamed {
            let events =
                talk.app.member().post("/chat/stream").json(&question_in(&session, "and now?")).await.events().await;
            events.last().expect("events").data["turn"].clone()
        } else {
            talk.say_in(&session, "and now?").await
        };
        assert_eq!((&turn["status"], &turn["content"]), (&json!("completed"), &json!("At last.")), "{turn}");
        assert_eq!(turn["context"], json!({"messages_sent": 1, "messages_left_out": 0}));
        let received = talk.upstream.received();
        assert_eq!(received.len(), 5, "two turns, a refusal, a summary, and the answer");
        let read = talk.read_last();
        assert!(
            read.len() == 2 && read[0].1.ends_with("They spoke of a and b.") && read[1].1 == "and now?",
            "{read:?}"
        );
    }
}

#[tokio::test]
async fn a_summary_that_cannot_be_made_leaves_the_oldest_turns_out() {
    let talk = Talk::built(asking_once(TestBackend::sqlite()), json!({})).await;
    let session = talk.say(&of('a', 300)).await;
    talk.say(&of('b', 50)).await;
    talk.will(too_long()).will(too_long()).will(Reply::Answer("At last.".into()));
    let turn = talk.say_in(&session, "and now?").await;
    assert_eq!(
        (&turn["content"], &turn["context"]),
        (&json!("At last."), &json!({"messages_sent": 3, "messages_left_out": 2}))
    );
}

#[tokio::test]
async fn a_second_refusal_for_length_is_told() {
    let talk = Talk::built(asking_once(TestBackend::sqlite()), json!({})).await;
    let session = talk.say("one").await;
    talk.will(too_long()).will(Reply::Answer("They spoke.".into())).will(too_long());
    let refused = talk.app.member().post("/chat").json(&question_in(&session, "two")).await;
    assert!(refused.status.is_client_error() || refused.status.is_server_error(), "{}", refused.text());
    assert_eq!(talk.upstream.received().len(), 4, "it is asked once more and not again");
    // What the caller sent itself cannot be shortened.
    let other = talk.app.other_member();
    talk.will(too_long());
    other.post("/chat").json(&question("hello")).await;
    talk.will(too_long());
    talk.app.member().post(COMPLETIONS).json(&conversation(3, 10).0).await;
    assert_eq!(talk.upstream.received().len(), 6);
    assert!(!id_of(&session).is_empty());
}
