//! What the registry tells of its providers: how they are doing, what they offer and what it costs, whether they answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use astra_core::clock::ManualClock;
use astra_core::config::{Prices, Protocol, ProviderConfig, ProviderConfigs};
use astra_core::provider::{ErrorKind, Registry, Status, presets};
use serde_json::{Value, json};

use crate::asking::{KEY, NOW_MS, complete, config, failure, openai, registry};
use crate::upstream::{Reply, Upstream};

#[tokio::test]
async fn every_preset_is_told_of_whether_configured_or_not() {
    let registry = Registry::new(&ProviderConfigs::new(), Arc::new(ManualClock::new(NOW_MS))).unwrap();
    let statuses = registry.statuses();
    assert_eq!(statuses.len(), presets().len());
    let configured: Vec<&Status> = statuses.iter().filter(|status| status.is_configured).collect();
    assert_eq!(configured.iter().map(|status| status.name.as_str()).collect::<Vec<_>>(), ["echo"]);
    assert_eq!(registry.status("anthropic").unwrap().protocol, Some(Protocol::Anthropic));
    assert_eq!(registry.status("nobody"), None);
}

#[tokio::test]
async fn health_is_counted() {
    let upstream = Upstream::script([Reply::says("ok", false), Reply::json(400, &json!({}))]).await;
    let registry = openai(&format!("{}?key={KEY}", upstream.url));
    complete(&registry).await.unwrap();
    failure(&registry).await;
    let status = registry.status("up").unwrap();
    assert_eq!(status.base_url.as_ref(), Some(&upstream.url), "without the query, which may hold a key");
    assert_eq!((status.health.requests, status.health.errors), (2, 1));
    assert!(status.health.latency_p50.is_some());
    let last = status.health.last_error.unwrap();
    assert_eq!((last.kind, last.at_ms), (ErrorKind::Refused(400), NOW_MS));
}

#[tokio::test]
async fn a_check_is_a_real_call() {
    let models = Upstream::script([Reply::json(200, &json!({"data": []}))]).await;
    let check = openai(&models.url).check("up", |_| true).await.unwrap();
    assert_eq!(check.error, None);
    assert_eq!(models.requests()[0].line, "GET /v1/models");
    let unlisted = Upstream::script([Reply::json(404, &json!({})), Reply::says("Hi", false)]).await;
    assert_eq!(openai(&unlisted.url).check("up", |_| true).await.unwrap().error, None);
    assert_eq!(unlisted.requests()[1].body["max_tokens"], Value::Null, "no limit that could be refused");
    let refusing = Upstream::script([Reply::json(401, &json!({}))]).await;
    assert_eq!(openai(&refusing.url).check("up", |_| true).await.unwrap().error.unwrap().kind, ErrorKind::Key);
    assert_eq!(openai(&refusing.url).check("nobody", |_| true).await, None);
    assert_eq!(openai(&refusing.url).check("echo", |_| true).await.unwrap().error, None);
}

#[tokio::test]
async fn what_is_offered_comes_from_the_upstream_and_the_configuration() {
    let reply = Reply::json(200, &json!({"data": [{"id": "gpt-4o-2024-08-06"}, {"id": "house-model"}]}));
    let upstream = Upstream::script([reply]).await;
    let prices = Prices { input_usd_per_million: 1.0, output_usd_per_million: 2.0, ..Prices::default() };
    let registry = registry(ProviderConfig {
        preset: Some("openai".into()),
        prices: BTreeMap::from([("house-model".into(), prices)]),
        context_tokens: BTreeMap::from([("gpt-4o-2024-08-06".into(), 1_000)]),
        ..config(&upstream.url, Protocol::OpenAi)
    });
    for _ in 0..2 {
        let listings = registry.listings(|_| true).await;
        let listing = listings.iter().find(|listing| listing.provider == "up").unwrap();
        assert!(listing.is_reachable);
        let names: Vec<&str> = listing.models.iter().map(|model| model.name.as_str()).collect();
        assert_eq!(names, ["gpt-4o-2024-08-06", "house-model", "model-1"]);
        assert_eq!(listing.models[0].context_tokens, Some(1_000), "the configuration comes first");
        assert_eq!(listing.models[0].prices.unwrap().output_usd_per_million, 10.0, "then the table");
        assert_eq!((listing.models[1].prices, listing.models[1].context_tokens), (Some(prices), None));
    }
    assert_eq!(upstream.requests().len(), 1, "asked for once a minute");
}

#[tokio::test]
async fn an_upstream_that_does_not_list_is_described_by_what_is_known() {
    let upstream = Upstream::script([Reply::json(500, &json!({}))]).await;
    let registry =
        registry(ProviderConfig { preset: Some("deepseek".into()), ..config(&upstream.url, Protocol::OpenAi) });
    let listings = registry.listings(|_| true).await;
    let listing = listings.iter().find(|listing| listing.provider == "up").unwrap();
    assert!(!listing.is_reachable);
    let names: Vec<&str> = listing.models.iter().map(|model| model.name.as_str()).collect();
    assert_eq!(names, ["deepseek-chat", "deepseek-reasoner", "model-1"]);
    assert_eq!(registry.context_tokens("up", Some("deepseek-chat")), Some(128_000));
    assert_eq!(registry.context_tokens("up", None), None, "nothing is known of model-1");
    assert_eq!(registry.price("up", Some("deepseek-chat")).map(|prices| prices.output_usd_per_million), Some(0.42));
    assert_eq!(registry.price("up", None), None, "nor what it costs");
    assert_eq!(registry.price("echo", None), Some(Prices::default()));
}

#[test]
fn all_faults_of_all_providers_are_told_at_once() {
    let configs = ProviderConfigs::from([
        ("openai".to_owned(), ProviderConfig::default()),
        ("mine".to_owned(), ProviderConfig::default()),
    ]);
    let faults = Registry::new(&configs, Arc::new(ManualClock::new(NOW_MS))).unwrap_err();
    let keys: Vec<&str> = faults.iter().map(|fault| fault.key.as_str()).collect();
    assert_eq!(keys, ["providers.mine.base_url", "providers.openai.api_key"]);
    assert!(faults[1].detail.contains("OPENAI_API_KEY"), "the cure is named");
}
