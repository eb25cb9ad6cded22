//! A gateway inside another axum program: its operations beside the host's own routes, on one port.
//!
//! ```text
//! cargo run --example embed
//! curl http://127.0.0.1:4000/hello      # the host's
//! curl http://127.0.0.1:4000/health     # the gateway's
//! ```

use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use astra_core::{Config, Gateway};
use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let gateway = Gateway::open(Config::default()).await?;
    let listener = TcpListener::bind("127.0.0.1:4000").await?;
    let interrupted = async { drop(tokio::signal::ctrl_c().await) };
    serve(gateway, listener, interrupted).await
}

/// Serves the host's routes and the gateway's until `stop` is ready. Running turns may go on for half a minute then.
#[expect(clippy::disallowed_methods, reason = "the rule is the gateway's own: a host routes as it likes")]
pub(crate) async fn serve(
    gateway: Gateway,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Box<dyn Error>> {
    let host = Router::new().route("/hello", get(|| async { "Hello from the host." }));
    let both = host.merge(gateway.router());
    // The gateway limits requests by address, so it needs the address.
    let server = axum::serve(listener, both.into_make_service_with_connect_info::<SocketAddr>());
    let ended = async move {
        stop.await;
        gateway.shutdown(Duration::from_secs(30)).await;
    };
    server.with_graceful_shutdown(ended).await?;
    Ok(())
}
