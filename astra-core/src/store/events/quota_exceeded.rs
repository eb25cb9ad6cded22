//! `quota.exceeded`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::event_data::EventData;

/// A quota of an agent that is used up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct QuotaExceededData {
    /// The agent.
    #[schema(format = "slug", example = "assistant")]
    pub agent_id: String,
    /// Which of its quotas.
    pub quota: QuotaKind,
    /// The quota: tokens, or US dollars.
    #[schema(minimum = 0, example = 100_000)]
    pub limit: f64,
    /// What was used when a turn was refused.
    #[schema(minimum = 0, example = 100_412)]
    pub used: f64,
}

/// A quota of an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuotaKind {
    /// Tokens in a clock hour.
    TokensPerHour,
    /// Tokens in the last 24 clock hours.
    TokensPerDay,
    /// US dollars in the last 24 clock hours.
    CostUsdPerDay,
}

impl QuotaKind {
    /// The word in the store and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TokensPerHour => "tokens_per_hour",
            Self::TokensPerDay => "tokens_per_day",
            Self::CostUsdPerDay => "cost_usd_per_day",
        }
    }
}

impl EventData for QuotaExceededData {
    const NAME: &'static str = "quota.exceeded";
    const DESCRIPTION: &'static str = "An agent has used up a quota, and a turn was refused.";
    const EMITTED: &'static str = "When a turn is refused because of a quota: for each quota of an agent with the first refusal in a clock hour, and with no other in that hour.";

    fn resource_id(&self) -> String {
        self.agent_id.clone()
    }

    fn agent_id(&self) -> Option<&str> {
        Some(&self.agent_id)
    }
}
