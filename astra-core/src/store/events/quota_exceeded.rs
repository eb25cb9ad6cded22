//! `quota.exceeded`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::event_data::EventData;

/// A quota of an agent or of the workspace that is used up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct QuotaExceededData {
    /// The agent whose turn was refused.
    #[schema(format = "slug", example = "assistant")]
    pub agent_id: String,
    /// Whose quota it is.
    #[serde(default)]
    pub scope: QuotaScope,
    /// Which quota.
    pub quota: QuotaKind,
    /// The quota: tokens, US dollars, or turns.
    #[schema(minimum = 0, example = 100_000)]
    pub limit: f64,
    /// What was used when a turn was refused.
    #[schema(minimum = 0, example = 100_412)]
    pub used: f64,
}

/// Whose quota it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuotaScope {
    /// The agent's own.
    #[default]
    Agent,
    /// That of all agents of the workspace together.
    Workspace,
}

/// A quota of an agent or of a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuotaKind {
    /// Tokens in a clock hour.
    TokensPerHour,
    /// Tokens in the last 24 clock hours.
    TokensPerDay,
    /// US dollars in the last 24 clock hours.
    CostUsdPerDay,
    /// Turns in the last 24 clock hours; of workspaces.
    TurnsPerDay,
    /// Tokens in the calendar month (UTC); of workspaces.
    TokensPerMonth,
    /// US dollars in the calendar month (UTC); of workspaces.
    CostUsdPerMonth,
}

impl QuotaKind {
    /// What is counted, and in which time, in words.
    #[must_use]
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::TokensPerHour => ("tokens", "this hour"),
            Self::TokensPerDay => ("tokens", "24 hours"),
            Self::CostUsdPerDay => ("US dollars", "24 hours"),
            Self::TurnsPerDay => ("turns", "24 hours"),
            Self::TokensPerMonth => ("tokens", "this month"),
            Self::CostUsdPerMonth => ("US dollars", "this month"),
        }
    }

    /// The word in the store and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TokensPerHour => "tokens_per_hour",
            Self::TokensPerDay => "tokens_per_day",
            Self::CostUsdPerDay => "cost_usd_per_day",
            Self::TurnsPerDay => "turns_per_day",
            Self::TokensPerMonth => "tokens_per_month",
            Self::CostUsdPerMonth => "cost_usd_per_month",
        }
    }
}

impl QuotaExceededData {
    /// The agent that has the quota; empty for the workspace.
    #[must_use]
    pub fn quota_of(&self) -> &str {
        match self.scope {
            QuotaScope::Agent => &self.agent_id,
            QuotaScope::Workspace => "",
        }
    }
}

impl EventData for QuotaExceededData {
    const NAME: &'static str = "quota.exceeded";
    const DESCRIPTION: &'static str = "An agent or the workspace has used up a quota, and a turn was refused.";
    const EMITTED: &'static str = "When a turn is refused because of a quota: for each quota of an agent, and for each of the workspace, with the first refusal in a clock hour, and with no other in that hour.";

    fn resource_id(&self) -> String {
        self.agent_id.clone()
    }

    fn agent_id(&self) -> Option<&str> {
        // A quota of the workspace is about all agents, and so about no one of them.
        (self.scope == QuotaScope::Agent).then_some(&self.agent_id)
    }
}
