//! `sessions.list`: the caller's sessions, or those of all users.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::model::{Session, SessionStatus};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Page, PageQuery, Paged, Query};
use crate::store::SessionFilter;

/// Which sessions to list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct SessionsQuery {
    /// Only sessions with this agent.
    #[param(format = "slug", example = "assistant")]
    agent_id: Option<String>,
    /// Only sessions with this status.
    #[param(example = "active")]
    status: Option<SessionStatus>,
    /// Only sessions on this surface.
    #[param(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._:-]+$", example = "web")]
    surface: Option<String>,
    /// Only sessions of this user or service account.
    #[param(min_length = 1, max_length = 256, pattern = "^[ -~]+$", example = "usr_06a1b2c3d4e5q")]
    user_id: Option<String>,
}

/// List sessions
///
/// Newest first. A member sees its own sessions, admins and owners see all sessions of the workspace.
#[utoipa::path(get, path = "/sessions", operation_id = "sessions.list", params(PageQuery, SessionsQuery),
    responses((status = 200, description = "A page of sessions.", body = Page<Session>)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<SessionsQuery>,
    Paged(request): Paged,
) -> Result<Json<Page<Session>>> {
    let is_active = query.status.map(|status| status == SessionStatus::Active);
    let filter = SessionFilter { agent_id: query.agent_id, is_active, surface: query.surface, user_id: query.user_id };
    let rows = app.store.rows(&caller.workspace);
    let page = rows.sessions().page(caller.sees(), filter, request).await.map_err(Error::store)?;
    Ok(Json(Page::from_store(page, Session::from)))
}
