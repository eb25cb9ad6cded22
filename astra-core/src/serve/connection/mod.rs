//! Connections: admitted within their limits, each served on its own task, and asked to end when the gateway stops.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use crate::config::LimitsConfig;

mod admission;
mod answer;
mod refusals;
mod socket;

use admission::{Admission, Permit};
use answer::{Answer, Streams};
use refusals::Refusals;
use socket::{Protocol, Socket};

/// The first bytes of a connection are here by then, and HTTP/2's preface is whole.
const BEGIN_TIMEOUT: Duration = Duration::from_secs(10);
/// HTTP/1: a request's head is here by then, the next one on a kept connection too.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// HTTP/1: the largest head, and what is read ahead of a body.
const BUFFER_BYTES: usize = 64 * 1024;
/// HTTP/2: how often a ping asks whether the peer is still there, ...
const PING_INTERVAL: Duration = Duration::from_secs(20);
/// ... and how long the peer may take to answer it.
const PING_TIMEOUT: Duration = Duration::from_secs(10);
/// HTTP/2: a connection without a stream for this time is asked to end, at most twice this time after its last stream; ...
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);
/// ... and this much later it ends.
const FAREWELL_TIMEOUT: Duration = Duration::from_secs(10);
/// HTTP/2: streams of one connection at once.
const STREAMS_MAX: u32 = 100;
/// HTTP/2: the largest head, unpacked.
const HEADER_LIST_BYTES: u32 = 16 * 1024;
/// HTTP/2: what is kept of one stream's answer beyond what the peer has room for.
const SEND_BUFFER_BYTES: usize = 64 * 1024;
/// When the process has no more file descriptors, accepting again at once would only burn the processor.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The connections of a gateway that is stopping.
pub(super) struct Connections {
    closing: CancellationToken,
    tasks: TaskTracker,
}

impl Connections {
    /// Lets each connection finish what it is answering, and waits for that.
    pub(super) async fn shutdown(self) {
        self.closing.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// Serves the connections of `listener` until `shutdown` is ready; answers the connections that are still open.
pub(super) async fn accept(
    listener: TcpListener,
    router: Router,
    limits: &LimitsConfig,
    shutdown: impl Future<Output = ()>,
) -> Connections {
    let connections = Connections { closing: CancellationToken::new(), tasks: TaskTracker::new() };
    let admission = Arc::new(Admission::new(limits));
    let mut refusals = Refusals::default();
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            biased;
            () = shutdown.as_mut() => return connections,
            () = refusals.due() => {
                refusals.report();
                continue;
            }
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, address)) => match admission.admit(address.ip()) {
                Ok(permit) => {
                    let closing = connections.closing.child_token();
                    #[expect(
                        clippy::disallowed_methods,
                        reason = "connections end with the listener, before all else"
                    )]
                    connections.tasks.spawn(serve(stream, address, router.clone(), permit, closing));
                }
                Err(full) => refusals.refuse(stream, address, full),
            },
            Err(fault) => {
                refusals.failed(&fault);
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Serves one connection to its end, or until it goes on with another protocol. The permit is given back when the socket is
/// closed.
async fn serve(mut stream: TcpStream, address: SocketAddr, router: Router, permit: Permit, closing: CancellationToken) {
    // Events of a stream are small and must not wait for each other.
    if let Err(fault) = stream.set_nodelay(true) {
        tracing::debug!(%fault, "TCP_NODELAY could not be set");
    }
    let begun = tokio::select! {
        begun = timeout(BEGIN_TIMEOUT, socket::begin(&mut stream)) => begun,
        () = closing.cancelled() => return,
    };
    let begun = match begun {
        Ok(Ok(Some(begun))) => begun,
        Ok(Ok(None)) => return,
        Ok(Err(fault)) => {
            tracing::debug!(client.address = %address, %fault, "a connection ended before its first request");
            return;
        }
        Err(_) => {
            tracing::debug!(client.address = %address, "a connection without a request is closed");
            return;
        }
    };
    let protocol = begun.protocol;
    let socket = TokioIo::new(Socket::new(stream, begun, permit));
    let ended = match protocol {
        Protocol::Http1 => serve_http1(socket, address, router, closing).await,
        Protocol::Http2 => serve_http2(socket, address, router, closing).await,
    };
    if let Err(fault) = ended {
        tracing::debug!(client.address = %address, %fault, "a connection ended badly");
    }
}

async fn serve_http1(
    socket: TokioIo<Socket>,
    address: SocketAddr,
    router: Router,
    closing: CancellationToken,
) -> hyper::Result<()> {
    let service = service_fn(move |request| {
        let router = router.clone();
        async move { Ok::<_, Infallible>(respond(router, address, request).await) }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT).max_buf_size(BUFFER_BYTES);
    let mut connection = pin!(builder.serve_connection(socket, service).with_upgrades());
    tokio::select! {
        biased;
        ended = connection.as_mut() => return ended,
        () = closing.cancelled() => {}
    }
    connection.as_mut().graceful_shutdown();
    connection.await
}

async fn serve_http2(
    socket: TokioIo<Socket>,
    address: SocketAddr,
    router: Router,
    closing: CancellationToken,
) -> hyper::Result<()> {
    let streams = Streams::default();
    let begun = streams.clone();
    let service = service_fn(move |request| {
        let (router, progress) = (router.clone(), begun.begin());
        async move {
            let response = respond(router, address, request).await;
            Ok::<_, Infallible>(response.map(|body| Answer::new(body, progress)))
        }
    });
    let mut builder = http2::Builder::new(streams.clone());
    builder.timer(TokioTimer::new()).keep_alive_interval(PING_INTERVAL).keep_alive_timeout(PING_TIMEOUT);
    builder.max_concurrent_streams(STREAMS_MAX).max_header_list_size(HEADER_LIST_BYTES);
    builder.max_send_buf_size(SEND_BUFFER_BYTES);
    let mut connection = pin!(builder.serve_connection(socket, service));
    let mut last_begun = streams.begun();
    let mut look_at = Instant::now() + IDLE_TIMEOUT;
    let (mut is_closing, mut is_idle) = (false, false);
    loop {
        tokio::select! {
            biased;
            ended = connection.as_mut() => return ended,
            () = closing.cancelled(), if !is_closing => {
                is_closing = true;
                connection.as_mut().graceful_shutdown();
            }
            () = sleep_until(look_at) => {
                if is_idle {
                    return Ok(());
                }
                is_idle = streams.open() == 0 && streams.begun() == last_begun;
                if is_idle {
                    connection.as_mut().graceful_shutdown();
                }
                last_begun = streams.begun();
                look_at = Instant::now() + if is_idle { FAREWELL_TIMEOUT } else { IDLE_TIMEOUT };
            }
        }
    }
}

async fn respond(router: Router, address: SocketAddr, request: Request<Incoming>) -> Response {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(address));
    router.oneshot(request).await.unwrap_or_else(|never| match never {})
}
