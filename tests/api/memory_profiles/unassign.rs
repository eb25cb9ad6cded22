//! `memory-profiles.unassign`

use serde_json::{Value, json};

use super::{agent, hides_from_others, is_a_change, make};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn the_agent_has_the_default_again(app: TestApp) {
        let (path, other) = (make(&app, &json!({"name": "A"})).await, make(&app, &json!({"name": "B"})).await);
        agent(&app, "support").await;
        let assigned = format!("{path}/agents/support");
        app.admin().put(&assigned).await.expect(200);
        app.admin().delete(&format!("{other}/agents/support")).await.expect_problem(404, "not_found");
        hides_from_others(&app, |caller| caller.delete(&assigned)).await;
        is_a_change(&app, |caller| caller.delete(&assigned)).await;
        app.admin().delete(&assigned).await.expect(204);
        let shown = app.viewer().get("/agents/support").await.expect(200);
        assert_eq!((&shown["version"], &shown["memory_profile_id"]), (&json!(3), &Value::Null));
        app.admin().delete(&assigned).await.expect_problem(404, "not_found");
        app.admin().delete(&format!("{path}/agents/nobody")).await.expect_problem(404, "not_found");
    }
}
