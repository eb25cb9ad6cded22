//! `webhooks.get`: where events are sent, and how that goes.

use axum::extract::State;
use axum::response::Response;

use super::lookup::find;
use super::model::{Webhook, WebhookPath};
use crate::app::App;
use crate::error::Result;
use crate::http::{Caller, Json, Path, tagged};

/// Get a webhook
///
/// Neither its secrets nor the values of its headers are shown.
#[utoipa::path(get, path = "/webhooks/{webhook_id}", operation_id = "webhooks.get", params(WebhookPath),
    responses((status = 200, description = "The webhook.", body = Webhook, headers(
        ("ETag" = String, description = "The webhook's state, for `If-Match`.")))))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(WebhookPath { webhook_id }): Path<WebhookPath>,
) -> Result<Response> {
    let webhook = find(&app, &caller, webhook_id).await?;
    Ok(tagged(webhook.revision(), Json(Webhook::from(webhook))))
}
