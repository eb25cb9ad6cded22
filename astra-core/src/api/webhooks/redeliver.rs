//! `webhooks.redeliver`: send a delivery again.

use axum::extract::State;
use axum::response::Response;

use super::lookup::{find, refused};
use super::model::{Delivery, DeliveryPath};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Idempotency, IdempotencyHeader, Path, Problem, accepted};
use crate::webhooks::WebhookError;

/// Redeliver
///
/// Sends the delivery again at once, with the same id and the same body, whether it has succeeded, failed or waits for its next
/// attempt; if that fails, it is tried again as a new delivery would be. One that is being sent is sent again when that attempt is
/// over, whatever came of it.
#[utoipa::path(post, path = "/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver", operation_id = "webhooks.redeliver",
    params(DeliveryPath, IdempotencyHeader),
    responses(
        (status = 202, description = "The delivery, which is about to be sent.", body = Delivery,
            headers(("Location" = String, description = "Where the delivery is."))),
        (status = 409, description = "The webhook is switched off.",
            body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(DeliveryPath { webhook_id, delivery_id }): Path<DeliveryPath>,
    Idempotency(once): Idempotency,
) -> Result<Response> {
    find(&app, &caller, webhook_id).await?;
    let rows = caller.rows(&app);
    let again = rows.deliveries().redeliver(webhook_id, delivery_id, app.now_ms(), once).await;
    let again = again.map_err(|fault| refused(WebhookError::from(fault)))?;
    let delivery = again.ok_or_else(|| Error::not_found("delivery"))?;
    Ok(accepted(&format!("/webhooks/{webhook_id}/deliveries/{delivery_id}"), Delivery::from(delivery)))
}
