//! `sessions.events`

use astra_core::auth::{NewServiceAccount, Role};
use serde_json::json;

use crate::conversation::{Talk, content, hides_from_others, id_of, question_in, text, turns_away, types};
use crate::support::{Answer, Event, Gate, Reply, Step, TestBackend, both_backends};

const WHOLE_TURN: [&str; 4] = ["turn_started", "session_resolved", "content", "done"];

async fn next(stream: &mut Answer, count: usize) -> Vec<Event> {
    let mut events = Vec::new();
    while events.len() < count {
        events.push(stream.next_event().await.expect("the stream goes on"));
    }
    events
}

both_backends! {
    async fn tells_of_every_turn_whoever_asks(talk: Talk) {
        let session = talk.session().await;
        talk.say_in(&session, "before").await;
        let path = format!("/sessions/{}/events", id_of(&session));
        let mut stream = talk.app.member().get(&path).await;
        talk.will(Reply::Answer("one".into()));
        talk.say_in(&session, "first").await;
        let events = next(&mut stream, 4).await;
        assert_eq!(types(&events), WHOLE_TURN);
        assert_eq!(content(&events), "one");
        let turn_id = text(&events[0].data["turn"], "turn_id");
        let ids: Vec<String> = (0..4).map(|seq| format!("{turn_id}.{seq}")).collect();
        assert_eq!(events.iter().filter_map(|event| event.id.clone()).collect::<Vec<_>>(), ids);
        talk.will(Reply::Answer("two".into()));
        talk.app.admin().post("/chat").json(&question_in(&session, "second")).await.expect(200);
        let events = next(&mut stream, 4).await;
        assert_eq!((types(&events), content(&events)), (WHOLE_TURN.to_vec(), "two".to_owned()));
    }

    async fn begins_with_the_turn_that_runs(talk: Talk) {
        let gate = Gate::closed();
        let session = talk.session().await;
        talk.will(Reply::Stream(vec![Step::Content("one ".into()), Step::Wait(gate.clone()), Step::Content("two".into()), Step::Finish]));
        let mut asking = talk.app.member().post("/chat/stream").json(&question_in(&session, "count")).await;
        next(&mut asking, 2).await;
        let mut stream = talk.app.member().get(&format!("/sessions/{}/events", id_of(&session))).await;
        assert_eq!(types(&next(&mut stream, 3).await), WHOLE_TURN[..3]);
        gate.open();
        let events = next(&mut stream, 2).await;
        assert_eq!((types(&events), content(&events)), (vec!["content", "done"], "two".to_owned()));
    }

    async fn goes_on_after_the_last_event_that_was_seen(talk: Talk) {
        let session = talk.session().await;
        let path = format!("/sessions/{}/events", id_of(&session));
        let mut stream = talk.app.member().get(&path).await;
        talk.say_in(&session, "first").await;
        let mut all = next(&mut stream, 4).await;
        drop(stream);
        talk.say_in(&session, "second").await;
        let last = all[1].id.clone().expect("an id");
        let mut resumed = talk.app.member().get(&path).header("last-event-id", &last).await;
        let rest = next(&mut resumed, 6).await;
        assert_eq!(rest[..2], all[2..]);
        assert_eq!(types(&rest[2..]), WHOLE_TURN);
        all.extend_from_slice(&rest[2..]);
        for (place, event) in all.iter().enumerate().take(7) {
            let ask = talk.app.member().get(&path).header("last-event-id", event.id.as_deref().expect("an id"));
            assert_eq!(next(&mut ask.await, 7 - place).await, all[place + 1..], "after {place}");
        }
    }

    async fn refuses_a_place_that_the_session_never_had(talk: Talk) {
        let (session, other) = (talk.session().await, talk.session().await);
        let turn = talk.say_in(&other, "hello").await;
        let path = format!("/sessions/{}/events", id_of(&session));
        for id in [format!("{}.1", text(&turn, "turn_id")), "trn_0000000000000.1".to_owned(), "soon".to_owned()] {
            talk.app.member().get(&path).header("last-event-id", &id).await.expect_problem(422, "invalid_request");
        }
        turns_away(&talk.app, |caller| caller.get(&path)).await;
        hides_from_others(&talk.app, |caller| caller.get(&path)).await;
    }
}

#[tokio::test]
async fn ends_with_the_session() {
    let talk = Talk::with(TestBackend::sqlite(), json!({})).await;
    let session = talk.session().await;
    let path = format!("/sessions/{}", id_of(&session));
    let mut stream = talk.app.member().get(&format!("{path}/events")).await;
    talk.app.member().delete(&path).await.expect(204);
    assert_eq!(stream.next_event().await, None);
}

#[tokio::test]
async fn ends_with_the_credential() {
    let talk = Talk::with(TestBackend::sqlite(), json!({})).await;
    let authority = talk.app.authority();
    let account = NewServiceAccount { name: "follower".into(), role: Role::Admin, scopes: None };
    let issued = authority.issue_named_token(&authority.operator(), account, None).await.expect("a token");
    let session = talk.session().await;
    let path = format!("/sessions/{}/events", id_of(&session));
    let mut stream = talk.app.bearer(&issued.secret).get(&path).await;
    talk.say_in(&session, "heard").await;
    assert_eq!(types(&next(&mut stream, 4).await), WHOLE_TURN);
    authority.revoke_token(&authority.operator(), &issued.token.id).await.expect("revoked");
    talk.say_in(&session, "not for everybody").await;
    assert_eq!(stream.next_event().await, None);
}
