//! `webhooks.delete`: no more events are sent there.

use axum::extract::State;
use http::StatusCode;

use super::lookup::missing;
use super::model::WebhookPath;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, IfMatch, IfMatchHeader, Path};

/// Delete a webhook
///
/// What waits is not sent any more; an attempt that is under way comes to its end. Its deliveries cannot be read any more, and are
/// removed after `webhooks.keep_days` of the gateway's configuration.
#[utoipa::path(delete, path = "/webhooks/{webhook_id}", operation_id = "webhooks.delete", params(WebhookPath, IfMatchHeader),
    responses((status = 204, description = "Deleted.")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(WebhookPath { webhook_id }): Path<WebhookPath>,
    IfMatch(precondition): IfMatch,
) -> Result<StatusCode> {
    let deleted = caller.rows(&app).webhooks().delete(webhook_id, precondition, app.now_ms()).await;
    if deleted.map_err(Error::store)? { Ok(StatusCode::NO_CONTENT) } else { Err(missing()) }
}
