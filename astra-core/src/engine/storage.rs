//! How much conversations may keep in the store. A session's limit is held by the store, within the transaction that keeps
//! the question; a workspace's is held here, by a sum that is read once a second at the most while there is room.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::error::{Error, Result, SESSION_BYTES};
use crate::config::LimitsConfig;
use crate::store::{Rows, WorkspaceId};

/// The key of the limit of a workspace.
const WORKSPACE_BYTES: &str = "limits.workspace_bytes";

/// A sum is good for so long.
const SUM_AGE_MAX: Duration = Duration::from_secs(1);
/// Workspaces whose sums are remembered at once.
const WORKSPACES_MAX: usize = 4_096;

/// The limits of what conversations keep.
pub struct StorageLimits {
    session_bytes: u64,
    workspace_bytes: Option<u64>,
    looks: Mutex<HashMap<WorkspaceId, Look>>,
    /// Held by the one that reads a sum: those that come meanwhile take what it finds.
    looking: tokio::sync::Mutex<()>,
}

/// What is known of a workspace.
#[derive(Clone, Copy)]
struct Look {
    /// When its sum was read.
    at: Instant,
    /// How many bytes it had room for, less those that were taken since.
    free: u64,
    /// Bytes that are taken by questions that may not be in the store yet.
    pending: u64,
    /// Bytes that were ever taken.
    taken: u64,
}

/// Room that a question has taken in its workspace, until the question is in the store, or is not going to be.
pub(super) struct Taken<'a> {
    limits: &'a StorageLimits,
    workspace: WorkspaceId,
    bytes: u64,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if let Some(look) = self.limits.looks().get_mut(&self.workspace) {
            look.pending = look.pending.saturating_sub(self.bytes);
        }
    }
}

impl StorageLimits {
    /// The limits of the configuration's section `limits`.
    #[must_use]
    pub fn new(limits: &LimitsConfig) -> Self {
        Self {
            session_bytes: limits.session_bytes,
            workspace_bytes: limits.workspace_bytes,
            looks: Mutex::default(),
            looking: tokio::sync::Mutex::default(),
        }
    }

    /// Most bytes that the turns of a session may keep.
    pub(super) const fn session_bytes(&self) -> u64 {
        self.session_bytes
    }

    /// The refusal of a question that its session has no room for.
    pub(super) const fn session_is_full(&self) -> Error {
        Error::StorageLimit { limit: SESSION_BYTES, bytes: self.session_bytes }
    }

    /// Takes room for a question of `bytes` bytes in the workspace; `None` if workspaces have no limit.
    ///
    /// # Errors
    /// [`Error::StorageLimit`] if there is none, or the store's.
    pub(super) async fn take(&self, rows: &Rows, bytes: usize) -> Result<Option<Taken<'_>>> {
        let Some(limit) = self.workspace_bytes else { return Ok(None) };
        // A workspace that is full has no room, however little is wanted.
        let wanted = u64::try_from(bytes).unwrap_or(u64::MAX).max(1);
        let workspace = rows.workspace();
        if let Some(taken) = self.take_known(workspace, wanted) {
            return Ok(Some(taken));
        }
        let _looking = self.looking.lock().await;
        if let Some(taken) = self.take_known(workspace, wanted) {
            return Ok(Some(taken));
        }
        let (pending, taken_before) = self.looks().get(workspace).map_or((0, 0), |look| (look.pending, look.taken));
        let kept = rows.sessions().storage_bytes().await?;
        self.note(workspace, limit.saturating_sub(kept).saturating_sub(pending), taken_before);
        let full = Error::StorageLimit { limit: WORKSPACE_BYTES, bytes: limit };
        self.take_known(workspace, wanted).map(Some).ok_or(full)
    }

    /// Takes room that was free a moment ago.
    fn take_known(&self, workspace: &WorkspaceId, wanted: u64) -> Option<Taken<'_>> {
        let mut looks = self.looks();
        let look = looks.get_mut(workspace).filter(|look| look.at.elapsed() < SUM_AGE_MAX)?;
        look.free = look.free.checked_sub(wanted)?;
        look.pending += wanted;
        look.taken += wanted;
        drop(looks);
        Some(Taken { limits: self, workspace: workspace.clone(), bytes: wanted })
    }

    /// Notes that a workspace has room for `free` bytes, less what was taken since `taken_before` bytes were.
    fn note(&self, workspace: &WorkspaceId, free: u64, taken_before: u64) {
        let mut looks = self.looks();
        if looks.len() >= WORKSPACES_MAX && !looks.contains_key(workspace) {
            looks.retain(|_, look| look.pending > 0);
        }
        let at = Instant::now();
        let look = looks.entry(workspace.clone()).or_insert(Look { at, free: 0, pending: 0, taken: 0 });
        (look.at, look.free) = (at, free.saturating_sub(look.taken.saturating_sub(taken_before)));
    }

    fn looks(&self) -> MutexGuard<'_, HashMap<WorkspaceId, Look>> {
        self.looks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
