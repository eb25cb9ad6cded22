//! What the operations of the memory group share.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::ids::MemoryId;

/// The memory of a path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct MemoryPath {
    /// The memory's id.
    #[param(value_type = String, example = "mem_06a1b2c3d4e5q")]
    pub memory_id: MemoryId,
}
