//! Memory with a real model: what was told in one session is used in another, days later; a correction takes its place, and
//! taking the correction back brings the first back.

use astra_core::clock::Clock as _;
use astra_core::config::{Protocol, Secret};
use serde_json::{Value, json};

use crate::support::{Caller, TestApp, TestBackend};

/// Where a model speaks OpenAI's API.
const MODEL: &str = "ASTRA_TEST_MODEL";
const DAY_MS: i64 = 86_400_000;

/// A gateway whose agent asks the model; `None` if the environment names none.
async fn app() -> Option<TestApp> {
    let url = std::env::var(MODEL).ok()?;
    let builder = TestApp::builder(TestBackend::sqlite()).memory().config(|config| {
        let provider = config.providers.entry("real".to_owned()).or_default();
        provider.protocol = Some(Protocol::OpenAi);
        provider.base_url = Some(url);
        provider.api_key = Some(Secret::new("none"));
    });
    let agent = json!({"display_name": "Guide", "model": {"provider": "real", "temperature": 0}});
    Some(builder.agent("guide", agent).open().await)
}

/// A message in a session of its own; answers the turn when what it says is remembered.
async fn say(app: &TestApp, caller: &Caller, message: &str) -> Value {
    let session = app.clock.now_ms().to_string() + message;
    let body = json!({"agent_id": "guide", "message": message, "surface": "test", "surface_id": session});
    let turn = caller.post("/chat").json(&body).await.expect(200);
    while app.db().depths().await.expect("a count").memory_pending > 0 {
        tokio::task::yield_now().await;
    }
    turn
}

#[tokio::test]
async fn a_fact_is_used_days_later_corrected_and_brought_back() {
    let Some(app) = app().await else { return };
    let asks = async |name: &str| {
        app.clock.advance_ms(3 * DAY_MS);
        // A credential of a test lives for a day.
        let member = app.member();
        let answer = say(&app, &member, "What is the name of my dog?").await;
        let text = answer["content"].as_str().expect("a text");
        assert!(text.contains(name), "{text}");
        answer
    };
    let told = say(&app, &app.member(), "My dog is called Biscuit.").await;
    let answer = asks("Biscuit").await;
    assert_ne!(answer["session_id"], told["session_id"]);
    let trace = app.member().get(&format!("/traces/{}", answer["trace_id"].as_str().expect("an id"))).await.expect(200);
    assert!(trace.to_string().contains("Biscuit") || trace.to_string().contains("mem_"), "{trace}");
    let corrected = say(&app, &app.member(), "My dog is called Waffles.").await;
    asks("Waffles").await;
    let undone = json!({"turn_id": corrected["turn_id"]});
    app.member().post("/memory/undo").json(&undone).await.expect(200);
    asks("Biscuit").await;
}
