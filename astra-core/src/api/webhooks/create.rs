//! `webhooks.create`: events of the workspace are sent to a URL.

use axum::extract::State;
use axum::response::Response;

use super::lookup::{refused, secret};
use super::model::{CreateWebhook, WebhookWithSecret};
use crate::app::App;
use crate::error::Result;
use crate::http::{Caller, Idempotency, IdempotencyHeader, Json, Problem, created, tagged};

/// Create a webhook
///
/// It gets the events that happen from now on, each as one POST with a JSON object, signed by the rules of Standard Webhooks.
/// The secret for verification is shown in this answer only. Events may come in another order than they happened in, and more
/// than once: the header `webhook-id` is the same then.
///
/// The URL leads to a public address, or to where `outbound` of the gateway's configuration allows; where its name leads is
/// checked with each connection, and redirects are not followed.
#[utoipa::path(post, path = "/webhooks", operation_id = "webhooks.create", params(IdempotencyHeader),
    request_body(content = CreateWebhook, description = "The webhook.", example = json!({
        "url": "https://hooks.example/astra", "events": ["agent.updated"], "headers": {"X-Team": "sales"},
    })),
    responses(
        (status = 201, description = "The webhook with its secret.", body = WebhookWithSecret, headers(
            ("ETag" = String, description = "The webhook's state, for `If-Match`."),
            ("Location" = String, description = "Where the webhook is."),
            ("Cache-Control" = String, description = "Always `no-store`."))),
        (status = 409, description = "The workspace has as many webhooks as it may have.",
            body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Idempotency(once): Idempotency,
    Json(CreateWebhook { settings, headers }): Json<CreateWebhook>,
) -> Result<Response> {
    let made = app.webhooks.create(&caller.rows(&app), settings, &headers, &caller.subject, once).await;
    let made = made.map_err(refused)?;
    let (location, revision) = (format!("/webhooks/{}", made.webhook.id), made.webhook.revision());
    Ok(secret(tagged(revision, created(&location, WebhookWithSecret::from(made)))))
}
