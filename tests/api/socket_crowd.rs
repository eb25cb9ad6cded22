//! A crowd of WebSockets that never read: they keep nothing from others.

use std::net::SocketAddr;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use crate::conversation::{Talk, question, text};
use crate::socket::{PATH, Socket};
use crate::support::{Reply, Step, TestApp, TestBackend};

const CROWD: usize = 1_000;
/// Of the long answer, each of 16 KiB.
const PIECES: usize = 2;

/// A WebSocket that was opened and asks for all events of `turn_id`, and takes as little of them as it can.
async fn silent(address: SocketAddr, token: &str, turn_id: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(2_048).expect("a small buffer");
    let mut stream = socket.connect(address).await.expect("it listens");
    let head = format!(
        "GET {PATH} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.expect("it reads");
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(stream.read_u8().await.expect("an answer"));
    }
    assert!(answer.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&answer));
    let frame = json!({"type": "resume", "turn_id": turn_id}).to_string();
    let length = u8::try_from(frame.len()).expect("a short frame");
    assert!(length < 126);
    let bytes = [&[0x81, 0x80 | length, 0, 0, 0, 0], frame.as_bytes()].concat();
    stream.write_all(&bytes).await.expect("it reads");
    stream
}

#[tokio::test]
async fn a_thousand_sockets_that_never_read_keep_nothing_from_others() {
    // Each has two ends in this process.
    rlimit::increase_nofile_limit(4_096).expect("enough descriptors");
    let builder = TestApp::builder(TestBackend::sqlite()).config(|config| {
        config.limits.streams_per_token = 2_000;
        config.limits.connections = 2_000;
        config.limits.connections_per_address = 2_000;
        config.limits.token_requests_per_s = 1_000_000;
        config.limits.address_requests_per_s = 1_000_000;
    });
    let mut talk = Talk::built(builder, json!({})).await;
    // More than their buffers and the kernel's take at once.
    let pieces = std::iter::repeat_n(Step::Content("x".repeat(16 << 10)), PIECES);
    talk.will(Reply::Stream(pieces.chain([Step::Finish]).collect()));
    let long: Value = talk.stream("Say all you know.").await.events().await.remove(0).data;
    let token = talk.app.member().token().await;
    let caller = talk.app.member();
    let listening = talk.app.listen().await;
    let mut crowd = Vec::with_capacity(CROWD);
    for _ in 0..CROWD {
        crowd.push(silent(listening.address, &token, text(&long, "turn_id")).await);
    }
    for _ in 0..3 {
        talk.will(Reply::Answer("quick".into())).will(Reply::Answer("and so".into()));
        let mut socket = Socket::of(listening.address, &token).await;
        socket.say("Hello?").await;
        let events = socket.events().await;
        assert_eq!(events.last().expect("an end")["turn"]["content"], "quick");
        let turn = caller.post("/chat").json(&question("And?")).await.expect(200);
        assert_eq!(turn["content"], "and so");
        // All of a long answer, beside those who take nothing of it.
        socket.ask(&json!({"type": "resume", "turn_id": long["turn_id"]})).await;
        let events = socket.events().await;
        let length: usize = events.iter().filter_map(|event| event["delta"].as_str()).map(str::len).sum();
        assert_eq!(length, PIECES * (16 << 10));
    }
    drop(crowd);
}
