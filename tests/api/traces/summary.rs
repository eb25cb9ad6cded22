//! `traces.summary`

use astra_core::auth::Role;
use serde_json::{Value, json};

use crate::conversation::{AGENT, ECHO, Talk, id_of, question};
use crate::support::{Reply, TestApp, both_backends};

const HOUR_MS: i64 = 3_600_000;

async fn say(talk: &Talk, agent: &str) -> Value {
    talk.app.member().post("/chat").json(&json!({"agent_id": agent, "message": "hello"})).await.expect(200)
}

/// The keys of a group and how many turns it has.
fn counts(summary: &Value) -> Vec<(Value, Value, Value)> {
    let data = summary["data"].as_array().expect("groups");
    data.iter().map(|group| (group["hour"].clone(), group["agent_id"].clone(), group["turns"].clone())).collect()
}

both_backends! {
    async fn counts_turns_by_agent_and_hour(talk: Talk) {
        let viewer = talk.app.viewer();
        say(&talk, ECHO).await;
        talk.will(Reply::Html);
        talk.app.member().post("/chat").json(&question("fail")).await.expect_problem(502, "upstream_error");
        let session = say(&talk, AGENT).await;
        talk.app.clock.advance_ms(HOUR_MS + 1);
        say(&talk, ECHO).await;
        let (late, early) = (json!("2026-11-23T22:00:00.000Z"), json!("2026-11-23T21:00:00.000Z"));
        let expected = vec![(late, json!(ECHO), json!(1)), (early.clone(), json!(ECHO), json!(1)), (early, json!(AGENT), json!(2))];
        for is_rolled_up in [false, true] {
            let summary = viewer.get("/traces/summary").await.expect(200);
            assert_eq!(counts(&summary), expected, "{is_rolled_up}: {summary}");
            let total = &summary["total"];
            assert_eq!((&total["turns"], &total["completed"], &total["failed"]), (&json!(4), &json!(3), &json!(1)));
            assert_eq!(total["error_rate"], 0.25);
            assert_eq!(summary["data"][2]["error_rate"], 0.5);
            let percentiles = ["p50_ms", "p95_ms", "p99_ms"].map(|name| total[name].as_f64().expect("a time"));
            assert!(percentiles.is_sorted() && percentiles[0] > 0.0, "{total}");
            let first = viewer.get("/traces/summary?limit=2").await.expect(200);
            let cursor = first["next_cursor"].as_str().expect("there is more");
            let second = viewer.get(&format!("/traces/summary?limit=2&cursor={cursor}")).await.expect(200);
            assert_eq!([counts(&first), counts(&second)].concat(), expected);
            assert_eq!((&second["total"], &second["next_cursor"]), (total, &Value::Null), "the total is of the whole time");
            while talk.app.db().roll_usage_up().await.expect("a piece") {}
        }
        // What was counted stays so.
        talk.app.member().delete(&format!("/sessions/{}", id_of(&session))).await.expect(204);
        assert_eq!(counts(&viewer.get("/traces/summary").await.expect(200)), expected);
        let foreign = talk.app.other_workspace().get("/traces/summary").await.expect(200);
        assert_eq!((&foreign["data"], &foreign["total"]["turns"], &foreign["total"]["p50_ms"]), (&json!([]), &json!(0), &Value::Null));
    }

    async fn is_of_the_time_the_agent_and_the_groups_that_are_asked_for(talk: Talk) {
        let viewer = talk.app.viewer();
        say(&talk, ECHO).await;
        talk.app.clock.advance_ms(HOUR_MS + 1);
        say(&talk, AGENT).await;
        let of = async |query: &str| counts(&viewer.get(&format!("/traces/summary?{query}")).await.expect(200));
        let (hour, none) = (json!("2026-11-23T21:00:00.000Z"), Value::Null);
        assert_eq!(of("to=2026-11-23T22:00:00Z").await, [(hour.clone(), json!(ECHO), json!(1))]);
        assert_eq!(of("from=2026-11-23T21:00:01Z&group_by=agent").await, [(none.clone(), json!(AGENT), json!(1))]);
        assert_eq!(of(&format!("agent_id={ECHO}&group_by=hour")).await, [(hour, none.clone(), json!(1))]);
        let by_agent = of("group_by=agent").await;
        assert_eq!(by_agent, [(none.clone(), json!(ECHO), json!(1)), (none, json!(AGENT), json!(1))]);
        assert_eq!(of("to=2026-11-01T00:00:00Z").await, []);
    }
}

#[tokio::test]
async fn bad_questions_and_wrong_callers_are_refused() {
    let app = TestApp::new().await;
    for query in [
        "group_by=agent,day",
        "from=yesterday",
        "from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z",
        "from=2020-01-01T00:00:00Z",
        "agent=x",
    ] {
        app.viewer().get(&format!("/traces/summary?{query}")).await.expect_problem(422, "invalid_request");
    }
    app.anonymous().get("/traces/summary").await.expect_problem(401, "unauthorized");
    app.scoped(Role::Owner, "chat:send").get("/traces/summary").await.expect_problem(403, "forbidden");
}
