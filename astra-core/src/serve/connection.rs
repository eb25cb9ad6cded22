//! Connections: accepted, each served on its own task, and told to end when the gateway stops.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use futures_util::future::{Either, select};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt as _;

/// A client that has not sent its request's head by then is holding a connection, not asking a question.
const HEAD_PATIENCE: Duration = Duration::from_secs(30);
/// When the process has no more file descriptors, accepting again at once would only burn the processor.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves the connections of `listener` until `shutdown` is ready; answers the connections that are still open.
pub(super) async fn accept(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()>,
) -> GracefulShutdown {
    let connections = GracefulShutdown::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = match select(pin!(listener.accept()), shutdown.as_mut()).await {
            Either::Left((accepted, _)) => accepted,
            Either::Right(_) => return connections,
        };
        match accepted {
            Ok((stream, address)) => serve(stream, address, router.clone(), &connections),
            Err(fault) => {
                tracing::warn!(%fault, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn serve(stream: TcpStream, address: SocketAddr, router: Router, connections: &GracefulShutdown) {
    // Events of a stream are small and must not wait for each other.
    if let Err(fault) = stream.set_nodelay(true) {
        tracing::debug!(%fault, "TCP_NODELAY could not be set");
    }
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(address));
        let router = router.clone();
        async move { Ok::<_, Infallible>(router.oneshot(request).await.unwrap_or_else(|never| match never {})) }
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_PATIENCE);
    builder.http2().timer(TokioTimer::new());
    let watcher = connections.watcher();
    tokio::spawn(async move {
        let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
        if let Err(fault) = watcher.watch(connection.into_owned()).await {
            tracing::debug!(%fault, "a connection ended badly");
        }
    });
}
