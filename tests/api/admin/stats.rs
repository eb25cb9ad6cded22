//! `admin.stats`

use serde_json::{Value, json};

use super::turns_away;
use crate::conversation::Talk;
use crate::support::{TestApp, both_backends};

const PATH: &str = "/admin/stats";

fn exactly(count: u32) -> Value {
    json!({"count": count, "is_exact": true})
}

both_backends! {
    async fn counts_what_the_workspace_has(talk: Talk) {
        let (app, owner) = (&talk.app, talk.app.owner());
        let before = owner.get(PATH).await.expect(200)["workspace"].clone();
        talk.say("How much is there?").await;
        owner.post("/memory-profiles").json(&json!({"name": "Support"})).await.expect(201);
        owner.post("/webhooks").json(&json!({"url": "https://hooks.example/a"})).await.expect(201);
        let stats = owner.get(PATH).await.expect(200);
        let workspace = &stats["workspace"];
        assert_eq!((&workspace["sessions"], &workspace["turns"]), (&exactly(1), &exactly(1)));
        assert_eq!((&workspace["webhooks"], &workspace["memory_profiles"]), (&exactly(1), &exactly(1)));
        let entries = |stats: &Value| stats["audit_entries"]["count"].as_i64().expect("a count");
        assert_eq!(entries(workspace), entries(&before) + 2);
        assert!(workspace["storage_bytes"].as_u64() > before["storage_bytes"].as_u64());
        let others = app.other_workspace().get(PATH).await.expect(200);
        assert_eq!((&others["workspace"]["turns"], &others["workspace"]["sessions"]), (&exactly(0), &exactly(0)));
        assert_eq!(others["gateway"], Value::Null);
    }

    async fn shows_how_the_gateway_is_doing(app: TestApp) {
        let stats = app.owner().get(PATH).await.expect(200);
        let gateway = &stats["gateway"];
        assert_eq!(gateway["version"], env!("CARGO_PKG_VERSION"));
        assert!(gateway["store"]["database_bytes"].as_u64() > Some(10_000), "{gateway}");
        assert_eq!(gateway["store"]["kind"] == "sqlite", gateway["store"]["log_bytes"].is_u64());
        let tasks = gateway["tasks"].as_array().expect("tasks");
        let retention = tasks.iter().find(|task| task["name"] == "cron.scheduler").expect("the scheduler");
        assert_eq!(retention["state"], "running");
        assert!(gateway["task_groups"].as_array().is_some_and(|groups| !groups.is_empty()));
        assert_eq!(gateway["queues"]["due_jobs"], 0);
        turns_away(&app, |caller| caller.get(PATH)).await;
    }
}
