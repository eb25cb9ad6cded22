//! `workspaces.put_restrictions`: say which providers and models the workspace may ask.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::workspaces::{WorkspacePolicyPath, WorkspaceRestrictions, check_faults, check_own};
use crate::http::{Caller, IfMatch, IfMatchHeader, Json, Path, tagged};
use crate::store::PolicyKind;
use crate::workspace_policy::Restrictions;

/// The restrictions. A list that is left out is null: all may be asked. What `workspaces.get_restrictions` answers can be sent as it
/// is: the fields that the gateway sets are ignored.
#[derive(Debug, Deserialize, ToSchema)]
pub struct PutRestrictions {
    /// What may be asked.
    #[serde(flatten)]
    restrictions: Restrictions,
    /// Ignored. `If-Match` refuses a change of another version than the expected one.
    #[serde(rename = "version")]
    #[schema(minimum = 0, example = 1)]
    _version: Option<u32>,
    /// Ignored.
    #[serde(rename = "updated_at")]
    #[schema(example = "2026-11-23T21:09:30.000Z")]
    _updated_at: Option<String>,
}

/// Set the restrictions of the workspace
///
/// They hold for all that asks a model on behalf of the workspace, from the next request on: turns of every kind, summaries, what is
/// made of turns for memory, vectors, checks of providers. A turn whose agent names a model that is not allowed is refused with 403
/// `model_not_allowed` before a provider is asked; a fallback that is not allowed is passed over. Agents may be created with such
/// models all the same. Memory is searched by words alone where the model that makes vectors is not allowed.
#[utoipa::path(put, path = "/workspaces/{workspace_id}/restrictions", operation_id = "workspaces.put_restrictions",
    params(WorkspacePolicyPath, IfMatchHeader),
    request_body(content = PutRestrictions, description = "The restrictions.",
        example = json!({"providers": ["echo"], "models": null})),
    responses((status = 200, description = "The restrictions.", body = WorkspaceRestrictions, headers(
        ("ETag" = String, description = "The state of the restrictions, for `If-Match`.")))))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(path): Path<WorkspacePolicyPath>,
    IfMatch(precondition): IfMatch,
    Json(new): Json<PutRestrictions>,
) -> Result<Response> {
    check_own(&caller, &path.workspace_id)?;
    let faults = new.restrictions.faults(|provider| app.providers.has(provider));
    check_faults(faults, "The restrictions are not valid.")?;
    let settings = serde_json::to_string(&new.restrictions).map_err(Error::internal)?;
    let rows = caller.rows(&app);
    let stored = rows.workspace_policies().update(PolicyKind::Restrictions, settings, precondition, app.now_ms()).await;
    let stored = stored.map_err(Error::store)?;
    Ok(tagged(stored.revision(), Json(WorkspaceRestrictions::read(Some(stored))?)))
}
