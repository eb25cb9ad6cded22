//! A connection, whatever it goes through.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_rustls::MaybeHttpsStream;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

type Tcp = TokioIo<TcpStream>;

/// A connection.
pub(super) struct Socket {
    stream: Stream,
    /// It leads to a proxy that reads with each request where it goes.
    is_forwarded: bool,
}

enum Stream {
    Plain(Tcp),
    /// Its state is large, and a plain connection does not pay for it.
    Encrypted(Box<dyn Duplex>),
}

trait Duplex: Read + Write + Unpin + Send {}
impl<T: Read + Write + Unpin + Send> Duplex for T {}

impl Socket {
    pub(super) fn direct(stream: MaybeHttpsStream<Tcp>, is_forwarded: bool) -> Self {
        let stream = match stream {
            MaybeHttpsStream::Http(tcp) => Stream::Plain(tcp),
            MaybeHttpsStream::Https(tls) => Stream::Encrypted(Box::new(tls)),
        };
        Self { stream, is_forwarded }
    }

    pub(super) fn tunnelled(stream: MaybeHttpsStream<MaybeHttpsStream<Tcp>>) -> Self {
        Self { stream: Stream::Encrypted(Box::new(stream)), is_forwarded: false }
    }
}

impl Connection for Socket {
    /// Without the connection's addresses, which each answer would carry and which serve nothing.
    fn connected(&self) -> Connected {
        Connected::new().proxy(self.is_forwarded)
    }
}

impl Read for Socket {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().stream {
            Stream::Plain(tcp) => Pin::new(tcp).poll_read(context, buffer),
            Stream::Encrypted(tls) => Pin::new(tls).poll_read(context, buffer),
        }
    }
}

impl Write for Socket {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.get_mut().stream {
            Stream::Plain(tcp) => Pin::new(tcp).poll_write(context, bytes),
            Stream::Encrypted(tls) => Pin::new(tls).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().stream {
            Stream::Plain(tcp) => Pin::new(tcp).poll_flush(context),
            Stream::Encrypted(tls) => Pin::new(tls).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().stream {
            Stream::Plain(tcp) => Pin::new(tcp).poll_shutdown(context),
            Stream::Encrypted(tls) => Pin::new(tls).poll_shutdown(context),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match &self.stream {
            Stream::Plain(tcp) => tcp.is_write_vectored(),
            Stream::Encrypted(tls) => tls.is_write_vectored(),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match &mut self.get_mut().stream {
            Stream::Plain(tcp) => Pin::new(tcp).poll_write_vectored(context, pieces),
            Stream::Encrypted(tls) => Pin::new(tls).poll_write_vectored(context, pieces),
        }
    }
}
