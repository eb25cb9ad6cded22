//! A receiver of deliveries: verifies the signature of each request and tells of it.

use std::convert::Infallible;
use std::net::SocketAddr;

use astra_core::clock::{Clock, SystemClock};
use astra_core::webhooks::{SigningSecret, Verdict, verify};
use bytes::Bytes;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};

use crate::error::{Error, Result};

/// Largest body that is taken, in bytes.
const BODY_BYTES_MAX: usize = 4 << 20;
/// Requests that are read at the same time.
const CONNECTIONS_MAX: usize = 64;

/// A delivery that came.
pub(super) struct Received {
    /// The header `webhook-id`.
    pub(super) id: String,
    /// The header `webhook-timestamp`.
    pub(super) timestamp: String,
    /// Whether the holder of the secret has sent it.
    pub(super) verdict: Verdict,
    /// What was sent.
    pub(super) body: String,
}

/// What takes deliveries.
pub(super) struct Receiver {
    listener: TcpListener,
    /// What good deliveries are answered with.
    pub(super) answer: StatusCode,
}

impl Receiver {
    /// A receiver at `address`.
    pub(super) async fn bind(address: SocketAddr, answer: StatusCode) -> Result<Self> {
        let failed = |fault: std::io::Error| {
            Error::new(format!("cannot listen on {address}")).because(&fault).hint("--listen names another address")
        };
        Ok(Self { listener: TcpListener::bind(address).await.map_err(failed)?, answer })
    }

    /// Where it listens.
    pub(super) fn address(&self) -> Result<SocketAddr> {
        self.listener.local_addr().map_err(|fault| Error::new("cannot listen").because(&fault))
    }

    /// Takes deliveries until `tell` wants no more; one after the other is told of, in the order in which they came.
    pub(super) async fn run(
        &self,
        secret: &SigningSecret,
        mut tell: impl FnMut(Received) -> Result<bool>,
    ) -> Result<()> {
        let mut connections = FuturesUnordered::new();
        loop {
            let received: Vec<Received> = tokio::select! {
                connection = self.listener.accept(), if connections.len() < CONNECTIONS_MAX => {
                    // A connection that broke before it was taken is none.
                    if let Ok((connection, _)) = connection {
                        connections.push(self.serve(connection, secret));
                    }
                    continue;
                }
                Some(received) = connections.next() => received,
            };
            for delivery in received {
                if !tell(delivery)? {
                    return Ok(());
                }
            }
        }
    }

    /// Answers the request of a connection; the delivery that came over it, if one did.
    async fn serve(&self, connection: TcpStream, secret: &SigningSecret) -> Vec<Received> {
        let received = std::cell::RefCell::new(Vec::new());
        let answer = service_fn(async |request: Request<Incoming>| {
            let mut response = Response::new(Full::<Bytes>::default());
            *response.status_mut() = match take(request, secret).await {
                Ok(delivery) => {
                    let status = match delivery.verdict {
                        Verdict::Good => self.answer,
                        Verdict::WrongSignature | Verdict::WrongTime => StatusCode::UNAUTHORIZED,
                    };
                    received.borrow_mut().push(delivery);
                    status
                }
                Err(status) => status,
            };
            Ok::<_, Infallible>(response)
        });
        // Whoever hangs up has not been answered, and what came is told of all the same.
        let server = http1::Builder::new().timer(TokioTimer::new()).keep_alive(false).clone();
        let _ended = server.serve_connection(TokioIo::new(connection), answer).await;
        received.into_inner()
    }
}

/// The delivery in a request; or why there is none.
async fn take(request: Request<Incoming>, secret: &SigningSecret) -> std::result::Result<Received, StatusCode> {
    if request.method() != Method::POST {
        return Err(StatusCode::METHOD_NOT_ALLOWED);
    }
    let (head, body) = request.into_parts();
    let body =
        Limited::new(body, BODY_BYTES_MAX).collect().await.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?.to_bytes();
    let header = |name: &str| {
        let value = head.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let (id, timestamp) = (header("webhook-id"), header("webhook-timestamp"));
    let now_s = SystemClock.now_ms().div_euclid(1_000);
    let verdict = verify(secret, &id, &timestamp, &header("webhook-signature"), &body, now_s);
    Ok(Received { id, timestamp, verdict, body: String::from_utf8_lossy(&body).into_owned() })
}
