//! `chat.stream`

use serde_json::{Value, json};

use crate::conversation::{
    Talk, content, cut_off, ended, hides_from_others, pairs, question, question_in, text, turns_away, types,
};
use crate::support::{Event, Gate, Reply, Step, TestApp, TestBackend, both_backends};

fn say(text: &str) -> Step {
    Step::Content(text.into())
}

/// Without patience for an upstream that says nothing.
async fn impatient() -> Talk {
    let builder = TestApp::builder(TestBackend::sqlite()).config(|config| {
        let provider = config.providers.entry("scripted".into()).or_default();
        provider.max_retries = Some(0);
        provider.first_token_timeout_ms = Some(300);
        provider.idle_timeout_ms = Some(300);
    });
    Talk::built(builder, json!({})).await
}

/// The turn that the events belong to.
fn turn_of(events: &[Event]) -> &str {
    text(&events[0].data, "turn_id")
}

both_backends! {
    async fn tells_the_answer_as_it_grows(talk: Talk) {
        talk.will(Reply::Stream(vec![say("The "), say("capital "), say("is Paris."), Step::Finish]));
        let events = talk.stream("What is the capital of France?").await.events().await;
        assert_eq!(types(&events[..1]), ["session_resolved"]);
        assert_eq!(types(&events[events.len() - 1..]), ["done"]);
        assert!(events[1..events.len() - 1].iter().all(|event| event.event == "content"), "{:?}", types(&events));
        assert_eq!(content(&events), "The capital is Paris.");
        for (place, event) in events.iter().enumerate() {
            assert_eq!(event.data["seq"], place + 1);
            assert_eq!(event.id, Some((place + 1).to_string()));
        }
        assert_eq!((&events[0].data["is_new"], &events[0].data["agent_version"]), (&json!(true), &json!(1)));
        let done = &events[events.len() - 1].data["turn"];
        assert_eq!(done["content"], "The capital is Paris.");
        assert_eq!(done["usage"]["total_tokens"], 12);
        // The answer was on disk before it was said to be done.
        let turn = talk.app.member().get(&format!("/chat/turns/{}", turn_of(&events))).await.expect(200);
        assert_eq!(&turn, done);
        let both = pairs(&[("user", "What is the capital of France?"), ("assistant", "The capital is Paris.")]);
        assert_eq!(talk.said(done).await, both);
    }

    async fn holds_nothing_back(talk: Talk) {
        let gates = [Gate::closed(), Gate::closed()];
        let steps = vec![say("one"), Step::Wait(gates[0].clone()), say("two"), Step::Wait(gates[1].clone()), Step::Finish];
        talk.will(Reply::Stream(steps));
        let mut stream = talk.stream("count").await;
        assert_eq!(stream.next_event().await.expect("an event").event, "session_resolved");
        assert_eq!(stream.next_event().await.expect("an event").data["delta"], "one");
        gates[0].open();
        assert_eq!(stream.next_event().await.expect("an event").data["delta"], "two");
        gates[1].open();
        assert_eq!(types(&stream.events().await), ["done"]);
    }

    async fn keeps_what_was_said_before_the_line_was_cut(talk: Talk) {
        let gate = Gate::closed();
        talk.will(Reply::Stream(vec![say("half an "), say("answer"), Step::Wait(gate.clone()), Step::Cut]));
        let events = cut_off(&mut talk.stream("tell me all").await, "half an answer", &gate).await;
        let last = events.last().expect("events");
        assert_eq!((last.event.as_str(), &last.data["problem"]["code"]), ("error", &json!("upstream_error")));
        assert_eq!(last.data["problem"]["status"], 502);
        assert_eq!(content(&events), "half an answer");
        let turn = talk.app.member().get(&format!("/chat/turns/{}", turn_of(&events))).await.expect(200);
        assert_eq!((&turn["status"], &turn["content"]), (&json!("failed"), &json!("half an answer")));
        assert_eq!(turn["error"]["code"], "upstream_error");
        assert_eq!(talk.said(&turn).await, pairs(&[("user", "tell me all"), ("assistant", "half an answer")]));
    }

    async fn joins_the_first_stream_of_the_same_key(talk: Talk) {
        let gate = Gate::closed();
        talk.will(Reply::Stream(vec![say("one "), Step::Wait(gate.clone()), say("two"), Step::Finish]));
        let ask = || talk.app.member().post("/chat/stream").header("idempotency-key", "k1").json(&question("count"));
        let mut first = ask().await;
        assert_eq!(first.next_event().await.expect("an event").event, "session_resolved");
        assert_eq!(first.next_event().await.expect("an event").data["delta"], "one ");
        let mut second = ask().await;
        assert_eq!(second.next_event().await.expect("an event").event, "session_resolved");
        assert_eq!(second.next_event().await.expect("an event").data["delta"], "one ");
        gate.open();
        let rest = first.events().await;
        assert_eq!(types(&rest), ["content", "done"]);
        assert_eq!(second.events().await, rest);
        let whole = ask().await.events().await;
        assert_eq!(content(&whole), "one two");
        assert_eq!(whole.last(), rest.last());
        assert_eq!(talk.upstream.received().len(), 1);
        let other = talk.app.member().post("/chat/stream").header("idempotency-key", "k1").json(&question("other"));
        other.await.expect_problem(422, "idempotency_key_reused");
    }
}

#[tokio::test]
async fn ends_with_an_error_whatever_the_upstream_does() {
    let talk = impatient().await;
    let cases = [
        (Reply::Html, "", "upstream_error"),
        (Reply::Status(503, None), "", "upstream_error"),
        (Reply::Hang, "", "upstream_timeout"),
        (Reply::Stream(vec![Step::Hang]), "", "upstream_timeout"),
        (Reply::Stream(vec![say("so"), Step::Hang]), "so", "upstream_timeout"),
    ];
    for (reply, said, code) in cases {
        talk.will(reply.clone());
        let events = talk.stream("hello").await.events().await;
        let last = events.last().expect("events");
        assert_eq!((last.event.as_str(), &last.data["problem"]["code"]), ("error", &json!(code)), "{reply:?}");
        assert_eq!(content(&events), said, "{reply:?}");
        let turn = ended(&talk.app.member(), turn_of(&events)).await;
        assert_eq!((&turn["status"], &turn["content"]), (&json!("failed"), &json!(said)), "{reply:?}");
    }
}

#[tokio::test]
async fn survives_what_no_protocol_allows() {
    let talk = impatient().await;
    for step in
        [Step::HugeLine(100 << 20), Step::Raw("data: {\"choices\": 5}\n\n".into()), Step::Raw("data: no\n\n".into())]
    {
        talk.will(Reply::Stream(vec![say("so far"), step, Step::Finish]));
        let events = talk.stream("hello").await.events().await;
        let last = events.last().expect("events");
        assert_eq!((last.event.as_str(), &last.data["problem"]["code"]), ("error", &json!("upstream_error")));
        assert_eq!(content(&events), "so far");
    }
}

#[tokio::test]
async fn a_character_that_no_store_keeps_ends_no_turn() {
    let talk = Talk::with(TestBackend::sqlite(), json!({})).await;
    let nul = r#"data: {"choices":[{"index":0,"delta":{"content":"a\u0000b"},"finish_reason":null}]}"#;
    talk.will(Reply::Stream(vec![Step::Raw(format!("{nul}\n\n")), Step::Finish]));
    let events = talk.stream("hello").await.events().await;
    assert_eq!(types(&events[events.len() - 1..]), ["done"]);
    assert_eq!(content(&events), "a\u{fffd}b");
    talk.will(Reply::Answer("c\u{0}d".into()));
    assert_eq!(talk.say("and whole?").await["content"], "c\u{fffd}d");
}

#[tokio::test]
async fn refuses_before_it_streams() {
    let app = TestApp::new().await;
    let send = |body: Value| app.member().post("/chat/stream").json(&body);
    send(json!({"agent_id": "nobody", "message": "hello"})).await.expect_problem(404, "not_found");
    send(json!({"agent_id": "assistant", "message": ""})).await.expect_problem(422, "invalid_request");
}

#[tokio::test]
async fn turns_away_who_may_not_chat() {
    let talk = Talk::with(TestBackend::sqlite(), json!({})).await;
    turns_away(&talk.app, |caller| caller.post("/chat/stream").json(&question("hello"))).await;
    let session = talk.session().await;
    hides_from_others(&talk.app, |caller| caller.post("/chat/stream").json(&question_in(&session, "hello"))).await;
}
