//! The words of the health group.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The gateway's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HealthStatus {
    /// It works.
    Ok,
    /// It lives, but something that it needs does not.
    Degraded,
}
