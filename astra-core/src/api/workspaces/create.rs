//! `workspaces.create`: another workspace, whose owner is the caller.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Workspace, WorkspaceSettings};
use crate::app::App;
use crate::auth::Role;
use crate::error::{Error, Result};
use crate::http::{Caller, Idempotency, IdempotencyHeader, Json, Problem, created, tagged};

/// A new workspace.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CreateWorkspace {
    /// What it is.
    #[serde(flatten)]
    settings: WorkspaceSettings,
}

/// Create a workspace
///
/// The caller becomes its owner; `workspaces.switch` issues tokens for it. It has no agents: those on disk belong to the first
/// workspace. Only people who signed in create workspaces, whatever their role in the present one is.
#[utoipa::path(post, path = "/workspaces", operation_id = "workspaces.create", params(IdempotencyHeader),
    request_body(content = CreateWorkspace, description = "The workspace.", example = json!({"name": "Support"})),
    responses(
        (status = 201, description = "The workspace.", body = Workspace, headers(
            ("ETag" = String, description = "The workspace's state, for `If-Match` of its own tokens."),
            ("Location" = String, description = "Where tokens for it find it."))),
        (status = 409, description = "The caller owns as many workspaces as it may.",
            body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Idempotency(once): Idempotency,
    Json(CreateWorkspace { settings }): Json<CreateWorkspace>,
) -> Result<Response> {
    let made = app.authority.create_workspace(&caller, settings.name, once).await.map_err(Error::auth)?;
    let (location, revision) = (format!("/workspaces/{}", made.id), made.revision());
    Ok(tagged(revision, created(&location, Workspace::new(made, Role::Owner, &caller))))
}
