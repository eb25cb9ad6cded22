//! `memory-profiles.get`

use serde_json::json;

use super::{NOWHERE, hides_from_others, make, turns_away};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn shows_one_and_hides_it_from_others(app: TestApp) {
        let path = make(&app, &json!({"name": "A", "ttl_days": 90, "tier_weights": {"session": 0.5}})).await;
        make(&app, &json!({"name": "B"})).await;
        let shown = app.viewer().get(&path).await.expect(200);
        assert_eq!((&shown["name"], &shown["ttl_days"]), (&json!("A"), &json!(90)));
        assert_eq!((&shown["tier_weights"]["session"], &shown["tier_weights"]["daily"]), (&json!(0.5), &json!(1.0)));
        hides_from_others(&app, |caller| caller.get(&path)).await;
        app.viewer().get(NOWHERE).await.expect_problem(404, "not_found");
        app.viewer().get("/memory-profiles/mpr_9").await.expect_problem(422, "invalid_request");
        turns_away(&app, |caller| caller.get(&path)).await;
    }
}
