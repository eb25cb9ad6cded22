//! When a session is over by itself: after its idle time, at the hour of its daily reset; then its successor goes on.

use serde_json::{Value, json};

use crate::conversation::{AGENT, Talk, id_of, pairs, question, question_in, text};
use crate::support::{Gate, Reply, TestBackend, both_backends};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// Makes sure that `old` went over into `new`, which knows nothing of it.
async fn succeeded(talk: &Talk, old: &Value, new: &Value, question: &str) {
    assert_ne!(id_of(old), id_of(new));
    let old = talk.app.member().get(&format!("/sessions/{}", id_of(old))).await.expect(200);
    assert_eq!((&old["status"], &old["successor_id"]), (&json!("archived"), &json!(id_of(new))));
    let new = talk.app.member().get(&format!("/sessions/{}", id_of(new))).await.expect(200);
    assert_eq!((&new["status"], &new["successor_id"]), (&json!("active"), &Value::Null));
    for field in ["agent_id", "surface", "surface_id", "user_id", "pinned_version", "metadata"] {
        assert_eq!(new[field], old[field], "{field}");
    }
    assert_eq!(talk.read_last(), pairs(&[("user", question)]));
}

both_backends! {
    async fn a_session_ends_after_its_idle_time(backend: TestBackend) {
        let talk = Talk::with(backend, json!({"session": {"idle_timeout_min": 10}})).await;
        let first = talk.say("one").await;
        talk.app.clock.advance_ms(10 * MINUTE_MS - 1);
        assert_eq!(talk.say("two").await["session_id"], first["session_id"]);
        talk.app.clock.advance_ms(10 * MINUTE_MS - 1);
        assert_eq!(talk.say("three").await["session_id"], first["session_id"], "each message begins the time anew");
        talk.app.clock.advance_ms(10 * MINUTE_MS);
        let next = talk.say("four").await;
        succeeded(&talk, &first, &next, "four").await;
        assert_eq!(talk.said(&first).await.len(), 6, "what was said stays readable");
        assert_eq!(talk.say("five").await["session_id"], next["session_id"]);
        // Who names the old one is told that it is over.
        let named = talk.app.member().post("/chat").json(&question_in(&first, "six")).await;
        named.expect_problem(409, "conflict");
    }

    async fn a_session_ends_at_the_hour_of_its_daily_reset(backend: TestBackend) {
        // It is 21:00.
        let talk = Talk::with(backend, json!({"session": {"daily_reset_hour": 4}})).await;
        let first = talk.say("one").await;
        talk.app.clock.advance_ms(7 * HOUR_MS - 1);
        assert_eq!(talk.say("two").await["session_id"], first["session_id"]);
        talk.app.clock.advance_ms(1);
        let second = talk.say("three").await;
        succeeded(&talk, &first, &second, "three").await;
        talk.app.clock.advance_ms(24 * HOUR_MS - 1);
        assert_eq!(talk.say("four").await["session_id"], second["session_id"]);
        talk.app.clock.advance_ms(1);
        succeeded(&talk, &second, &talk.say("five").await, "five").await;
    }

    async fn the_successor_takes_over_what_its_session_was_opened_with(backend: TestBackend) {
        let talk = Talk::with(backend, json!({"session": {"idle_timeout_min": 1}})).await;
        let new = json!({"agent_id": AGENT, "pinned_version": 1, "surface": "web", "surface_id": "a", "metadata": {"ticket": 1}});
        let old = talk.app.member().post("/sessions").json(&new).await.expect(201);
        talk.app.clock.advance_ms(MINUTE_MS);
        let mut body = question("hello");
        body["surface"] = "web".into();
        body["surface_id"] = "a".into();
        let mut stream = talk.app.member().post("/chat/stream").json(&body).await;
        let first = stream.next_event().await.expect("an event");
        assert_eq!(first.data["is_new"], true);
        stream.events().await;
        succeeded(&talk, &old, &first.data, "hello").await;
    }

    async fn a_named_session_that_is_over_is_followed_into_its_successor(backend: TestBackend) {
        let talk = Talk::with(backend, json!({"session": {"idle_timeout_min": 1}})).await;
        let session = talk.session().await;
        talk.say_in(&session, "one").await;
        talk.app.clock.advance_ms(MINUTE_MS);
        let next = talk.say_in(&session, "two").await;
        succeeded(&talk, &session, &next, "two").await;
    }

    async fn a_session_does_not_end_while_a_turn_is_running(backend: TestBackend) {
        let talk = Talk::with(backend, json!({"session": {"idle_timeout_min": 1}})).await;
        let gate = Gate::closed();
        talk.will(Reply::After(gate.clone(), "late".into()));
        let asking = talk.start(&question("one"));
        talk.upstream.wait_for(1).await;
        talk.app.clock.advance_ms(MINUTE_MS);
        let mut stream = talk.stream("two").await;
        let resolved = stream.next_event().await.expect("an event");
        gate.open();
        let first = asking.await.expect("it ends").expect(200);
        assert_eq!(text(&resolved.data, "session_id"), id_of(&first));
        stream.events().await;
        assert_eq!(talk.read_last().len(), 3);
    }
}
