//! `workspaces.list`: the workspaces that the caller belongs to.

use axum::extract::State;

use super::model::Workspace;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Page, PageQuery, Paged};

/// List the own workspaces
///
/// The workspaces that the caller's account belongs to, the one that it joined last first. `workspaces.switch` issues tokens
/// for another one. A service account, an end user and a user of a host program belong to one.
#[utoipa::path(get, path = "/workspaces", operation_id = "workspaces.list", params(PageQuery),
    responses((status = 200, description = "A page of workspaces.", body = Page<Workspace>)))]
pub async fn handler(State(app): State<App>, caller: Caller, Paged(request): Paged) -> Result<Json<Page<Workspace>>> {
    let page = app.authority.list_workspaces(&caller, request).await.map_err(Error::auth)?;
    Ok(Json(Page::from_store(page, |joined| Workspace::joined(joined, &caller))))
}
