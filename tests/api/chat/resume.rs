//! `chat.resume`

use serde_json::json;

use crate::conversation::{Talk, content, cut_off, ended, hides_from_others, text, turns_away, types};
use crate::support::{Event, Gate, Reply, Step, TestApp, both_backends};

fn path(first: &Event) -> String {
    format!("/chat/turns/{}/events", text(&first.data, "turn_id"))
}

both_backends! {
    async fn loses_nothing_and_says_nothing_twice_while_it_runs(talk: Talk) {
        let gate = Gate::closed();
        let words = ["zero ", "one ", "two ", "three "].map(|word| Step::Content(word.into()));
        let steps = words.into_iter().chain([Step::Wait(gate.clone()), Step::Content("four".into()), Step::Finish]);
        talk.will(Reply::Stream(steps.collect()));
        let mut stream = talk.stream("count").await;
        let mut seen = Vec::new();
        while content(&seen) != "zero one two three " {
            seen.push(stream.next_event().await.expect("an event"));
        }
        drop(stream);
        // From wherever a client was cut off, the rest follows.
        let mut resumed = Vec::new();
        for last in 0..=seen.len() {
            let ask = talk.app.member().get(&path(&seen[0])).header("last-event-id", &last.to_string());
            resumed.push((last, ask.await));
        }
        gate.open();
        let mut rest = None;
        for (last, mut stream) in resumed {
            let events = stream.events().await;
            let whole = [&seen[..last], &events].concat();
            assert_eq!(content(&whole), "zero one two three four", "after {last}");
            assert_eq!(rest.get_or_insert_with(|| whole.clone()), &whole, "after {last}");
        }
        // And the same when it is over, from the store.
        let whole = rest.expect("all events");
        ended(&talk.app.member(), text(&seen[0].data, "turn_id")).await;
        for last in 0..whole.len() {
            let ask = talk.app.member().get(&path(&seen[0])).header("last-event-id", &last.to_string());
            assert_eq!(ask.await.events().await, whole[last..], "after {last}");
        }
        // Nothing comes after the end, and who is told so by a 204 does not ask again.
        for last in [whole.len(), whole.len() + 7] {
            let ask = talk.app.member().get(&path(&seen[0])).header("last-event-id", &last.to_string());
            ask.await.expect(204);
        }
    }

    async fn tells_of_an_answer_that_was_not_streamed(talk: Talk) {
        talk.will(Reply::Answer("all at once".into()));
        let turn = talk.say("hello").await;
        let path = format!("/chat/turns/{}/events", text(&turn, "turn_id"));
        let events = talk.app.member().get(&path).await.events().await;
        assert_eq!(types(&events), ["session_resolved", "content", "done"]);
        assert_eq!(events[1].data["delta"], "all at once");
        assert_eq!(events[2].data["turn"], turn);
        let rest = talk.app.member().get(&path).header("last-event-id", "2").await.events().await;
        assert_eq!(rest, events[2..]);
        talk.app.member().get(&path).header("last-event-id", "99").await.expect(204);
    }

    async fn tells_how_a_turn_failed(talk: Talk) {
        let gate = Gate::closed();
        talk.will(Reply::Stream(vec![Step::Content("half".into()), Step::Wait(gate.clone()), Step::Cut]));
        let events = cut_off(&mut talk.stream("hello").await, "half", &gate).await;
        let resumed = talk.app.member().get(&path(&events[0])).await.events().await;
        assert_eq!(types(&resumed), ["session_resolved", "content", "error"]);
        assert_eq!(resumed, events);
    }
}

#[tokio::test]
async fn is_the_askers_and_the_admins_alone() {
    let app = TestApp::new().await;
    let body = json!({"agent_id": "assistant", "message": "hello"});
    let turn = app.member().post("/chat").json(&body).await.expect(200);
    let path = format!("/chat/turns/{}/events", text(&turn, "turn_id"));
    turns_away(&app, |caller| caller.get(&path)).await;
    hides_from_others(&app, |caller| caller.get(&path)).await;
    assert_eq!(types(&app.admin().get(&path).await.events().await), ["session_resolved", "content", "done"]);
    app.member().get("/chat/turns/trn_0000000000000/events").await.expect_problem(404, "not_found");
    app.member().get(&path).header("last-event-id", "soon").await.expect_problem(422, "invalid_request");
    app.member().get(&path).header("last-event-id", "-1").await.expect_problem(422, "invalid_request");
}
