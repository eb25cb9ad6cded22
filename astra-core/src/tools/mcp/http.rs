//! Streamable HTTP through the guard of what leaves this machine: no redirect, bounds of time and bytes. What is sent and
//! when is the business of the protocol's crate.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use rmcp::model::{ClientJsonRpcMessage, ClientRequest, ErrorData, ServerJsonRpcMessage};
use rmcp::transport::streamable_http_client::{
    SseError, StreamableHttpClient, StreamableHttpError, StreamableHttpPostResponse, StreamableHttpResponseLimits,
};
use sse_stream::Sse;

use super::environment::Environment;
use super::events::{MESSAGE_BYTES_MAX, events};
use super::fault::{HttpFault, Seen};
use super::oauth::Tokens;
use super::spec::McpHttp;
use crate::outbound::{GuardedClient, GuardedRequest, GuardedResponse};

/// A stream that a server keeps open has no end of its own.
const ENDLESS: Duration = Duration::from_secs(365 * 24 * 3_600);
/// Longest time of what ends a session.
const DELETE_TIMEOUT: Duration = Duration::from_secs(5);
/// What a call's own bound has on top of it, so that this one is not the first to end.
const GRACE: Duration = Duration::from_secs(5);
/// Shortest bound of a request, for the handshake and for lists.
const REQUEST_TIMEOUT_MIN: Duration = Duration::from_secs(30);

const JSON: &str = "application/json";
const EVENTS: &str = "text/event-stream";
const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");
const LAST_EVENT: HeaderName = HeaderName::from_static("last-event-id");

type Fault = StreamableHttpError<HttpFault>;
type CustomHeaders = HashMap<HeaderName, HeaderValue>;

/// Sends the messages to one server. A copy of it costs a reference.
#[derive(Clone)]
pub(super) struct Http(Arc<Server>);

struct Server {
    client: GuardedClient,
    url: String,
    headers: Vec<(HeaderName, HeaderValue)>,
    tokens: Option<Tokens>,
    timeout: Duration,
    seen: Seen,
}

/// What is sent, beside its body.
struct Head {
    method: Method,
    accept: &'static str,
    session: Option<Arc<str>>,
    last_event: Option<String>,
    headers: CustomHeaders,
    timeout: Duration,
}

impl Http {
    /// The way to the server that `spec` describes.
    ///
    /// # Errors
    /// For a header that cannot be sent.
    pub(super) fn new(
        spec: &McpHttp,
        timeout: Duration,
        environment: &Environment,
        seen: Seen,
    ) -> Result<Self, HttpFault> {
        let client = environment.client(spec.is_trusted);
        let header = |(name, value): &(String, crate::config::Secret)| {
            let name = HeaderName::try_from(name.as_str()).map_err(|_| HttpFault::Header)?;
            let mut value = HeaderValue::from_str(value.expose()).map_err(|_| HttpFault::Header)?;
            value.set_sensitive(true);
            Ok((name, value))
        };
        let headers = spec.headers.iter().map(header).collect::<Result<_, HttpFault>>()?;
        let tokens = spec.oauth.as_ref().map(|oauth| Tokens::new(oauth, &spec.url, &client, &environment.clock));
        let timeout = timeout.max(REQUEST_TIMEOUT_MIN) + GRACE;
        Ok(Self(Arc::new(Server { client, url: spec.url.clone(), headers, tokens, timeout, seen })))
    }

    async fn send(&self, head: Head, body: Bytes) -> Result<GuardedResponse, HttpFault> {
        let sent = self.send_with_token(&head, &body).await;
        if let Err(fault) = &sent {
            self.0.seen.note(fault.to_string());
        }
        sent
    }

    async fn send_with_token(&self, head: &Head, body: &Bytes) -> Result<GuardedResponse, HttpFault> {
        let Some(tokens) = &self.0.tokens else { return self.send_once(head, body, None).await };
        let token = tokens.token().await?;
        let response = self.send_once(head, body, Some(&token)).await?;
        if response.status() != StatusCode::UNAUTHORIZED {
            return Ok(response);
        }
        // What was refused with 401 was not done.
        let token = tokens.renew(&token).await?;
        self.send_once(head, body, Some(&token)).await
    }

    async fn send_once(
        &self,
        head: &Head,
        body: &Bytes,
        token: Option<&HeaderValue>,
    ) -> Result<GuardedResponse, HttpFault> {
        let fault = |_| HttpFault::Header;
        let mut request = GuardedRequest::new(head.method.clone(), &self.0.url)
            .map_err(|refusal| HttpFault::Guarded(crate::outbound::GuardedError::Refused(refusal)))?;
        request = request.timeout(head.timeout);
        for (name, value) in &self.0.headers {
            request = request.header(name.clone(), value.clone()).map_err(fault)?;
        }
        for (name, value) in &head.headers {
            request = request.header(name.clone(), value.clone()).map_err(fault)?;
        }
        request = request.header(ACCEPT, HeaderValue::from_static(head.accept)).map_err(fault)?;
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, token.clone()).map_err(fault)?;
        }
        for (name, value) in [(SESSION, head.session.as_deref()), (LAST_EVENT, head.last_event.as_deref())] {
            if let Some(value) = value {
                let value = HeaderValue::from_str(value).map_err(|_| HttpFault::Header)?;
                request = request.header(name, value).map_err(fault)?;
            }
        }
        if head.method == Method::POST {
            request = request.header(CONTENT_TYPE, HeaderValue::from_static(JSON)).map_err(fault)?.body(body.clone());
        }
        Ok(self.0.client.send(request).await?)
    }

    async fn post(
        &self,
        message: &ClientJsonRpcMessage,
        session: Option<Arc<str>>,
        headers: CustomHeaders,
    ) -> Result<StreamableHttpPostResponse, Fault> {
        let body = serde_json::to_vec(message)?;
        let timeout = if is_endless(message) { ENDLESS } else { self.0.timeout };
        let has_session = session.is_some();
        let head = Head {
            method: Method::POST,
            accept: "application/json, text/event-stream",
            session,
            last_event: None,
            headers,
            timeout,
        };
        let response = self.send(head, body.into()).await.map_err(StreamableHttpError::Client)?;
        let status = response.status();
        if status == StatusCode::NOT_FOUND && has_session {
            return Err(StreamableHttpError::SessionExpired);
        }
        if matches!(status, StatusCode::ACCEPTED | StatusCode::NO_CONTENT) {
            return Ok(StreamableHttpPostResponse::Accepted);
        }
        let answered = if status.is_success() {
            answer(response, message, &self.0.seen).await
        } else {
            refusal(response, message, has_session).await
        };
        answered.map_err(|fault| {
            self.0.seen.note(fault.to_string());
            StreamableHttpError::Client(fault)
        })
    }
}

impl StreamableHttpClient for Http {
    type Error = HttpFault;

    async fn post_message(
        &self,
        _uri: Arc<str>,
        message: ClientJsonRpcMessage,
        session_id: Option<Arc<str>>,
        _auth_header: Option<String>,
        custom_headers: CustomHeaders,
    ) -> Result<StreamableHttpPostResponse, Fault> {
        self.post(&message, session_id, custom_headers).await
    }

    async fn post_message_with_response_limits(
        &self,
        _uri: Arc<str>,
        message: ClientJsonRpcMessage,
        session_id: Option<Arc<str>>,
        _auth_header: Option<String>,
        custom_headers: CustomHeaders,
        _limits: StreamableHttpResponseLimits,
    ) -> Result<StreamableHttpPostResponse, Fault> {
        self.post(&message, session_id, custom_headers).await
    }

    async fn delete_session(
        &self,
        _uri: Arc<str>,
        session_id: Arc<str>,
        _auth_header: Option<String>,
        custom_headers: CustomHeaders,
    ) -> Result<(), Fault> {
        let head = Head {
            method: Method::DELETE,
            accept: "*/*",
            session: Some(session_id),
            last_event: None,
            headers: custom_headers,
            timeout: DELETE_TIMEOUT,
        };
        self.send(head, Bytes::new()).await.map(drop).map_err(StreamableHttpError::Client)
    }

    async fn get_stream(
        &self,
        _uri: Arc<str>,
        session_id: Option<Arc<str>>,
        last_event_id: Option<String>,
        _auth_header: Option<String>,
        custom_headers: CustomHeaders,
    ) -> Result<BoxStream<'static, Result<Sse, SseError>>, Fault> {
        let head = Head {
            method: Method::GET,
            accept: EVENTS,
            session: session_id,
            last_event: last_event_id,
            headers: custom_headers,
            timeout: ENDLESS,
        };
        let response = self.send(head, Bytes::new()).await.map_err(StreamableHttpError::Client)?;
        match response.status() {
            StatusCode::METHOD_NOT_ALLOWED => Err(StreamableHttpError::ServerDoesNotSupportSse),
            StatusCode::OK if is_of(&response, EVENTS) => Ok(events(response, &self.0.seen)),
            StatusCode::OK => Err(StreamableHttpError::Client(HttpFault::ContentType)),
            status => Err(StreamableHttpError::Client(HttpFault::Status(status.as_u16()))),
        }
    }
}

/// Whether the answer to `message` is a stream that the server keeps open.
fn is_endless(message: &ClientJsonRpcMessage) -> bool {
    matches!(message, ClientJsonRpcMessage::Request(request)
        if matches!(request.request, ClientRequest::SubscriptionsListenRequest(_)))
}

/// What a successful answer says.
async fn answer(
    response: GuardedResponse,
    message: &ClientJsonRpcMessage,
    seen: &Seen,
) -> Result<StreamableHttpPostResponse, HttpFault> {
    let session = response.headers().get(SESSION).and_then(|value| value.to_str().ok()).map(str::to_owned);
    if is_of(&response, EVENTS) {
        return Ok(StreamableHttpPostResponse::Sse(events(response, seen), session));
    }
    // Nothing is asked by a notification, or by an answer.
    let is_request = matches!(message, ClientJsonRpcMessage::Request(_));
    if !is_request {
        return Ok(StreamableHttpPostResponse::Accepted);
    }
    if !is_of(&response, JSON) {
        return Err(HttpFault::ContentType);
    }
    let body = whole(response).await?;
    let message: ServerJsonRpcMessage = serde_json::from_slice(&body).map_err(|_| HttpFault::NoMessage)?;
    Ok(StreamableHttpPostResponse::Json(message, session))
}

/// What an answer that is no success says: an error of the protocol, if there is one in it.
async fn refusal(
    response: GuardedResponse,
    message: &ClientJsonRpcMessage,
    has_session: bool,
) -> Result<StreamableHttpPostResponse, HttpFault> {
    let status = response.status();
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => return Err(HttpFault::Unauthorized(status.as_u16())),
        status if status.is_redirection() => return Err(HttpFault::Redirect),
        _ => {}
    }
    let body = if is_of(&response, JSON) { whole(response).await? } else { Bytes::new() };
    let error = match serde_json::from_slice(&body) {
        Ok(ServerJsonRpcMessage::Error(error)) => Some(error),
        _ => None,
    };
    // A server of an older revision does not know how it is asked first. The answer to that has no id that fits.
    if let ClientJsonRpcMessage::Request(request) = message
        && matches!(request.request, ClientRequest::DiscoverRequest(_))
        && status.is_client_error()
        && !has_session
    {
        let error = error.map_or_else(|| ErrorData::invalid_request("not known", None), |error| error.error);
        let message = ServerJsonRpcMessage::error(error, Some(request.id.clone()));
        return Ok(StreamableHttpPostResponse::Json(message, None));
    }
    match error {
        Some(error) => Ok(StreamableHttpPostResponse::Json(ServerJsonRpcMessage::Error(error), None)),
        None => Err(HttpFault::Status(status.as_u16())),
    }
}

async fn whole(response: GuardedResponse) -> Result<Bytes, HttpFault> {
    use crate::outbound::{Error, GuardedError};
    response.bytes(MESSAGE_BYTES_MAX).await.map_err(|fault| match fault {
        GuardedError::Failed(Error::TooLarge | Error::InflatedTooLarge) => HttpFault::TooLarge,
        fault => HttpFault::Guarded(fault),
    })
}

fn is_of(response: &GuardedResponse, kind: &str) -> bool {
    let header = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    header.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(kind)
}
