//! `memory.propagate`

use astra_core::auth::Role;
use serde_json::{Value, json};

use super::keep;
use super::traverse::{relate, relation};
use crate::support::{Caller, TestApp, both_backends};

const PATH: &str = "/memory/propagate";

/// Writes a note of the caller's own; answers its memory.
async fn note(caller: &Caller, content: &str, confidence: f64) -> Value {
    let body = json!({"tier": "daily", "content": content, "confidence": confidence});
    keep(caller, &body).await
}

/// What became of a memory.
fn outcome<'a>(done: &'a Value, memory: &Value) -> &'a str {
    let found = done["memories"].as_array().expect("memories").iter().find(|one| one["memory_id"] == memory["id"]);
    found.map_or("none", |one| one["outcome"].as_str().expect("an outcome"))
}

both_backends! {
    async fn copies_what_is_relevant_once(app: TestApp) {
        let (member, other, admin) = (app.member(), app.other_member(), app.admin());
        let sure = note(&member, "Releases are made on Tuesdays.", 0.97).await;
        let fair = note(&member, "The build takes ten minutes.", 0.8).await;
        let weak = note(&member, "Someone may like tea.", 0.6).await;
        let graph = relate(&member, "user", &[relation("Kestrel", "uses", "Kafka")]).await;
        let user_id = sure["user_id"].clone();
        let ask = json!({"user_id": user_id});
        let done = admin.post(PATH).json(&ask).await.expect(200);
        let outcomes = [&sure, &fair, &weak, &graph].map(|memory| outcome(&done, memory));
        assert_eq!(outcomes, ["copied", "copied", "not_relevant", "copied"], "{done}");
        assert_eq!(done["copied"], 3);
        // No answer of it says what a memory holds.
        assert!(!done.to_string().contains("tea") && !done.to_string().contains("Tuesdays"));
        let seen = other.get("/memory").await.expect(200).to_string();
        assert!(seen.contains("Tuesdays") && seen.contains("ten minutes") && !seen.contains("tea"), "{seen}");
        assert_eq!(other.get("/memory/graph?start=Kafka").await.expect(200)["edges"][0]["kind"], "uses");
        let again = admin.post(PATH).json(&ask).await.expect(200);
        let outcomes = [&sure, &fair, &weak, &graph].map(|memory| outcome(&again, memory));
        assert_eq!((outcomes, &again["copied"]), (["already_copied", "already_copied", "not_relevant", "already_copied"], &json!(0)));
        let all = admin.post(PATH).json(&json!({"user_id": user_id, "min_relevance": 0})).await.expect(200);
        assert_eq!((outcome(&all, &weak), &all["copied"]), ("copied", &json!(1)));
    }

    async fn what_the_workspace_knows_already_gets_more_evidence(app: TestApp) {
        let (member, admin) = (app.member(), app.admin());
        let body = json!({"tier": "daily", "content": "Releases are made on Tuesdays.", "scope": "workspace"});
        let known = keep(&admin, &body).await;
        let own = note(&member, "releases are  made on Tuesdays", 1.0).await;
        let done = admin.post(PATH).json(&json!({"user_id": own["user_id"]})).await.expect(200);
        assert_eq!(outcome(&done, &own), "confirmed", "{done}");
        let path = format!("/memory/{}", known["id"].as_str().expect("an id"));
        assert_eq!(member.get(&path).await.expect(200)["evidence"], 2);
    }

    async fn says_so_in_the_log_without_what_was_remembered(app: TestApp) {
        let (member, admin) = (app.member(), app.admin());
        let own = note(&member, "Releases are made on Tuesdays.", 1.0).await;
        let done = admin.post(PATH).json(&json!({"user_id": own["user_id"]})).await.expect(200);
        let sql = "SELECT data FROM outbox WHERE workspace_id = $1 AND event = 'memory.propagated'";
        let rows = app.store();
        let found = rows.read(move |tx| tx.query(sql, &[])?.iter_mut().map(|row| row.next_text()).collect());
        let events: Vec<String> = found.await.expect("the log");
        let data: Value = serde_json::from_str(events.last().expect("an event")).expect("JSON");
        let copy = &done["memories"][0]["workspace_memory_id"];
        assert_eq!(data, json!({"user_id": own["user_id"], "memory_ids": [copy]}));
        admin.post(PATH).json(&json!({"user_id": own["user_id"]})).await.expect(200);
        let found = rows.read(move |tx| Ok(tx.query(sql, &[])?.len()));
        assert_eq!((events.len(), found.await.expect("the log")), (1, 1), "nothing was copied the second time");
    }
}

#[tokio::test]
async fn is_for_admins_and_knows_no_foreign_user() {
    let app = TestApp::new().await;
    let own = note(&app.member(), "Releases are made on Tuesdays.", 1.0).await;
    let ask = json!({"user_id": own["user_id"]});
    app.anonymous().post(PATH).json(&ask).await.expect_problem(401, "unauthorized");
    app.member().post(PATH).json(&ask).await.expect_problem(403, "forbidden");
    app.scoped(Role::Admin, "memory:read").post(PATH).json(&ask).await.expect_problem(403, "forbidden");
    app.other_workspace().post(PATH).json(&ask).await.expect_problem(404, "not_found");
    app.admin().post(PATH).json(&json!({"user_id": "usr_0000000000009"})).await.expect_problem(404, "not_found");
    assert_eq!(app.admin().post(PATH).json(&json!({})).await.expect(200)["copied"], 0);
    for body in
        [json!({"min_relevance": 2}), json!({"tiers": []}), json!({"tiers": ["session"]}), json!({"memory_ids": ["x"]})]
    {
        app.admin().post(PATH).json(&body).await.expect_problem(422, "invalid_request");
    }
}
