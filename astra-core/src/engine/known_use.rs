//! What workspaces and agents with quotas have used, as far as this gateway knows: while many of their turns begin, the store, which
//! sums up all that was used, is asked a few times a second and not by each turn.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use hashlink::LruCache;

use crate::store::{UsageRow, WorkspaceUsed};

/// Of how many workspaces and agents it is known.
const KNOWN_MAX: usize = 4_096;
/// How often in a second the store is asked, whatever is known.
const READS_MAX: u32 = 8;
/// Up to this share of a quota, what is known is enough to let a turn begin.
pub(super) const SAFE_SHARE: f64 = 0.9;

/// Who has quotas: a workspace by its number, or an agent of it.
pub(super) type Owner = (i64, Option<String>);

/// What each was known to have used in the second in which the store was last asked.
pub(super) struct KnownUse {
    /// Whether there are any: a turn without quotas looks no further.
    is_used: AtomicBool,
    known: Mutex<LruCache<Owner, Known>>,
}

#[derive(Debug, Clone, Copy)]
struct Known {
    second: i64,
    reads: u32,
    used: WorkspaceUsed,
}

impl Default for KnownUse {
    fn default() -> Self {
        Self { is_used: AtomicBool::new(false), known: Mutex::new(LruCache::new(KNOWN_MAX)) }
    }
}

impl KnownUse {
    /// What `owner` has used, if the store has been asked often enough in this second.
    pub(super) fn get(&self, owner: &Owner, now_ms: i64) -> Option<WorkspaceUsed> {
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.get(owner)?;
        (known.second == second(now_ms) && known.reads >= READS_MAX).then_some(known.used)
    }

    /// Takes what the store has answered.
    pub(super) fn put(&self, owner: Owner, now_ms: i64, used: WorkspaceUsed) {
        self.is_used.store(true, Ordering::Relaxed);
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let second = second(now_ms);
        let before = all.get(&owner).filter(|known| known.second == second).map_or(0, |known| known.reads);
        all.insert(owner, Known { second, reads: before.saturating_add(1), used });
    }

    /// Adds what a turn of this gateway has used.
    pub(super) fn add(&self, workspace: i64, rows: &[UsageRow]) {
        if !self.is_used.load(Ordering::Relaxed) {
            return;
        }
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all.peek_mut(&(workspace, None)) {
            known.used.day_turns += 1;
        }
        for row in rows {
            for owner in [(workspace, None), (workspace, Some(row.agent_id.clone()))] {
                if let Some(known) = all.peek_mut(&owner) {
                    known.used.add(u64::from(row.input_tokens) + u64::from(row.output_tokens), row.cost_usd);
                }
            }
        }
    }
}

const fn second(now_ms: i64) -> i64 {
    now_ms.div_euclid(1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNER: Owner = (1, None);

    fn row(agent_id: &str) -> UsageRow {
        UsageRow {
            agent_id: agent_id.to_owned(),
            subject: 1,
            provider: "echo".to_owned(),
            model: "echo".to_owned(),
            at_ms: 0,
            requests: 1,
            errors: 0,
            input_tokens: 2,
            output_tokens: 3,
            cost_usd: 0.5,
        }
    }

    #[test]
    fn the_store_is_asked_some_times_a_second() {
        let known = KnownUse::default();
        for _ in 0..READS_MAX {
            assert_eq!(known.get(&OWNER, 5_000), None);
            known.put(OWNER, 5_000, WorkspaceUsed::default());
        }
        assert_eq!(known.get(&OWNER, 5_999), Some(WorkspaceUsed::default()));
        assert_eq!(known.get(&OWNER, 6_000), None, "the next second");
        known.put(OWNER, 6_000, WorkspaceUsed::default());
        assert_eq!(known.get(&OWNER, 6_000), None, "which begins anew");
        assert_eq!(known.get(&(2, None), 5_999), None, "another workspace");
    }

    #[test]
    fn turns_of_this_gateway_are_added() {
        let known = KnownUse::default();
        known.add(1, &[row("a")]);
        let agent = (1, Some("a".to_owned()));
        for _ in 0..READS_MAX {
            known.put(OWNER, 0, WorkspaceUsed::default());
            known.put(agent.clone(), 0, WorkspaceUsed::default());
        }
        known.add(1, &[row("a"), row("b")]);
        known.add(2, &[row("a")]);
        let all = known.get(&OWNER, 0).expect("it is known");
        assert_eq!((all.day_turns, all.hour_tokens, all.day_tokens, all.month_tokens), (1, 10, 10, 10));
        assert!((all.day_cost_usd - 1.0).abs() < 1e-9 && (all.month_cost_usd - 1.0).abs() < 1e-9);
        assert_eq!(known.get(&agent, 0).expect("it is known").hour_tokens, 5);
    }
}
