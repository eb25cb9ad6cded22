//! A running Ollama is found on this machine, and nowhere else.

use std::time::{Duration, Instant};

use astra_core::provider::detect_ollama;
use serde_json::json;

use crate::upstream::{Reply, Upstream};

#[tokio::test]
async fn one_with_a_model_is_found() {
    let reply = Reply::json(200, &json!({"models": [{"name": "llama3.2:3b"}, {"name": "older"}]}));
    let upstream = Upstream::script([reply]).await;
    let found = detect_ollama(&upstream.url).await.unwrap();
    assert_eq!(found.preset.as_deref(), Some("ollama"));
    assert_eq!(found.base_url.as_deref(), Some(upstream.url.as_str()));
    assert_eq!(found.default_model.as_deref(), Some("llama3.2:3b"));
    assert_eq!(upstream.requests()[0].line, "GET /api/tags");
}

#[tokio::test]
async fn others_are_not() {
    let empty = Upstream::script([Reply::json(200, &json!({"models": []}))]).await;
    assert!(detect_ollama(&empty.url).await.is_none(), "nothing to talk to");
    let other = Upstream::script([Reply::json(404, &json!({}))]).await;
    assert!(detect_ollama(&other.url).await.is_none());
    let silent = Upstream::script([Reply::events().hang()]).await;
    let asked = Instant::now();
    assert!(detect_ollama(&silent.url).await.is_none());
    assert!(asked.elapsed() < Duration::from_secs(10), "the start of the gateway waits for this");
}

#[tokio::test]
async fn other_machines_are_not_asked() {
    for url in ["http://192.0.2.1:11434/v1", "http://ollama.example/v1", "nonsense"] {
        assert!(detect_ollama(url).await.is_none());
    }
}
