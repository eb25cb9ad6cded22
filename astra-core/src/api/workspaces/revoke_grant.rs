//! `workspaces.revoke_grant`: end a grant, by the workspace that lends or by the one that borrows.

use axum::extract::State;
use http::StatusCode;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::workspaces::{GrantPath, check_own, missing_grant};
use crate::http::{Caller, Path};

/// End a grant
///
/// The workspace that lends takes the agent back, or the one that borrows returns it or declines the offer. Turns that have begun
/// come to their end; the next question is answered with 404. Sessions with the agent stay readable where they are.
#[utoipa::path(delete, path = "/workspaces/{workspace_id}/grants/{grant_id}", operation_id = "workspaces.revoke_grant",
    params(GrantPath),
    responses((status = 204, description = "Ended.")))]
pub async fn handler(State(app): State<App>, caller: Caller, Path(path): Path<GrantPath>) -> Result<StatusCode> {
    check_own(&caller, &path.workspace_id)?;
    let ended = caller.rows(&app).agent_grants().end(path.grant_id, app.now_ms()).await.map_err(Error::store)?;
    if ended { Ok(StatusCode::NO_CONTENT) } else { Err(missing_grant()) }
}
