//! Memories in the store: looked up, checked, refused.

use std::sync::Arc;

use crate::app::App;
use crate::auth::Role;
use crate::content::{METADATA_BYTES_MAX, is_too_large};
use crate::error::{Error, Result};
use crate::http::memory::MemorySettings;
use crate::http::{Caller, instant};
use crate::ids::MemoryId;
use crate::store::{
    self, MemoryCategory, MemoryReader, MemoryRefusal, MemoryTier, Refusal, StoredMemory, relations_fault,
};

/// The caller, as one who reads memory now.
pub fn reader(app: &App, caller: &Caller) -> MemoryReader {
    MemoryReader { user_id: Arc::from(caller.subject.as_str()), now_ms: app.now_ms() }
}

/// A memory that the caller sees.
///
/// # Errors
/// 404 for anything else.
pub async fn find(app: &App, caller: &Caller, id: MemoryId) -> Result<StoredMemory> {
    let rows = app.store.rows(&caller.workspace);
    let found = rows.memories().find(id, reader(app, caller)).await.map_err(Error::store)?;
    found.ok_or_else(missing)
}

/// 404 of a memory.
pub fn missing() -> Error {
    Error::not_found("memory")
}

/// Refuses a change of the workspace's memory by one who is no admin. `user_id` is whose memory it is.
///
/// # Errors
/// 403.
pub fn may_change(caller: &Caller, user_id: Option<&str>) -> Result<()> {
    if user_id.is_some() || caller.role >= Role::Admin {
        return Ok(());
    }
    Err(Error::forbidden("The memory of the workspace is changed by its admins and owners alone."))
}

/// Refuses a user that the workspace neither has an account for nor remembers anything of.
///
/// # Errors
/// 404.
pub async fn known(app: &App, caller: &Caller, user_id: Option<&str>) -> Result<()> {
    let Some(user_id) = user_id.filter(|user_id| *user_id != caller.subject) else { return Ok(()) };
    let rows = app.store.rows(&caller.workspace);
    let is_known = rows.memories().has_any(user_id).await.map_err(Error::store)?
        || rows.accounts().find(user_id).await.map_err(Error::store)?.is_some();
    if is_known { Ok(()) } else { Err(Error::not_found("user")) }
}

/// What the store keeps of settings, apart from the content.
pub struct Checked {
    /// What a daily note is about.
    pub category: Option<MemoryCategory>,
    /// In milliseconds since the epoch.
    pub valid_to_ms: Option<i64>,
    /// In milliseconds since the epoch.
    pub expires_at_ms: Option<i64>,
}

/// Checks what a memory of `tier`, which holds from `valid_from_ms` on, is to be.
///
/// # Errors
/// 422 that points at the field.
pub fn check(settings: &MemorySettings, tier: MemoryTier, valid_from_ms: i64) -> Result<Checked> {
    let category = match (settings.category, tier) {
        (category, MemoryTier::Daily) => Some(category.unwrap_or(MemoryCategory::Note)),
        (None, _) => None,
        (Some(_), _) => return Err(Error::field("/category", "is for the tier daily alone")),
    };
    if is_too_large(&settings.data) {
        return Err(Error::field("/data", format!("has more than {METADATA_BYTES_MAX} bytes as JSON")));
    }
    if tier == MemoryTier::Graph
        && let Some((place, fault)) = relations_fault(&settings.data)
    {
        return Err(Error::field(format!("/data{place}"), fault));
    }
    let valid_to_ms = instant(settings.valid_to.as_deref(), "/valid_to")?;
    if valid_to_ms.is_some_and(|to_ms| to_ms < valid_from_ms) {
        return Err(Error::field("/valid_to", "is before the memory holds"));
    }
    Ok(Checked { category, valid_to_ms, expires_at_ms: instant(settings.expires_at.as_deref(), "/expires_at")? })
}

/// What the store refuses to do with a memory.
pub fn refused(fault: store::Error) -> Error {
    let store::Error::Refused(Refusal::Memory(refusal)) = fault else { return Error::store(fault) };
    match refusal {
        MemoryRefusal::NoSuchVersion => Error::field("/version", "The memory has no version of this number."),
        MemoryRefusal::DeletedVersion => {
            Error::conflict("The memory was deleted in this version: choose one before it.")
        }
        MemoryRefusal::TurnOpen => Error::conflict("A turn of the user is open: wait for its end, or cancel it."),
    }
}
