//! Of whom an agent is borrowed, and how its id shows that it is.

use serde::{Deserialize, Serialize};

use crate::ids::GrantId;

/// Of whom an agent is borrowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loan {
    /// `wsp_...`: who lends it.
    pub lender_id: String,
    /// Its id there.
    pub agent_id: String,
    /// Until when, in milliseconds since the epoch.
    pub expires_at_ms: i64,
}

/// Whether `agent_id` is the id of a borrowed agent, by its form: no other agent has such an id.
#[must_use]
pub fn is_borrowed(agent_id: &str) -> bool {
    agent_id.starts_with("grt_") && agent_id.parse::<GrantId>().is_ok()
}
