//! `health.ready`

use astra_core::params;
use astra_core::tasks::TaskKind;
use astra_core::work::TaskState;
use serde_json::json;

use crate::conversation::{ECHO, sent};
use crate::support::{TestApp, TestBackend, both_backends};

/// Makes every statement on the tables of questions and of the schema's history answer that the disk is full.
const FILL: [&str; 3] = [
    "CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '53100'; END $$",
    "CREATE TRIGGER fill BEFORE INSERT ON open_turns EXECUTE FUNCTION fill()",
    "CREATE TRIGGER fill BEFORE INSERT ON schema_migrations EXECUTE FUNCTION fill()",
];

async fn run(app: &TestApp, sql: &'static str) {
    app.db().write(move |tx| tx.execute(sql, params![])).await.expect("a statement");
}

both_backends! {
    async fn is_ready_when_the_store_is_migrated(app: TestApp) {
        assert_eq!(app.anonymous().get("/health/ready").await.expect(200)["status"], "ok");
    }

    async fn is_not_ready_while_the_store_is_full(backend: TestBackend) {
        let builder = TestApp::builder(backend).config(|config| config.store.max_size_mb = Some(2));
        let app = builder.agent(ECHO, json!({"model": {"max_context_tokens": 1_000_000}})).open().await;
        let (member, anybody) = (app.member(), app.anonymous());
        member.post("/chat").json(&json!({"agent_id": ECHO, "message": "hello"})).await.expect(200);
        let is_server = app.backend.config().store.database_url.is_some();
        if is_server {
            for sql in FILL {
                run(&app, sql).await;
            }
        } else {
            let block = "x".repeat(20_000);
            let fill = "INSERT INTO counters (name, value) VALUES ((SELECT COUNT(*) FROM counters) || $1, 1000)";
            let db = app.db();
            while {
                let block = block.clone();
                db.write(move |tx| tx.execute(fill, params![&block])).await.is_ok()
            } {}
        }
        anybody.get("/health/ready").await.expect(200);
        let large = json!({"agent_id": ECHO, "message": "x".repeat(100_000)});
        member.post("/chat").json(&large).await.expect_problem(503, "storage_full");
        let problem = anybody.get("/health/ready").await.expect_problem(503, "unavailable");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("full")), "{problem}");
        assert_eq!(anybody.get("/health").await.expect(200)["status"], "degraded");
        if is_server {
            run(&app, "DROP TRIGGER fill ON schema_migrations").await;
            run(&app, "DROP TRIGGER fill ON open_turns").await;
        } else {
            run(&app, "DELETE FROM counters WHERE value = 1000").await;
        }
        anybody.get("/health/ready").await.expect(200);
        assert_eq!(anybody.get("/health").await.expect(200)["status"], "ok");
        member.post("/chat").json(&large).await.expect(200);
    }
}

#[tokio::test]
async fn is_not_ready_while_the_server_is_gone() {
    let Some(backend) = TestBackend::postgres().await else { return };
    let app = TestApp::builder(backend).agent(ECHO, json!({})).open().await;
    let (member, anybody) = (app.member(), app.anonymous());
    let question = json!({"agent_id": ECHO, "message": "hello"});
    member.post("/chat").json(&question).await.expect(200);
    app.backend.shut(true).await;
    for _ in 0..2 {
        let answer = member.post("/chat").json(&question).await;
        assert_eq!(answer.header("retry-after"), "1");
        answer.expect_problem(503, "unavailable");
        anybody.get("/health/ready").await.expect_problem(503, "unavailable");
    }
    app.backend.shut(false).await;
    anybody.get("/health/ready").await.expect(200);
    member.post("/chat").json(&question).await.expect(200);
}

#[tokio::test]
async fn is_not_ready_while_another_process_has_the_store() {
    let builder = TestApp::builder(TestBackend::sqlite()).config(|config| config.store.wait_timeout_ms = 300);
    let app = builder.agent(ECHO, json!({})).open().await;
    let (member, anybody) = (app.member(), app.anonymous());
    member.token().await;
    let other = rusqlite::Connection::open(app.backend.folder().join("astra.db")).expect("the database");
    other.execute_batch("BEGIN IMMEDIATE").expect("the lock");
    anybody.get("/health/ready").await.expect(200);
    let ask = |place: usize| {
        let question = json!({"agent_id": ECHO, "message": "hello", "surface_id": format!("place-{place}")});
        member.post("/chat").json(&question)
    };
    let asking: Vec<_> = (0..12).map(|place| sent(ask(place))).collect();
    for asked in asking {
        let answer = asked.await.expect("it ends");
        assert_eq!(answer.header("retry-after"), "1");
        answer.expect_problem(503, "unavailable");
    }
    anybody.get("/health/ready").await.expect_problem(503, "unavailable");
    assert_eq!(anybody.get("/health").await.expect(200)["status"], "degraded");
    drop(other);
    anybody.get("/health/ready").await.expect(200);
    assert_eq!(ask(0).await.expect(200)["content"], "hello");
}

#[tokio::test]
async fn is_not_ready_when_a_background_task_has_ended_by_a_failure() {
    let app = TestApp::new().await;
    let anybody = app.anonymous();
    let names: Vec<_> = app.supervisor().tasks().iter().map(|task| task.name).collect();
    assert!(
        ["turns.lost", "usage_rollup", "audit_retention", "token_cleanup", "cron.scheduler"]
            .iter()
            .all(|name| names.contains(name)),
        "{names:?}"
    );
    app.supervisor().spawn(TaskKind::new("host.done").once(), |_| async { Ok::<_, String>(()) });
    app.supervisor().spawn(TaskKind::new("host.mirror").once(), |_| async { Err("the password is hunter2") });
    while app.supervisor().tasks().iter().all(|task| task.state != TaskState::Dead) {
        tokio::task::yield_now().await;
    }
    let problem = anybody.get("/health/ready").await.expect_problem(503, "unavailable");
    assert_eq!(problem["detail"], "The background task `host.mirror` has ended by a failure.");
    assert_eq!(anybody.get("/health").await.expect(200)["status"], "degraded");
    assert_eq!(anybody.get("/health/live").await.expect(200)["status"], "ok");
}
