//! `workspaces.list_grants`

use serde_json::{Value, json};

use super::{only_for_the_workspace, path_to};
use crate::conversation::{ECHO, Talk};
use crate::lending::{lend, other_id, other_path};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn both_sides_see_what_was_used_and_no_one_else_anything(talk: Talk) {
        let app = &talk.app;
        let grant = lend(app, ECHO).await;
        let (lent, other) = (path_to(app, "grants"), app.other_workspace());
        let borrowed = other_path(app, "grants").await;
        let ask = json!({"agent_id": grant["id"], "message": "hello"});
        other.post("/chat").json(&ask).await.expect(200);
        let seen = async || (app.admin().get(&lent).await.expect(200)["data"][0].clone(), other.get(&borrowed).await.expect(200)["data"][0].clone());
        let (here, there) = seen().await;
        assert_eq!((&here["direction"], &there["direction"]), (&json!("lent"), &json!("borrowed")));
        assert_eq!((&here["status"], &here["used"]["requests"]), (&json!("active"), &json!(1)), "{here}");
        assert!(here["used"]["input_tokens"].as_i64().expect("a number") > 0 && here["used"] == there["used"], "{here} {there}");
        assert!(here["created_by"].is_string() && there["created_by"].is_null(), "{there}");
        while app.db().roll_usage_up().await.expect("a piece") {}
        assert_eq!(seen().await, (here, there));
        let usage = other.get(&format!("/agents/{}/usage", grant["id"].as_str().expect("an id"))).await.expect(200);
        assert!(usage["tokens_per_hour"]["used"].as_i64().expect("a number") > 0, "{usage}");
        // The lender's own usage is its own.
        let own = app.viewer().get(&format!("/agents/{ECHO}/usage")).await.expect(200);
        assert_eq!(own["tokens_per_hour"]["used"], 0);
    }

    async fn pages_are_newest_first(app: TestApp) {
        let path = path_to(&app, "grants");
        for _ in 0..3 {
            let body = json!({"agent_id": "assistant", "workspace_id": other_id(&app).await, "expires_in": 60});
            app.admin().post(&path).json(&body).await.expect(201);
        }
        let (mut seen, mut cursor) = (Vec::new(), Value::Null);
        loop {
            let uri = cursor.as_str().map_or_else(|| format!("{path}?limit=2"), |cursor| format!("{path}?limit=2&cursor={cursor}"));
            let page = app.admin().get(&uri).await.expect(200);
            seen.extend(page["data"].as_array().expect("grants").iter().map(|grant| grant["id"].as_str().expect("an id").to_owned()));
            cursor = page["next_cursor"].clone();
            if cursor.is_null() {
                break;
            }
        }
        assert!(seen.len() == 3 && seen.is_sorted_by(|one, other| one > other), "{seen:?}");
        app.clock.advance_ms(60_000);
        assert_eq!(app.admin().get(&path).await.expect(200)["data"][0]["status"], "expired");
    }

    async fn is_for_admins(app: TestApp) {
        only_for_the_workspace(&app, "grants", |caller, path| caller.get(path)).await;
        app.member().get(&path_to(&app, "grants")).await.expect_problem(403, "forbidden");
    }
}
