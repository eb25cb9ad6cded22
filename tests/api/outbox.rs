//! Which operations cause events: those that change agents and sessions, and no turn that has no reader.

use astra_core::config::Config;
use astra_core::params;
use serde_json::{Value, json};

use crate::conversation::{AGENT, Talk};
use crate::support::{TestApp, both_backends};

/// Events with their data, in the order in which they were caused.
async fn events(app: &TestApp) -> Vec<(String, Value)> {
    let store = app.store();
    let rows = store.read(|tx| {
        let sql = "SELECT event, data FROM outbox WHERE workspace_id = $1 ORDER BY position";
        tx.query(sql, params![])?.into_iter().map(|mut row| Ok((row.next_text()?, row.next_json()?))).collect()
    });
    rows.await.expect("the outbox")
}

fn agent(id: &str, version: u32, change: &str) -> (String, Value) {
    ("agent.updated".to_owned(), json!({"agent_id": id, "version": version, "change": change}))
}

#[test]
fn events_are_kept_for_1_to_90_days() {
    for (days, is_good) in [(0, false), (1, true), (90, true), (91, false)] {
        let mut config = Config::default();
        config.store.outbox_days = days;
        let is_refused = config.validate().iter().any(|fault| fault.key == "store.outbox_days");
        assert_eq!(is_refused, !is_good, "{days}");
    }
    assert_eq!(Config::default().store.outbox_days, 7);
}

both_backends! {
    async fn a_change_of_an_agent_is_an_event_and_a_turn_is_none(talk: Talk) {
        let (admin, member) = (talk.app.admin(), talk.app.member());
        let before = events(&talk.app).await;
        assert!(before.contains(&agent(AGENT, 1, "created")), "the configuration defines it: {before:?}");
        let new = json!({"id": "own", "model": {"provider": "echo"}});
        for _ in 0..2 {
            admin.post("/agents").header("idempotency-key", "once").json(&new).await.expect(201);
        }
        admin.post("/agents").json(&new).await.expect_problem(409, "conflict");
        admin.patch("/agents/own").json(&json!({"system_prompt": "secret words"})).await.expect(200);
        admin.put("/agents/own").json(&json!({"model": {"provider": "echo"}})).await.expect(200);
        admin.post("/agents/own/rollback/2").await.expect(200);
        admin.post("/agents/own/clone").json(&json!({"id": "copy"})).await.expect(201);
        let file = json!({"format": "astra.agent.v1", "id": "filed", "definition": {"model": {"provider": "echo"}}});
        admin.post("/agents/import").json(&file).await.expect(201);
        admin.delete("/agents/copy").await.expect(204);
        member.delete("/agents/own").await.expect_problem(403, "forbidden");
        talk.say("hello").await;
        let session = talk.session().await;
        talk.say_in(&session, "hello").await;
        let mut caused = events(&talk.app).await.split_off(before.len());
        let (name, data) = caused.pop().expect("the session");
        assert_eq!((name.as_str(), &data["session_id"]), ("session.created", &session["id"]));
        assert_eq!(caused, [
            agent("own", 1, "created"),
            agent("own", 2, "updated"),
            agent("own", 3, "updated"),
            agent("own", 4, "updated"),
            agent("copy", 1, "created"),
            agent("filed", 1, "created"),
            agent("copy", 1, "deleted"),
        ]);
    }
}
