//! `skills.list`: the skills that agents may name.

use axum::extract::State;

use super::lookup::page;
use super::model::Skill;
use crate::app::App;
use crate::error::Result;
use crate::http::{Caller, Json, Page, PageQuery, Paged};

/// List skills
///
/// The skills on disk, sorted by id. They belong to the gateway's first workspace: callers of other workspaces get an empty
/// list. An agent has the skills that it names.
#[utoipa::path(get, path = "/skills", operation_id = "skills.list",
    params(PageQuery),
    responses((status = 200, description = "The skills.", body = Page<Skill>,
        example = json!({"data": [{
            "id": "release-notes", "description": "Writes release notes from a list of changes.", "license": "Apache-2.0",
            "compatibility": null, "allowed_tools": [], "metadata": {"version": "1.0"},
            "loaded_at": "2026-11-23T21:09:30.000Z",
        }], "next_cursor": null}))))]
pub async fn handler(State(app): State<App>, caller: Caller, Paged(request): Paged) -> Result<Json<Page<Skill>>> {
    let found = page(&app, &caller, &request);
    Ok(Json(Page::from_store(found, |skill| Skill::from(&*skill))))
}
