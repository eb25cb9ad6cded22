//! Why a message gets no result, and how that is answered.

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use rmcp::model::{ErrorCode, ErrorData, RequestId};
use serde::Serialize;

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
pub(super) struct JsonRpc;

impl Serialize for JsonRpc {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("2.0")
    }
}

/// An error as it is sent.
#[derive(Serialize)]
pub(super) struct Failed<'a> {
    pub(super) jsonrpc: JsonRpc,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<&'a RequestId>,
    pub(super) error: &'a ErrorData,
}

/// The answer whose body is `message`.
pub(super) fn json_response(status: StatusCode, message: &impl Serialize) -> Response {
    let body = match serde_json::to_vec(message) {
        Ok(body) => Bytes::from(body),
        Err(fault) => return Error::internal(fault).into_response(),
    };
    let json = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    (status, [json], body).into_response()
}
