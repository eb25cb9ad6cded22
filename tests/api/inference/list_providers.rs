//! `inference.list_providers`

use serde_json::Value;

use crate::support::{TestApp, TestBackend, Upstream, both_backends};

fn names(page: &Value) -> Vec<&str> {
    page["data"].as_array().expect("a list").iter().filter_map(|provider| provider["name"].as_str()).collect()
}

both_backends! {
    async fn presets_are_listed_and_echo_is_ready(app: TestApp) {
        let page = app.viewer().get("/inference/providers").await.expect(200);
        let expected = [
            "anthropic", "bedrock", "deepseek", "echo", "gemini", "grok", "groq", "mistral", "ollama", "openai", "openrouter", "vllm",
        ];
        assert_eq!(names(&page), expected);
        for provider in page["data"].as_array().expect("a list") {
            assert_eq!(provider["is_configured"], provider["name"] == "echo", "{provider}");
            assert_eq!(provider["circuit"], "closed");
        }
    }
}

#[tokio::test]
async fn configured_ones_are_among_them_without_their_key() {
    let upstream = Upstream::start().await;
    let app = TestApp::builder(TestBackend::sqlite()).upstream("house", &upstream.url()).open().await;
    let answer = app.viewer().get("/inference/providers").await;
    assert!(!answer.text().contains("sk-test"), "{}", answer.text());
    let page = answer.expect(200);
    let house = page["data"].as_array().expect("a list").iter().find(|provider| provider["name"] == "house");
    let house = house.expect("it is listed");
    assert_eq!((&house["is_configured"], &house["protocol"]), (&true.into(), &"openai".into()));
    assert_eq!(house["base_url"], upstream.url());
}

#[tokio::test]
async fn pages_hold_every_provider_once() {
    let app = TestApp::new().await;
    let whole = app.viewer().get("/inference/providers").await.expect(200);
    let (mut seen, mut uri) = (Vec::new(), "/inference/providers?limit=5".to_owned());
    loop {
        let page = app.viewer().get(&uri).await.expect(200);
        seen.extend(names(&page).into_iter().map(str::to_owned));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        uri = format!("/inference/providers?limit=5&cursor={cursor}");
    }
    assert_eq!(seen, names(&whole));
    app.viewer().get("/inference/providers?cursor=nonsense").await.expect_problem(400, "bad_request");
    app.viewer().get("/inference/providers?limit=0").await.expect_problem(422, "invalid_request");
}

#[tokio::test]
async fn the_wrong_callers_are_refused() {
    let app = TestApp::new().await;
    app.anonymous().get("/inference/providers").await.expect_problem(401, "unauthorized");
    let without_scope = app.scoped(astra_core::auth::Role::Owner, "agents:read");
    without_scope.get("/inference/providers").await.expect_problem(403, "forbidden");
}
