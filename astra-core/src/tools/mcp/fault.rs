//! Why an MCP server cannot be used, in sentences for people and models. No secret, no URL and no address is in them.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rmcp::ServiceError;
use rmcp::service::ClientInitializeError;
use rmcp::transport::streamable_http_client::{SseError, StreamableHttpError};
use tokio::time::Instant;

use super::spec::{McpServerSpec, McpTransport};
use crate::outbound::GuardedError;
use crate::provider::{Secrets, clean};

/// What was seen of a connection is of a failure that comes within this.
const MOMENT: Duration = Duration::from_secs(10);

/// What a server does over HTTP that is not taken.
#[derive(PartialEq, Eq)]
pub(super) enum HttpFault {
    /// The guard does not let it be reached, or it failed on its way.
    Guarded(GuardedError),
    /// A header cannot be sent.
    Header,
    /// Its answer leads elsewhere.
    Redirect,
    /// It wants other credentials.
    Unauthorized(u16),
    /// It answers with this status.
    Status(u16),
    /// Its answer is neither JSON nor a stream of events.
    ContentType,
    /// Its answer, or one event of it, has more bytes than are read.
    TooLarge,
    /// Its answer is no message of the protocol.
    NoMessage,
    /// There is no token for it.
    Token(String),
}

impl fmt::Display for HttpFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Guarded(fault) => write!(formatter, "The server cannot be asked: {fault}."),
            Self::Header => formatter.write_str("A header of the server cannot be sent."),
            Self::Redirect => formatter.write_str("The server answers with a redirect, which is not followed."),
            Self::Unauthorized(status) => {
                write!(formatter, "The server refuses the gateway's credentials (status {status}).")
            }
            Self::Status(status) => write!(formatter, "The server answers with status {status}."),
            Self::ContentType => {
                formatter.write_str("The server answers with something that is neither JSON nor a stream of events.")
            }
            Self::TooLarge => formatter.write_str("The server sends more bytes than are read."),
            Self::NoMessage => formatter.write_str("The server sends something that is no message of MCP."),
            Self::Token(fault) => write!(formatter, "There is no token for the server: {fault}."),
        }
    }
}

impl fmt::Debug for HttpFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl std::error::Error for HttpFault {}

impl From<GuardedError> for HttpFault {
    fn from(fault: GuardedError) -> Self {
        Self::Guarded(fault)
    }
}

/// What was seen last of a connection where it is carried, which the protocol's crate does not pass on.
#[derive(Clone, Default)]
pub(super) struct Seen(Arc<Mutex<Option<(Instant, String)>>>);

impl Seen {
    pub(super) fn note(&self, reason: impl Into<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), reason.into()));
    }

    /// What was seen just now: what is older has nothing to do with a failure of this moment.
    pub(super) fn reason(&self) -> Option<String> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.as_ref().filter(|(at, _)| at.elapsed() < MOMENT).map(|(_, reason)| reason.clone())
    }
}

/// Puts failures of one server into words.
pub(super) struct Words {
    secrets: Secrets,
}

impl Words {
    pub(super) fn of(spec: &McpServerSpec) -> Self {
        let secrets = match &spec.transport {
            McpTransport::Http(http) => {
                let headers = http.headers.iter().map(|(_, value)| value.expose());
                let secret = http.oauth.iter().map(|oauth| oauth.client_secret.expose());
                // A key may stand in the URL.
                let url = http.url.split(['/', '?', '&', '=', '#']).filter(|part| part.len() >= 12);
                Secrets::words(headers.chain(secret).chain(url))
            }
            McpTransport::Stdio(stdio) => {
                let environment = stdio.env.iter().map(|(_, value)| value.expose());
                Secrets::words(environment.chain(stdio.args.iter().map(String::as_str).filter(|arg| arg.len() >= 12)))
            }
        };
        Self { secrets }
    }

    /// What a server says of itself, on one short line.
    pub(super) fn clean(&self, text: &str) -> String {
        clean(text, &self.secrets)
    }

    /// Why the handshake failed.
    pub(super) fn handshake(&self, fault: &ClientInitializeError, seen: &Seen) -> String {
        match fault {
            ClientInitializeError::JsonRpcError(error) => {
                format!("The server refuses the handshake: {}", self.clean(&error.message))
            }
            ClientInitializeError::NoCompatibleProtocolVersion { .. } => {
                "The server speaks no revision of the protocol that the gateway speaks.".to_owned()
            }
            ClientInitializeError::LegacyFallbackFailed { fallback, .. } => self.handshake(fallback, seen),
            ClientInitializeError::TransportError { error, .. } => {
                transport(error.error.as_ref()).or_else(|| seen.reason()).unwrap_or_else(broken)
            }
            ClientInitializeError::ExpectedInitResponse(Some(_))
            | ClientInitializeError::ExpectedInitResult(Some(_))
            | ClientInitializeError::ConflictInitResponseId(..)
            | ClientInitializeError::UncorrelatedErrorResponse { .. } => HttpFault::NoMessage.to_string(),
            _ => seen.reason().unwrap_or_else(broken),
        }
    }

    /// Why a request failed.
    pub(super) fn request(&self, fault: &ServiceError, seen: &Seen) -> String {
        match fault {
            ServiceError::McpError(error) => {
                format!("The server answers with an error: {} ({})", self.clean(&error.message), error.code.0)
            }
            ServiceError::TransportSend(error) => {
                transport(error.error.as_ref()).or_else(|| seen.reason()).unwrap_or_else(broken)
            }
            ServiceError::UnexpectedResponse => {
                "The server answers with something else than what was asked for.".to_owned()
            }
            ServiceError::Cancelled { .. } => "The server has ended the request.".to_owned(),
            _ => seen.reason().unwrap_or_else(broken),
        }
    }
}

/// Whether a request failed because the connection did, so that it may be worth a new one.
pub(super) const fn is_of_connection(fault: &ServiceError) -> bool {
    matches!(fault, ServiceError::TransportSend(_) | ServiceError::TransportClosed)
}

fn broken() -> String {
    "The connection to the server broke.".to_owned()
}

fn transport(error: &(dyn std::error::Error + Send + Sync + 'static)) -> Option<String> {
    match error.downcast_ref::<StreamableHttpError<HttpFault>>()? {
        StreamableHttpError::Client(fault) => Some(fault.to_string()),
        StreamableHttpError::Sse(SseError::Body(fault)) => fault.downcast_ref::<HttpFault>().map(HttpFault::to_string),
        StreamableHttpError::SessionExpired => Some("The server has ended the session.".to_owned()),
        StreamableHttpError::UnexpectedServerResponse(_) | StreamableHttpError::Deserialize(_) => {
            Some(HttpFault::NoMessage.to_string())
        }
        _ => None,
    }
}
