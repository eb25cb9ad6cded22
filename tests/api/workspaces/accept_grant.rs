//! `workspaces.accept_grant`

use serde_json::{Value, json};

use super::{only_for_the_workspace, path_to};
use crate::lending::{accept, offer, other_id, other_path};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn nothing_is_borrowed_before(app: TestApp) {
        let grant = offer(&app, "assistant", &other_id(&app).await).await;
        let id = grant["id"].as_str().expect("an id");
        let other = app.other_workspace();
        assert_eq!(other.get("/agents").await.expect(200)["data"], json!([]));
        other.get(&format!("/agents/{id}")).await.expect_problem(404, "not_found");
        other.post("/chat").json(&json!({"agent_id": id, "message": "hello"})).await.expect_problem(404, "not_found");
        let accepted = accept(&app, &grant).await;
        assert_eq!((&accepted["status"], &accepted["accepted_at"]), (&json!("active"), &json!("2026-11-23T21:00:00.000Z")));
        app.clock.advance_ms(1_000);
        assert_eq!(accept(&app, &grant).await, accepted, "to accept again changes nothing");
        let entry = other.get("/admin/audit?limit=1").await.expect(200)["data"][0].clone();
        assert_eq!((&entry["operation"], &entry["target_id"]), (&json!("workspaces.accept_grant"), &grant["id"]), "{entry}");
    }

    async fn is_for_the_one_to_whom_it_was_offered(app: TestApp) {
        let grant = offer(&app, "assistant", "wsp_0000000000009").await;
        let part = format!("grants/{}/accept", grant["id"].as_str().expect("an id"));
        only_for_the_workspace(&app, &part, |caller, path| caller.post(path)).await;
        app.admin().post(&path_to(&app, &part)).await.expect_problem(404, "not_found");
        app.other_workspace().post(&other_path(&app, &part).await).await.expect_problem(404, "not_found");
        app.member().post(&path_to(&app, &part)).await.expect_problem(403, "forbidden");
    }

    async fn what_has_ended_is_not_accepted(app: TestApp) {
        let (first, second) = (offer(&app, "assistant", &other_id(&app).await).await, offer(&app, "assistant", &other_id(&app).await).await);
        let path = |grant: &Value| format!("grants/{}", grant["id"].as_str().expect("an id"));
        app.admin().delete(&path_to(&app, &path(&first))).await.expect(204);
        let take = async |grant: &Value| {
            let own = other_path(&app, &format!("{}/accept", path(grant))).await;
            app.other_workspace().post(&own).await
        };
        take(&first).await.expect_problem(409, "expired");
        app.clock.advance_ms(3_600_000);
        take(&second).await.expect_problem(409, "expired");
    }
}
