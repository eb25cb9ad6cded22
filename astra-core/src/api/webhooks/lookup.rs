//! Webhooks in the store: looked up, refused; and answers with a secret in them.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};

use crate::app::App;
use crate::error::{Code, Error, FieldError, Result};
use crate::http::Caller;
use crate::ids::WebhookId;
use crate::store::StoredWebhook;
use crate::webhooks::WebhookError;

/// A webhook of the caller's workspace.
///
/// # Errors
/// 404 if there is no such thing.
pub async fn find(app: &App, caller: &Caller, id: WebhookId) -> Result<StoredWebhook> {
    let found = app.store.rows(&caller.workspace).webhooks().find(id).await.map_err(Error::store)?;
    found.ok_or_else(missing)
}

/// 404 of a webhook.
pub fn missing() -> Error {
    Error::not_found("webhook")
}

/// Why a webhook or a delivery is not made or not changed.
pub fn refused(fault: WebhookError) -> Error {
    let message = fault.to_string();
    match fault {
        WebhookError::Faults(faults) => {
            let mut error = Error::new(Code::InvalidRequest, message);
            let field =
                |fault: crate::webhooks::WebhookFault| FieldError { pointer: fault.pointer, detail: fault.detail };
            error.fields = faults.into_iter().map(field).collect();
            error
        }
        WebhookError::OtherKey | WebhookError::Refused(_) => Error::conflict(message),
        WebhookError::Sealing(_) | WebhookError::Unwritable(_) => Error::internal(fault),
        WebhookError::Store(fault) => Error::store(fault),
    }
}

/// `body` with the header that forbids caches to keep it, since it has a secret in it.
pub fn secret(body: impl IntoResponse) -> Response {
    let mut response = body.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
