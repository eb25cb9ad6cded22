//! `memory-profiles.replace`

use std::future::IntoFuture as _;

use futures_util::future::join_all;
use serde_json::json;

use super::{NOWHERE, hides_from_others, is_a_change, make, pointers};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn what_is_left_out_gets_its_default(app: TestApp) {
        let path = make(&app, &json!({"name": "A", "ttl_days": 9, "tiers_enabled": {"graph": false}})).await;
        app.clock.advance_ms(1_000);
        let changed = app.admin().put(&path).json(&json!({"name": "B"})).await.expect(200);
        assert_eq!((&changed["name"], &changed["ttl_days"], &changed["version"]), (&json!("B"), &json!(null), &json!(2)));
        assert_eq!((&changed["tiers_enabled"]["graph"], &changed["updated_at"]), (&json!(true), &json!("2026-11-23T21:00:01.000Z")));
        assert_eq!(app.viewer().get(&path).await.expect(200), changed);
        let again = app.admin().put(&path).json(&changed).await.expect(200);
        assert_eq!((&again["name"], &again["version"]), (&json!("B"), &json!(3)));
    }

    async fn of_two_who_saw_the_same_the_second_loses(app: TestApp) {
        let path = make(&app, &json!({"name": "A"})).await;
        let seen = app.admin().get(&path).await.header("etag").to_owned();
        let ask = |name: &str| app.admin().put(&path).header("if-match", &seen).json(&json!({"name": name}));
        let changed = ask("B").await;
        assert_ne!(changed.header("etag"), seen);
        changed.expect(200);
        ask("C").await.expect_problem(412, "precondition_failed");
        assert_eq!(app.admin().get(&path).await.expect(200)["name"], "B");
    }

    async fn of_many_at_once_who_saw_the_same_one_wins(app: TestApp) {
        let path = make(&app, &json!({"name": "A"})).await;
        let seen = app.admin().get(&path).await.header("etag").to_owned();
        let asks = (0..8).map(|number| {
            let name = format!("B{number}");
            app.admin().put(&path).header("if-match", &seen).json(&json!({"name": name})).into_future()
        });
        let mut statuses: Vec<u16> = join_all(asks).await.iter().map(|answer| answer.status.as_u16()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412]);
        assert_eq!(app.admin().get(&path).await.expect(200)["version"], 2);
    }

    async fn refuses_and_hides(app: TestApp) {
        let path = make(&app, &json!({"name": "A"})).await;
        let good = json!({"name": "B"});
        hides_from_others(&app, |caller| caller.put(&path).json(&good)).await;
        is_a_change(&app, |caller| caller.put(&path).json(&good)).await;
        app.admin().put(NOWHERE).json(&good).await.expect_problem(404, "not_found");
        for (body, pointer) in [
            (json!({"name": "B", "min_score": 2}), "/min_score"),
            (json!({"name": "B", "id": "mpr_0000000000001"}), "/id"),
        ] {
            let problem = app.admin().put(&path).json(&body).await.expect_problem(422, "invalid_request");
            assert_eq!(pointers(&problem), [pointer], "{problem}");
        }
        assert_eq!(app.admin().get(&path).await.expect(200)["name"], "A");
    }
}
