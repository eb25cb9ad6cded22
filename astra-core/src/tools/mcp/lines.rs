//! What a server's process writes: lines of at most so many bytes, and what it says of itself, for the log.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, ReadBuf};
use tokio::time::Instant;

use super::events::MESSAGE_BYTES_MAX;
use super::fault::{Seen, Words};

/// Longest line that is logged; what follows of it is left out.
const LOG_LINE_BYTES_MAX: usize = 512;
/// Most lines that are logged in a minute.
const LOG_LINES_MAX: u32 = 60;
const MINUTE: Duration = Duration::from_secs(60);

/// Reads on until a line has too many bytes.
pub(super) struct Lines<R> {
    inner: R,
    /// Bytes since the last line's end.
    bytes: usize,
    seen: Seen,
}

impl<R> Lines<R> {
    pub(super) const fn new(inner: R, seen: Seen) -> Self {
        Self { inner, bytes: 0, seen }
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for Lines<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.inner).poll_read(context, buffer))?;
        let read = &buffer.filled()[before..];
        let mut longest = self.bytes;
        for (place, line) in read.split(|byte| *byte == b'\n').enumerate() {
            self.bytes = if place == 0 { self.bytes + line.len() } else { line.len() };
            longest = longest.max(self.bytes);
        }
        if longest > MESSAGE_BYTES_MAX {
            self.seen.note("The server writes a line of more bytes than are read.");
            return Poll::Ready(Err(io::Error::other("a line is too long")));
        }
        Poll::Ready(Ok(()))
    }
}

/// Logs what a server says of itself, so much of it. It does not end: the process may close this and go on.
pub(super) async fn log(name: &str, mut from: impl AsyncRead + Unpin, words: &Words) {
    let (mut buffer, mut line) = ([0; 4_096], Vec::new());
    let (mut since, mut count) = (Instant::now(), 0);
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        for &byte in &buffer[..length] {
            if byte != b'\n' {
                if line.len() < LOG_LINE_BYTES_MAX {
                    line.push(byte);
                }
                continue;
            }
            if since.elapsed() >= MINUTE {
                (since, count) = (Instant::now(), 0);
            }
            count += 1;
            if count <= LOG_LINES_MAX {
                let text = words.clean(&String::from_utf8_lossy(&line));
                tracing::info!(mcp.server = name, mcp.text = text, "an MCP server says");
            } else if count == LOG_LINES_MAX + 1 {
                tracing::info!(mcp.server = name, "an MCP server says more than is logged");
            }
            line.clear();
        }
        // A process that writes without end would keep the runtime from all others.
        tokio::task::coop::consume_budget().await;
    }
    std::future::pending().await
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncBufReadExt as _;

    use super::*;

    #[tokio::test]
    async fn a_line_without_an_end_is_left_before_it_is_held() {
        let seen = Seen::default();
        let endless = tokio::io::repeat(b'x');
        let mut read = 0;
        let mut lines = Lines::new(endless, seen.clone());
        let mut buffer = vec![0; 64 << 10];
        while let Ok(length) = lines.read(&mut buffer).await {
            read += length;
        }
        assert!(read <= MESSAGE_BYTES_MAX && seen.reason().is_some(), "{read}");
    }

    #[tokio::test]
    async fn lines_as_they_come_are_let_through() {
        let text = "a".repeat(1_000) + "\n" + &"b".repeat(MESSAGE_BYTES_MAX) + "\n\nend";
        let lines = tokio::io::BufReader::new(Lines::new(text.as_bytes(), Seen::default()));
        let mut lines = lines.lines();
        let mut lengths = Vec::new();
        while let Some(line) = lines.next_line().await.unwrap() {
            lengths.push(line.len());
        }
        assert_eq!(lengths, [1_000, MESSAGE_BYTES_MAX, 0, 3]);
    }
}
