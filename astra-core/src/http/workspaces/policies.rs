//! Restrictions and quotas of a workspace: wire types, and what is refused.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::clock::rfc3339;
use crate::engine::WorkspaceQuotaWindow;
use crate::error::{Code, Error, FieldError, Result};
use crate::http::Caller;
use crate::store::{Revision, StoredPolicy, WorkspaceUsed};
use crate::workspace_policy::{Restrictions, WorkspaceQuotas};

/// The workspace of a path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct WorkspacePolicyPath {
    /// The id of the caller's workspace.
    #[param(min_length = 1, max_length = 256, example = "wsp_06a1b2c3d4e5q")]
    pub workspace_id: String,
}

/// The providers and models that the workspace may ask.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct WorkspaceRestrictions {
    /// Grows with each change; 0 before the first one.
    #[schema(minimum = 0, example = 1)]
    pub version: u32,
    /// What may be asked.
    #[serde(flatten)]
    pub restrictions: Restrictions,
    /// The time of the last change; null before the first one.
    #[schema(example = "2026-11-23T21:09:30.000Z")]
    pub updated_at: Option<String>,
}

/// What all turns of the workspace together may use, and what they have used.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct WorkspaceQuotaState {
    /// Grows with each change; 0 before the first one.
    #[schema(minimum = 0, example = 1)]
    pub version: u32,
    /// The quotas.
    #[serde(flatten)]
    pub quotas: WorkspaceQuotas,
    /// What was used in the present periods. A running turn is counted when it ends.
    pub used: WorkspaceUse,
    /// When the clock hour ends: then the quota of an hour starts anew, and those of a day have moved on by an hour.
    #[schema(example = "2026-11-23T22:00:00.000Z")]
    pub hour_ends_at: String,
    /// When the calendar month ends, and its quotas start anew.
    #[schema(example = "2026-12-01T00:00:00.000Z")]
    pub month_ends_at: String,
    /// The time of the last change; null before the first one.
    #[schema(example = "2026-11-23T21:09:30.000Z")]
    pub updated_at: Option<String>,
}

/// What all turns of the workspace together have used, with what was used to summarise and to remember.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
pub struct WorkspaceUse {
    /// Input and output tokens of this clock hour.
    #[schema(minimum = 0, example = 12_000)]
    pub tokens_per_hour: u64,
    /// Input and output tokens of the last 24 clock hours, including this one.
    #[schema(minimum = 0, example = 312_000)]
    pub tokens_per_day: u64,
    /// Turns of the last 24 clock hours, including this one.
    #[schema(minimum = 0, example = 410)]
    pub turns_per_day: u64,
    /// US dollars of the last 24 clock hours, including this one.
    #[schema(minimum = 0, example = 3.2)]
    pub cost_usd_per_day: f64,
    /// Input and output tokens of this calendar month (UTC).
    #[schema(minimum = 0, example = 6_100_000)]
    pub tokens_per_month: u64,
    /// US dollars of this calendar month (UTC).
    #[schema(minimum = 0, example = 71.5)]
    pub cost_usd_per_month: f64,
}

/// Refuses a path that names another workspace than the caller's.
///
/// # Errors
/// 404.
pub fn check_own(caller: &Caller, workspace_id: &str) -> Result<()> {
    if workspace_id == caller.workspace.as_str() { Ok(()) } else { Err(Error::not_found("workspace")) }
}

/// Refuses a body with `faults`.
///
/// # Errors
/// 422 with a pointer for each fault.
pub fn check_faults(faults: Vec<(String, String)>, message: &str) -> Result<()> {
    if faults.is_empty() {
        return Ok(());
    }
    let mut error = Error::new(Code::InvalidRequest, message);
    error.fields = faults.into_iter().map(|(pointer, detail)| FieldError { pointer, detail }).collect();
    Err(error)
}

/// The state that an `If-Match` names, before the first change too.
#[must_use]
pub fn revision(stored: Option<&StoredPolicy>) -> Revision {
    stored.map_or(Revision { version: 0, updated_at_ms: 0 }, StoredPolicy::revision)
}

impl WorkspaceRestrictions {
    /// The restrictions of a stored row; those that restrict nothing without one.
    ///
    /// # Errors
    /// If another version of the gateway wrote what this one cannot read.
    pub fn read(stored: Option<StoredPolicy>) -> Result<Self> {
        let Some(stored) = stored else {
            return Ok(Self { version: 0, restrictions: Restrictions::default(), updated_at: None });
        };
        let restrictions = serde_json::from_str(&stored.settings).map_err(Error::internal)?;
        Ok(Self { version: stored.version, restrictions, updated_at: Some(rfc3339(stored.updated_at_ms)) })
    }
}

impl WorkspaceQuotaState {
    /// The quotas of a stored row, or none, beside what was used in the periods of `window`.
    ///
    /// # Errors
    /// If another version of the gateway wrote what this one cannot read.
    pub fn read(stored: Option<StoredPolicy>, used: WorkspaceUsed, window: &WorkspaceQuotaWindow) -> Result<Self> {
        let quotas = stored.as_ref().map(|stored| serde_json::from_str(&stored.settings)).transpose();
        Ok(Self {
            version: revision(stored.as_ref()).version,
            quotas: quotas.map_err(Error::internal)?.unwrap_or_default(),
            used: WorkspaceUse {
                tokens_per_hour: used.hour_tokens,
                tokens_per_day: used.day_tokens,
                turns_per_day: used.day_turns,
                cost_usd_per_day: used.day_cost_usd,
                tokens_per_month: used.month_tokens,
                cost_usd_per_month: used.month_cost_usd,
            },
            hour_ends_at: rfc3339(window.hour_ends_ms),
            month_ends_at: rfc3339(window.month_ends_ms),
            updated_at: stored.map(|stored| rfc3339(stored.updated_at_ms)),
        })
    }
}
