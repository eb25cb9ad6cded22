//! Which host a request names: one, and one of the gateway's, for all that the gateway serves.

use astra_core::Gateway;
use axum::body::Body;
use http::{Request, StatusCode};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tower::ServiceExt;

use crate::support::{TestApp, TestBackend};

/// The status that a real connection answers to a request with these header lines, and the answer.
async fn asked(address: std::net::SocketAddr, line: &str, hosts: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    let request = format!("{line}\r\n{hosts}connection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("it answers");
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    (status.unwrap_or_else(|| panic!("no status: {answer}")), answer)
}

#[tokio::test]
async fn a_page_of_another_site_reaches_nothing_by_a_name_of_its_own() {
    let mut app = TestApp::new().await;
    let listening = app.listen().await;
    let address = listening.address;
    let evil = "host: rebind.evil.example:3000\r\norigin: http://rebind.evil.example:3000\r\n";
    for path in
        ["/", "/health", "/auth/register", "/docs", "/docs/page.js", "/docs/", "/console", "/console/x", "/nothing"]
    {
        for method in ["GET", "POST", "OPTIONS", "DELETE"] {
            let (status, answer) = asked(address, &format!("{method} {path} HTTP/1.1"), evil).await;
            assert_eq!(status, 421, "{method} {path}: {answer}");
            assert!(answer.contains("application/problem+json") && answer.contains("misdirected_request"), "{answer}");
            assert!(answer.contains("x-request-id: "), "{answer}");
        }
    }
    for line in ["POST /auth/token HTTP/1.1", "POST http://rebind.evil.example/auth/token HTTP/1.1"] {
        let (status, answer) = asked(address, line, "host: rebind.evil.example\r\n").await;
        assert_eq!(status, 421);
        assert!(answer.contains("\"error\":\"invalid_request\""), "its clients read OAuth 2: {answer}");
    }
}

#[tokio::test]
async fn a_request_is_for_one_host() {
    let mut app = TestApp::new().await;
    let listening = app.listen().await;
    let address = listening.address;
    for (line, hosts, expected) in [
        ("GET /health HTTP/1.1", "", 400),
        ("GET /nothing HTTP/1.1", "", 400),
        ("GET /health HTTP/1.0", "", 200),
        ("GET /health HTTP/1.1", "host: localhost\r\nhost: localhost\r\n", 400),
        ("GET /health HTTP/1.1", "host: localhost\r\nhost: evil.example\r\n", 400),
        ("GET /health HTTP/1.1", "host: user@localhost\r\n", 400),
        ("GET /health HTTP/1.1", "host: localhost:3000\r\n", 200),
        ("GET /health HTTP/1.1", "host: 127.0.0.1\r\n", 200),
        ("GET /health HTTP/1.1", "host: [::1]:3000\r\n", 200),
        ("GET /health HTTP/1.1", "host: gateway\r\n", 200),
        ("GET http://localhost/health HTTP/1.1", "host: localhost\r\n", 200),
        ("GET http://localhost/health HTTP/1.1", "host: evil.example\r\n", 400),
        ("GET http://evil.example/health HTTP/1.1", "host: localhost\r\n", 400),
    ] {
        let (status, answer) = asked(address, line, hosts).await;
        assert_eq!(status, expected, "{line} {hosts:?}: {answer}");
    }
}

#[tokio::test]
async fn what_is_configured_is_admitted() {
    let app = TestApp::builder(TestBackend::sqlite()).config(|config| {
        config.public_url = Some("https://astra.example.com/gateway".parse().expect("a URL"));
        config.allowed_hosts = vec!["*.corp.example".into()];
    });
    let app = app.open().await;
    for (host, expected) in [
        ("astra.example.com", 200),
        ("a.corp.example:3000", 200),
        ("localhost", 200),
        ("corp.example", 421),
        ("example.com", 421),
    ] {
        let ask = app.anonymous().get("/health").without("host").header("host", host);
        assert_eq!(ask.await.status.as_u16(), expected, "{host}");
    }
    app.anonymous().get("/health").header("host", "localhost").await.expect_problem(400, "bad_request");
    app.anonymous().get("/health").without("host").await.expect_problem(400, "bad_request");
}

async fn status(router: &axum::Router, host: Option<&str>) -> StatusCode {
    let request = Request::get("/health");
    let request = host.into_iter().fold(request, |request, host| request.header("host", host));
    let answer = router.clone().oneshot(request.body(Body::empty()).expect("a request")).await;
    answer.expect("an answer").status()
}

#[tokio::test]
async fn a_host_programs_front_door_is_its_own() {
    let backend = TestBackend::sqlite();
    let gateway = Gateway::open(backend.config()).await.expect("it opens");
    for host in [Some("anything.example"), None] {
        assert_eq!(status(&gateway.router(), host).await, 200);
    }
    assert_eq!(status(&gateway.standalone_router(), Some("anything.example")).await, 421);
    assert!(gateway.setup_code().is_some(), "the host gives it to its operator");
    drop(gateway);
    let mut config = TestBackend::sqlite().config();
    config.allowed_hosts = vec!["localhost".into()];
    let gateway = Gateway::open(config).await.expect("it opens");
    assert_eq!(status(&gateway.router(), Some("anything.example")).await, 421);
    assert_eq!(status(&gateway.router(), Some("localhost")).await, 200);
}

#[tokio::test]
async fn a_refusal_says_how_to_mend_it() {
    let app = TestApp::new().await;
    let ask = app.anonymous().get("/health").without("host").header("host", "astra.example.com");
    let problem: Value = ask.await.expect_problem(421, "misdirected_request");
    let detail = problem["detail"].as_str().unwrap_or_default();
    assert!(detail.contains("astra.example.com") && detail.contains("allowed_hosts"), "{problem}");
}
