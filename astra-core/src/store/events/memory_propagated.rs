//! `memory.propagated`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::event_data::EventData;

/// Memories of a user that the workspace has now too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MemoryPropagatedData {
    /// The user whose memories they are.
    #[schema(example = "usr_06a1b2c3d4e5q")]
    pub user_id: String,
    /// The memories of the workspace: new ones, and those that said the same already and have more evidence now.
    #[schema(max_items = 200, example = json!(["mem_06a1b2c3d4e5q"]))]
    pub memory_ids: Vec<String>,
}

impl EventData for MemoryPropagatedData {
    const NAME: &'static str = "memory.propagated";
    const DESCRIPTION: &'static str = "Memories of a user were copied to the workspace.";
    const EMITTED: &'static str =
        "Once for each call of memory.propagate that copies at least one memory, with what was remembered left out.";

    fn resource_id(&self) -> String {
        self.user_id.clone()
    }
}
