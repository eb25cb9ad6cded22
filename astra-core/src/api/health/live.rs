//! `health.live`: the process answers.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::HealthStatus;
use crate::http::Json;

/// A sign of life.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Liveness {
    /// Always `ok`: a dead process says nothing.
    pub status: HealthStatus,
}

/// Tell whether the process lives
///
/// Touches nothing but the process: an orchestrator restarts the gateway when this does not answer.
#[utoipa::path(get, path = "/health/live", operation_id = "health.live",
    responses((status = 200, description = "The process answers.", body = Liveness, example = json!({"status": "ok"}))))]
pub async fn handler() -> Json<Liveness> {
    Json(Liveness { status: HealthStatus::Ok })
}
