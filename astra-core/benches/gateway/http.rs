//! HTTP/1.1 as a client speaks it that costs as little as possible: one connection, kept alive, on this machine.

use std::time::{Duration, Instant};

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Result;

const READ_BYTES: usize = 64 << 10;

/// A connection.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: BytesMut,
    keeps_bodies: bool,
}

/// What came back.
#[derive(Debug, Default)]
pub(crate) struct Exchange {
    /// The status.
    pub(crate) status: u16,
    /// From the request's first byte to the answer's last one.
    pub(crate) total: Duration,
    /// From the request's first byte until the marker was there, if one was given.
    pub(crate) marked: Option<Duration>,
    /// The header `ETag`.
    pub(crate) etag: Option<String>,
    /// The body, if it is kept, or tells why the request was refused.
    pub(crate) body: Vec<u8>,
}

enum Framing {
    Length(usize),
    Chunked,
}

/// The bytes of a request. A body makes it a POST.
pub(crate) fn request(address: &str, path: &str, fields: &[(&str, &str)], body: Option<&str>) -> Vec<u8> {
    request_by(if body.is_some() { "POST" } else { "GET" }, address, path, fields, body)
}

/// The bytes of a request by `method`.
pub(crate) fn request_by(
    method: &str,
    address: &str,
    path: &str,
    fields: &[(&str, &str)],
    body: Option<&str>,
) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\n");
    for (name, value) in fields {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    if let Some(body) = body {
        text.push_str(&format!("Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len()));
    } else {
        text.push_str("\r\n");
    }
    text.into_bytes()
}

impl Connection {
    /// Connects to `address`, such as `127.0.0.1:3000`.
    pub(crate) async fn open(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: BytesMut::with_capacity(READ_BYTES), keeps_bodies: false })
    }

    /// The same, but the bodies of good answers are kept too.
    pub(crate) fn keeping_bodies(self) -> Self {
        Self { keeps_bodies: true, ..self }
    }

    /// Sends `request` and reads the answer; notes when `marker` has come.
    pub(crate) async fn exchange(&mut self, request: &[u8], marker: Option<&[u8]>) -> Result<Exchange> {
        let begun = Instant::now();
        self.stream.write_all(request).await?;
        let (mut exchange, mut framing) = self.head().await?;
        loop {
            if let (Some(marker), None) = (marker, exchange.marked)
                && self.buffer.windows(marker.len()).any(|window| window == marker)
            {
                exchange.marked = Some(begun.elapsed());
            }
            if self.body(&mut framing, &mut exchange)? {
                exchange.total = begun.elapsed();
                return Ok(exchange);
            }
            self.fill().await?;
        }
    }

    /// Reads status and header.
    async fn head(&mut self) -> Result<(Exchange, Framing)> {
        let end = loop {
            if let Some(end) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break end;
            }
            self.fill().await?;
        };
        let head = std::str::from_utf8(&self.buffer[..end])?;
        let status = head.split(' ').nth(1).ok_or("an answer without a status")?.parse()?;
        let mut exchange = Exchange { status, ..Exchange::default() };
        let mut framing = Framing::Length(0);
        for (name, value) in head.lines().skip(1).filter_map(|line| line.split_once(':')) {
            if name.eq_ignore_ascii_case("content-length") {
                framing = Framing::Length(value.trim().parse()?);
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                framing = Framing::Chunked;
            } else if name.eq_ignore_ascii_case("etag") {
                exchange.etag = Some(value.trim().to_owned());
            }
        }
        // A 304 says how long the body would have been.
        if status == 304 {
            framing = Framing::Length(0);
        }
        self.buffer.advance(end + 4);
        Ok((exchange, framing))
    }

    /// Takes what is there of the body; true when that was all of it.
    fn body(&mut self, framing: &mut Framing, exchange: &mut Exchange) -> Result<bool> {
        match framing {
            Framing::Length(left) => {
                let there = self.buffer.len().min(*left);
                self.take(there, exchange);
                *left -= there;
                Ok(*left == 0)
            }
            Framing::Chunked => loop {
                let Some(line) = self.buffer.windows(2).position(|window| window == b"\r\n") else { return Ok(false) };
                let length = usize::from_str_radix(std::str::from_utf8(&self.buffer[..line])?.trim(), 16)?;
                if self.buffer.len() < line + 2 + length + 2 {
                    return Ok(false);
                }
                self.buffer.advance(line + 2);
                self.take(length, exchange);
                self.buffer.advance(2);
                if length == 0 {
                    return Ok(true);
                }
            },
        }
    }

    fn take(&mut self, length: usize, exchange: &mut Exchange) {
        if self.keeps_bodies || exchange.status >= 400 {
            exchange.body.extend_from_slice(&self.buffer[..length]);
        }
        self.buffer.advance(length);
    }

    async fn fill(&mut self) -> Result<()> {
        self.buffer.reserve(READ_BYTES);
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            return Err("the connection was closed in the middle of an answer".into());
        }
        Ok(())
    }
}
