//! `workspaces.get_quotas`

use serde_json::json;

use super::{limit, only_for_the_workspace, path_to};
use crate::conversation::Talk;
use crate::support::{TestApp, both_backends};

const HOUR_MS: i64 = 3_600_000;

both_backends! {
    async fn there_are_none_at_first(app: TestApp) {
        let answer = app.viewer().get(&path_to(&app, "quotas")).await;
        assert_eq!(answer.header("etag"), "\"0-0\"");
        let nothing = json!({
            "tokens_per_hour": 0, "tokens_per_day": 0, "turns_per_day": 0, "cost_usd_per_day": 0.0, "tokens_per_month": 0,
            "cost_usd_per_month": 0.0,
        });
        assert_eq!(answer.expect(200), json!({
            "version": 0, "tokens_per_hour": null, "tokens_per_day": null, "turns_per_day": null, "cost_usd_per_day": null,
            "tokens_per_month": null, "cost_usd_per_month": null, "used": nothing, "updated_at": null,
            "hour_ends_at": "2026-11-23T22:00:00.000Z", "month_ends_at": "2026-12-01T00:00:00.000Z",
        }));
    }

    async fn shows_what_all_agents_have_used_summed_up_or_not(talk: Talk) {
        let path = path_to(&talk.app, "quotas");
        let used = async || talk.app.viewer().get(&path).await.expect(200)["used"].clone();
        talk.say("one").await;
        let echo = json!({"agent_id": crate::conversation::ECHO, "message": "hello"});
        talk.app.member().post("/chat").json(&echo).await.expect(200);
        let before = used().await;
        assert_eq!(before["turns_per_day"], 2, "{before}");
        assert!(before["tokens_per_hour"].as_u64().expect("a number") >= 12, "{before}");
        assert_eq!((&before["tokens_per_day"], &before["tokens_per_month"]), (&before["tokens_per_hour"], &before["tokens_per_hour"]));
        while talk.app.db().roll_usage_up().await.expect("a piece") {}
        assert_eq!(used().await, before);
        talk.app.clock.advance_ms(HOUR_MS);
        let later = used().await;
        assert_eq!((&later["tokens_per_hour"], &later["tokens_per_day"]), (&json!(0), &before["tokens_per_day"]));
        // Eight days later it is December.
        talk.app.clock.advance_ms(8 * 24 * HOUR_MS);
        let next = talk.app.viewer().get(&path).await.expect(200);
        assert_eq!((&next["used"]["tokens_per_month"], &next["month_ends_at"]), (&json!(0), &json!("2027-01-01T00:00:00.000Z")));
    }

    async fn is_what_was_set_last(app: TestApp) {
        let set = limit(&app, &json!({"tokens_per_day": 7, "cost_usd_per_month": 1.5})).await;
        assert_eq!(app.viewer().get(&path_to(&app, "quotas")).await.expect(200), set);
        assert_eq!((&set["version"], &set["tokens_per_day"], &set["cost_usd_per_month"]), (&json!(1), &json!(7), &json!(1.5)));
    }

    async fn is_for_the_workspace_alone(app: TestApp) {
        only_for_the_workspace(&app, "quotas", |caller, path| caller.get(path)).await;
    }
}
