//! `workspaces.create_grant`: offer an agent to another workspace.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::workspaces::{Grant, WorkspacePolicyPath, check_own, refused_grant};
use crate::http::{Caller, Idempotency, IdempotencyHeader, Json, Path, Problem, created};
use crate::store::{GrantUse, NewGrant};

/// Most seconds that an agent is lent for: 366 days.
const GRANT_S_MAX: u32 = 31_622_400;

/// An agent for another workspace.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CreateGrant {
    /// The agent, which the workspace owns.
    #[schema(format = "slug", example = "support")]
    agent_id: String,
    /// The id of the workspace that may borrow it. Whether there is such a workspace is not said.
    #[schema(min_length = 1, max_length = 256, example = "wsp_06a1b2c3d4e5r")]
    workspace_id: String,
    /// In how many seconds the grant ends: 366 days at the most.
    #[schema(minimum = 1, maximum = 31_622_400, example = 2_592_000)]
    expires_in: u32,
}

/// Offer an agent to another workspace
///
/// Once an admin there has accepted it, its members may ask the agent, and read what it says: its instructions, its model, its tools.
/// They cannot change it; each change by its owner counts from the next turn on. Sessions, memory, usage, tools, skills and
/// restrictions are the borrower's.
#[utoipa::path(post, path = "/workspaces/{workspace_id}/grants", operation_id = "workspaces.create_grant",
    params(WorkspacePolicyPath, IdempotencyHeader),
    request_body(content = CreateGrant, description = "The grant.", example = json!({
        "agent_id": "assistant", "workspace_id": "wsp_06a1b2c3d4e5r", "expires_in": 2_592_000,
    })),
    responses(
        (status = 201, description = "The grant.", body = Grant, headers(
            ("Location" = String, description = "Where the grant is."))),
        (status = 409, description = "The workspace lends as many agents as it may.",
            body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(path): Path<WorkspacePolicyPath>,
    Idempotency(once): Idempotency,
    Json(new): Json<CreateGrant>,
) -> Result<Response> {
    check_own(&caller, &path.workspace_id)?;
    let now_ms = app.now_ms();
    if !(1..=GRANT_S_MAX).contains(&new.expires_in) {
        return Err(Error::field("/expires_in", format!("must lie between 1 and {GRANT_S_MAX}")));
    }
    let new = NewGrant {
        id: app.ids.id(),
        agent_id: new.agent_id,
        borrower_id: new.workspace_id,
        expires_at_ms: now_ms + i64::from(new.expires_in) * 1_000,
        created_by: caller.subject.clone(),
        now_ms,
    };
    let grant = caller.rows(&app).agent_grants().create(new, once).await.map_err(refused_grant)?;
    let location = format!("/workspaces/{}/grants/{}", path.workspace_id, grant.id);
    Ok(created(&location, Grant::of(grant, GrantUse::default(), now_ms)))
}
