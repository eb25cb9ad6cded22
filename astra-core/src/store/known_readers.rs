//! Which workspaces have readers of events of turns, in memory: what a turn looks at.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};

/// The workspaces that have readers, as they were read last.
#[derive(Default)]
pub(super) struct KnownReaders {
    /// Whether there are any: all that a turn looks at where there are none.
    is_any: AtomicBool,
    workspaces: RwLock<HashSet<i64>>,
}

impl KnownReaders {
    /// Whether the workspace of this number has some.
    pub(super) fn has(&self, workspace: i64) -> bool {
        self.is_any.load(Ordering::Acquire)
            && self.workspaces.read().unwrap_or_else(PoisonError::into_inner).contains(&workspace)
    }

    /// Changes which workspaces have some.
    pub(super) fn change(&self, change: impl FnOnce(&mut HashSet<i64>)) {
        let mut workspaces = self.workspaces.write().unwrap_or_else(PoisonError::into_inner);
        change(&mut workspaces);
        self.is_any.store(!workspaces.is_empty(), Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workspace_has_readers_from_the_time_that_it_is_known_to() {
        let readers = KnownReaders::default();
        assert!(!readers.has(1));
        readers.change(|workspaces| *workspaces = HashSet::from([1]));
        assert!(readers.has(1) && !readers.has(2));
        readers.change(HashSet::clear);
        assert!(!readers.has(1) && !readers.is_any.load(Ordering::Acquire));
    }
}
