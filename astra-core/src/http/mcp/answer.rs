//! What the endpoint answers: results and errors of JSON-RPC, and the events of a stream.

use axum::response::{IntoResponse, Response};
use bytes::{BufMut as _, Bytes, BytesMut};
use http::{HeaderValue, StatusCode, header};
use rmcp::model::{CallToolResult, ContentBlock, ErrorCode, ErrorData, ProgressToken, RequestId};
use serde::Serialize;
use serde_json::{Value, json};

use super::revision::Revision;
use crate::error::Error;

/// Why a message gets no result.
#[derive(Debug)]
pub(super) enum Fault {
    /// The protocol's own error, in its own form.
    Protocol(Box<Refusal>),
    /// The gateway's refusal or failure.
    Gateway(Error),
}

/// An error of JSON-RPC.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    id: Option<RequestId>,
    error: ErrorData,
}

impl Fault {
    /// An error of JSON-RPC about the request `id`, if that could be read.
    pub(super) fn protocol(status: StatusCode, id: Option<RequestId>, error: ErrorData) -> Self {
        Self::Protocol(Box::new(Refusal { status, id, error }))
    }

    /// A message that cannot be read as one.
    pub(super) fn malformed(id: Option<RequestId>, code: ErrorCode, message: impl Into<String>) -> Self {
        Self::protocol(StatusCode::BAD_REQUEST, id, ErrorData::new(code, message.into(), None))
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Gateway(error)
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        match self {
            Self::Gateway(error) => error.into_response(),
            Self::Protocol(refusal) => {
                let Refusal { status, id, error } = *refusal;
                json_response(status, &Failed { jsonrpc: JsonRpc, id: id.as_ref(), error: &error })
            }
        }
    }
}

/// The version of JSON-RPC.
struct JsonRpc;

impl Serialize for JsonRpc {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("2.0")
    }
}

#[derive(Serialize)]
struct Answered<'a, T> {
    jsonrpc: JsonRpc,
    id: &'a RequestId,
    result: &'a T,
}

#[derive(Serialize)]
struct Failed<'a> {
    jsonrpc: JsonRpc,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a RequestId>,
    error: &'a ErrorData,
}

#[derive(Serialize)]
struct Notified<'a> {
    jsonrpc: JsonRpc,
    method: &'a str,
    params: Value,
}

/// The answer that is `result`.
pub(super) fn result(id: &RequestId, result: &impl Serialize) -> Response {
    json_response(StatusCode::OK, &Answered { jsonrpc: JsonRpc, id, result })
}

/// The result of a tool.
pub(super) fn tool_result(revision: Revision, text: String, structured: Option<Value>) -> CallToolResult {
    let mut result = CallToolResult::success(vec![ContentBlock::text(text)]);
    result.structured_content = structured;
    result.result_type = result.result_type.filter(|_| revision.has_result_types());
    result
}

/// The result of a tool that failed, in words for the client's model.
pub(super) fn tool_error(revision: Revision, text: String) -> CallToolResult {
    let mut result = tool_result(revision, text, None);
    result.is_error = Some(true);
    result
}

/// Appends the event that is the answer of a stream.
pub(super) fn result_event(out: &mut BytesMut, id: &RequestId, result: &impl Serialize) {
    event(out, &Answered { jsonrpc: JsonRpc, id, result });
}

/// Appends the event of an answer that fails.
pub(super) fn error_event(out: &mut BytesMut, id: &RequestId, error: &ErrorData) {
    event(out, &Failed { jsonrpc: JsonRpc, id: Some(id), error });
}

/// Appends the event that says how far a request has got. `progress` grows with each.
pub(super) fn progress_event(out: &mut BytesMut, token: &ProgressToken, progress: f64, total: Option<f64>, text: &str) {
    let mut params = json!({"progressToken": token, "progress": progress});
    if let Some(total) = total {
        params["total"] = total.into();
    }
    if !text.is_empty() {
        params["message"] = text.into();
    }
    event(out, &Notified { jsonrpc: JsonRpc, method: "notifications/progress", params });
}

fn event(out: &mut BytesMut, message: &impl Serialize) {
    let before = out.len();
    out.put_slice(b"event: message\ndata: ");
    if let Err(fault) = serde_json::to_writer(out.writer(), message) {
        tracing::error!(error = %fault, "an event could not be written");
        out.truncate(before);
        return;
    }
    out.put_slice(b"\n\n");
}

fn json_response(status: StatusCode, message: &impl Serialize) -> Response {
    let body = match serde_json::to_vec(message) {
        Ok(body) => Bytes::from(body),
        Err(fault) => return Error::internal(fault).into_response(),
    };
    let json = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    (status, [json], body).into_response()
}
