//! Holds a request to its operation: method, credential, role, scope, rate, media types, parameters, body.

use std::sync::Arc;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{Extensions, HeaderMap, HeaderValue, StatusCode, header};
use http_body::Body;
use serde_json::{Map, Value};

use super::body::{self, BodyValue, Coding};
use super::operation::{Operation, PathContract};
use super::permission::permit;
use super::traits::{BodyReading, Refusals};
use super::{credential, parameters};
use crate::app::App;
use crate::auth::Identity;
use crate::error::{Code, Error};
use crate::http::idempotency::once_key;
use crate::http::limit::{Limits, QuotaState};
use crate::http::negotiation::accepts_one;
use crate::http::query::QueryValues;
use crate::http::record::Record;
use crate::http::websocket;

/// What stands before the operations of one path.
pub struct Gate {
    /// The operations.
    pub path: Arc<PathContract>,
    /// The gateway.
    pub app: App,
    /// Its quotas.
    pub limits: Arc<Limits>,
}

/// The layer: lets a request through to its handler, or answers why not.
pub async fn enforce(gate: &Gate, mut request: Request, next: Next) -> Response {
    let Some(operation) = gate.path.operation(request.method()).cloned() else { return wrong_method(&gate.path) };
    let mut standing = None;
    let refuses_by_closing = operation.traits.refusals == Refusals::Close;
    if refuses_by_closing && let Err(error) = websocket::check_origin(&gate.app.config, &request) {
        return error.into_response();
    }
    let (token, taken) = credential::take_subprotocol(&operation, request.headers_mut());
    let admitted = match taken {
        Ok(()) => admit(gate, &operation, &mut request, &mut standing).await,
        Err(error) => Err(error),
    };
    if refuses_by_closing
        && let Err(error) = &admitted
        && let Some(response) = websocket::refuse(&gate.app, &mut request, token.as_ref(), error)
    {
        return response;
    }
    let mut response = match admitted {
        Ok(()) => {
            let upgrades = operation.traits.upgrades;
            request.extensions_mut().insert(operation);
            if refuses_by_closing {
                request.extensions_mut().insert(websocket::Offer { limits: Arc::clone(&gate.limits), token });
            }
            let response = next.run(request).await;
            if response.status() == StatusCode::SWITCHING_PROTOCOLS && !upgrades {
                return Error::internal("an operation that does not upgrade answers 101").into_response();
            }
            response
        }
        Err(error) => {
            // Only a coding that is not known may be answered with this (RFC 7694, 3).
            let is_coding = error.code == Code::UnsupportedMediaType && body::coding(request.headers()).is_err();
            let mut response = error.into_response();
            if is_coding {
                response.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip, identity"));
            }
            response
        }
    };
    if let Some(standing) = standing {
        standing.write(response.headers_mut());
    }
    response
}

/// 405, with the methods that the path has.
fn wrong_method(path: &PathContract) -> Response {
    let allow = path.allow.clone().unwrap_or(HeaderValue::from_static(""));
    let message = format!("This path answers {} only.", allow.to_str().unwrap_or_default());
    let mut response = Error::new(Code::MethodNotAllowed, message).into_response();
    response.headers_mut().insert(header::ALLOW, allow);
    response
}

/// The layer that lets an operation's clients read a refusal, whichever layer refuses.
pub async fn shape<F: Future<Output = Response>>(
    path: &PathContract,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let refusals = path.operation(request.method()).map(|operation| operation.traits.refusals).unwrap_or_default();
    let mut response = next(request).await;
    if refusals != Refusals::Problem {
        response.extensions_mut().insert(refusals);
    }
    response
}

/// Holds the request to its operation; `standing` is what is left of the caller's quota, let through or not.
async fn admit(
    gate: &Gate,
    operation: &Operation,
    request: &mut Request,
    standing: &mut Option<QuotaState>,
) -> Result<(), Error> {
    let caller = if operation.is_public() {
        None
    } else {
        let identity = identify(gate, operation, (request.headers(), request.extensions()), standing).await?;
        request.extensions_mut().insert(Arc::clone(&identity));
        Some(identity)
    };
    if !accepts_one(request.headers(), &operation.answers) {
        let message = format!(
            "The header Accept allows none of the media types of this operation: {}.",
            operation.answers.join(", ")
        );
        return Err(Error::new(Code::NotAcceptable, message));
    }
    let query = parameters::parameters(operation, request.uri(), request.headers())?;
    if !query.is_empty() {
        request.extensions_mut().insert(QueryValues(query));
    }
    let body = if operation.traits.body == BodyReading::Raw {
        bound_body(gate, operation, request)?;
        Bytes::new()
    } else if operation.bodies.is_empty() {
        Bytes::new()
    } else {
        admit_body(gate, operation, request).await?
    };
    if let (true, Some(caller)) = (operation.has_key, caller) {
        let once = once_key(&operation.id, &caller, request.uri(), request.headers(), &body);
        once.and_then(|once| request.extensions_mut().insert(once));
    }
    Ok(())
}

/// The largest body of the operation, in bytes.
fn body_limit(gate: &Gate, operation: &Operation) -> usize {
    operation.traits.body_bytes.unwrap_or(gate.app.config.limits.body_bytes)
}

/// Bounds a body that the handler reads.
fn bound_body(gate: &Gate, operation: &Operation, request: &mut Request) -> Result<(), Error> {
    let has_body = request.headers().contains_key(header::CONTENT_TYPE) || !request.body().is_end_stream();
    if has_body || operation.is_body_required {
        body::check_raw_type(operation, request.headers())?;
    }
    let body = body::bounded(std::mem::take(request.body_mut()), body_limit(gate, operation))?;
    *request.body_mut() = body;
    Ok(())
}

/// Reads and checks the body; answers its bytes.
async fn admit_body(gate: &Gate, operation: &Operation, request: &mut Request) -> Result<Bytes, Error> {
    let limit = body_limit(gate, operation);
    let has_type = request.headers().contains_key(header::CONTENT_TYPE);
    if !operation.is_body_required && (!has_type || request.body().is_end_stream()) {
        let bytes = body::read(std::mem::take(request.body_mut()), limit, Coding::Identity).await?;
        if bytes.is_empty() {
            request.extensions_mut().insert(BodyValue(Value::Object(Map::new())));
            return Ok(bytes);
        }
        *request.body_mut() = bytes.into();
    }
    let (schema, is_form) = body::schema(operation, request.headers())?;
    let coding = body::coding(request.headers())?;
    let bytes = body::read(std::mem::take(request.body_mut()), limit, coding).await?;
    let value = body::parse(&bytes, schema, is_form)?;
    request.extensions_mut().insert(BodyValue(value));
    if operation.is_hosts {
        // A host may take the body by axum's own extractors.
        *request.body_mut() = bytes.clone().into();
        if coding == Coding::Gzip {
            request.headers_mut().remove(header::CONTENT_ENCODING);
            request.headers_mut().insert(header::CONTENT_LENGTH, bytes.len().into());
        }
    }
    Ok(bytes)
}

async fn identify(
    gate: &Gate,
    operation: &Operation,
    (headers, extensions): (&HeaderMap, &Extensions),
    standing: &mut Option<QuotaState>,
) -> Result<Arc<Identity>, Error> {
    let headers = credential::with_bearer(operation, headers)?;
    let identity = gate.app.authenticator.authenticate(&headers).await.map_err(Error::auth)?;
    if let Some(record) = extensions.get::<Record>() {
        record.note_caller(&identity);
    }
    gate.limits.admit_credential(&identity, standing)?;
    permit(&gate.app, &identity, operation.access)?;
    Ok(identity)
}
