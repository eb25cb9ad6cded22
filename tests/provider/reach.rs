//! How providers are reached: headers of the configuration, the header of the key, proxies.

use std::sync::Arc;

use astra_core::clock::ManualClock;
use astra_core::config::{Protocol, ProviderConfig, ProviderConfigs, Secret};
use astra_core::provider::{ErrorKind, Registry};
use serde_json::json;

use crate::asking::{KEY, NOW_MS, complete, config, failure, listen, registry};
use crate::upstream::{Reply, Upstream};

fn headers(headers: &[(&str, &str)]) -> std::collections::BTreeMap<String, Secret> {
    headers.iter().map(|(name, value)| ((*name).to_owned(), Secret::new(*value))).collect()
}

#[tokio::test]
async fn headers_of_the_configuration_go_with_every_request_and_are_never_repeated() {
    let upstream = Upstream::start(|request, _| {
        if request.line.starts_with("GET") {
            return Reply::json(200, &json!({"data": [{"id": "m"}]}));
        }
        let said = format!("who is {}? {}", request.header("x-team"), request.header("authorization"));
        Reply::json(400, &json!({"error": {"message": said}}))
    })
    .await;
    let settings = ProviderConfig {
        headers: headers(&[("X-Team", "team-hidden-7"), ("accept-encoding", "gzip"), ("user-agent", "ours/1")]),
        ..config(&upstream.url, Protocol::OpenAi)
    };
    assert!(!format!("{settings:?}").contains("hidden"));
    let registry = registry(settings);
    let error = failure(&registry).await;
    assert!(error.message.contains("who is ***"), "{error}");
    assert_eq!(registry.check("up", |_| true).await.unwrap().error, None);
    for request in upstream.requests() {
        assert_eq!(request.header("x-team"), "team-hidden-7", "{}", request.line);
        assert_eq!((request.header("accept-encoding"), request.header("user-agent")), ("gzip", "ours/1"));
        assert_eq!(request.header("authorization"), format!("Bearer {KEY}"));
    }
}

#[tokio::test]
async fn the_key_goes_into_the_header_that_is_named() {
    for protocol in [Protocol::OpenAi, Protocol::Anthropic] {
        let upstream = Upstream::script([Reply::json(401, &json!({}))]).await;
        let settings = ProviderConfig { api_key_header: Some("api-key".into()), ..config(&upstream.url, protocol) };
        assert_eq!(failure(&registry(settings)).await.kind, ErrorKind::Key);
        let request = &upstream.requests()[0];
        assert_eq!(request.header("api-key"), KEY);
        assert_eq!((request.header("authorization"), request.header("x-api-key")), ("", ""));
    }
}

#[tokio::test]
async fn a_proxy_leads_to_the_provider() {
    let proxy = Upstream::saying("through").await;
    let port = proxy.url.trim_end_matches("/v1").rsplit_once(':').unwrap().1.to_owned();
    let through = |proxy: String| {
        registry(ProviderConfig {
            proxy: Some(Secret::new(proxy)),
            ..config("http://llm.invalid/v1", Protocol::OpenAi)
        })
    };
    let registry = through(format!("http://me:hidden-7@127.0.0.1:{port}"));
    assert_eq!(complete(&registry).await.unwrap().content, "through");
    assert_eq!(listen(&registry).await.text(), "through");
    let request = &proxy.requests()[0];
    assert_eq!(request.line, "POST http://llm.invalid/v1/chat/completions");
    assert_eq!(request.header("proxy-authorization"), "Basic bWU6aGlkZGVuLTc=");
    assert_eq!(request.header("host"), "llm.invalid");
    // Without one the name is looked up here, and there is none.
    assert_eq!(failure(&through("none".into())).await.kind, ErrorKind::Connect);
    let error = failure(&through("http://me:hidden-7@127.0.0.1:1".into())).await;
    assert!(error.message.contains("through its proxy") && !error.message.contains("hidden-7"), "{error}");
}

#[tokio::test]
async fn a_proxy_is_asked_for_a_tunnel_to_https() {
    let proxy = Upstream::script([Reply::new(407, "text/plain")]).await;
    let url = proxy.url.trim_end_matches("/v1").to_owned();
    let settings =
        ProviderConfig { proxy: Some(Secret::new(url)), ..config("https://llm.invalid/v1", Protocol::OpenAi) };
    let error = failure(&registry(settings)).await;
    assert_eq!(error.kind, ErrorKind::Connect);
    assert!(error.message.contains("proxy"), "{error}");
    assert_eq!(proxy.requests()[0].line, "CONNECT llm.invalid:443");
}

#[test]
fn what_is_wrong_is_told_by_its_key_and_without_its_value() {
    let settings = ProviderConfig {
        base_url: Some("https://llm.example.com/v1/chat/completions?key=hidden".into()),
        api_key_header: Some("api key".into()),
        headers: headers(&[("content-length", "5"), ("x-team", "hidden\n")]),
        proxy: Some(Secret::new("socks5://me:hidden@proxy:1080")),
        ..ProviderConfig::default()
    };
    let configs = ProviderConfigs::from([("up".to_owned(), settings)]);
    let faults = Registry::new(&configs, Arc::new(ManualClock::new(NOW_MS))).unwrap_err();
    let keys: Vec<&str> = faults.iter().map(|fault| fault.key.trim_start_matches("providers.up.")).collect();
    assert_eq!(keys, ["headers.content-length", "headers.x-team", "api_key_header", "proxy", "base_url"]);
    assert!(!format!("{faults:?}").contains("hidden"), "{faults:?}");
    assert!(faults[4].detail.contains("write https://llm.example.com/v1,"), "{faults:?}");
}

#[tokio::test]
async fn a_check_asks_for_nothing_that_could_be_refused() {
    let upstream = Upstream::start(|request, _| {
        if request.line.starts_with("GET") {
            return Reply::json(404, &json!({"detail": "Not Found"}));
        }
        let is_plain =
            ["temperature", "max_tokens", "max_completion_tokens"].iter().all(|key| request.body[*key].is_null());
        if is_plain {
            Reply::says("Hello!", false)
        } else {
            Reply::json(400, &json!({"error": {"message": "unsupported"}}))
        }
    })
    .await;
    let registry = registry(config(&upstream.url, Protocol::OpenAi));
    assert_eq!(registry.check("up", |_| true).await.unwrap().error, None);
}
