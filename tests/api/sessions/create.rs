//! `sessions.create`

use serde_json::{Value, json};

use crate::conversation::{AGENT, Talk, id_of, text, turns_away};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn opens_the_session_that_a_chat_goes_to(talk: Talk) {
        let before = talk.say("hello").await;
        let new = json!({"agent_id": AGENT, "title": "Geography", "metadata": {"ticket": "4711"}});
        let answer = talk.app.member().post("/sessions").json(&new).await;
        let location = answer.header("location").to_owned();
        let session = answer.expect(201);
        assert_eq!(location, format!("/sessions/{}", id_of(&session)));
        assert_eq!(talk.app.member().get(&location).await.expect(200), session);
        let expected = json!({
            "id": session["id"], "agent_id": AGENT, "pinned_version": null, "title": "Geography", "surface": "api", "surface_id": "",
            "user_id": session["user_id"], "status": "active", "successor_id": null, "message_count": 0, "storage_bytes": 0, "input_tokens": 0,
            "output_tokens": 0, "summary": null, "metadata": {"ticket": "4711"}, "created_at": "2026-11-23T21:00:00.000Z",
            "last_active_at": "2026-11-23T21:00:00.000Z",
        });
        assert_eq!(session, expected);
        assert_eq!(talk.say("and here?").await["session_id"], session["id"]);
        // The one before goes on for those who name it.
        let old = talk.app.member().get(&format!("/sessions/{}", id_of(&before))).await.expect(200);
        assert_eq!((&old["status"], &old["successor_id"]), (&json!("active"), &Value::Null));
        assert_eq!(talk.say_in(&before, "old one?").await["session_id"], before["session_id"]);
    }

    async fn answers_the_same_key_with_the_first_session(talk: Talk) {
        let open = |title| {
            talk.app.member().post("/sessions").header("idempotency-key", "k").json(&json!({"agent_id": AGENT, "title": title}))
        };
        let first = open("one").await.expect(201);
        talk.app.clock.advance_ms(1_000);
        assert_eq!(open("one").await.expect(201), first);
        assert_eq!(talk.app.member().get("/sessions").await.expect(200)["data"].as_array().expect("a list").len(), 1);
        open("two").await.expect_problem(422, "idempotency_key_reused");
    }

    async fn pins_a_version(talk: Talk) {
        let new = json!({"agent_id": AGENT, "pinned_version": 1});
        let session = talk.app.member().post("/sessions").json(&new).await.expect(201);
        assert_eq!(session["pinned_version"], 1);
        assert_eq!(talk.say_in(&session, "hello").await["agent_version"], 1);
        let missing = json!({"agent_id": AGENT, "pinned_version": 2});
        let problem = talk.app.member().post("/sessions").json(&missing).await.expect_problem(422, "invalid_request");
        assert_eq!(problem["errors"][0]["pointer"], "/pinned_version");
    }
}

#[tokio::test]
async fn refuses_what_is_no_session() {
    let app = TestApp::new().await;
    for (body, pointer) in [
        (json!({"agent_id": "nobody"}), "/agent_id"),
        (json!({}), ""),
        (json!({"agent_id": "assistant", "titel": "typo"}), ""),
        (json!({"agent_id": "assistant", "title": ""}), "/title"),
        (json!({"agent_id": "assistant", "surface": "a b"}), "/surface"),
        (json!({"agent_id": "assistant", "user_id": "usr_0000000000000"}), ""),
    ] {
        let problem = app.member().post("/sessions").json(&body).await.expect_problem(422, "invalid_request");
        assert!(text(&problem["errors"][0], "pointer").starts_with(pointer), "{body}: {problem}");
    }
}

#[tokio::test]
async fn turns_away_who_may_not_write_sessions() {
    let app = TestApp::new().await;
    turns_away(&app, |caller| caller.post("/sessions").json(&json!({"agent_id": "assistant"}))).await;
    let read_only = app.scoped(astra_core::auth::Role::Member, "sessions:read");
    let refused = read_only.post("/sessions").json(&json!({"agent_id": "assistant"})).await;
    refused.expect_problem(403, "forbidden");
}
