//! Which revision of the protocol a request is of, and whether its headers say the same as its body.

use http::{HeaderMap, StatusCode};
use rmcp::model::{ErrorCode, ErrorData, ProtocolVersion};
use serde_json::{Value, json};

use super::fault::Fault;
use super::headers;
use super::message::Request;

/// Headers and fields of revision 2026-07-28, which names its version in each request.
const VERSION_HEADER: &str = "mcp-protocol-version";
const VERSION_FIELD: &str = "io.modelcontextprotocol/protocolVersion";
const CAPABILITIES_FIELD: &str = "io.modelcontextprotocol/clientCapabilities";

/// The revisions that begin with a handshake, newest first.
const WITH_HANDSHAKE: [ProtocolVersion; 2] = [ProtocolVersion::V_2025_11_25, ProtocolVersion::V_2025_06_18];
const STATELESS: ProtocolVersion = ProtocolVersion::V_2026_07_28;

/// How a request is read and answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Revision {
    /// As in revision 2026-07-28: each request says all.
    Stateless,
    /// As in the revisions before it, which begin with `initialize`.
    Handshake,
}

impl Revision {
    /// Whether results say of which type they are.
    pub(super) fn has_result_types(self) -> bool {
        self == Self::Stateless
    }

    /// Whether a client that hangs up wants no answer any more. Before, it may only have lost the line.
    pub(super) fn ends_with_connection(self) -> bool {
        self == Self::Stateless
    }

    /// The code of the error that says that there is no such resource: since revision 2026-07-28 that of parameters (SEP-2164).
    pub(super) fn unknown_resource(self) -> ErrorCode {
        if self == Self::Stateless { ErrorCode::INVALID_PARAMS } else { ErrorCode::RESOURCE_NOT_FOUND }
    }

    /// The status of an answer to a request for something that there is not.
    pub(super) fn unknown_method_status(self) -> StatusCode {
        if self == Self::Stateless { StatusCode::NOT_FOUND } else { StatusCode::OK }
    }
}

/// Whether a client with these capabilities asks its user by a form. Where it does not say how it asks, it is so.
pub(super) fn asks_by_form(capabilities: Option<&Value>) -> bool {
    let how = capabilities.and_then(|capabilities| capabilities.get("elicitation")).and_then(Value::as_object);
    how.is_some_and(|how| how.is_empty() || how.contains_key("form"))
}

/// Whether the client of `request`, which is of the revision without a handshake, asks its user by a form.
pub(super) fn states_form(request: &Request) -> bool {
    asks_by_form(request.meta(CAPABILITIES_FIELD))
}

/// All revisions, newest first.
pub(super) fn supported() -> Vec<ProtocolVersion> {
    std::iter::once(STATELESS).chain(WITH_HANDSHAKE).collect()
}

/// The revision that a handshake agrees on: the one that the client asks for, or the newest with a handshake.
pub(super) fn agreed(asked: Option<&str>) -> ProtocolVersion {
    WITH_HANDSHAKE.into_iter().find(|known| asked == Some(known.as_str())).unwrap_or(ProtocolVersion::V_2025_11_25)
}

/// The revision of `request`, whose headers say of it what its body says.
///
/// # Errors
/// If they do not, or it is a revision that is not spoken here.
pub(super) fn of(request: &Request, sent: &HeaderMap) -> Result<Revision, Fault> {
    let mismatch = |message: String| headers::mismatch(request, message);
    let header = headers::single(sent, VERSION_HEADER).map_err(mismatch)?;
    let stated = request.meta(VERSION_FIELD);
    if request.method == "initialize" && stated.is_none() {
        return Ok(Revision::Handshake);
    }
    let is_stateless = stated.is_some() || request.method == "server/discover" || header == Some(STATELESS.as_str());
    if !is_stateless {
        // Clients of revision 2025-03-26, which knows no such header, are served as those of the one after it.
        let is_known = header.is_none_or(|header| WITH_HANDSHAKE.iter().any(|known| known.as_str() == header));
        return if is_known { Ok(Revision::Handshake) } else { Err(unsupported(request, header.unwrap_or_default())) };
    }
    let Some(stated) = stated.and_then(Value::as_str) else { return Err(missing(request, VERSION_FIELD)) };
    if header != Some(stated) {
        let header = header.unwrap_or("missing");
        return Err(mismatch(format!("the header MCP-Protocol-Version is {header}, and the body says {stated}")));
    }
    if stated != STATELESS.as_str() {
        return Err(unsupported(request, stated));
    }
    if !request.meta(CAPABILITIES_FIELD).is_some_and(Value::is_object) {
        return Err(missing(request, CAPABILITIES_FIELD));
    }
    headers::check(request, sent).map_err(mismatch)?;
    Ok(Revision::Stateless)
}

fn missing(request: &Request, field: &str) -> Fault {
    let message = format!("The request's _meta has no good {field}.");
    request.refuse(StatusCode::BAD_REQUEST, ErrorData::new(ErrorCode::INVALID_PARAMS, message, None))
}

fn unsupported(request: &Request, asked: &str) -> Fault {
    let data = json!({"supported": supported(), "requested": asked});
    let error = ErrorData::new(ErrorCode::UNSUPPORTED_PROTOCOL_VERSION, "Unsupported protocol version", Some(data));
    request.refuse(StatusCode::BAD_REQUEST, error)
}
