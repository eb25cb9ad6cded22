//! Skills: found in the caller's workspace, cut into pages.

use std::sync::Arc;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::Caller;
use crate::skills::LoadedSkill;
use crate::store::{Cursor, Page, PageRequest};

/// The skill `id` of the caller's workspace.
///
/// # Errors
/// 404 if there is no such skill.
pub fn find(app: &App, caller: &Caller, id: &str) -> Result<Arc<LoadedSkill>> {
    app.skills.find(&caller.workspace, id).ok_or_else(|| Error::not_found("skill"))
}

/// The part of the caller's skills, in the order of their ids, that `request` asks for.
pub fn page(app: &App, caller: &Caller, request: &PageRequest) -> Page<Arc<LoadedSkill>> {
    let skills = app.skills.of(&caller.workspace).unwrap_or_default();
    let seen = request.after.as_ref().map(|cursor| cursor.id.as_str());
    let rest = skills.iter().filter(|(id, _)| seen.is_none_or(|seen| id.as_str() > seen));
    let rest = rest.map(|(_, skill)| Arc::clone(skill)).collect();
    Page::cut(rest, request, |skill: &Arc<LoadedSkill>| Cursor { at: 0, id: skill.definition.id.clone() })
}
