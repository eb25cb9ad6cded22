//! What the turns of a workspace may use: which models may be asked, and how much. A policy is read once and kept until the epoch of
//! credentials grows, as it does with each change of a policy: a turn costs no question to the store beside that for the epoch, which
//! its request has asked.

mod quotas;
mod restrictions;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hashlink::LruCache;
use serde::de::DeserializeOwned;

pub use quotas::WorkspaceQuotas;
pub use restrictions::Restrictions;

use crate::store::{self, Db, WorkspaceId};

/// Workspaces whose policies are kept in memory.
const POLICIES_MAX: usize = 4_096;
/// How long a turn goes on with the policy that it began with.
const LATELY: Duration = Duration::from_secs(1);

/// The code of a refusal to ask a model that the workspace's restrictions do not allow.
pub const MODEL_NOT_ALLOWED: &str = "model_not_allowed";

/// What the turns of a workspace may use.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WorkspacePolicy {
    /// The models that may be asked.
    pub restrictions: Restrictions,
    /// What all turns together may use.
    pub quotas: WorkspaceQuotas,
}

/// The policies of all workspaces.
pub struct WorkspacePolicies {
    store: Db,
    known: Mutex<LruCache<i64, Known>>,
}

/// A policy, the epoch under which it was read, and when it last was the present one.
struct Known {
    epoch: i64,
    seen_at: Instant,
    policy: Arc<WorkspacePolicy>,
}

impl WorkspacePolicies {
    /// Those in `store`.
    #[must_use]
    pub fn new(store: Db) -> Self {
        Self { store, known: Mutex::new(LruCache::new(POLICIES_MAX)) }
    }

    /// The policy of a workspace as it is now.
    ///
    /// # Errors
    /// The store's.
    pub async fn of(&self, workspace: &WorkspaceId) -> store::Result<Arc<WorkspacePolicy>> {
        // Asked before the policy is read: a change in between makes what is read old.
        let epoch = self.store.auth_epoch().await?;
        if let Some(policy) = self.present(workspace, epoch) {
            return Ok(policy);
        }
        let [restrictions, quotas] = self.store.rows(workspace).workspace_policies().settings().await?;
        let policy = Arc::new(WorkspacePolicy { restrictions: read(restrictions)?, quotas: read(quotas)? });
        let known = Known { epoch, seen_at: Instant::now(), policy: Arc::clone(&policy) };
        self.known().insert(workspace.number(), known);
        Ok(policy)
    }

    /// The policy of a workspace as it was within the last second: for a turn that goes on.
    ///
    /// # Errors
    /// The store's.
    pub async fn lately(&self, workspace: &WorkspaceId) -> store::Result<Arc<WorkspacePolicy>> {
        let known = self.known().get(&workspace.number()).map(|known| (known.seen_at, Arc::clone(&known.policy)));
        match known {
            Some((seen_at, policy)) if seen_at.elapsed() < LATELY => Ok(policy),
            _ => self.of(workspace).await,
        }
    }

    /// The policy that is known, if it was read under this epoch.
    fn present(&self, workspace: &WorkspaceId, epoch: i64) -> Option<Arc<WorkspacePolicy>> {
        let mut known = self.known();
        let found = known.get_mut(&workspace.number()).filter(|found| found.epoch == epoch)?;
        found.seen_at = Instant::now();
        Some(Arc::clone(&found.policy))
    }

    fn known(&self) -> MutexGuard<'_, LruCache<i64, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Stored settings; without any, those that restrict nothing.
fn read<T: DeserializeOwned + Default>(settings: Option<String>) -> store::Result<T> {
    settings.map_or_else(|| Ok(T::default()), |settings| serde_json::from_str(&settings).map_err(store::Error::broken))
}
