//! Questions that come while a turn is running in their session: they wait in order, are refused, or take its place.

use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::conversation::{Talk, pairs, question_in, text, types, unfinished};
use crate::support::{Answer, Gate, Reply, Step, TestApp, TestBackend, both_backends};

/// Asks in a session and waits until the question is on disk behind `before` others.
async fn ask_behind(talk: &Talk, session: &Value, question: &str, before: usize) -> JoinHandle<Answer> {
    let asking = talk.start(&question_in(session, question));
    while unfinished(&talk.app).await.len() <= before {
        tokio::task::yield_now().await;
    }
    asking
}

/// A session whose first question is being answered until the gate opens.
async fn busy(talk: &Talk) -> (Value, Gate, JoinHandle<Answer>) {
    let (session, gate) = (talk.session().await, Gate::closed());
    talk.will(Reply::After(gate.clone(), "first".into()));
    let first = ask_behind(talk, &session, "one", 0).await;
    talk.upstream.wait_for(1).await;
    (session, gate, first)
}

both_backends! {
    async fn questions_are_answered_in_the_order_in_which_they_came(talk: Talk) {
        let (session, gate, first) = busy(&talk).await;
        for answer in ["second", "third", "fourth"] {
            talk.will(Reply::Answer(answer.into()));
        }
        let mut waiting = vec![first];
        for (place, question) in ["two", "three", "four"].into_iter().enumerate() {
            waiting.push(ask_behind(&talk, &session, question, place + 1).await);
        }
        let ids = unfinished(&talk.app).await;
        for (id, status) in ids.iter().zip(["running", "queued", "queued", "queued"]) {
            let turn = talk.app.member().get(&format!("/chat/turns/{id}")).await.expect(200);
            assert_eq!(turn["status"], status);
        }
        assert_eq!(talk.upstream.received().len(), 1);
        gate.open();
        let mut answers = Vec::new();
        for asking in waiting {
            answers.push(asking.await.expect("it ends").expect(200)["content"].clone());
        }
        assert_eq!(answers, ["first", "second", "third", "fourth"]);
        // Each has read what was said before it, and nothing of what waited behind it.
        let all = [("user", "one"), ("assistant", "first"), ("user", "two"), ("assistant", "second"), ("user", "three"),
            ("assistant", "third"), ("user", "four"), ("assistant", "fourth")];
        for (place, request) in talk.upstream.received().iter().enumerate() {
            assert_eq!(crate::conversation::read(&request.body), pairs(&all[..2 * place + 1]));
        }
        assert_eq!(talk.said(&session).await, pairs(&all));
    }

    async fn other_sessions_do_not_wait(talk: Talk) {
        let (_, gate, first) = busy(&talk).await;
        let other = talk.session().await;
        assert_eq!(talk.say_in(&other, "two").await["status"], "completed");
        gate.open();
        first.await.expect("it ends").expect(200);
    }

    async fn an_agent_may_refuse_them(backend: TestBackend) {
        let talk = Talk::with(backend, json!({"on_busy": "reject"})).await;
        let (session, gate, first) = busy(&talk).await;
        for path in ["/chat", "/chat/stream"] {
            let refused = talk.app.member().post(path).json(&question_in(&session, "two")).await;
            refused.expect_problem(409, "agent_busy");
        }
        gate.open();
        first.await.expect("it ends").expect(200);
        talk.say_in(&session, "three").await;
        let read = talk.read_last();
        assert_eq!(read, pairs(&[("user", "one"), ("assistant", "first"), ("user", "three")]), "nothing was kept");
    }

    async fn an_agent_may_let_the_newest_take_the_place_of_the_others(backend: TestBackend) {
        let talk = Talk::with(backend, json!({"on_busy": "interrupt"})).await;
        let session = talk.session().await;
        talk.will(Reply::Stream(vec![Step::Content("so far".into()), Step::Hang]));
        let mut stream = talk.app.member().post("/chat/stream").json(&question_in(&session, "one")).await;
        stream.next_event().await.expect("an event");
        let said = stream.next_event().await.expect("an event");
        assert_eq!(said.data["delta"], "so far");
        let answer = talk.say_in(&session, "two").await;
        assert_eq!(answer["content"], "Hello from the model.");
        let rest = stream.events().await;
        assert_eq!((types(&rest), &rest[0].data["problem"]["code"]), (vec!["error"], &json!("cancelled")));
        let read = [("user", "one"), ("assistant", "so far"), ("user", "two")];
        assert_eq!(talk.read_last(), pairs(&read));
        let turn = talk.app.member().get(&format!("/chat/turns/{}", text(&said.data, "turn_id"))).await.expect(200);
        assert_eq!((&turn["status"], &turn["content"]), (&json!("cancelled"), &json!("so far")));
    }
}

#[tokio::test]
async fn no_more_wait_than_the_configuration_allows() {
    let builder = TestApp::builder(TestBackend::sqlite()).config(|config| config.chat.queue_per_session = 1);
    let talk = Talk::built(builder, json!({})).await;
    let (session, gate, first) = busy(&talk).await;
    let second = ask_behind(&talk, &session, "two", 1).await;
    let refused = talk.app.member().post("/chat").json(&question_in(&session, "three")).await;
    refused.expect_problem(409, "agent_busy");
    gate.open();
    for asking in [first, second] {
        asking.await.expect("it ends").expect(200);
    }
    talk.say_in(&session, "four").await;
    let questions: Vec<String> =
        talk.said(&session).await.into_iter().filter(|(role, _)| role == "user").map(|(_, said)| said).collect();
    assert_eq!(questions, ["one", "two", "four"]);
}
