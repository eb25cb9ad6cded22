//! What goes over the wire and what does not: each header of a call, each form of a URL, and what is said when no
//! connection comes about. `tests/cli/outbound.rs` has the calls over TLS.

use astra_core::config::{Protocol, ProviderConfig, Secret};
use astra_core::provider::{ErrorKind, Registry};
use serde_json::json;

use crate::asking::{KEY, complete, config, failure, listen, openai, registry};
use crate::upstream::{Received, Reply, Upstream};

/// The names of a request's headers, sorted.
fn names(request: &Received) -> Vec<&str> {
    let mut names: Vec<&str> = request.header_names().collect();
    names.sort_unstable();
    names
}

/// `http://127.0.0.1:<port>` of the server.
fn origin(upstream: &Upstream) -> &str {
    upstream.url.trim_end_matches("/v1")
}

/// A provider at `url` behind the proxy at `proxy`.
fn through(proxy: &str, url: &str) -> Registry {
    registry(ProviderConfig { proxy: Some(Secret::new(proxy)), ..config(url, Protocol::OpenAi) })
}

#[tokio::test]
async fn a_call_has_these_headers_and_no_other() {
    let upstream = Upstream::start(|request, _| {
        if request.line.starts_with("GET") {
            return Reply::json(200, &json!({"data": [{"id": "m"}]}));
        }
        Reply::says("ok", request.body["stream"] == true)
    })
    .await;
    let registry = openai(&upstream.url);
    complete(&registry).await.unwrap();
    assert_eq!(listen(&registry).await.error, None);
    assert_eq!(registry.check("up", |_| true).await.unwrap().error, None);
    let requests = upstream.requests();
    let posted = ["accept", "accept-encoding", "authorization", "content-length", "content-type", "host", "user-agent"];
    for (request, accept) in requests.iter().zip(["application/json", "text/event-stream"]) {
        assert_eq!(names(request), posted);
        assert_eq!((request.header("accept"), request.header("content-type")), (accept, "application/json"));
    }
    assert_eq!(requests[2].line, "GET /v1/models");
    assert_eq!(names(&requests[2]), ["accept", "accept-encoding", "authorization", "host", "user-agent"]);
    for request in &requests {
        assert_eq!(request.header("host"), origin(&upstream).trim_start_matches("http://"));
        assert_eq!(request.header("accept-encoding"), "identity");
        assert!(request.header("user-agent").starts_with("astra/"));
        assert_eq!(request.header("authorization"), format!("Bearer {KEY}"));
    }
}

#[tokio::test]
async fn the_configurations_headers_replace_ours() {
    let upstream = Upstream::saying("ok").await;
    let given = [("Accept", "x/y"), ("authorization", "Basic eA=="), ("user-agent", "ours")];
    let headers = given.map(|(name, value)| (name.to_owned(), Secret::new(value))).into();
    let registry = registry(ProviderConfig { headers, ..config(&upstream.url, Protocol::OpenAi) });
    complete(&registry).await.unwrap();
    let request = &upstream.requests()[0];
    for (name, value) in given {
        assert_eq!(request.header(&name.to_ascii_lowercase()), value);
        assert_eq!(request.header_names().filter(|known| *known == name.to_ascii_lowercase()).count(), 1, "{name}");
    }
}

#[tokio::test]
async fn urls_of_every_form_arrive_as_they_are() {
    let proxy = Upstream::saying("ok").await;
    for (url, line, host) in [
        ("http://llm.invalid/a%20b/v1/?key=x%2Fy&z", "http://llm.invalid/a%20b/v1/chat/completions?key=x%2Fy&z", ""),
        ("http://llm.invalid:80", "http://llm.invalid/chat/completions", "llm.invalid"),
        ("http://LLM.invalid:8000/v1", "http://llm.invalid:8000/v1/chat/completions", "llm.invalid:8000"),
        ("http://[2001:db8::1]:8000/v1", "http://[2001:db8::1]:8000/v1/chat/completions", "[2001:db8::1]:8000"),
        ("http://bücher.invalid/ü", "http://xn--bcher-kva.invalid/%C3%BC/chat/completions", ""),
    ] {
        complete(&through(origin(&proxy), url)).await.unwrap();
        let request = proxy.requests().pop().unwrap();
        assert_eq!(request.line, format!("POST {line}"));
        assert!(host.is_empty() || request.header("host") == host, "{request:?}");
    }
}

#[tokio::test]
async fn a_tunnel_is_asked_for_by_the_proxys_user_alone() {
    let proxy = Upstream::script([Reply::new(407, "text/plain")]).await;
    for (user, authorization) in
        [("", ""), ("me@", "Basic bWU6"), ("m%65:p%40%3As@", "Basic bWU6cEA6cw=="), (":x@", "Basic Ong=")]
    {
        let url = origin(&proxy).replace("http://", &format!("http://{user}"));
        let error = failure(&through(&url, "https://[2001:db8::1]/v1")).await;
        assert_eq!(error.kind, ErrorKind::Connect);
        let told = "the provider cannot be reached through its proxy: tunnel error: proxy authorization required";
        assert_eq!(error.message, told);
        let request = proxy.requests().pop().unwrap();
        assert_eq!(request.line, "CONNECT [2001:db8::1]:443");
        assert_eq!(request.header("proxy-authorization"), authorization);
        assert_eq!((request.header("host"), request.header("authorization")), ("[2001:db8::1]:443", ""));
        assert!(request.header("user-agent").starts_with("astra/"));
    }
}

#[tokio::test]
async fn a_connection_that_does_not_come_about_in_time_is_no_connection() {
    // Without a step before it not even the head of the answer comes.
    let silent = Upstream::script([Reply::events().hang()]).await;
    let settings = ProviderConfig {
        proxy: Some(Secret::new(origin(&silent))),
        connect_timeout_ms: Some(50),
        ..config("https://llm.invalid/v1", Protocol::OpenAi)
    };
    let error = failure(&registry(settings)).await;
    assert_eq!(error.kind, ErrorKind::Connect);
    assert_eq!(error.message, "the provider cannot be reached through its proxy: operation timed out");
}

#[tokio::test]
async fn what_the_machine_says_of_a_failed_connection_is_told() {
    let error = failure(&openai("http://127.0.0.1:1/v1")).await;
    assert_eq!(error.kind, ErrorKind::Connect);
    assert_eq!(error.message, "the provider cannot be reached: Connection refused (os error 111)");
    let error = failure(&openai("http://llm.invalid/v1")).await;
    assert!(
        error.message.starts_with("the provider cannot be reached: failed to lookup address information"),
        "{error}"
    );
    let plain = Upstream::saying("ok").await;
    let error = failure(&openai(&plain.url.replace("http", "https"))).await;
    assert_eq!(error.kind, ErrorKind::Connect);
    assert!(error.message.starts_with("the provider cannot be reached: tls handshake eof"), "{error}");
}

#[tokio::test]
async fn what_is_no_http_is_a_broken_connection() {
    let upstream = Upstream::start(|_, _| Reply::new(200, "text/plain").header("broken\u{0}", "x")).await;
    let error = failure(&openai(&upstream.url)).await;
    assert_eq!(error.kind, ErrorKind::Cut);
    assert_eq!(error.message, "the connection to the provider broke: invalid HTTP header parsed");
}
