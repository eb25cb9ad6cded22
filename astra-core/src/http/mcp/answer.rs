//! What the endpoint answers: results of JSON-RPC, and the events of a stream.

use axum::response::Response;
use bytes::{BufMut as _, BytesMut};
use http::StatusCode;
use rmcp::model::{CallToolResult, ContentBlock, ErrorData, ProgressToken, RequestId};
use serde::Serialize;
use serde_json::{Value, json};

use super::fault::{Failed, JsonRpc, json_response};
use super::revision::Revision;

#[derive(Serialize)]
struct Answered<'a, T> {
    jsonrpc: JsonRpc,
    id: &'a RequestId,
    result: &'a T,
}

#[derive(Serialize)]
struct Asked<'a, T> {
    jsonrpc: JsonRpc,
    id: &'a str,
    #[serde(flatten)]
    request: &'a T,
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

/// Appends the event that asks the client for something, which it answers by a message of its own.
pub(super) fn request_event(out: &mut BytesMut, id: &str, request: &impl Serialize) {
    event(out, &Asked { jsonrpc: JsonRpc, id, request });
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
