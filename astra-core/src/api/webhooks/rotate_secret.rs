//! `webhooks.rotate_secret`: a new secret, and time to change over.

use axum::extract::State;
use axum::response::Response;

use super::lookup::{missing, refused, secret};
use super::model::{WebhookPath, WebhookWithSecret};
use crate::app::App;
use crate::error::Result;
use crate::http::{Caller, Idempotency, IdempotencyHeader, Json, Path, Problem, tagged};

/// Rotate a webhook's secret
///
/// Each delivery is signed with the new secret and, for 24 hours, with the one before as well, so that receivers can change over
/// at any time in between. The new secret is shown in this answer only.
#[utoipa::path(post, path = "/webhooks/{webhook_id}/rotate-secret", operation_id = "webhooks.rotate_secret",
    params(WebhookPath, IdempotencyHeader),
    responses(
        (status = 200, description = "The webhook with its new secret.", body = WebhookWithSecret, headers(
            ("ETag" = String, description = "The webhook's state, for `If-Match`."),
            ("Cache-Control" = String, description = "Always `no-store`."))),
        (status = 409, description = "Five secrets sign already.",
            body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(WebhookPath { webhook_id }): Path<WebhookPath>,
    Idempotency(once): Idempotency,
) -> Result<Response> {
    let rotated = app.webhooks.rotate(&caller.rows(&app), webhook_id, once).await.map_err(refused)?;
    let rotated = rotated.ok_or_else(missing)?;
    Ok(secret(tagged(rotated.webhook.revision(), Json(WebhookWithSecret::from(rotated)))))
}
