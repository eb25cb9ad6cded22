//! Opening a connection: the request becomes a task of its own, or a refusal that a page can read.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequestParts, Request};
use axum::response::Response;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;

use super::close::Close;
use super::connection::{Connection, Protocol, Terms};
use super::handshake::{self, Handshake, SUBPROTOCOL};
use super::socket::Socket;
use crate::app::App;
use crate::auth::Identity;
use crate::config::Config;
use crate::error::{Code, Error, Result};
use crate::http::contract::Operation;
use crate::http::limit::Limits;
use crate::http::record::{Record, log_failure};
use crate::http::{Caller, Opened};

/// How long the client of a refused connection may take to close it too.
const REFUSED_PATIENCE: Duration = Duration::from_secs(3);
/// What the handshake alone is about: it says nothing of the caller.
const OF_HANDSHAKE: [HeaderName; 6] = [
    header::CONNECTION,
    header::UPGRADE,
    header::SEC_WEBSOCKET_KEY,
    header::SEC_WEBSOCKET_VERSION,
    header::SEC_WEBSOCKET_EXTENSIONS,
    header::SEC_WEBSOCKET_PROTOCOL,
];

/// What the contract knows of a request that it lets through to an operation with connections.
#[derive(Clone)]
pub(in crate::http) struct Offer {
    /// The quotas, which count frames as requests.
    pub(in crate::http) limits: Arc<Limits>,
    /// The subprotocol that is the token, if the credential is there.
    pub(in crate::http) token: Option<HeaderValue>,
}

/// A request to an operation with connections, whether it opens one or not.
pub struct Connect(Option<Opening>);

/// A request that opens a connection.
pub struct Opening {
    upgrade: OnUpgrade,
    handshake: Handshake,
    offer: Offer,
    identity: Arc<Identity>,
    operation: Arc<Operation>,
    headers: HeaderMap,
}

/// Refuses a page of an origin that may not call the gateway, if it opens a connection.
///
/// # Errors
/// 403.
pub(in crate::http) fn check_origin(config: &Config, request: &Request) -> Result<()> {
    match Handshake::read(request.method(), request.version(), request.headers()) {
        Ok(Some(_)) => handshake::check_origin(config, request.uri(), request.headers()),
        Ok(None) | Err(_) => Ok(()),
    }
}

/// The answer to a request that opens a connection and is refused with `error`: the connection is opened and closed, since a
/// page cannot read the answer to a handshake. `None` if the request opens none.
pub(in crate::http) fn refuse(
    app: &App,
    request: &mut Request,
    token: Option<&HeaderValue>,
    error: &Error,
) -> Option<Response> {
    let handshake = Handshake::read(request.method(), request.version(), request.headers()).ok()??;
    let upgrade = request.extensions_mut().remove::<OnUpgrade>()?;
    let had_credential = request.headers().contains_key(header::AUTHORIZATION);
    if let Some(record) = request.extensions().get::<Record>() {
        log_failure(record.id(), error);
    }
    Some(refused(app, upgrade, &handshake, token, Close::refused(error, had_credential)))
}

fn refused(
    app: &App,
    upgrade: OnUpgrade,
    handshake: &Handshake,
    token: Option<&HeaderValue>,
    close: Close,
) -> Response {
    tracing::info!(close.code, close.reason, "a WebSocket is refused");
    let bytes_max = app.config.limits.body_bytes;
    app.sockets.spawn(async move {
        if let Ok(upgraded) = upgrade.await {
            Socket::new(TokioIo::new(upgraded), bytes_max).close(&close, REFUSED_PATIENCE).await;
        }
    });
    switching(handshake, token)
}

/// The answer that opens the connection. Browsers take it only if it chooses one of the subprotocols that they offer.
fn switching(handshake: &Handshake, token: Option<&HeaderValue>) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, handshake.accept.clone());
    let chosen = if handshake.offers_ours { Some(HeaderValue::from_static(SUBPROTOCOL)) } else { token.cloned() };
    chosen.and_then(|chosen| headers.insert(header::SEC_WEBSOCKET_PROTOCOL, chosen));
    response
}

impl Connect {
    /// The connection that the request opens; `None` if it is a plain request.
    #[must_use]
    pub fn opening(self) -> Option<Opening> {
        self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Connect {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let Some(handshake) = Handshake::read(&parts.method, parts.version, &parts.headers)? else {
            return Ok(Self(None));
        };
        let upgrade = parts.extensions.remove::<OnUpgrade>();
        let known =
            (parts.extensions.remove::<Offer>(), parts.extensions.get().cloned(), parts.extensions.get().cloned());
        let (Some(offer), Some(identity), Some(operation)) = known else {
            return Err(Error::internal("the operation does not refuse by closing, or has no caller"));
        };
        let upgrade = upgrade
            .ok_or_else(|| Error::new(Code::UpgradeRequired, "This connection cannot be upgraded to a WebSocket."))?;
        let headers = kept(&parts.headers);
        Ok(Self(Some(Opening { upgrade, handshake, offer, identity, operation, headers })))
    }
}

/// The headers by which the caller is known, as copies: those of a request are parts of what was read of its connection, which
/// would be kept as long as they are.
fn kept(headers: &HeaderMap) -> HeaderMap {
    let others = headers.iter().filter(|(name, _)| !OF_HANDSHAKE.contains(name));
    let copies = others.filter_map(|(name, value)| {
        let mut copy = HeaderValue::from_bytes(value.as_bytes()).ok()?;
        copy.set_sensitive(value.is_sensitive());
        Some((name.clone(), copy))
    });
    copies.collect()
}

impl Opening {
    /// Opens the connection, whose frames `protocol` takes, and serves it for as long as it lasts.
    pub fn serve(self, app: &App, caller: &Caller, protocol: impl Protocol) -> Response {
        let Self { upgrade, handshake, offer, identity, operation, headers } = self;
        let token = offer.token.as_ref();
        let opened = match Opened::new(app, caller, headers) {
            Ok(opened) => opened,
            Err(error) => return refused(app, upgrade, &handshake, token, Close::refused(&error, true)),
        };
        let terms = Terms { app: app.clone(), identity, opened, limits: offer.limits, operation };
        // In a box: tokio moves what it runs several times.
        app.sockets.spawn(Box::pin(async move {
            match upgrade.await {
                Ok(upgraded) => Connection::new(TokioIo::new(upgraded), protocol, terms).run().await,
                Err(fault) => tracing::debug!(%fault, "a connection was not upgraded"),
            }
        }));
        switching(&handshake, token)
    }
}
