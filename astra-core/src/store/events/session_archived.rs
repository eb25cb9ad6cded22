//! `session.archived`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::event_data::EventData;
use crate::ids::SessionId;

/// A session that has ended in favour of another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionArchivedData {
    /// The session.
    #[schema(value_type = String, example = "ses_06a1b2c3d4e5q")]
    pub session_id: SessionId,
    /// The session that takes its place.
    #[schema(value_type = String, example = "ses_06a1b2c3d4e5r")]
    pub successor_id: SessionId,
    /// The agent that answered in it.
    #[schema(format = "slug", example = "assistant")]
    pub agent_id: String,
    /// Whose session it is.
    #[schema(max_length = 256, example = "usr_06a1b2c3d4e5q")]
    pub user_id: String,
}

impl EventData for SessionArchivedData {
    const NAME: &'static str = "session.archived";
    const DESCRIPTION: &'static str = "A session was archived, and another one takes its place.";
    const EMITTED: &'static str = "When a caller resets a session, and when a question comes after the session's idle time or daily reset: the latter only while the workspace has readers of events of turns.";

    fn resource_id(&self) -> String {
        self.session_id.to_string()
    }

    fn agent_id(&self) -> Option<&str> {
        Some(&self.agent_id)
    }
}
