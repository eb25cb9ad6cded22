//! A connection's socket: its first bytes, which say the protocol, and an end for a peer that takes nothing.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};

use super::admission::Permit;

/// A peer that takes nothing of what waits for it for this time is gone.
pub(super) const WRITE_TIMEOUT: Duration = Duration::from_secs(30);

/// What a connection over HTTP/2 begins with (RFC 9113, 3.4).
const PREFACE: [u8; 24] = *b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    Http1,
    Http2,
}

/// What a connection began with.
pub(super) struct Begun {
    pub(super) protocol: Protocol,
    bytes: [u8; PREFACE.len()],
    length: usize,
}

/// Reads until the protocol is certain; `None` if the peer closes before it says anything.
pub(super) async fn begin(stream: &mut TcpStream) -> io::Result<Option<Begun>> {
    let mut begun = Begun { protocol: Protocol::Http1, bytes: [0; PREFACE.len()], length: 0 };
    loop {
        let read = stream.read(&mut begun.bytes[begun.length..]).await?;
        begun.length += read;
        if begun.length == 0 {
            return Ok(None);
        }
        // An end within the preface is for HTTP/1's reader to refuse.
        if read == 0 || begun.bytes[..begun.length] != PREFACE[..begun.length] {
            return Ok(Some(begun));
        }
        if begun.length == PREFACE.len() {
            begun.protocol = Protocol::Http2;
            return Ok(Some(begun));
        }
    }
}

/// The socket: reads what it began with once more, and fails when writing makes no progress.
pub(super) struct Socket {
    stream: TcpStream,
    begun: Begun,
    /// How much of `begun` was read.
    read: usize,
    /// Made when a write waits for the first time.
    timeout: Option<Pin<Box<Sleep>>>,
    is_waiting: bool,
    /// Given back when the socket is closed, also by the code that uses it after an upgrade.
    _permit: Permit,
}

impl Socket {
    pub(super) fn new(stream: TcpStream, begun: Begun, permit: Permit) -> Self {
        Self { stream, begun, read: 0, timeout: None, is_waiting: false, _permit: permit }
    }

    /// Begins to count when a write waits, and ends when one does not.
    fn limited(&mut self, written: Poll<io::Result<usize>>, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.is_waiting = false;
            return written;
        }
        let timeout = self.timeout.get_or_insert_with(|| Box::pin(sleep(WRITE_TIMEOUT)));
        if !self.is_waiting {
            self.is_waiting = true;
            timeout.as_mut().reset(Instant::now() + WRITE_TIMEOUT);
        }
        ready!(timeout.as_mut().poll(context));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the peer took nothing of what was written to it")))
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Self { stream, begun, read, .. } = &mut *self;
        let again = &begun.bytes[*read..begun.length];
        if again.is_empty() {
            return Pin::new(stream).poll_read(context, buffer);
        }
        let length = again.len().min(buffer.remaining());
        buffer.put_slice(&again[..length]);
        *read += length;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.limited(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.limited(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
