//! `session.created`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::event_data::EventData;
use crate::ids::SessionId;

/// A session that is new.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionCreatedData {
    /// The session.
    #[schema(value_type = String, example = "ses_06a1b2c3d4e5q")]
    pub session_id: SessionId,
    /// The agent that answers in it.
    #[schema(format = "slug", example = "assistant")]
    pub agent_id: String,
    /// Whose session it is.
    #[schema(max_length = 256, example = "usr_06a1b2c3d4e5q")]
    pub user_id: String,
    /// The surface that it is on.
    #[schema(max_length = 64, example = "api")]
    pub surface: String,
    /// The place on the surface; empty for none.
    #[schema(max_length = 256, example = "")]
    pub surface_id: String,
}

impl EventData for SessionCreatedData {
    const NAME: &'static str = "session.created";
    const DESCRIPTION: &'static str = "A session was opened.";
    const EMITTED: &'static str = "When a caller opens, forks or resets a session, and when a question opens one: the latter only while the workspace has readers of events of turns.";

    fn resource_id(&self) -> String {
        self.session_id.to_string()
    }

    fn agent_id(&self) -> Option<&str> {
        Some(&self.agent_id)
    }
}
