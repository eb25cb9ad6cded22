//! What a WebSocket costs that waits: resident memory of the gateway with thousands of them.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Result;
use crate::gateway::Gateway;
use crate::http::request;
use crate::lab::{Lab, Synchronous};
use crate::load::runtime;
use crate::report::{self, Goal};

/// A gateway that may open 20,000 files takes 9,936 connections.
const SOCKETS: u16 = 9_000;
/// Opened and closed first, for what is made once.
const FIRST: u16 = 100;
/// After this time each has looked after itself twice.
const SETTLED: Duration = Duration::from_secs(11);
const KIBIBYTES: f64 = 1024.0;

/// Each has been used before it waits: a frame came, and one went.
pub(super) fn measure(lab: &Lab) -> Result<()> {
    let gateway = lab.gateway(Synchronous::Normal)?;
    let (server, _) = gateway.start()?;
    runtime()?.block_on(async {
        drop(open(&gateway, FIRST).await?);
        tokio::time::sleep(SETTLED).await;
        let before = server.process.memory_mib()?;
        let sockets = open(&gateway, SOCKETS).await?;
        tokio::time::sleep(SETTLED).await;
        let each = (server.process.memory_mib()? - before) * KIBIBYTES / f64::from(SOCKETS);
        drop(sockets);
        report::tell("each of 9,000 that wait", "KiB", [each], Goal::AtMost(12.0))
    })
}

async fn open(gateway: &Gateway, count: u16) -> Result<Vec<TcpStream>> {
    let bearer = gateway.bearer();
    let fields = [
        ("Authorization", bearer.as_str()),
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
        (
            "User-Agent",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
        ),
        ("Accept-Encoding", "gzip, deflate, br, zstd"),
        ("Accept-Language", "en-US,en;q=0.9"),
        ("Cache-Control", "no-cache"),
        ("Pragma", "no-cache"),
    ];
    let request = request(&gateway.address, "/chat/ws", &fields, None);
    let mut sockets = Vec::with_capacity(usize::from(count));
    for _ in 0..count {
        let mut socket = TcpStream::connect(&gateway.address).await?;
        socket.write_all(&request).await?;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(socket.read_u8().await?);
        }
        if !head.starts_with(b"HTTP/1.1 101 ") {
            return Err(format!("not opened: {}", String::from_utf8_lossy(&head)).into());
        }
        // A masked frame of text, whose mask is zero.
        let ping = b"{\"type\":\"ping\"}";
        socket.write_all(&[&[0x81, 0x8f, 0, 0, 0, 0], &ping[..]].concat()).await?;
        let mut answer = [0; 2];
        socket.read_exact(&mut answer).await?;
        socket.read_exact(&mut vec![0; usize::from(answer[1])]).await?;
        sockets.push(socket);
    }
    Ok(sockets)
}
