//! `webhooks.test`: see what an endpoint does with an event.

use axum::extract::State;
use axum::response::Response;

use super::lookup::{missing, refused};
use super::model::{Delivery, WebhookPath};
use crate::app::App;
use crate::error::Result;
use crate::http::{Caller, Idempotency, IdempotencyHeader, Path, accepted};

/// Test a webhook
///
/// Sends an event of the type `webhook.test`, whatever events the webhook asks for and whether it is on or off. It is sent once:
/// `webhooks.get_delivery` shows what came of it. A test that fails does not count as a failure of the webhook.
#[utoipa::path(post, path = "/webhooks/{webhook_id}/test", operation_id = "webhooks.test", params(WebhookPath, IdempotencyHeader),
    responses((status = 202, description = "The delivery, which is about to be sent.", body = Delivery,
        headers(("Location" = String, description = "Where the delivery is.")))))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(WebhookPath { webhook_id }): Path<WebhookPath>,
    Idempotency(once): Idempotency,
) -> Result<Response> {
    let made = app.webhooks.test(&caller.rows(&app), webhook_id, once).await.map_err(refused)?;
    let delivery = made.ok_or_else(missing)?;
    Ok(accepted(&format!("/webhooks/{webhook_id}/deliveries/{}", delivery.id), Delivery::from(delivery)))
}
