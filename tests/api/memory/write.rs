//! `memory.write`

use serde_json::{Value, json};

use super::{PATH, fact, is_a_change, keep, listed, note, path_of, pointers, shared, turns_away};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn is_remembered_as_it_was_written(app: TestApp) {
        let new = json!({"tier": "procedural", "content": "Ship it.", "data": {"trigger": "a release", "steps": ["tag", "push"]},
            "slot": "How we  SHIP", "agent_id": "assistant", "confidence": 0.5, "valid_from": "2026-01-02T03:04:05Z",
            "expires_at": "2099-01-02T03:04:05.678Z"});
        let answer = app.member().post(PATH).json(&new).await;
        let (etag, location) = (answer.header("etag").to_owned(), answer.header("location").to_owned());
        let memory = answer.expect(201);
        assert_eq!(location, path_of(&memory));
        assert_eq!((&memory["tier"], &memory["content"], &memory["data"]), (&new["tier"], &new["content"], &new["data"]));
        assert_eq!((&memory["slot"], &memory["agent_id"], &memory["confidence"]), (&json!("how we ship"), &json!("assistant"), &json!(0.5)));
        assert_eq!((&memory["valid_from"], &memory["expires_at"]), (&json!("2026-01-02T03:04:05.000Z"), &json!("2099-01-02T03:04:05.678Z")));
        assert_eq!((&memory["source"], &memory["trust"], &memory["evidence"], &memory["version"]), (&json!("caller"), &json!(1.0), &json!(1), &json!(1)));
        assert_eq!((&memory["category"], &memory["weight"], &memory["valid_to"]), (&Value::Null, &json!(1.0), &Value::Null));
        assert_eq!(memory["user_id"], memory["created_by"]);
        let read = app.member().get(&location).await;
        assert_eq!(read.header("etag"), etag);
        assert_eq!(read.expect(200), memory);
        assert_eq!(keep(&app.member(), &note("x")).await["category"], "note");
    }

    async fn another_value_of_a_slot_holds_and_the_same_one_is_evidence(app: TestApp) {
        let (member, berlin) = (app.member(), fact("home", "Berlin"));
        let old = keep(&member, &berlin).await;
        let same = member.post(PATH).json(&fact("HOME", "berlin.")).await.expect(200);
        assert_eq!((&same["id"], &same["evidence"]), (&old["id"], &json!(2)));
        let new = keep(&member, &fact("home", "Munich")).await;
        let old = member.get(&path_of(&old)).await.expect(200);
        assert_eq!((&old["superseded_by"], &old["valid_to"]), (&new["id"], &new["valid_from"]));
        assert_eq!(listed(&member, "").await, ["Munich"]);
        // Of another owner the slot is another one.
        keep(&app.other_member(), &berlin).await;
        assert_eq!(listed(&member, "").await, ["Munich"]);
    }

    async fn the_workspaces_is_written_by_admins(app: TestApp) {
        app.member().post(PATH).json(&shared("Lunch is at noon.")).await.expect_problem(403, "forbidden");
        let memory = keep(&app.admin(), &shared("Lunch is at noon.")).await;
        assert_eq!(memory["user_id"], Value::Null);
        for caller in [app.member(), app.other_member(), app.owner()] {
            assert_eq!(listed(&caller, "").await, ["Lunch is at noon."]);
        }
        assert!(listed(&app.other_workspace(), "").await.is_empty());
    }

    async fn a_key_takes_effect_once(app: TestApp) {
        let ask = || app.member().post(PATH).header("idempotency-key", "one").json(&note("once"));
        let first = ask().await.expect(201);
        assert_eq!(ask().await.expect(201), first);
        let other = app.member().post(PATH).header("idempotency-key", "one").json(&note("twice"));
        other.await.expect_problem(422, "idempotency_key_reused");
        assert_eq!(listed(&app.member(), "").await, ["once"]);
    }
}

#[tokio::test]
async fn refuses_what_is_not_a_memory() {
    let app = TestApp::new().await;
    let long = "x".repeat(8_193);
    for (change, pointer) in [
        (json!({"tier": "session"}), "/tier"),
        (json!({"tier": null}), "/tier"),
        (json!({"content": ""}), "/content"),
        (json!({"content": long}), "/content"),
        (json!({"content": "a\u{0}b"}), "/content"),
        (json!({"slot": " \t"}), "/slot"),
        (json!({"tier": "profile", "category": "note"}), "/category"),
        (json!({"category": "gossip"}), "/category"),
        (json!({"data": {"x": "y".repeat(17_000)}}), "/data"),
        (json!({"data": []}), "/data"),
        (json!({"confidence": 1.5}), "/confidence"),
        (json!({"valid_from": "yesterday"}), "/valid_from"),
        (json!({"valid_from": "2026-02-01T00:00:00Z", "valid_to": "2026-01-01T00:00:00Z"}), "/valid_to"),
        (json!({"trust": 1}), "/trust"),
        (json!({"user_id": "usr_0000000000001"}), "/user_id"),
    ] {
        let mut new = note("good");
        for (name, value) in change.as_object().expect("an object") {
            new[name] = value.clone();
        }
        let problem = app.member().post(PATH).json(&new).await.expect_problem(422, "invalid_request");
        let mut found = pointers(&problem);
        found.dedup();
        assert_eq!(found, [pointer], "{change}: {problem}");
    }
    assert!(listed(&app.member(), "").await.is_empty());
    turns_away(&app, |caller| caller.post(PATH).json(&note("x"))).await;
    is_a_change(&app, |caller| caller.post(PATH).json(&note("x"))).await;
}

#[tokio::test]
async fn takes_what_is_odd_and_good() {
    let app = TestApp::new().await;
    for content in ["😀".repeat(8_192), "שלום עולם".to_owned(), "ｘ\u{202e}y".to_owned()] {
        let kept = keep(&app.member(), &note(&content)).await;
        assert_eq!(app.member().get(&path_of(&kept)).await.expect(200)["content"], json!(content));
    }
}
