//! `health.get`: how the gateway is, which version runs, and for how long.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lookup::check;
use super::model::HealthStatus;
use crate::app::App;
use crate::http::Json;

/// The gateway's state.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// `degraded` if its store cannot be reached or takes no writes, or if a background task does not do its work.
    pub status: HealthStatus,
    /// The gateway's version.
    #[schema(max_length = 32, example = "0.1.0")]
    pub version: String,
    /// Seconds since the start.
    #[schema(minimum = 0, example = 86400)]
    pub uptime_s: u64,
}

/// Show the gateway's health
///
/// Answers 200 while the process runs. Load balancers use `health.ready`.
#[utoipa::path(get, path = "/health", operation_id = "health.get",
    responses((status = 200, description = "The gateway's state.", body = Health,
        example = json!({"status": "ok", "version": "0.1.0", "uptime_s": 86400}))))]
pub async fn handler(State(app): State<App>) -> Json<Health> {
    let status = if check(&app).await.is_ok() { HealthStatus::Ok } else { HealthStatus::Degraded };
    Json(Health { status, version: env!("CARGO_PKG_VERSION").to_owned(), uptime_s: app.uptime.elapsed().as_secs() })
}
