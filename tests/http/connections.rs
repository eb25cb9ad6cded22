//! Connections that say nothing, take nothing, never end or are too many: each has an end, and others go on.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::http2::{self, Frame, Http2};
use crate::support::{TestApp, TestBackend};

const LIVE: &str = "GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n";
/// The largest answer that needs no store.
const LARGE: &str = "/docs/scalar-1.72.1.js";

/// Lets time pass, second by second, with time in between for what happens then.
pub(crate) async fn pass(seconds: u64) {
    // While a blocking task runs, the paused clock does not move by itself.
    let (done, wait) = std::sync::mpsc::sync_channel::<()>(1);
    let hold = tokio::task::spawn_blocking(move || wait.recv().is_ok());
    for _ in 0..seconds {
        tokio::time::advance(Duration::from_secs(1)).await;
        settle().await;
    }
    drop(done);
    hold.await.expect("it ends");
}

/// Lets tasks and sockets do what they can do now.
pub(crate) async fn settle() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}

async fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap_or_else(|fault| panic!("{fault}: {head:?}")));
    }
    String::from_utf8(head).expect("text")
}

/// What comes until the connection ends, in whichever way.
async fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut rest = Vec::new();
    // Whether it ends or is reset depends on what is still on its way.
    let _ended = stream.read_to_end(&mut rest).await;
    rest
}

/// Whether the peer has closed it.
fn is_closed(stream: &TcpStream) -> bool {
    match stream.try_read(&mut [0; 1024]) {
        Ok(read) => read == 0,
        Err(fault) => fault.kind() != std::io::ErrorKind::WouldBlock,
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_does_not_begin_is_closed() {
    let mut app = TestApp::new().await;
    let listening = app.listen().await;
    for begun in ["", "P", "PRI * HTTP/2.0\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r"] {
        let mut stream = TcpStream::connect(listening.address).await.expect("it listens");
        stream.write_all(begun.as_bytes()).await.expect("it reads");
        settle().await;
        pass(9).await;
        assert!(!is_closed(&stream), "{begun:?}: it may still begin");
        pass(2).await;
        assert!(is_closed(&stream), "{begun:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_head_that_does_not_end_and_a_kept_connection_are_closed() {
    let mut app = TestApp::new().await;
    let listening = app.listen().await;
    let mut unfinished = TcpStream::connect(listening.address).await.expect("it listens");
    unfinished.write_all(b"GET /health/live HTTP/1.1\r\nhost: local").await.expect("it reads");
    let mut kept = TcpStream::connect(listening.address).await.expect("it listens");
    kept.write_all(LIVE.as_bytes()).await.expect("it reads");
    let head = read_head(&mut kept).await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    kept.read_exact(&mut [0; 15]).await.expect("a body");
    pass(28).await;
    assert!(!is_closed(&unfinished) && !is_closed(&kept));
    pass(4).await;
    assert!(is_closed(&unfinished) && is_closed(&kept));
}

#[tokio::test]
async fn a_head_beyond_64_kib_is_refused_before_it_ends() {
    let mut app = TestApp::new().await;
    let listening = app.listen().await;
    for (length, is_taken) in [(60_000, true), (70_000, false)] {
        let mut stream = TcpStream::connect(listening.address).await.expect("it listens");
        let head = format!("GET /health/live HTTP/1.1\r\nhost: localhost\r\nx-long: {}", "a".repeat(length));
        stream.write_all(head.as_bytes()).await.expect("it reads");
        if is_taken {
            stream.write_all(b"\r\n\r\n").await.expect("it reads");
        }
        let answer = read_head(&mut stream).await;
        let status = if is_taken { "HTTP/1.1 200" } else { "HTTP/1.1 431" };
        assert!(answer.starts_with(status), "{length}: {answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_does_not_read_is_given_up_and_a_slow_one_is_not() {
    let mut app = TestApp::new().await;
    let listening = app.listen().await;
    let asked = 24;
    for is_slow in [false, true] {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(64 * 1024).expect("a small buffer");
        let mut stream = socket.connect(listening.address).await.expect("it listens");
        let request = format!("GET {LARGE} HTTP/1.1\r\nhost: localhost\r\n\r\n");
        stream.write_all(request.repeat(asked).as_bytes()).await.expect("it reads");
        settle().await;
        let mut read = 0;
        for _ in 0..5 {
            pass(20).await;
            let until = if is_slow { read + (4 << 20) } else { 0 };
            let mut piece = vec![0; 1 << 16];
            while read < until {
                read += stream.read(&mut piece).await.expect("it still sends");
                settle().await;
            }
        }
        // What is left is asked to be the last, so that reading comes to an end.
        if is_slow {
            let last = "GET /health/live HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
            stream.write_all(last.as_bytes()).await.expect("it still reads");
            let rest = rest(&mut stream).await;
            assert!(rest.ends_with(b"{\"status\":\"ok\"}"), "all of it came, and the next answer too");
        } else {
            let came = rest(&mut stream).await.len();
            assert!(came < asked * 900_000, "{came} bytes came, as if it had waited");
        }
    }
}

#[tokio::test]
async fn connections_beyond_the_limits_are_told_so_and_closed() {
    for (connections, per_address, told) in [(100, 2, "from this address"), (2, 100, "The gateway has as many")] {
        let app = TestApp::builder(TestBackend::sqlite()).config(|config| {
            config.limits.connections = connections;
            config.limits.connections_per_address = per_address;
        });
        let mut app = app.open().await;
        let listening = app.listen().await;
        let mut open = Vec::new();
        for _ in 0..2 {
            let mut stream = TcpStream::connect(listening.address).await.expect("it listens");
            stream.write_all(LIVE.as_bytes()).await.expect("it reads");
            assert!(read_head(&mut stream).await.starts_with("HTTP/1.1 200"));
            open.push(stream);
        }
        let mut refused = TcpStream::connect(listening.address).await.expect("it listens");
        let answer = String::from_utf8(rest(&mut refused).await).expect("text");
        assert!(answer.starts_with("HTTP/1.1 503") && answer.contains(told), "{answer}");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a body");
        let problem: serde_json::Value = serde_json::from_str(body).expect("a problem");
        assert_eq!(problem["code"], "unavailable");
        assert!(head.contains(&format!("content-length: {}", body.len())), "{head}");
        drop(open);
        // The end of the two is noticed soon.
        loop {
            let mut next = TcpStream::connect(listening.address).await.expect("it listens");
            let _gone = next.write_all(LIVE.as_bytes()).await;
            if read_head(&mut next).await.starts_with("HTTP/1.1 200") {
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_trusted_proxy_may_have_many_connections() {
    let app = TestApp::builder(TestBackend::sqlite()).config(|config| {
        config.limits.connections_per_address = 1;
        config.limits.trusted_proxies = vec!["127.0.0.1".parse().expect("an address")];
    });
    let mut app = app.open().await;
    let listening = app.listen().await;
    let mut open = Vec::new();
    for _ in 0..5 {
        let mut stream = TcpStream::connect(listening.address).await.expect("it listens");
        stream.write_all(LIVE.as_bytes()).await.expect("it reads");
        assert!(read_head(&mut stream).await.starts_with("HTTP/1.1 200"));
        open.push(stream);
    }
}

#[tokio::test(start_paused = true)]
async fn http2_a_peer_that_answers_no_ping_is_closed() {
    let mut app = TestApp::new().await;
    let listening = app.listen().await;
    let mut peer = Http2::connect(listening.address, &[]).await;
    peer.answers_pings = false;
    settle().await;
    pass(35).await;
    peer.receive();
    assert!(peer.is_closed);
}

#[tokio::test(start_paused = true)]
async fn http2_a_connection_without_streams_is_ended_and_one_with_an_open_stream_is_not() {
    let mut app = TestApp::new().await;
    let member = app.member();
    let session = member.post("/sessions").json(&serde_json::json!({"agent_id": "assistant"})).await.expect(201);
    let path = format!("/sessions/{}/events", session["id"].as_str().expect("an id"));
    let token = member.token().await;
    let listening = app.listen().await;
    let mut idle = Http2::connect(listening.address, &[]).await;
    idle.ask(1, "/health/live", &[]).await;
    let mut following = Http2::connect(listening.address, &[]).await;
    following.ask(1, &path, &[("authorization", &format!("Bearer {token}"))]).await;
    for _ in 0..180 {
        pass(1).await;
        idle.receive();
        following.receive();
    }
    assert!(idle.frames.iter().any(|frame| frame.kind == http2::GO_AWAY), "it is told that it ends");
    assert!(idle.is_closed);
    assert!(!following.is_closed);
    let comments = following.frames.iter().filter(|frame| frame.payload.starts_with(b": keep-alive"));
    assert!(comments.count() >= 10, "the stream that had nothing to say was not touched");
}

#[tokio::test(start_paused = true)]
async fn http2_a_stream_without_room_is_reset_and_others_go_on() {
    let mut app = TestApp::new().await;
    let listening = app.listen().await;
    for window in [0, 20_000] {
        let mut peer = Http2::connect(listening.address, &[(http2::INITIAL_WINDOW_SIZE, window)]).await;
        peer.ask(1, LARGE, &[]).await;
        for _ in 0..28 {
            pass(1).await;
            peer.receive();
        }
        let data: usize =
            peer.of_stream(1).filter(|frame| frame.kind == http2::DATA).map(|frame| frame.payload.len()).sum();
        assert_eq!(data, usize::try_from(window).expect("small"));
        assert!(!peer.of_stream(1).any(|frame| frame.kind == http2::RST_STREAM), "it may still get room");
        for _ in 0..4 {
            pass(1).await;
            peer.receive();
        }
        if window == 0 {
            let cancelled = |frame: &Frame| frame.kind == http2::RST_STREAM && frame.payload == [0, 0, 0, 8];
            assert!(peer.of_stream(1).any(cancelled), "{:?}", peer.frames);
        }
        // A stream with room is answered on the same connection.
        peer.ask(3, "/health/live", &[]).await;
        peer.give_room(3, 1_000).await;
        settle().await;
        peer.receive();
        let body: Vec<u8> = peer
            .of_stream(3)
            .filter(|frame| frame.kind == http2::DATA)
            .flat_map(|frame| frame.payload.clone())
            .collect();
        assert_eq!(String::from_utf8_lossy(&body), "{\"status\":\"ok\"}");
    }
}

#[tokio::test]
async fn http2_streams_and_heads_are_bounded() {
    let mut app = TestApp::new().await;
    let listening = app.listen().await;
    let mut peer = Http2::connect(listening.address, &[]).await;
    while !peer.frames.iter().any(|frame| frame.kind == http2::SETTINGS && !frame.payload.is_empty()) {
        settle().await;
        peer.receive();
    }
    assert_eq!(peer.setting(http2::MAX_CONCURRENT_STREAMS), Some(100));
    assert_eq!(peer.setting(http2::MAX_HEADER_LIST_SIZE), Some(16 * 1024));
}
