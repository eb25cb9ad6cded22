//! `memory-profiles.delete`

use std::future::IntoFuture as _;

use futures_util::future::join;
use serde_json::json;

use super::{NOWHERE, agent, hides_from_others, id, is_a_change, make};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn is_refused_while_an_agent_has_it(app: TestApp) {
        let path = make(&app, &json!({"name": "A"})).await;
        agent(&app, "support").await;
        app.admin().put(&format!("{path}/agents/support")).await.expect(200);
        let problem = app.admin().delete(&path).await.expect_problem(409, "conflict");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("list_agents")), "{problem}");
        app.admin().delete(&format!("{path}/agents/support")).await.expect(204);
        app.admin().delete(&path).await.expect(204);
        app.admin().delete(&path).await.expect_problem(404, "not_found");
        // The version that named it cannot come back.
        let problem = app.admin().post("/agents/support/rollback/2").await.expect_problem(422, "invalid_request");
        assert_eq!(problem["errors"][0]["pointer"], "/memory_profile_id", "{problem}");
        app.admin().post("/agents/support/rollback/1").await.expect(200);
    }

    async fn goes_with_an_agent_that_goes(app: TestApp) {
        let path = make(&app, &json!({"name": "A"})).await;
        app.admin().post("/agents").json(&json!({"id": "support", "memory_profile_id": id(&path)})).await.expect(201);
        app.admin().delete(&path).await.expect_problem(409, "conflict");
        app.admin().delete("/agents/support").await.expect(204);
        app.admin().delete(&path).await.expect(204);
    }

    async fn is_not_assigned_while_it_goes(app: TestApp) {
        agent(&app, "support").await;
        for _ in 0..8 {
            let path = make(&app, &json!({"name": "A"})).await;
            let (assigned, deleted) = join(
                app.admin().put(&format!("{path}/agents/support")).into_future(),
                app.admin().delete(&path).into_future(),
            ).await;
            let both = (assigned.status.as_u16(), deleted.status.as_u16());
            assert!(matches!(both, (200, 409) | (404, 204)), "{both:?}");
        }
    }

    async fn needs_the_state_that_was_seen(app: TestApp) {
        let path = make(&app, &json!({"name": "A"})).await;
        let seen = app.admin().get(&path).await.header("etag").to_owned();
        app.admin().put(&path).json(&json!({"name": "B"})).await.expect(200);
        app.admin().delete(&path).header("if-match", &seen).await.expect_problem(412, "precondition_failed");
        hides_from_others(&app, |caller| caller.delete(&path)).await;
        is_a_change(&app, |caller| caller.delete(&path)).await;
        app.admin().delete(NOWHERE).await.expect_problem(404, "not_found");
        app.viewer().get(&path).await.expect(200);
    }
}
