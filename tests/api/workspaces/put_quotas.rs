//! `workspaces.put_quotas`

use astra_core::config::Prices;
use serde_json::{Value, json};

use super::events::next;
use super::{limit, only_for_the_workspace, path_to, pointers};
use crate::conversation::{AGENT, ECHO, Talk, question, types, unfinished};
use crate::support::{TestApp, TestBackend, both_backends};
use crate::work::over;

const HOUR_MS: i64 = 3_600_000;

/// A gateway whose workspace has quotas. Each turn of [`AGENT`] has 12 tokens, and costs 17 millionths of a US dollar.
async fn with(backend: TestBackend, quotas: Value) -> Talk {
    let builder = TestApp::builder(backend).config(|config| {
        let prices = Prices { input_usd_per_million: 1.0, output_usd_per_million: 2.0, ..Prices::default() };
        config.providers.entry("scripted".into()).or_default().prices.insert("test-model".into(), prices);
    });
    let talk = Talk::built(builder, json!({})).await;
    limit(&talk.app, &quotas).await;
    talk
}

/// Asks, and is refused; answers after how many seconds it may ask again.
async fn refused(talk: &Talk, path: &str, body: &Value) -> u64 {
    let answer = talk.app.member().post(path).json(body).await;
    let seconds = answer.header("retry-after").parse().expect("a number");
    let problem = answer.expect_problem(429, "quota_exceeded");
    assert!(
        problem["detail"].as_str().expect("words").starts_with("The workspace has used its quota of "),
        "{problem}"
    );
    seconds
}

both_backends! {
    async fn all_agents_share_the_tokens_of_an_hour(backend: TestBackend) {
        let talk = with(backend, json!({"tokens_per_hour": 13})).await;
        talk.say("one").await;
        talk.say("two").await;
        for path in ["/chat", "/chat/stream"] {
            assert_eq!(refused(&talk, path, &question("three")).await, 3_601);
        }
        refused(&talk, "/chat", &json!({"agent_id": ECHO, "message": "me too"})).await;
        let body = json!({"model": AGENT, "messages": [{"role": "user", "content": "three"}]});
        assert_eq!(talk.app.member().post("/v1/chat/completions").json(&body).await.status, 429);
        assert_eq!(talk.upstream.received().len(), 2, "the model was not asked");
        assert_eq!(unfinished(&talk.app).await.len(), 0, "nothing was kept");
        talk.app.clock.advance_ms(HOUR_MS);
        talk.say("four").await;
    }

    async fn many_turns_of_a_second_are_all_counted(backend: TestBackend) {
        let talk = with(backend, json!({"turns_per_day": 30})).await;
        for number in 0..30 {
            talk.say(&format!("{number}")).await;
        }
        refused(&talk, "/chat", &question("one more")).await;
        limit(&talk.app, &json!({})).await;
        let budget = json!({"budget": {"tokens_per_hour": 12 * 60}});
        talk.app.admin().patch(&format!("/agents/{AGENT}")).json(&budget).await.expect(200);
        for number in 30..60 {
            talk.say(&format!("{number}")).await;
        }
        talk.app.member().post("/chat").json(&question("one more")).await.expect_problem(429, "quota_exceeded");
        assert_eq!(talk.upstream.received().len(), 60);
    }

    async fn each_quota_has_its_period(backend: TestBackend) {
        let talk = with(backend, json!({"turns_per_day": 1})).await;
        talk.say("one").await;
        refused(&talk, "/chat", &question("two")).await;
        talk.app.clock.advance_ms(24 * HOUR_MS);
        talk.say("two").await;
        limit(&talk.app, &json!({"cost_usd_per_day": 0.000_017})).await;
        refused(&talk, "/chat", &question("three")).await;
        // November has six days and three hours left, and `Retry-After` is a day at most.
        for quotas in [json!({"tokens_per_month": 24}), json!({"cost_usd_per_month": 0.000_034})] {
            limit(&talk.app, &quotas).await;
            let seconds = refused(&talk, "/chat", &question("three")).await;
            assert_eq!(seconds, 24 * 3_600, "{quotas}");
        }
        while talk.app.db().roll_usage_up().await.expect("a piece") {}
        refused(&talk, "/chat", &question("three")).await;
        limit(&talk.app, &json!({"tokens_per_month": 25, "tokens_per_day": null})).await;
        talk.say("three").await;
        assert_eq!(talk.upstream.received().len(), 3);
    }

    async fn holds_for_jobs_and_summaries_and_what_was_answered_is_answered_again(backend: TestBackend) {
        let talk = with(backend, json!({"turns_per_day": 1})).await;
        let ask = || talk.app.member().post("/chat").header("idempotency-key", "k1").json(&question("once"));
        let turn = ask().await.expect(200);
        assert_eq!(ask().await.expect(200), turn);
        let compact = format!("/sessions/{}/compact", turn["session_id"].as_str().expect("an id"));
        talk.app.member().post(&compact).await.expect_problem(429, "quota_exceeded");
        let job = json!({"type": "batch_chat", "payload": {"agent_id": AGENT, "questions": ["two"]}});
        let job = talk.app.member().post("/jobs").json(&job).await.expect(202);
        over(&talk.app.member(), &job).await;
        let results = format!("/jobs/{}/results", job["id"].as_str().expect("an id"));
        let results = talk.app.member().get(&results).await.expect(200);
        assert_eq!(results["data"][0]["error"]["code"], "quota_exceeded", "{results}");
        assert_eq!(talk.upstream.received().len(), 1);
    }

    async fn is_an_event_once_an_hour_whichever_agent_is_refused(backend: TestBackend) {
        let talk = with(backend, json!({"turns_per_day": 1})).await;
        let mut stream = talk.app.admin().get(&format!("{}?types=quota.exceeded", path_to(&talk.app, "events"))).await;
        talk.say("one").await;
        for agent in [AGENT, ECHO, AGENT] {
            refused(&talk, "/chat", &json!({"agent_id": agent, "message": "two"})).await;
        }
        talk.app.clock.advance_ms(HOUR_MS);
        refused(&talk, "/chat", &question("three")).await;
        let events = next(&mut stream, 2).await;
        assert_eq!(types(&events), ["quota.exceeded", "quota.exceeded"]);
        let data = &events[0].data["data"];
        assert_eq!(data, &json!({"agent_id": AGENT, "scope": "workspace", "quota": "turns_per_day", "limit": 1.0, "used": 1.0}));
        assert_ne!(events[0].data["timestamp"], events[1].data["timestamp"]);
    }

    async fn refuses_what_is_not_good(app: TestApp) {
        let path = path_to(&app, "quotas");
        for (body, pointer) in [
            (json!({"tokens_per_day": 0}), "/tokens_per_day"),
            (json!({"cost_usd_per_day": 0}), "/cost_usd_per_day"),
            (json!({"tokens_per_day": 1.5}), "/tokens_per_day"),
            (json!({"tokens_a_day": 1}), "/tokens_a_day"),
        ] {
            let problem = app.owner().put(&path).json(&body).await.expect_problem(422, "invalid_request");
            assert_eq!(pointers(&problem), [pointer], "{problem}");
        }
        let seen = app.viewer().get(&path).await.header("etag").to_owned();
        let set = app.owner().put(&path).header("if-match", &seen).json(&json!({"turns_per_day": 5})).await.expect(200);
        app.owner().put(&path).header("if-match", &seen).json(&json!({})).await.expect_problem(412, "precondition_failed");
        assert_eq!(limit(&app, &set).await["turns_per_day"], 5, "what was read can be sent as it is");
        let entry = app.owner().get("/admin/audit?limit=1").await.expect(200)["data"][0].clone();
        assert_eq!((&entry["operation"], &entry["target_kind"]), (&json!("workspaces.put_quotas"), &json!("workspace_quotas")), "{entry}");
    }

    async fn is_for_owners_of_the_workspace(app: TestApp) {
        only_for_the_workspace(&app, "quotas", |caller, path| caller.put(path).json(&json!({}))).await;
        app.admin().put(&path_to(&app, "quotas")).json(&json!({})).await.expect_problem(403, "forbidden");
    }
}
