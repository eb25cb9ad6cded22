//! A fake of a platform on this machine: it takes what the gateway sends, and answers as the platform does when all is
//! well. It speaks HTTP, or SMTP where the platform is called by that.

use std::cell::RefCell;
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};

use astra_core::channels::{Platform, Simulation};
use bytes::Bytes;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::error::{Error, Result};

/// Largest request or conversation by SMTP that is taken, in bytes.
const BODY_BYTES_MAX: usize = 4 << 20;
/// Requests that are read at the same time.
const CONNECTIONS_MAX: usize = 64;

/// A fake of a platform.
pub(super) struct Fake {
    listener: TcpListener,
    address: SocketAddr,
    texts: RefCell<Vec<String>>,
}

/// What the fake plays.
#[derive(Clone, Copy)]
struct Part<'a> {
    platform: &'a dyn Platform,
    simulation: &'a Simulation,
}

impl Fake {
    /// A fake on a free port of this machine, which other machines do not reach.
    pub(super) async fn bind() -> Result<Self> {
        let failed = |fault: std::io::Error| Error::new("cannot listen on 127.0.0.1").because(&fault);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address, texts: RefCell::default() })
    }

    /// Its port.
    pub(super) const fn port(&self) -> u16 {
        self.address.port()
    }

    /// Its URL, without a slash at its end.
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The texts that it has got, in their order.
    pub(super) fn texts(&self) -> Vec<String> {
        self.texts.borrow().clone()
    }

    /// Is the platform, until it is dropped.
    pub(super) async fn run(&self, platform: &dyn Platform, simulation: &Simulation) -> Infallible {
        let part = Part { platform, simulation };
        // A server of mail speaks first, and so must know what it is.
        let is_mail = simulation.values.iter().any(|(_, value)| value.starts_with("smtp"));
        let mut connections = FuturesUnordered::new();
        loop {
            tokio::select! {
                accepted = self.listener.accept(), if connections.len() < CONNECTIONS_MAX => {
                    // A connection that broke before it was taken is none.
                    if let Ok((connection, _)) = accepted {
                        connections.push(self.serve(connection, part, is_mail));
                    }
                }
                Some(()) = connections.next() => {}
            }
        }
    }

    async fn serve(&self, connection: TcpStream, part: Part<'_>, is_mail: bool) {
        // What breaks off has been taken as far as it came.
        if is_mail {
            let _ended = self.take_mail(connection, part).await;
            return;
        }
        let answer =
            service_fn(async |request: Request<Incoming>| Ok::<_, Infallible>(self.answer(request, part).await));
        let server = http1::Builder::new().timer(TokioTimer::new()).keep_alive(false).clone();
        let _ended = server.serve_connection(TokioIo::new(connection), answer).await;
    }

    async fn answer(&self, request: Request<Incoming>, part: Part<'_>) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        let path = head.uri.path_and_query().map_or_else(String::new, ToString::to_string);
        let Ok(body) = Limited::new(body, BODY_BYTES_MAX).collect().await else {
            let mut response = Response::new(Full::default());
            *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
            return response;
        };
        let body = body.to_bytes();
        self.keep(part, &path, &body);
        let said = match &part.simulation.key_document {
            Some(keys) if head.method == Method::GET => keys.to_string(),
            _ => part.platform.simulated_answer(&path, &body).to_string(),
        };
        let mut response = Response::new(Full::from(said));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    }

    fn keep(&self, part: Part<'_>, path: &str, body: &[u8]) {
        self.texts.borrow_mut().extend(part.platform.simulated_text(path, body));
    }

    /// Takes the mails of one connection.
    async fn take_mail(&self, connection: TcpStream, part: Part<'_>) -> std::io::Result<()> {
        let (reader, mut writer) = connection.into_split();
        let mut lines = BufReader::new(reader).take(BODY_BYTES_MAX as u64);
        let mut answer = "220 simulation";
        loop {
            writer.write_all(format!("{answer}\r\n").as_bytes()).await?;
            let mut line = String::new();
            if lines.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            answer = match line.trim_end().to_ascii_uppercase().as_str() {
                "QUIT" => return writer.write_all(b"221 goodbye\r\n").await,
                "DATA" => {
                    writer.write_all(b"354 go on\r\n").await?;
                    let mail = mail(&mut lines).await?;
                    self.keep(part, "", mail.as_bytes());
                    "250 taken"
                }
                _ => "250 simulation",
            };
        }
    }
}

/// A mail, up to the line of one dot that ends it, with its own dots as they were.
async fn mail(lines: &mut (impl AsyncBufRead + Unpin)) -> std::io::Result<String> {
    let mut mail = String::new();
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == ".\r\n" {
            return Ok(mail);
        }
        mail.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_mail_ends_at_its_dot_and_keeps_its_own() {
        let mut lines: &[u8] = b"Subject: a\r\n\r\n..\r\n..b\r\n.\r\nQUIT\r\n";
        assert_eq!(mail(&mut lines).await.expect("a mail"), "Subject: a\r\n\r\n.\r\n.b\r\n");
        assert_eq!(lines, b"QUIT\r\n");
        let mut cut: &[u8] = b"Subject: a\r\n";
        assert!(mail(&mut cut).await.is_err());
    }
}
