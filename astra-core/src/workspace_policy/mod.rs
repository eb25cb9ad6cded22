//! What the turns of a workspace may use: which models may be asked, and how much. A policy is read once and kept until the epoch of
//! credentials grows, as it does with each change of a policy: a turn costs no question to the store.

mod quotas;
mod restrictions;

use std::sync::{Arc, Mutex, PoisonError};

use hashlink::LruCache;
use serde::de::DeserializeOwned;

pub use quotas::WorkspaceQuotas;
pub use restrictions::Restrictions;

use crate::store::{self, Db, WorkspaceId};

/// Workspaces whose policies are kept in memory.
const POLICIES_MAX: usize = 4_096;

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

/// A policy, and the epoch under which it was read.
#[derive(Clone)]
struct Known {
    epoch: i64,
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
        if let Some(policy) = self.known(workspace, epoch) {
            return Ok(policy);
        }
        let [restrictions, quotas] = self.store.rows(workspace).workspace_policies().settings().await?;
        let policy = Arc::new(WorkspacePolicy { restrictions: read(restrictions)?, quotas: read(quotas)? });
        let known = Known { epoch, policy: Arc::clone(&policy) };
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(workspace.number(), known);
        Ok(policy)
    }

    fn known(&self, workspace: &WorkspaceId, epoch: i64) -> Option<Arc<WorkspacePolicy>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known.get(&workspace.number()).filter(|found| found.epoch == epoch)?;
        Some(Arc::clone(&found.policy))
    }
}

/// Stored settings; without any, those that restrict nothing.
fn read<T: DeserializeOwned + Default>(settings: Option<String>) -> store::Result<T> {
    settings.map_or_else(|| Ok(T::default()), |settings| serde_json::from_str(&settings).map_err(store::Error::broken))
}
