//! `workspaces.put_quotas`: say what all turns of the workspace together may use.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::engine::WorkspaceQuotaWindow;
use crate::error::{Error, Result};
use crate::http::workspaces::{WorkspacePolicyPath, WorkspaceQuotaState, WorkspaceUse, check_faults, check_own};
use crate::http::{Caller, IfMatch, IfMatchHeader, Json, Path, tagged};
use crate::store::PolicyKind;
use crate::workspace_policy::WorkspaceQuotas;

/// The quotas. One that is left out does not apply. What `workspaces.get_quotas` answers can be sent as it is: the fields that the
/// gateway sets are ignored.
#[derive(Debug, Deserialize, ToSchema)]
pub struct PutQuotas {
    /// The quotas.
    #[serde(flatten)]
    quotas: WorkspaceQuotas,
    /// Ignored. `If-Match` refuses a change of another version than the expected one.
    #[serde(rename = "version")]
    #[schema(minimum = 0, example = 1)]
    _version: Option<u32>,
    /// Ignored.
    #[serde(rename = "used")]
    _used: Option<WorkspaceUse>,
    /// Ignored.
    #[serde(rename = "hour_ends_at")]
    #[schema(example = "2026-11-23T22:00:00.000Z")]
    _hour_ends_at: Option<String>,
    /// Ignored.
    #[serde(rename = "month_ends_at")]
    #[schema(example = "2026-12-01T00:00:00.000Z")]
    _month_ends_at: Option<String>,
    /// Ignored.
    #[serde(rename = "updated_at")]
    #[schema(example = "2026-11-23T21:09:30.000Z")]
    _updated_at: Option<String>,
}

/// Set the quotas of the workspace
///
/// They hold for all agents of the workspace together, beside the budgets of agents, from the next request on. A turn that begins
/// when a quota is used up is refused with 429 before a model is asked; `Retry-After` says when the period moves on, up to a day, and
/// the event `quota.exceeded` is emitted once for each quota and clock hour. A turn that has begun ends, so that what is used may
/// exceed the quota by the turns that ran at the same time.
#[utoipa::path(put, path = "/workspaces/{workspace_id}/quotas", operation_id = "workspaces.put_quotas",
    params(WorkspacePolicyPath, IfMatchHeader),
    request_body(content = PutQuotas, description = "The quotas.",
        example = json!({"tokens_per_day": 5_000_000, "cost_usd_per_month": 300.0})),
    responses((status = 200, description = "Quotas and use.", body = WorkspaceQuotaState, headers(
        ("ETag" = String, description = "The state of the quotas, for `If-Match`; what was used is no part of it.")))))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(path): Path<WorkspacePolicyPath>,
    IfMatch(precondition): IfMatch,
    Json(new): Json<PutQuotas>,
) -> Result<Response> {
    check_own(&caller, &path.workspace_id)?;
    check_faults(new.quotas.faults(), "The quotas are not valid.")?;
    let settings = serde_json::to_string(&new.quotas).map_err(Error::internal)?;
    let (rows, now_ms) = (caller.rows(&app), app.now_ms());
    let stored = rows.workspace_policies().update(PolicyKind::Quotas, settings, precondition, now_ms).await;
    let stored = stored.map_err(Error::store)?;
    let window = WorkspaceQuotaWindow::at(now_ms);
    let used = rows.usage().of_workspace(window.periods).await.map_err(Error::store)?;
    Ok(tagged(stored.revision(), Json(WorkspaceQuotaState::read(Some(stored), used, &window)?)))
}
