//! What a guarded request is on the wire, and the bounds of its answer.

use std::time::Duration;

use astra_core::outbound::{Error, GuardedError, GuardedRequest, Refusal};
use http::{HeaderName, HeaderValue, Method};

use super::server::{ALLOWED, Names, Server, answer, client, get, header};

#[tokio::test]
async fn a_request_names_its_host_and_asks_for_plain_bytes() {
    let server = Server::answering(&answer(200, "X-A: b\r\n", "hello")).await;
    let names = Names::default().with("name.example", &[&[ALLOWED]]);
    let answer = client([&server], &names).send(get(&server.url("name.example", "/a%20b?c=d#e"))).await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["x-a"]), (200, &HeaderValue::from_static("b")));
    assert_eq!(answer.bytes(5).await.unwrap(), "hello");
    let [request] = &server.requests()[..] else { panic!("one request") };
    assert!(request.starts_with("GET /a%20b?c=d HTTP/1.1\r\n"), "{request}");
    let host = format!("name.example:{}", server.address.port());
    assert_eq!(header(request, "host"), Some(host.as_str()));
    assert_eq!(header(request, "accept-encoding"), Some("identity"));
    assert!(header(request, "user-agent").unwrap().starts_with("astra/"));
}

#[test]
fn how_a_request_is_sent_is_not_its_callers_business() {
    for name in ["Host", "Content-Length", "Transfer-Encoding", "Connection", "Upgrade", "Proxy-Authorization", "TE"] {
        let name: HeaderName = name.parse().unwrap();
        let outcome = get("http://example.com/").header(name.clone(), HeaderValue::from_static("x"));
        assert_eq!(outcome.err(), Some(Refusal::Header(name)));
    }
    assert_eq!(GuardedRequest::new(Method::GET, "nowhere").err(), Some(Refusal::Url));
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_not_held() {
    let announced = Server::answering("HTTP/1.1 200 x\r\nContent-Length: 1000000000\r\n\r\nx").await;
    let unannounced = Server::answering("HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello!\r\n").await;
    for server in [announced, unannounced] {
        let answer = client([&server], &Names::default()).send(get(&server.own_url("/"))).await.unwrap();
        assert_eq!(answer.bytes(5).await.err(), Some(GuardedError::Failed(Error::TooLarge)));
    }
}

#[tokio::test]
async fn an_answer_is_read_piece_by_piece_to_its_end() {
    let server =
        Server::answering("HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n").await;
    let mut answer = client([&server], &Names::default()).send(get(&server.own_url("/"))).await.unwrap();
    let mut text = Vec::new();
    while let Some(piece) = answer.chunk().await.unwrap() {
        text.extend_from_slice(&piece);
    }
    assert_eq!(text, b"abc");
}

#[tokio::test]
async fn the_answer_to_head_has_no_body_to_decompress() {
    let server = Server::answering("HTTP/1.1 200 x\r\nContent-Encoding: gzip\r\nContent-Length: 70\r\n\r\n").await;
    let request = GuardedRequest::new(Method::HEAD, &server.own_url("/")).unwrap();
    let answer = client([&server], &Names::default()).send(request).await.unwrap();
    assert_eq!(answer.headers()["content-encoding"], "gzip");
    assert_eq!(answer.bytes(0).await.unwrap(), "");
}

#[tokio::test]
async fn the_time_of_a_request_is_bounded_to_the_last_byte() {
    let short = Duration::from_millis(100);
    let silent = Server::answering("").await;
    let outcome = client([&silent], &Names::default()).send(get(&silent.own_url("/")).timeout(short)).await;
    assert_eq!(outcome.err(), Some(GuardedError::TimedOut));
    let slow = Server::answering("HTTP/1.1 200 x\r\nContent-Length: 5\r\n\r\nhel").await;
    let client = client([&slow], &Names::default());
    let answer = client.send(get(&slow.own_url("/")).timeout(short)).await.unwrap();
    assert_eq!(answer.bytes(5).await.err(), Some(GuardedError::TimedOut));
    let mut answer = client.send(get(&slow.own_url("/")).timeout(short)).await.unwrap();
    assert_eq!(answer.chunk().await.unwrap().unwrap(), "hel");
    assert_eq!(answer.chunk().await.err(), Some(GuardedError::TimedOut));
}

#[tokio::test]
async fn what_is_no_http_is_a_broken_connection() {
    let server = Server::answering("220 mail.example ESMTP\r\n").await;
    let outcome = client([&server], &Names::default()).send(get(&server.own_url("/"))).await;
    assert!(matches!(outcome.err(), Some(GuardedError::Failed(Error::Broken(_)))));
}

#[tokio::test]
async fn nothing_is_said_to_a_server_that_is_not_the_one_of_the_url() {
    // It listens where the URL leads, and speaks no TLS.
    let server = Server::answering(&answer(200, "", "hello")).await;
    let url = server.own_url("/secret").replace("http:", "https:");
    let request = get(&url).timeout(Duration::MAX);
    let outcome = client([&server], &Names::default()).send(request).await;
    assert!(matches!(outcome.err(), Some(GuardedError::Failed(Error::Connect(_) | Error::Setup(_)))));
    assert!(server.requests().iter().all(|request| !request.contains("secret")));
}
