//! `jobs.enqueue`: work that is done later, and survives.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa::openapi::schema::{AdditionalProperties, Object, ObjectBuilder};

use super::lookup::{prepared, refused};
use super::model::Job;
use crate::app::App;
use crate::error::Result;
use crate::http::{Caller, Idempotency, IdempotencyHeader, Json, Problem, accepted, instant};

/// Most entries of a payload.
const PAYLOAD_ENTRIES_MAX: usize = 1_000;

/// A job to enqueue.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnqueueJob {
    /// Its type.
    #[serde(rename = "type")]
    #[schema(min_length = 1, max_length = 64, pattern = "^[a-z][a-z0-9._-]*$", example = "agent_run")]
    kind: String,
    /// What it is about, by the JSON Schema of its type.
    #[serde(default)]
    #[schema(schema_with = any_payload)]
    payload: Map<String, Value>,
    /// 0 to 9, 5 by default: among the jobs of the workspace that wait for a worker, higher ones come first.
    #[schema(minimum = 0, maximum = 9, example = 5)]
    priority: Option<u8>,
    /// The time before which it does not run; at once by default.
    #[schema(format = "date-time", max_length = 40, example = "2026-11-23T22:00:00.000Z")]
    run_at: Option<String>,
    /// How long an attempt may take, in seconds; by default as long as its type says, which is 300 for most.
    #[schema(minimum = 10, maximum = 86_400, example = 300)]
    timeout_s: Option<u32>,
    /// How often it is tried again after a failure; by default as often as its type says, which is 3 for most.
    #[schema(minimum = 0, maximum = 10, example = 3)]
    max_retries: Option<u32>,
    /// Keeps the job only if no unfinished job of its type has this key in the workspace.
    #[schema(min_length = 1, max_length = 255, pattern = "^[ -~]+$", example = "nightly-report")]
    dedupe_key: Option<String>,
}

fn any_payload() -> Object {
    ObjectBuilder::new()
        .max_properties(Some(PAYLOAD_ENTRIES_MAX))
        .additional_properties(Some(AdditionalProperties::FreeForm(true)))
        .description(Some("What it is about, by the JSON Schema of its type."))
        .examples([json!({"agent_id": "assistant", "message": "Summarise the week."})])
        .build()
}

/// Enqueue a job
///
/// The job is kept before the answer, and runs until it has ended: after a failure again, with growing waits, and after the
/// death of its gateway in another one or after the next start. With a `dedupe_key` that an unfinished job of the type has,
/// nothing is kept, and that job is the answer.
#[utoipa::path(post, path = "/jobs", operation_id = "jobs.enqueue", params(IdempotencyHeader),
    request_body(content = EnqueueJob, description = "The job.", example = json!({
        "type": "agent_run",
        "payload": {"agent_id": "assistant", "message": "Summarise the week."},
    })),
    responses(
        (status = 202, description = "The job, which is kept.", body = Job,
            headers(("Location" = String, description = "Where the job is."))),
        (status = 409, description = "An unfinished job of another user has the `dedupe_key`.", body = Problem,
            content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Idempotency(once): Idempotency,
    Json(asked): Json<EnqueueJob>,
) -> Result<Response> {
    let run_at_ms = instant(asked.run_at.as_deref(), "/run_at")?;
    let mut job = prepared(&app, &caller, &asked.kind, &Value::Object(asked.payload))?;
    job = job.subject(caller.subject.as_str(), app.ids.key());
    if let Some(priority) = asked.priority {
        job = job.priority(priority);
    }
    if let Some(run_at_ms) = run_at_ms {
        job = job.run_at_ms(run_at_ms);
    }
    if let Some(timeout_s) = asked.timeout_s {
        job = job.timeout_s(timeout_s);
    }
    if let Some(max_retries) = asked.max_retries {
        job = job.attempts_max(max_retries + 1);
    }
    if let Some(key) = asked.dedupe_key {
        job = job.unique_key(key);
    }
    let kept = app.jobs.enqueue_once(&caller.rows(&app), job, caller.sees(), once).await.map_err(refused)?;
    Ok(accepted(&format!("/jobs/{}", kept.id), Job::from(kept)))
}
