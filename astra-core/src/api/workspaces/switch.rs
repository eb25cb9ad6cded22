//! `workspaces.switch`: tokens for another one of the caller's workspaces.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::lookup::secret;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{CalledFrom, Caller, Json, Path, Problem, Tokens};

/// The other workspace of a path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct OtherWorkspacePath {
    /// The id of another workspace that the caller belongs to.
    #[param(min_length = 1, max_length = 256, example = "wsp_06a1b2c3d4e5q")]
    workspace_id: String,
}

/// What the tokens are for.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct SwitchWorkspace {
    /// The scopes of the tokens, separated by spaces; by default all that the caller's role in the workspace has.
    #[schema(value_type = String, max_length = 1024, pattern = "^[ -~]*$", example = "agents:read chat:send")]
    #[serde(default)]
    scope: Option<String>,
}

/// Switch to another workspace
///
/// A new sign-in of the same person, to another workspace that it belongs to. The present sign-in goes on; the new one ends when
/// that would have ended at the latest, however often it is refreshed. A caller whose token was narrowed gets no scope that it
/// does not have. Only people who signed in switch.
#[utoipa::path(post, path = "/workspaces/{workspace_id}/switch", operation_id = "workspaces.switch", params(OtherWorkspacePath),
    request_body(content = SwitchWorkspace, description = "What the tokens are for.", example = json!({"scope": "agents:read chat:send"})),
    responses(
        (status = 200, description = "The tokens.", body = Tokens, headers(("Cache-Control" = String, description = "Always `no-store`."))),
        (status = 409, description = "The caller's token is for this workspace already, or the caller did not sign in.",
            body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(OtherWorkspacePath { workspace_id }): Path<OtherWorkspacePath>,
    CalledFrom(source): CalledFrom,
    Json(SwitchWorkspace { scope }): Json<SwitchWorkspace>,
) -> Result<Response> {
    let granted = app.authority.switch_workspace(&caller, &workspace_id, scope.as_deref(), &source).await;
    Ok(secret(Json(Tokens::new(granted.map_err(Error::auth)?))))
}
