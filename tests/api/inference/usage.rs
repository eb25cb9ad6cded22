//! `inference.usage`

use std::sync::atomic::{AtomicI64, Ordering};

use astra_core::params;
use astra_core::store::usage::{self, HOUR_MS, UsageRow};
use astra_core::store::{self, WorkspaceId};
use serde_json::{Value, json};

use crate::support::{Reply, START_MS, TestApp, TestBackend, Upstream, both_backends};

const DAY_MS: i64 = 24 * HOUR_MS;
const USER: i64 = 7;
const USER_ID: &str = "usr_06a1b2c3d4e5q";

/// Records calls of `agent` in the app's workspace, as turns do.
async fn record(app: &TestApp, at_ms: i64, agent: &str, errors: u32) {
    let config = app.backend.config();
    let db = store::open(&config.store, &config.data_dir).expect("the store opens");
    let row = UsageRow {
        agent_id: agent.to_owned(),
        subject: USER,
        provider: "openai".to_owned(),
        model: "gpt-4.1-mini".to_owned(),
        at_ms,
        requests: 2,
        errors,
        input_tokens: 100,
        output_tokens: 10,
        cost_usd: 0.5,
    };
    let workspace: WorkspaceId = app.authority().operator().workspace;
    let name = "INSERT INTO subjects (number, id) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";
    db.write(move |tx| tx.execute(name, params![USER, USER_ID])).await.expect("the user");
    static SOURCE: AtomicI64 = AtomicI64::new(1);
    let source = SOURCE.fetch_add(1, Ordering::Relaxed);
    db.rows(&workspace).write(move |tx| usage::add(tx, source, 0, &row)).await.expect("the row is added");
}

fn sum(mut keys: Value, calls: i64, errors: i64) -> Value {
    keys["requests"] = (2 * calls).into();
    keys["errors"] = errors.into();
    keys["input_tokens"] = (100 * calls).into();
    keys["output_tokens"] = (10 * calls).into();
    keys["cost_usd"] = json!(f64::from(i32::try_from(calls).expect("few")) * 0.5);
    keys
}

both_backends! {
    async fn sums_are_of_the_last_thirty_days_unless_said_otherwise(app: TestApp) {
        record(&app, START_MS, "helper", 1).await;
        record(&app, START_MS - DAY_MS, "helper", 0).await;
        record(&app, START_MS - 31 * DAY_MS, "helper", 0).await;
        app.clock.advance_ms(1);
        let report = app.viewer().get("/inference/usage").await.expect(200);
        assert_eq!(report["data"], json!([sum(json!({}), 2, 1)]));
        assert_eq!((&report["from"], &report["to"]), (&"2026-10-24T21:00:00.001Z".into(), &"2026-11-23T21:00:00.001Z".into()));
        let early = app.viewer().get("/inference/usage?from=2026-01-01T00:00:00Z&to=2026-11-01T00:00:00%2B01:00").await.expect(200);
        assert_eq!(early["data"], json!([sum(json!({}), 1, 0)]));
        assert_eq!(early["to"], "2026-10-31T23:00:00.000Z");
    }

    async fn sums_are_told_apart_as_asked(app: TestApp) {
        record(&app, START_MS - HOUR_MS, "helper", 0).await;
        record(&app, START_MS - HOUR_MS, "other", 1).await;
        record(&app, START_MS - DAY_MS, "other", 0).await;
        let report = app.viewer().get("/inference/usage?group_by=agent,day").await.expect(200);
        let expected = json!([
            sum(json!({"agent_id": "other", "day": "2026-11-23"}), 1, 1),
            sum(json!({"agent_id": "helper", "day": "2026-11-23"}), 1, 0),
            sum(json!({"agent_id": "other", "day": "2026-11-22"}), 1, 0),
        ]);
        assert_eq!(report["data"], expected);
        let first = app.viewer().get("/inference/usage?group_by=agent,day&limit=2").await.expect(200);
        let cursor = first["next_cursor"].as_str().expect("there is more");
        let second = app.viewer().get(&format!("/inference/usage?group_by=agent,day&limit=2&cursor={cursor}")).await.expect(200);
        assert_eq!(json!([first["data"][0], first["data"][1], second["data"][0]]), expected);
        assert_eq!(second["next_cursor"], Value::Null);
        let by_all = app.viewer().get("/inference/usage?group_by=user,model,provider").await.expect(200);
        let keys = json!({"provider": "openai", "model": "gpt-4.1-mini", "user_id": "usr_06a1b2c3d4e5q"});
        assert_eq!(by_all["data"], json!([sum(keys, 3, 1)]));
    }

    async fn another_workspace_has_its_own(app: TestApp) {
        record(&app, START_MS - HOUR_MS, "helper", 0).await;
        let report = app.other_workspace().get("/inference/usage?group_by=agent").await.expect(200);
        assert_eq!(report["data"], json!([]));
    }
}

#[tokio::test]
async fn a_turn_is_in_the_sums_when_it_is_answered() {
    let upstream = Upstream::start().await;
    let app = TestApp::builder(TestBackend::sqlite()).upstream("house", &upstream.url()).open().await;
    app.member().post("/chat").json(&json!({"agent_id": "assistant", "message": "Hello."})).await.expect(200);
    upstream.will(Reply::Html);
    app.member().post("/chat").json(&json!({"agent_id": "assistant", "message": "Hello?"})).await.expect(502);
    app.clock.advance_ms(1);
    let report = app.viewer().get("/inference/usage?group_by=agent,provider,model").await.expect(200);
    let expected = json!([{
        "agent_id": "assistant", "provider": "house", "model": "test-model", "requests": 2, "errors": 1, "input_tokens": 7,
        "output_tokens": 5, "cost_usd": 0.0,
    }]);
    assert_eq!(report["data"], expected);
}

#[tokio::test]
async fn bad_questions_are_refused_with_what_is_wrong() {
    let app = TestApp::new().await;
    for (query, pointer) in [
        ("group_by=agent,tenant", "query/group_by"),
        ("from=yesterday", "query/from"),
        ("to=2026-13-01T00:00:00Z", "query/to"),
        ("from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z", "query/from"),
        ("group=agent", "query/group"),
    ] {
        let problem =
            app.viewer().get(&format!("/inference/usage?{query}")).await.expect_problem(422, "invalid_request");
        let told = problem["errors"][0]["pointer"].as_str().expect("a pointer");
        assert!(told.starts_with(pointer), "{query}: {problem}");
    }
}

#[tokio::test]
async fn the_wrong_callers_are_refused() {
    let app = TestApp::new().await;
    app.anonymous().get("/inference/usage").await.expect_problem(401, "unauthorized");
    app.scoped(astra_core::auth::Role::Owner, "chat:send")
        .get("/inference/usage")
        .await
        .expect_problem(403, "forbidden");
}
