//! `webhooks.recover`: send again what failed between two times.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lookup::{missing, refused};
use super::model::WebhookPath;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Idempotency, IdempotencyHeader, Json, Path, Problem, accepted, instant};
use crate::ids::JobId;

/// Which failed deliveries to send again: by the times at which they were made.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RecoverWebhook {
    /// The first of them.
    #[schema(example = "2026-11-23T21:00:00.000Z")]
    from: String,
    /// All before this time; by default, now.
    #[serde(default)]
    #[schema(example = "2026-11-24T09:00:00.000Z")]
    to: Option<String>,
}

/// The job that sends them.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct StartedRecovery {
    /// The job's id.
    #[schema(value_type = String, example = "job_06a1b2c3d4e5q")]
    job_id: JobId,
}

/// Recover a webhook
///
/// Sends all deliveries again that failed of those made between two times, each with the same id and the same body: a job of the
/// type `webhook_recover`, whose result is how many there were. A webhook that was switched off has to be switched on first.
#[utoipa::path(post, path = "/webhooks/{webhook_id}/recover", operation_id = "webhooks.recover", params(WebhookPath, IdempotencyHeader),
    request_body(content = RecoverWebhook, description = "Which deliveries.", example = json!({"from": "2026-11-23T21:00:00.000Z"})),
    responses(
        (status = 202, description = "The job.", body = StartedRecovery,
            headers(("Location" = String, description = "Where the job is."))),
        (status = 409, description = "The webhook is switched off.", body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(WebhookPath { webhook_id }): Path<WebhookPath>,
    Idempotency(once): Idempotency,
    Json(wish): Json<RecoverWebhook>,
) -> Result<Response> {
    let from_ms = instant(Some(&wish.from), "/from")?.unwrap_or_default();
    let to_ms = instant(wish.to.as_deref(), "/to")?.unwrap_or_else(|| app.now_ms().saturating_add(1));
    if from_ms >= to_ms {
        let pointer = if wish.to.is_some() { "/to" } else { "/from" };
        return Err(Error::field(pointer, "`from` must be before `to`"));
    }
    let started = app.webhooks.recover(&caller.rows(&app), webhook_id, (from_ms, to_ms), &caller.subject, once).await;
    let job_id = started.map_err(refused)?.ok_or_else(missing)?;
    Ok(accepted(&format!("/jobs/{job_id}"), StartedRecovery { job_id }))
}
