//! Sends what platforms describe: once, through the guard of outbound requests, bounded in time and bytes.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;

use super::outgoing::{HttpAnswer, HttpCall};
use crate::clock::Clock;
use crate::outbound::{Error, GuardedClient, GuardedError, GuardedRequest};

/// A request to a platform takes no longer.
const CALL_TIMEOUT: Duration = Duration::from_secs(15);
/// Most bytes of an answer.
const ANSWER_BYTES_MAX: usize = 1 << 20;
/// Most bytes of an attachment.
pub(super) const DOWNLOAD_BYTES_MAX: usize = 10 << 20;

/// The ports of mail servers, which may be reached whatever the configuration says of ports.
const MAIL_PORTS: [u16; 4] = [25, 465, 587, 2525];

/// Sends what platforms describe.
#[derive(Clone)]
pub struct Transport {
    client: GuardedClient,
    clock: Arc<dyn Clock>,
}

/// Why there is no answer. The texts name no URL: it may hold a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransportError {
    /// Nothing was sent.
    NotSent(String),
    /// The gateway must not call this, or the request cannot be written.
    Refused(String),
    /// It may have arrived.
    Lost(String),
}

impl TransportError {
    /// The text.
    #[must_use]
    pub fn reason(&self) -> &str {
        match self {
            Self::NotSent(reason) | Self::Refused(reason) | Self::Lost(reason) => reason,
        }
    }
}

impl Transport {
    pub(crate) fn new(client: GuardedClient, clock: Arc<dyn Clock>) -> Self {
        Self { client, clock }
    }

    /// Sends a request; answers what the platform says, whatever its status.
    ///
    /// # Errors
    /// If there is no whole answer.
    pub async fn call(&self, call: HttpCall) -> Result<HttpAnswer, TransportError> {
        self.call_for(call, ANSWER_BYTES_MAX).await
    }

    /// As [`Transport::call`], with an answer of up to `bytes_max` bytes.
    pub(super) async fn call_for(&self, call: HttpCall, bytes_max: usize) -> Result<HttpAnswer, TransportError> {
        let request = request(call).map_err(|refusal| TransportError::Refused(refusal.to_string()))?;
        let response = self.client.send(request).await.map_err(fault)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes(bytes_max).await.map_err(|fault| TransportError::Lost(fault.to_string()))?;
        Ok(HttpAnswer { status, headers, body, at_ms: self.clock.now_ms() })
    }

    /// A connection for a protocol that is not HTTP, to `port` of `host`, a name or an address, which is looked up here
    /// and must be one that the gateway may reach. Only the ports of mail are reached: 25, 465, 587 and 2525, and those
    /// that the configuration names (`outbound.allowed_ports`).
    ///
    /// # Errors
    /// If there is no connection; never [`TransportError::Lost`].
    pub async fn connect(&self, host: &str, port: u16) -> Result<TcpStream, TransportError> {
        if !MAIL_PORTS.contains(&port) && self.client.check(&format!("http://{host}:{port}/")).is_err() {
            return Err(TransportError::Refused(format!("port {port} may not be reached")));
        }
        self.client.connect(host, port).await.map_err(|fault| match fault {
            GuardedError::Refused(_) => TransportError::Refused(fault.to_string()),
            fault => TransportError::NotSent(fault.to_string()),
        })
    }
}

fn request(call: HttpCall) -> Result<GuardedRequest, crate::outbound::Refusal> {
    let mut request = GuardedRequest::new(call.method, &call.url)?.body(call.body).timeout(CALL_TIMEOUT);
    for (name, value) in call.headers.iter() {
        request = request.header(name.clone(), value.clone())?;
    }
    Ok(request)
}

fn fault(fault: GuardedError) -> TransportError {
    let reason = fault.to_string();
    match fault {
        GuardedError::Refused(_) | GuardedError::TooManyRedirects => TransportError::Refused(reason),
        GuardedError::Failed(Error::Connect(_) | Error::Setup(_)) => TransportError::NotSent(reason),
        GuardedError::Failed(_) | GuardedError::TimedOut => TransportError::Lost(reason),
    }
}
