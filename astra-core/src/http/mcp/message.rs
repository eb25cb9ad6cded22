//! What a client sends: one JSON-RPC 2.0 message.

use http::StatusCode;
use rmcp::model::{ErrorCode, ErrorData, RequestId};
use serde_json::{Map, Value};

use super::fault::Fault;
use crate::error::Code;
use crate::http::contract::json;

/// A message of a client.
#[derive(Debug)]
pub(super) enum Message {
    /// It wants an answer.
    Request(Request),
    /// It wants none.
    Notification {
        /// What happened.
        method: String,
        /// More of it.
        params: Map<String, Value>,
    },
    /// It answers what the client was asked.
    Response {
        /// The name by which it was asked.
        id: String,
        /// What the client says; nothing if it could not ask its user.
        result: Option<Value>,
    },
}

/// A request of a client.
#[derive(Debug)]
pub(super) struct Request {
    /// The name by which the client knows the answer.
    pub(super) id: RequestId,
    /// What is asked for.
    pub(super) method: String,
    /// With what.
    pub(super) params: Map<String, Value>,
}

impl Request {
    /// A refusal of this request, which is answered with the status `status`.
    pub(super) fn refuse(&self, status: StatusCode, error: ErrorData) -> Fault {
        Fault::protocol(status, Some(self.id.clone()), error)
    }

    /// A refusal because of what the request is made with.
    pub(super) fn invalid(&self, message: impl Into<String>) -> Fault {
        self.refuse(StatusCode::OK, ErrorData::new(ErrorCode::INVALID_PARAMS, message.into(), None))
    }

    /// What the request says to the protocol itself.
    pub(super) fn meta(&self, key: &str) -> Option<&Value> {
        self.params.get("_meta")?.get(key)
    }
}

/// Reads the message that is `bytes`.
///
/// # Errors
/// If it is none, or one that a client does not send.
pub(super) fn read(bytes: &[u8]) -> Result<Message, Fault> {
    let value = json::read(bytes).map_err(|error| match error.code {
        Code::PayloadTooLarge => Fault::Gateway(error),
        Code::BadRequest => Fault::malformed(None, ErrorCode::PARSE_ERROR, error.message),
        _ => Fault::malformed(None, ErrorCode::INVALID_REQUEST, "A name is given more than once."),
    })?;
    let invalid = |id: Option<RequestId>, message: &str| Fault::malformed(id, ErrorCode::INVALID_REQUEST, message);
    let Value::Object(mut message) = value else {
        return Err(invalid(None, "The body is one JSON-RPC message, which is an object: batches are not read."));
    };
    let id = match message.remove("id") {
        None => None,
        Some(id) => Some(read_id(id).ok_or_else(|| invalid(None, "The id is a text or a whole number."))?),
    };
    if message.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return Err(invalid(id, "The field jsonrpc is \"2.0\"."));
    }
    let Some(Value::String(method)) = message.remove("method") else {
        let answers = message.contains_key("result") != message.contains_key("error");
        return match id {
            // All that a client is asked has a text for its name.
            Some(RequestId::String(id)) if answers => {
                Ok(Message::Response { id: id.to_string(), result: message.remove("result") })
            }
            id => Err(invalid(id, "The message is neither a request nor a notification, nor does it answer one.")),
        };
    };
    let params = match message.remove("params") {
        None => Map::new(),
        Some(Value::Object(params)) => params,
        Some(_) => return Err(Fault::malformed(id, ErrorCode::INVALID_PARAMS, "The field params is an object.")),
    };
    Ok(match id {
        Some(id) => Message::Request(Request { id, method, params }),
        None => Message::Notification { method, params },
    })
}

/// A name of a request, or of what tells how far it has got: a text or a whole number.
pub(super) fn read_id(id: Value) -> Option<RequestId> {
    match id {
        Value::String(text) => Some(RequestId::String(text.into())),
        Value::Number(number) => number.as_i64().map(RequestId::Number),
        _ => None,
    }
}
