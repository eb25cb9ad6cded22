//! `health.ready`: whether traffic should be sent here.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lookup::check;
use super::model::HealthStatus;
use crate::app::App;
use crate::error::{Code, Error, Result};
use crate::http::{Json, Problem};

/// The gateway is ready.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Readiness {
    /// Always `ok`; otherwise the answer is a problem that says what is not ready.
    pub status: HealthStatus,
}

/// Readiness check
///
/// The gateway is ready when the store can be reached, has the schema of this version and takes writes, when no background
/// task has ended by a failure, fails again and again or is late, and when the gateway is not stopping.
#[utoipa::path(get, path = "/health/ready", operation_id = "health.ready",
    responses(
        (status = 200, description = "The gateway is ready.", body = Readiness, example = json!({"status": "ok"})),
        (status = 503, description = "The gateway is not ready; `detail` says why.", body = Problem,
            content_type = "application/problem+json",
            headers(("Retry-After" = u32, description = "Seconds to wait before the next try.")))))]
pub async fn handler(State(app): State<App>) -> Result<Json<Readiness>> {
    if app.stopping.is_cancelled() {
        return Err(Error::new(Code::Unavailable, "The gateway is stopping: it takes no new work."));
    }
    check(&app).await?;
    Ok(Json(Readiness { status: HealthStatus::Ok }))
}
