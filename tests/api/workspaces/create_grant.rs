//! `workspaces.create_grant`

use serde_json::json;

use super::{only_for_the_workspace, path_to, pointers};
use crate::lending::{offer, other_id};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn a_workspace_that_is_not_there_is_offered_as_one_that_is(app: TestApp) {
        let there = offer(&app, "assistant", &other_id(&app).await).await;
        let nowhere = offer(&app, "assistant", "wsp_0000000000009").await;
        for (grant, borrower) in [(&there, other_id(&app).await), (&nowhere, "wsp_0000000000009".to_owned())] {
            assert_eq!((&grant["status"], &grant["borrower_id"]), (&json!("offered"), &json!(borrower)));
            assert_eq!((&grant["expires_at"], &grant["accepted_at"]), (&json!("2026-11-23T22:00:00.000Z"), &json!(null)));
        }
        let entry = app.owner().get("/admin/audit?limit=1").await.expect(200)["data"][0].clone();
        assert_eq!((&entry["operation"], &entry["target_id"]), (&json!("workspaces.create_grant"), &nowhere["id"]), "{entry}");
    }

    async fn the_same_key_makes_one(app: TestApp) {
        let body = json!({"agent_id": "assistant", "workspace_id": "wsp_0000000000009", "expires_in": 60});
        let once = || app.admin().post(&path_to(&app, "grants")).header("idempotency-key", "once").json(&body);
        let (one, two) = (once().await.expect(201), once().await.expect(201));
        assert_eq!(one, two);
        assert_eq!(app.admin().get(&path_to(&app, "grants")).await.expect(200)["data"].as_array().map(Vec::len), Some(1));
    }

    async fn what_is_not_owned_is_not_lent(app: TestApp) {
        for (agent, seconds, pointer) in [("nobody", 60, "/agent_id"), ("assistant", 0, "/expires_in"), ("assistant", 31_622_401, "/expires_in")] {
            let body = json!({"agent_id": agent, "workspace_id": "wsp_0000000000009", "expires_in": seconds});
            let problem = app.admin().post(&path_to(&app, "grants")).json(&body).await.expect_problem(422, "invalid_request");
            assert_eq!(pointers(&problem), [pointer], "{problem}");
        }
    }

    async fn is_for_admins(app: TestApp) {
        let body = json!({"agent_id": "assistant", "workspace_id": "wsp_0000000000009", "expires_in": 60});
        only_for_the_workspace(&app, "grants", |caller, path| caller.post(path).json(&body)).await;
        app.member().post(&path_to(&app, "grants")).json(&body).await.expect_problem(403, "forbidden");
    }
}
