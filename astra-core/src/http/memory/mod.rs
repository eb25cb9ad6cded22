//! Memory on the wire: what the group `memory` and the resources of MCP both show.

mod model;
mod user_profile;

pub use model::{Memory, MemorySettings};
pub use user_profile::{MemoryProfileFact, MemoryUserProfile, document_schema};
