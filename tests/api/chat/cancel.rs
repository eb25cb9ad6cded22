//! `chat.cancel`

use serde_json::json;

use crate::conversation::{Talk, hides_from_others, pairs, question, sent, text, turns_away, types};
use crate::support::{Gate, Reply, Step, TestApp, both_backends};

both_backends! {
    async fn ends_a_stream_and_keeps_what_was_said(talk: Talk) {
        talk.will(Reply::Stream(vec![Step::Content("so far".into()), Step::Hang]));
        let mut stream = talk.stream("hello").await;
        let first = stream.next_event().await.expect("an event");
        stream.next_event().await.expect("an event");
        let path = format!("/chat/turns/{}/cancel", text(&first.data, "turn_id"));
        let turn = talk.app.member().post(&path).await.expect(200);
        assert_eq!((&turn["status"], &turn["content"]), (&json!("cancelled"), &json!("so far")));
        assert_eq!(turn["error"]["code"], "cancelled");
        let rest = stream.events().await;
        assert_eq!(types(&rest), ["error"]);
        assert_eq!(rest[0].data["problem"]["code"], "cancelled");
        assert_eq!(talk.said(&turn).await, pairs(&[("user", "hello"), ("assistant", "so far")]));
        // What has ended stays as it is.
        assert_eq!(talk.app.member().post(&path).await.expect(200), turn);
        talk.say("still there?").await;
    }

    async fn ends_a_question_that_waits_for_its_answer(talk: Talk) {
        talk.will(Reply::Hang);
        let asking = talk.start(&question("hello"));
        talk.upstream.wait_for(1).await;
        let running = crate::conversation::unfinished(&talk.app).await;
        let turn = talk.app.member().post(&format!("/chat/turns/{}/cancel", running[0])).await.expect(200);
        assert_eq!(turn["status"], "cancelled");
        asking.await.expect("it ends").expect_problem(409, "cancelled");
    }

    async fn ends_a_turn_that_waits_behind_another(talk: Talk) {
        let gate = Gate::closed();
        talk.will(Reply::After(gate.clone(), "first".into()));
        let session = talk.session().await;
        let first = talk.start(&crate::conversation::question_in(&session, "one"));
        talk.upstream.wait_for(1).await;
        let body = crate::conversation::question_in(&session, "two");
        let mut second = talk.app.member().post("/chat/stream").json(&body).await;
        let event = second.next_event().await.expect("an event");
        let path = format!("/chat/turns/{}/cancel", text(&event.data, "turn_id"));
        assert_eq!(talk.app.member().post(&path).await.expect(200)["status"], "cancelled");
        assert_eq!(types(&second.events().await), ["error"]);
        gate.open();
        assert_eq!(first.await.expect("it ends").expect(200)["content"], "first");
        assert_eq!(talk.upstream.received().len(), 1);
    }
}

#[tokio::test]
async fn is_the_askers_and_the_admins_alone() {
    let app = TestApp::new().await;
    let body = json!({"agent_id": "assistant", "message": "hello"});
    let turn = app.member().post("/chat").json(&body).await.expect(200);
    let path = format!("/chat/turns/{}/cancel", text(&turn, "turn_id"));
    turns_away(&app, |caller| caller.post(&path)).await;
    hides_from_others(&app, |caller| caller.post(&path)).await;
    assert_eq!(app.admin().post(&path).await.expect(200), turn);
    app.member().post("/chat/turns/trn_0000000000000/cancel").await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn ends_it_for_everybody_who_listens() {
    let talk = Talk::with(crate::support::TestBackend::sqlite(), json!({})).await;
    talk.will(Reply::Stream(vec![Step::Content("so far".into()), Step::Hang]));
    let mut stream = talk.stream("hello").await;
    let turn_id = text(&stream.next_event().await.expect("an event").data, "turn_id").to_owned();
    stream.next_event().await.expect("an event");
    let mut listener = talk.app.admin().get(&format!("/chat/turns/{turn_id}/events")).await;
    let cancel = || sent(talk.app.member().post(&format!("/chat/turns/{turn_id}/cancel")));
    // Two at once find the same end.
    let (one, other) = (cancel(), cancel());
    let (one, other) = (one.await.expect("it ends").expect(200), other.await.expect("it ends").expect(200));
    assert_eq!((&one["status"], &one), (&json!("cancelled"), &other));
    assert_eq!(types(&stream.events().await), ["error"]);
    assert_eq!(types(&listener.events().await), ["session_resolved", "content", "error"]);
}
