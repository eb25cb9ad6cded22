//! `skills.metrics`

use astra_core::auth::Role;
use serde_json::{Value, json};

use super::{Skilled, turns_away};
use crate::support::{Reply, TestApp, Upstream, both_backends};

const PATH: &str = "/skills/pdf/metrics";

/// What the built-in model is asked; it calls the tools that the lines name.
async fn ask(app: &TestApp, message: &str) -> Value {
    let question = json!({"agent_id": "clerk", "message": message});
    app.member().post("/chat").json(&question).await.expect(200)
}

async fn clerk(app: &TestApp) {
    let clerk = json!({"id": "clerk", "skills": ["pdf", "triage"], "tools": {"allow": ["current_time"]}});
    app.admin().post("/agents").json(&clerk).await.expect(201);
}

both_backends! {
    async fn turns_that_read_the_skill_are_counted(skilled: Skilled) {
        let app = &skilled.app;
        clerk(app).await;
        ask(app, "Hello").await;
        ask(app, "/tool current_time {}").await;
        ask(app, "/tool read_skill {\"skill\": \"pdf\"}\n/tool current_time {}\n/tool current_time {\"time_zone\": \"Nowhere\"}").await;
        ask(app, "/tool read_skill {\"skill\": \"pdf\", \"path\": \"gone.md\"}\n/tool read_skill {\"skill\": \"pdf\"}").await;
        ask(app, "/tool read_skill {\"skill\": \"triage\"}").await;
        let other = json!({"agent_id": "clerk", "message": "/tool read_skill {\"skill\": \"pdf\"}"});
        app.other_member().post("/chat").json(&other).await.expect(200);
        let report = app.viewer().get(PATH).await.expect(200);
        let sums = ["calls", "errors", "error_rate", "reads", "read_errors", "is_exact"].map(|name| report[name].clone());
        assert_eq!(sums, [json!(3), json!(0), json!(0.0), json!(4), json!(1), json!(true)]);
        let (p50, p95) = (report["p50_ms"].as_f64().expect("a number"), report["p95_ms"].as_f64().expect("a number"));
        assert!(0.0 < p50 && p50 <= p95, "{report}");
        assert_eq!(report["top_tools"], json!([{"tool": "current_time", "calls": 2, "errors": 1}]));
        let users: Vec<_> = report["top_users"].as_array().expect("users").iter().map(|user| &user["calls"]).collect();
        assert_eq!(users, [&json!(2), &json!(1)]);
        let triage = app.viewer().get("/skills/triage/metrics").await.expect(200);
        assert_eq!((&triage["calls"], &triage["top_tools"]), (&json!(1), &json!([])));
        assert_eq!((&report["from"], &report["to"]), (&json!("2026-10-24T21:00:00.000Z"), &json!("2026-11-23T21:00:00.000Z")));
    }

    async fn thirty_days_are_counted_and_older_rows_go(skilled: Skilled) {
        let app = &skilled.app;
        clerk(app).await;
        ask(app, "/tool read_skill {\"skill\": \"pdf\"}").await;
        app.clock.advance_ms(30 * 86_400_000);
        ask(app, "/tool read_skill {\"skill\": \"pdf\"}").await;
        let calls = async || app.viewer().get(PATH).await.expect(200)["calls"].clone();
        assert_eq!(calls().await, 2);
        app.clock.advance_ms(1);
        assert_eq!(calls().await, 1);
        let db = app.db();
        let border = 1_795_467_600_000 + 1;
        assert_eq!(db.delete_old_skill_uses(border).await.expect("swept"), 1);
        assert_eq!(db.delete_old_skill_uses(border).await.expect("swept"), 0);
        assert_eq!(calls().await, 1);
    }

    async fn a_skill_that_was_never_read_has_no_shares(skilled: Skilled) {
        let app = &skilled.app;
        let report = app.viewer().get(PATH).await.expect(200);
        let nothing = ["calls", "error_rate", "p50_ms", "p95_ms", "top_users"].map(|name| report[name].clone());
        assert_eq!(nothing, [json!(0), Value::Null, Value::Null, Value::Null, json!([])]);
    }

    async fn another_workspace_does_not_see_it(skilled: Skilled) {
        skilled.app.other_workspace().get(PATH).await.expect_problem(404, "not_found");
        skilled.app.viewer().get("/skills/torn/metrics").await.expect_problem(404, "not_found");
    }

    async fn other_callers_are_turned_away(skilled: Skilled) {
        turns_away(&skilled.app, None::<Role>, |caller| caller.get(PATH)).await;
    }
}

#[tokio::test]
async fn a_turn_that_fails_after_it_read_the_skill_is_an_error() {
    let backend = crate::support::TestBackend::sqlite();
    let folder = backend.folder().join("skills");
    super::write(&folder, "pdf/SKILL.md", &super::skill("pdf", "Fills in PDF forms.", "Fill."));
    let upstream = Upstream::start().await;
    let builder = TestApp::builder(backend).upstream("scripted", &upstream.url());
    let builder = builder.agent("clerk", json!({"model": {"provider": "scripted"}, "skills": ["pdf"]}));
    let app = builder.config(|config| config.skills_dir = Some(folder)).open().await;
    upstream.will(Reply::Call(String::new(), vec![("call_1", "read_skill", r#"{"skill": "pdf"}"#)]));
    upstream.will(Reply::Status(400, None));
    let question = json!({"agent_id": "clerk", "message": "Fill it in."});
    app.member().post("/chat").json(&question).await.expect(502);
    let report = app.viewer().get(PATH).await.expect(200);
    assert_eq!((&report["calls"], &report["errors"], &report["error_rate"]), (&json!(1), &json!(1), &json!(1.0)));
}
