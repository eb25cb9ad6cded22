//! Definitions in memory, within bounds. What is in here never changes: the key says what it is, down to its digest.

use std::sync::{Arc, Mutex, PoisonError};

use hashlink::LruCache;

use crate::engine::agent::AgentVersion;
use crate::store::{VersionStamp, WorkspaceId};

/// Most definitions.
const COUNT_MAX: usize = 4_096;
/// Most bytes of all definitions, as they are stored.
const BYTES_MAX: usize = 16 << 20;

/// The definitions that were needed last.
pub(super) struct Cache(Mutex<Kept>);

struct Kept {
    entries: LruCache<String, Arc<AgentVersion>>,
    /// Those of all entries with their keys.
    bytes: usize,
}

/// What names a definition among those of all workspaces.
pub(super) fn key(workspace: &WorkspaceId, agent_id: &str, stamp: &VersionStamp) -> String {
    [workspace.as_str(), agent_id, &stamp.version.to_string(), &stamp.digest].join("\n")
}

impl Default for Cache {
    fn default() -> Self {
        Self(Mutex::new(Kept { entries: LruCache::new_unbounded(), bytes: 0 }))
    }
}

impl Cache {
    pub(super) fn get(&self, key: &str) -> Option<Arc<AgentVersion>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.entries.get(key).map(Arc::clone)
    }

    pub(super) fn put(&self, key: String, agent: Arc<AgentVersion>) {
        self.put_within(key, agent, COUNT_MAX, BYTES_MAX);
    }

    /// Drops the definitions of a workspace.
    pub(super) fn forget(&self, workspace_id: &str) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_of = |key: &str| key.strip_prefix(workspace_id).is_some_and(|rest| rest.starts_with('\n'));
        let keys: Vec<String> = kept.entries.iter().map(|(key, _)| key.clone()).filter(|key| is_of(key)).collect();
        for key in keys {
            if let Some(agent) = kept.entries.remove(&key) {
                kept.bytes -= agent.stored_bytes + key.len();
            }
        }
    }

    fn put_within(&self, key: String, agent: Arc<AgentVersion>, count_max: usize, bytes_max: usize) {
        let key_bytes = key.len();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.bytes += agent.stored_bytes + key_bytes;
        if let Some(before) = kept.entries.insert(key, agent) {
            kept.bytes -= before.stored_bytes + key_bytes;
        }
        while kept.entries.len() > count_max || (kept.bytes > bytes_max && kept.entries.len() > 1) {
            let Some((key, agent)) = kept.entries.remove_lru() else { break };
            kept.bytes -= agent.stored_bytes + key.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::agent::AgentDefinition;

    fn agent(id: &str, stored_bytes: usize) -> Arc<AgentVersion> {
        Arc::new(AgentVersion {
            agent_id: id.to_owned(),
            version: 1,
            digest: String::new(),
            definition: AgentDefinition::default(),
            stored_bytes,
        })
    }

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let cache = Cache::default();
        for id in ["a", "b"] {
            cache.put_within(id.into(), agent(id, 10), 2, 1_000);
        }
        assert!(cache.get("a").is_some());
        cache.put_within("c".into(), agent("c", 10), 2, 1_000);
        assert!(cache.get("b").is_none());
        assert!(cache.get("a").is_some() && cache.get("c").is_some());
    }

    #[test]
    fn a_workspace_is_forgotten_and_no_other_one() {
        let cache = Cache::default();
        for key in ["wsp_a\nhelper", "wsp_a\nother", "wsp_ab\nhelper"] {
            cache.put_within(key.into(), agent("helper", 10), 10, 1_000);
        }
        cache.forget("wsp_a");
        assert!(cache.get("wsp_a\nhelper").is_none() && cache.get("wsp_a\nother").is_none());
        assert!(cache.get("wsp_ab\nhelper").is_some());
        assert_eq!(cache.0.lock().unwrap().bytes, 10 + "wsp_ab\nhelper".len());
    }

    #[test]
    fn bytes_are_bounded_and_counted_once() {
        let cache = Cache::default();
        for _ in 0..100 {
            cache.put_within("a".into(), agent("a", 100), 10, 250);
        }
        cache.put_within("b".into(), agent("b", 100), 10, 250);
        assert!(cache.get("a").is_some());
        cache.put_within("c".into(), agent("c", 100), 10, 250);
        assert!(cache.get("b").is_none());
        cache.put_within("huge".into(), agent("huge", 1_000), 10, 250);
        assert!(cache.get("huge").is_some() && cache.get("a").is_none());
    }
}
