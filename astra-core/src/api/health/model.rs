//! The words of the health group.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use utoipa::ToSchema;

use crate::app::App;
use crate::store::{self, migrate};

/// Who asks for health wants an answer, not another hanging connection.
const PATIENCE: Duration = Duration::from_secs(2);

/// How the gateway is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HealthStatus {
    /// It works.
    Ok,
    /// It lives, but something that it needs does not.
    Degraded,
}

/// Whether the store has the schema of this version.
///
/// # Errors
/// If the store does not answer in time, or cannot be reached.
pub(super) async fn is_store_current(app: &App) -> store::Result<bool> {
    let silence = |_| Err(store::Error::Unavailable("the store did not answer in two seconds".into()));
    timeout(PATIENCE, migrate::is_current(&app.store)).await.unwrap_or_else(silence)
}
