//! `inference.list_models`

use astra_core::config::Prices;
use serde_json::json;

use crate::support::{TestApp, TestBackend, Upstream, both_backends};

both_backends! {
    async fn echo_costs_nothing(app: TestApp) {
        let page = app.viewer().get("/inference/models").await.expect(200);
        let echo = json!({
            "provider": "echo", "name": "echo", "is_reachable": true, "context_tokens": null, "max_output_tokens": null,
            "input_usd_per_million": 0.0, "output_usd_per_million": 0.0,
        });
        assert_eq!(page, json!({"data": [echo], "next_cursor": null}));
    }
}

#[tokio::test]
async fn upstreams_are_asked_and_those_that_are_gone_are_marked() {
    let upstream = Upstream::start().await;
    let nowhere = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        format!("http://{}/v1", listener.local_addr().expect("an address"))
    };
    let app = TestApp::builder(TestBackend::sqlite()).upstream("up", &upstream.url()).upstream("down", &nowhere);
    let prices = Prices { input_usd_per_million: 1.5, output_usd_per_million: 2.5, ..Prices::default() };
    let app = app.config(|config| {
        let up = config.providers.entry("up".into()).or_default();
        up.prices.insert("test-model".into(), prices);
        up.context_tokens.insert("test-model".into(), 4_096);
    });
    let app = app.open().await;
    let page = app.viewer().get("/inference/models").await.expect(200);
    let seen: Vec<_> = page["data"].as_array().expect("a list").iter().collect();
    assert_eq!(seen.len(), 3, "{page}");
    assert_eq!((&seen[0]["provider"], &seen[0]["is_reachable"]), (&"down".into(), &false.into()));
    assert_eq!((&seen[2]["provider"], &seen[2]["is_reachable"]), (&"up".into(), &true.into()));
    assert_eq!((&seen[2]["context_tokens"], &seen[2]["output_usd_per_million"]), (&4_096.into(), &2.5.into()));

    let first = app.viewer().get("/inference/models?limit=2").await.expect(200);
    let cursor = first["next_cursor"].as_str().expect("there is more");
    let second = app.viewer().get(&format!("/inference/models?limit=2&cursor={cursor}")).await.expect(200);
    assert_eq!(second["data"], json!([seen[2]]));
    let of_one = app.viewer().get("/inference/models?provider=up").await.expect(200);
    assert_eq!(of_one["data"], json!([seen[2]]));
}

#[tokio::test]
async fn of_a_provider_that_is_not_configured_there_are_none() {
    let app = TestApp::new().await;
    for provider in ["openai", "nobody"] {
        let page = app.viewer().get(&format!("/inference/models?provider={provider}")).await.expect(200);
        assert_eq!(page["data"], json!([]));
    }
    app.viewer().get("/inference/models?provider=No%20body").await.expect_problem(422, "invalid_request");
}

#[tokio::test]
async fn the_wrong_callers_are_refused() {
    let app = TestApp::new().await;
    app.anonymous().get("/inference/models").await.expect_problem(401, "unauthorized");
    app.scoped(astra_core::auth::Role::Owner, "chat:send")
        .get("/inference/models")
        .await
        .expect_problem(403, "forbidden");
}
