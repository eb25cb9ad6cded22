//! Edges of the graph that were of use, gathered until the next flush: what reads memory writes nothing. What a gateway has
//! gathered is lost if it is killed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::store::{self, Db, EdgeKey, WorkspaceId};

/// Edges that are gathered, of all workspaces together.
const GATHERED_MAX: usize = 10_000;
/// Edges of one transaction.
const PIECE: usize = 128;

/// Edges that were of use.
#[derive(Debug, Default)]
pub(super) struct EdgeAccesses(Mutex<Gathered>);

#[derive(Debug, Default)]
struct Gathered {
    /// By the number of the workspace.
    workspaces: BTreeMap<i64, (WorkspaceId, BTreeSet<EdgeKey>)>,
    count: usize,
}

impl EdgeAccesses {
    /// Notes that edges of `workspace` were of use, each once until the next flush. Answers how many are left out, since too many
    /// are gathered already.
    pub(super) fn note(&self, workspace: &WorkspaceId, edges: impl IntoIterator<Item = EdgeKey>) -> u64 {
        let mut edges = edges.into_iter().peekable();
        if edges.peek().is_none() {
            return 0;
        }
        let mut gathered = self.gathered();
        let Gathered { workspaces, count } = &mut *gathered;
        let new = || (workspace.clone(), BTreeSet::new());
        let (_, known) = workspaces.entry(workspace.number()).or_insert_with(new);
        let mut left_out = 0;
        for edge in edges {
            if *count < GATHERED_MAX {
                *count += usize::from(known.insert(edge));
            } else if !known.contains(&edge) {
                left_out += 1;
            }
        }
        left_out
    }

    /// Strengthens what was gathered, in pieces, so that no other write waits long.
    ///
    /// # Errors
    /// The store's. What is not written then is gathered again.
    pub(super) async fn flush(&self, store: &Db, now_ms: i64) -> store::Result<()> {
        let mut done = Ok(());
        for (workspace, edges) in self.take() {
            let rows = store.rows(&workspace);
            for piece in edges.chunks(PIECE) {
                if done.is_ok() {
                    done = rows.memory_graph().strengthen(piece.to_vec(), now_ms).await.map(drop);
                }
                if done.is_err() {
                    self.note(&workspace, piece.iter().cloned());
                }
            }
        }
        done
    }

    /// What was gathered, by workspace. Nothing is gathered then.
    fn take(&self) -> Vec<(WorkspaceId, Vec<EdgeKey>)> {
        let gathered = std::mem::take(&mut *self.gathered());
        gathered.workspaces.into_values().map(|(workspace, edges)| (workspace, edges.into_iter().collect())).collect()
    }

    fn gathered(&self) -> MutexGuard<'_, Gathered> {
        // A panic elsewhere leaves the count at what there is, or below it by one.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{EntityId, MemoryId};

    fn edge(number: i64) -> EdgeKey {
        let (from, to) = (EntityId::from_key(1), EntityId::from_key(2));
        EdgeKey { memory: MemoryId::from_key(number), from, kind: "knows".to_owned(), to }
    }

    #[test]
    fn an_edge_counts_once_until_it_is_taken() {
        let (accesses, here, there) =
            (EdgeAccesses::default(), WorkspaceId::new(1, "wsp_a"), WorkspaceId::new(2, "wsp_b"));
        assert_eq!(accesses.note(&here, [edge(1), edge(2), edge(1)]), 0);
        assert_eq!(accesses.note(&here, [edge(2)]), 0);
        assert_eq!(accesses.note(&there, [edge(1)]), 0);
        assert_eq!(accesses.note(&there, []), 0);
        let taken: Vec<(i64, Vec<EdgeKey>)> =
            accesses.take().into_iter().map(|(workspace, edges)| (workspace.number(), edges)).collect();
        assert_eq!(taken, [(1, vec![edge(1), edge(2)]), (2, vec![edge(1)])]);
        assert!(accesses.take().is_empty());
    }

    #[test]
    fn what_is_beyond_the_bound_is_counted_and_there_is_room_after_a_flush() {
        let (accesses, here) = (EdgeAccesses::default(), WorkspaceId::new(1, "wsp_a"));
        assert_eq!(accesses.note(&here, (0..10_003).map(edge)), 3);
        assert_eq!(accesses.note(&here, [edge(7), edge(20_000)]), 1, "one is known already");
        assert_eq!(accesses.take()[0].1.len(), 10_000);
        assert_eq!(accesses.note(&here, [edge(20_000)]), 0);
    }
}
