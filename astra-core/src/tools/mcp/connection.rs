//! A connection to an MCP server: how it comes about, what it is then.

use std::sync::Arc;
use std::time::Duration;

use rmcp::RoleClient;
use rmcp::model::{
    ClientCapabilities, ClientConfig, ClientResult, ErrorCode, ErrorData, Implementation, ProtocolVersion,
    ServerNotification, ServerRequest,
};
use rmcp::service::{
    ClientCacheConfig, ClientInitializeError, ClientLifecycleMode, ClientServiceExt as _, NotificationContext,
    RequestContext, RunningService, Service,
};
use rmcp::transport::Transport;
#[cfg(unix)]
use rmcp::transport::async_rw::AsyncRwTransport;
use rmcp::transport::common::client_side_sse::ExponentialBackoff;
use rmcp::transport::streamable_http_client::{StreamableHttpClientTransport, StreamableHttpClientTransportConfig};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

#[cfg(unix)]
use super::events::MESSAGE_BYTES_MAX;
use super::fault::{Seen, Words};
use super::http::Http;
#[cfg(unix)]
use super::lines::{Lines, log};
use super::moderated::Moderated;
use super::process::Process;
#[cfg(unix)]
use super::process::start;
use super::server::McpServer;
use super::session::Session;
#[cfg(unix)]
use super::spec::McpStdio;
use super::spec::{McpHttp, McpTransport};

/// The newest revision with a handshake.
const WITH_HANDSHAKE: ProtocolVersion = ProtocolVersion::V_2025_11_25;
/// Longest time until the handshake is done, with both ways to begin it.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(45);
/// Calls to one server at the same time; others wait for their turn.
const CALLS_MAX: usize = 32;
/// Tries to take up a stream of events that broke, ...
const RESUMES_MAX: usize = 3;
/// ... and the pause before the first one, which doubles.
const RESUME_PAUSE: Duration = Duration::from_millis(500);
/// Longest name and version of a server that are kept, in characters.
const SAID_CHARACTERS_MAX: usize = 100;

/// A connection that runs. It ends with this.
pub(super) struct Running {
    pub(super) session: Arc<Session>,
    pub(super) service: RunningService<RoleClient, Handler>,
    /// Kept after the connection, so that what it says at its end is read.
    pub(super) process: Option<Process>,
}

/// What a server may ask of the gateway: nothing but whether it is there.
pub(super) struct Handler(Arc<McpServer>);

impl Service<RoleClient> for Handler {
    async fn handle_request(
        &self,
        request: ServerRequest,
        _context: RequestContext<RoleClient>,
    ) -> Result<ClientResult, ErrorData> {
        match request {
            ServerRequest::PingRequest(_) => Ok(ClientResult::empty(())),
            // A model, the user and the files of the gateway are not the server's to use.
            _ => Err(ErrorData::new(ErrorCode::METHOD_NOT_FOUND, "The client does not offer this.", None)),
        }
    }

    async fn handle_notification(
        &self,
        notification: ServerNotification,
        _context: NotificationContext<RoleClient>,
    ) -> Result<(), ErrorData> {
        if matches!(notification, ServerNotification::ToolListChangedNotification(_)) {
            self.0.attention.notify_one();
        }
        Ok(())
    }

    fn get_info(&self) -> ClientConfig {
        let gateway = Implementation::new("astra", env!("CARGO_PKG_VERSION"));
        ClientConfig::new(ClientCapabilities::default(), gateway).with_protocol_version(WITH_HANDSHAKE)
    }
}

/// How a handshake failed.
struct Refusal {
    reason: String,
    /// How to begin a connection that the server may take, if there is such a way.
    other: Option<ClientLifecycleMode>,
}

impl From<String> for Refusal {
    fn from(reason: String) -> Self {
        Self { reason, other: None }
    }
}

/// Connects to `server`, and runs `then` with the connection for as long as that takes. What a process says of itself is
/// read meanwhile.
///
/// # Errors
/// Why there is no connection any more, in a sentence.
pub(super) async fn connect<F>(server: &Arc<McpServer>, then: impl Fn(Running) -> F) -> Result<(), String>
where
    F: Future<Output = Result<(), String>>,
{
    let words = Arc::new(Words::of(&server.spec));
    let either = ClientLifecycleMode::Auto { preferred_versions: newest(), legacy_version: Some(WITH_HANDSHAKE) };
    let mut outcome = connect_as(either, server, &words, &then).await;
    if let Err(Refusal { other: Some(other), .. }) = outcome {
        outcome = connect_as(other, server, &words, &then).await;
    }
    outcome.map_err(|refusal| refusal.reason)
}

fn newest() -> Vec<ProtocolVersion> {
    vec![ProtocolVersion::V_2026_07_28]
}

async fn connect_as<F>(
    mode: ClientLifecycleMode,
    server: &Arc<McpServer>,
    words: &Arc<Words>,
    then: &impl Fn(Running) -> F,
) -> Result<(), Refusal>
where
    F: Future<Output = Result<(), String>>,
{
    let seen = Seen::default();
    match &server.spec.transport {
        McpTransport::Http(http) => {
            let transport = over_http(server, http, &seen)?;
            let running = shake_hands(mode, server, transport, None, words, &seen).await?;
            Ok(then(running).await?)
        }
        #[cfg(not(unix))]
        McpTransport::Stdio(_) => Err("A server can be a program on Unix alone.".to_owned().into()),
        #[cfg(unix)]
        McpTransport::Stdio(stdio) => {
            let (process, transport, stderr) = over_stdio(server, stdio, &seen)?;
            let lasting = async {
                let running = shake_hands(mode, server, transport, Some(process), words, &seen).await?;
                Ok(then(running).await?)
            };
            tokio::select! {
                outcome = lasting => outcome,
                () = log(&server.spec.name, stderr, words) => Ok(()),
            }
        }
    }
}

fn over_http(server: &McpServer, spec: &McpHttp, seen: &Seen) -> Result<StreamableHttpClientTransport<Http>, String> {
    let environment = &server.environment;
    let limit = server.spec.timeout.unwrap_or(environment.timeout);
    let http = Http::new(spec, limit, environment, seen.clone()).map_err(|fault| fault.to_string())?;
    let mut resumes = ExponentialBackoff::default();
    (resumes.max_times, resumes.base_duration) = (Some(RESUMES_MAX), RESUME_PAUSE);
    // The URL stays with the client: it may be secret, and the protocol's crate writes a log.
    let mut config = StreamableHttpClientTransportConfig::with_uri("mcp").max_concurrent_requests(CALLS_MAX);
    config.retry_config = Arc::new(resumes);
    config.reinit_on_expired_session = false;
    Ok(StreamableHttpClientTransport::with_client(http, config))
}

#[cfg(unix)]
type OverStdio = (
    Process,
    AsyncRwTransport<RoleClient, Lines<tokio::net::unix::pipe::Receiver>, tokio::net::unix::pipe::Sender>,
    tokio::net::unix::pipe::Receiver,
);

#[cfg(unix)]
fn over_stdio(server: &McpServer, spec: &McpStdio, seen: &Seen) -> Result<OverStdio, String> {
    let started = start(spec, &server.environment);
    let (process, pipes) = started.map_err(|fault| format!("The program cannot be started: {}.", fault.kind()))?;
    let transport = AsyncRwTransport::new_client(Lines::new(pipes.stdout, seen.clone()), pipes.stdin);
    Ok((process, transport.with_max_line_length(MESSAGE_BYTES_MAX + 1), pipes.stderr))
}

async fn shake_hands<T>(
    mode: ClientLifecycleMode,
    server: &Arc<McpServer>,
    transport: T,
    mut process: Option<Process>,
    words: &Arc<Words>,
    seen: &Seen,
) -> Result<Running, Refusal>
where
    T: Transport<RoleClient> + 'static,
{
    let over = CancellationToken::new();
    let transport = Moderated::new(transport, seen.clone(), over.clone());
    let handler = Handler(Arc::clone(server));
    let service = match timeout(CONNECT_TIMEOUT, handler.serve_with_lifecycle(transport, mode)).await {
        Err(_) => return Err(format!("The server has not answered within {} s.", CONNECT_TIMEOUT.as_secs()).into()),
        Ok(Err(fault)) => {
            let ended = match &mut process {
                Some(process) if seen.reason().is_none() => process.ended().await,
                _ => None,
            };
            let reason = ended.unwrap_or_else(|| words.handshake(&fault, seen));
            return Err(Refusal { reason, other: other_way(&fault) });
        }
        Ok(Ok(service)) => service,
    };
    let peer = service.peer().clone();
    peer.set_response_cache_config(ClientCacheConfig::disabled()).await;
    let info = peer.peer_info().ok_or_else(|| "The server does not say what it is.".to_owned())?;
    let said = |text: Option<&str>| -> String {
        words.clean(text.unwrap_or_default()).chars().take(SAID_CHARACTERS_MAX).collect()
    };
    let session = Session {
        protocol_version: said(Some(info.protocol_version.as_str())),
        server_name: said(info.server_info.as_ref().map(|info| info.name.as_str())),
        server_version: said(info.server_info.as_ref().map(|info| info.version.as_str())),
        capabilities: info.capabilities.clone(),
        peer,
        words: Arc::clone(words),
        seen: seen.clone(),
        over,
    };
    Ok(Running { session: Arc::new(session), service, process })
}

/// How to connect to a server that refuses to be asked in either way: to one that speaks revisions with a handshake alone and says
/// so, by a handshake; to one that was slow to answer, as programs are that load much at their start, in the way that its late
/// answer is of. The protocol's crate begins a handshake after ten seconds without an answer, and takes a late answer for a fault.
fn other_way(fault: &ClientInitializeError) -> Option<ClientLifecycleMode> {
    let known =
        |version: &ProtocolVersion| version.has_initialize() && ProtocolVersion::KNOWN_VERSIONS.contains(version);
    match fault {
        ClientInitializeError::NoCompatibleProtocolVersion { server_supported, .. } => {
            server_supported.iter().any(known).then_some(ClientLifecycleMode::Initialize)
        }
        ClientInitializeError::ConflictInitResponseId(..) => {
            Some(ClientLifecycleMode::Discover { preferred_versions: newest() })
        }
        ClientInitializeError::UncorrelatedErrorResponse { .. } => Some(ClientLifecycleMode::Initialize),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use rmcp::model::RequestId;

    use super::*;

    #[test]
    fn a_late_answer_says_how_to_ask_again() {
        let (expected, received) = (RequestId::Number(1), RequestId::Number(0));
        let late = ClientInitializeError::ConflictInitResponseId(expected.clone(), received.clone());
        assert!(matches!(other_way(&late), Some(ClientLifecycleMode::Discover { .. })));
        let late_refusal = ClientInitializeError::UncorrelatedErrorResponse { expected, received };
        assert!(matches!(other_way(&late_refusal), Some(ClientLifecycleMode::Initialize)));
        assert!(other_way(&ClientInitializeError::Cancelled).is_none());
    }
}
