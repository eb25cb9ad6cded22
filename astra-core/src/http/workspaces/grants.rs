//! Grants: wire types, and what is refused.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::clock::rfc3339;
use crate::error::{Code, Error};
use crate::ids::GrantId;
use crate::store::{self, GrantRefusal, GrantUse, Refusal, StoredGrant};

/// An agent that a workspace lends to another one, as either side sees it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Grant {
    /// The grant's id. It is the agent's id in the workspace that borrows it.
    #[schema(value_type = String, example = "grt_06a1b2c3d4e5q")]
    pub id: GrantId,
    /// Whether the caller's workspace lends or borrows.
    pub direction: GrantDirection,
    /// How it stands.
    pub status: GrantStatus,
    /// The workspace that lends.
    #[schema(max_length = 256, example = "wsp_06a1b2c3d4e5q")]
    pub lender_id: String,
    /// The workspace that may borrow.
    #[schema(max_length = 256, example = "wsp_06a1b2c3d4e5r")]
    pub borrower_id: String,
    /// The agent's id in the workspace that lends it.
    #[schema(format = "slug", example = "support")]
    pub agent_id: String,
    /// When it ends by itself.
    #[schema(example = "2026-12-23T21:07:00.000Z")]
    pub expires_at: String,
    /// When it was offered.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub created_at: String,
    /// The account that has offered it; null for the borrower.
    #[schema(max_length = 256, example = "usr_06a1b2c3d4e5q")]
    pub created_by: Option<String>,
    /// When the borrower accepted it; null before.
    #[schema(example = "2026-11-23T21:09:30.000Z")]
    pub accepted_at: Option<String>,
    /// When one of the sides ended it; null if none has.
    #[schema(example = "2026-11-24T08:00:00.000Z")]
    pub ended_at: Option<String>,
    /// What the borrower has used of the agent.
    pub used: GrantUsage,
}

/// Whether the caller's workspace lends or borrows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrantDirection {
    /// It lends the agent.
    Lent,
    /// It borrows the agent, or may do so.
    Borrowed,
}

/// How a grant stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrantStatus {
    /// It is offered, and the borrower has not accepted it.
    Offered,
    /// The borrower may ask the agent.
    Active,
    /// Its time is over.
    Expired,
    /// One of the sides has ended it.
    Ended,
}

/// What was used of a lent agent: calls of models by turns, and by what is made of turns.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
pub struct GrantUsage {
    /// Calls of models.
    #[schema(minimum = 0, example = 40)]
    pub requests: i64,
    /// Input tokens.
    #[schema(minimum = 0, example = 12_000)]
    pub input_tokens: i64,
    /// Output tokens.
    #[schema(minimum = 0, example = 3_100)]
    pub output_tokens: i64,
    /// US dollars.
    #[schema(minimum = 0, example = 0.42)]
    pub cost_usd: f64,
}

/// The workspace and the grant of a path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct GrantPath {
    /// The id of the caller's workspace.
    #[param(min_length = 1, max_length = 256, example = "wsp_06a1b2c3d4e5q")]
    pub workspace_id: String,
    /// The grant's id.
    #[param(value_type = String, example = "grt_06a1b2c3d4e5q")]
    pub grant_id: GrantId,
}

/// 404 of a grant.
#[must_use]
pub fn missing_grant() -> Error {
    Error::not_found("grant")
}

/// What the store refuses to do with a grant.
#[must_use]
pub fn refused_grant(fault: store::Error) -> Error {
    match fault {
        store::Error::Refused(Refusal::Grant(GrantRefusal::NoSuchAgent)) => {
            Error::field("/agent_id", "there is no agent with this id that the workspace owns")
        }
        store::Error::Refused(Refusal::Grant(GrantRefusal::TooMany)) => {
            Error::conflict("The workspace lends as many agents as it may: end a grant that is no longer needed.")
        }
        store::Error::Refused(Refusal::Grant(GrantRefusal::Ended)) => {
            Error::new(Code::Expired, "The grant has ended: ask the workspace that lends the agent for another one.")
        }
        fault => Error::store(fault),
    }
}

impl Grant {
    /// The grant of a stored row, as it stands at `now_ms`.
    #[must_use]
    pub fn of(stored: StoredGrant, used: GrantUse, now_ms: i64) -> Self {
        let status = match (stored.ended_at_ms, stored.accepted_at_ms) {
            (Some(_), _) => GrantStatus::Ended,
            _ if stored.expires_at_ms <= now_ms => GrantStatus::Expired,
            (None, None) => GrantStatus::Offered,
            (None, Some(_)) => GrantStatus::Active,
        };
        let GrantUse { requests, input_tokens, output_tokens, cost_usd } = used;
        Self {
            id: stored.id,
            direction: if stored.is_lent { GrantDirection::Lent } else { GrantDirection::Borrowed },
            status,
            lender_id: stored.lender_id,
            borrower_id: stored.borrower_id,
            agent_id: stored.agent_id,
            expires_at: rfc3339(stored.expires_at_ms),
            created_at: rfc3339(stored.created_at_ms),
            created_by: stored.is_lent.then_some(stored.created_by),
            accepted_at: stored.accepted_at_ms.map(rfc3339),
            ended_at: stored.ended_at_ms.map(rfc3339),
            used: GrantUsage { requests, input_tokens, output_tokens, cost_usd },
        }
    }
}
