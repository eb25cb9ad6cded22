//! `health.live`: the process answers.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::HealthStatus;
use crate::http::Json;

/// The process is running.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Liveness {
    /// Always `ok`.
    pub status: HealthStatus,
}

/// Liveness check
///
/// Depends on nothing but the process: an orchestrator restarts the gateway when this check does not answer.
#[utoipa::path(get, path = "/health/live", operation_id = "health.live",
    responses((status = 200, description = "The process is running.", body = Liveness, example = json!({"status": "ok"}))))]
pub async fn handler() -> Json<Liveness> {
    Json(Liveness { status: HealthStatus::Ok })
}
