//! Real connections: served, kept, and ended in order.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{TestApp, TestBackend};

/// Sends a request of HTTP/1.1 by hand; answers what comes until the connection ends.
async fn converse(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    stream.write_all(request.as_bytes()).await.expect("it reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("it answers");
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_connection_serves_one_request_after_the_other() {
    let mut app = TestApp::new().await;
    let listening = app.listen().await;
    let request = "GET /health/live HTTP/1.1\r\nhost: here\r\n\r\n";
    let last = "GET /health/live HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n";
    let answer = converse(listening.address, &format!("{request}{request}{last}")).await;
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 3, "{answer}");
    assert_eq!(answer.matches("x-request-id: ").count(), 3, "{answer}");
}

#[tokio::test]
async fn what_is_no_http_gets_no_further() {
    let mut app = TestApp::new().await;
    let listening = app.listen().await;
    let headers: String = (0..2_000).map(|number| format!("x-{number}: y\r\n")).collect();
    for nonsense in [
        "\x16\x03\x01\x02\x00 hello, TLS?\r\n\r\n".to_owned(),
        "GET\r\n\r\n".to_owned(),
        format!("GET /{} HTTP/1.1\r\nhost: here\r\n\r\n", "a".repeat(100_000)),
        format!("GET / HTTP/1.1\r\nhost: here\r\n{headers}\r\n"),
        "POST /sessions HTTP/1.1\r\nhost: here\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\nxx\r\n"
            .to_owned(),
    ] {
        let answer = converse(listening.address, &nonsense).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
    let good = converse(listening.address, "GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(good.starts_with("HTTP/1.1 200"), "{good}");
}

#[tokio::test]
async fn stopping_refuses_new_connections_and_finishes_running_requests() {
    let mut app = TestApp::new().await;
    let token = app.member().token().await;
    let listening = app.listen().await;
    let idle = TcpStream::connect(listening.address).await.expect("it listens");
    let mut running = begin(listening.address, &token).await;
    listening.stop.send(()).expect("it waits for this");
    while TcpStream::connect(listening.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!listening.stopped.is_finished());
    running.write_all(b"{}").await.expect("it still reads");
    let mut answer = String::new();
    running.read_to_string(&mut answer).await.expect("it answers");
    assert!(answer.starts_with("HTTP/1.1 422") && answer.contains("agent_id"), "{answer}");
    listening.stopped.await.expect("it stops");
    drop(idle);
}

#[tokio::test]
async fn stopping_does_not_wait_longer_than_it_is_told() {
    let mut app = TestApp::builder(TestBackend::sqlite()).config(|config| config.drain_s = 0).open().await;
    let token = app.member().token().await;
    let listening = app.listen().await;
    let running = begin(listening.address, &token).await;
    listening.stop.send(()).expect("it waits for this");
    listening.stopped.await.expect("it stops");
    drop(running);
}

/// Sends the head of a request whose body of two bytes is still to come, and waits until the gateway reads it.
async fn begin(address: SocketAddr, token: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    let head = format!(
        "POST /sessions HTTP/1.1\r\nhost: here\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
         expect: 100-continue\r\ncontent-length: 2\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.expect("it reads");
    let mut going_on = [0; 25];
    stream.read_exact(&mut going_on).await.expect("it answers");
    assert_eq!(going_on.as_slice(), b"HTTP/1.1 100 Continue\r\n\r\n");
    stream
}
