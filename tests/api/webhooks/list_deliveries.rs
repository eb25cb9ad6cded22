//! `webhooks.list_deliveries`

use serde_json::{Value, json};

use super::{hides_from_others, pointers, turns_away};
use crate::endpoint::{Hooked, Reaction};
use crate::support::both_backends;

both_backends! {
    async fn shows_and_counts_those_that_are_asked_for(hooked: Hooked) {
        hooked.endpoint.will(Reaction::Answer(500, "")).will(Reaction::Answer(410, ""));
        let (webhook, _) = hooked.make("/", json!({})).await;
        for _ in 0..3 {
            hooked.app.admin().post(&format!("{webhook}/test")).await.expect(202);
            hooked.deliveries(&webhook, |found| found.iter().all(|one| !one["finished_at"].is_null())).await;
            hooked.app.clock.advance_ms(1_000);
        }
        let get = async |query: &str| hooked.app.admin().get(&format!("{webhook}/deliveries{query}")).await.expect(200);
        let statuses = |page: &Value| {
            let rows = page["data"].as_array().expect("data").iter();
            rows.map(|row| row["status"].as_str().expect("a status").to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(statuses(&get("").await), ["succeeded", "failed", "failed"]);
        assert_eq!(get("").await["counts"], Value::Null);
        assert_eq!(statuses(&get("?status=failed&limit=1").await), ["failed"]);
        assert_eq!(statuses(&get("?from=2026-11-23T21:00:01Z&to=2026-11-23T21:00:02Z").await), ["failed"]);
        let counted = get("?status=succeeded&count_by=status").await;
        assert_eq!(statuses(&counted), ["succeeded"]);
        let count = |status: &str, count: u32| json!({"status": status, "count": count, "is_exact": true});
        assert_eq!(counted["counts"], json!([count("pending", 0), count("sending", 0), count("succeeded", 1), count("failed", 2)]));
        let first = get("?limit=2").await;
        let next = first["next_cursor"].as_str().expect("a cursor");
        assert_eq!(statuses(&get(&format!("?limit=2&cursor={next}")).await), ["failed"]);
        let path = format!("{webhook}/deliveries");
        hides_from_others(&hooked.app, |caller| caller.get(&path)).await;
        turns_away(&hooked.app, |caller| caller.get(&path)).await;
        for (query, place) in [("status=late", "query/status"), ("from=today", "query/from"), ("count_by=event", "query/count_by")] {
            let problem = hooked.app.admin().get(&format!("{path}?{query}")).await.expect_problem(422, "invalid_request");
            assert_eq!(pointers(&problem), [place]);
        }
    }
}
