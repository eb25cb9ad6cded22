//! The indexes of workspaces in memory: filled from the store when they are first searched, brought up to date by the number of
//! the last change before each search, and dropped when all together are too large.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use hashlink::LruCache;

use super::analyse::terms_from_bytes;
use super::embed::{Embedding, VectorSpace};
use super::index::{IndexItem, MemoryIndex};
use crate::store::{self, IndexRow, MemoryHead, Rows};

/// Rows that are read at a time.
const PAGE_ROWS: u32 = 4_096;

/// The indexes of all workspaces.
pub(super) struct Directory {
    /// By the number of the workspace; the one that was searched last comes last.
    indexes: Mutex<LruCache<i64, Arc<WorkspaceIndex>>>,
    bytes_max: usize,
}

/// The index of a workspace.
pub(super) struct WorkspaceIndex {
    filled: RwLock<Filled>,
    /// One search at a time brings it up to date; the others wait for it.
    filling: tokio::sync::Mutex<()>,
    /// What of the store it has; see [`Filled`].
    change: AtomicI64,
    rebuilt: AtomicI64,
    bytes: AtomicUsize,
}

/// An index, and what of the store it has.
struct Filled {
    index: MemoryIndex,
    /// All changes up to this number.
    change: i64,
    /// What the store said of rows that are gone without a trace before it was filled.
    rebuilt: i64,
}

impl Directory {
    /// No indexes yet; later ones take at most `bytes_max` together, but for those that are in use.
    pub(super) fn new(bytes_max: usize) -> Self {
        Self { indexes: Mutex::new(LruCache::new_unbounded()), bytes_max }
    }

    /// The index of the workspace of `rows`, with all that was kept there before this was asked; `None` if nothing ever was.
    ///
    /// # Errors
    /// The store's. The index has then what it had before.
    pub(super) async fn of(&self, rows: &Rows, space: VectorSpace) -> store::Result<Option<Arc<WorkspaceIndex>>> {
        let Some(head) = rows.memory_index().head().await? else { return Ok(None) };
        let index = self.entry(rows.workspace().number(), space.dimension);
        if !index.has(head) {
            let _filling = index.filling.lock().await;
            if !index.has(head) {
                index.fill(rows, space, head).await?;
                self.evict();
            }
        }
        Ok(Some(index))
    }

    /// Whether the index of a workspace was filled and has an item, as far as it was read.
    pub(super) fn holds(&self, workspace: i64, item: i64) -> bool {
        let index = self.indexes().peek(&workspace).map(Arc::clone);
        index.is_some_and(|index| index.look(|index| index.holds(item)))
    }

    /// Drops the index of a workspace that is deleted.
    pub(super) fn forget(&self, workspace: i64) {
        self.indexes().remove(&workspace);
    }

    /// The index of a workspace, which is empty if it is new.
    fn entry(&self, workspace: i64, dimension: usize) -> Arc<WorkspaceIndex> {
        let mut indexes = self.indexes();
        if let Some(index) = indexes.get(&workspace) {
            return Arc::clone(index);
        }
        let index = Arc::new(WorkspaceIndex::new(dimension));
        indexes.insert(workspace, Arc::clone(&index));
        index
    }

    /// Drops what was searched for longest ago until the rest fits. An index in use stays.
    fn evict(&self) {
        let mut indexes = self.indexes();
        let mut bytes: usize = indexes.iter().map(|(_, index)| index.bytes.load(Ordering::Relaxed)).sum();
        if bytes <= self.bytes_max {
            return;
        }
        let unused: Vec<i64> = indexes
            .iter()
            .filter(|(_, index)| Arc::strong_count(index) == 1)
            .map(|(workspace, _)| *workspace)
            .collect();
        for workspace in unused {
            if bytes <= self.bytes_max {
                break;
            }
            if let Some(index) = indexes.remove(&workspace) {
                bytes = bytes.saturating_sub(index.bytes.load(Ordering::Relaxed));
            }
        }
    }

    fn indexes(&self) -> MutexGuard<'_, LruCache<i64, Arc<WorkspaceIndex>>> {
        self.indexes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl WorkspaceIndex {
    fn new(dimension: usize) -> Self {
        let filled = Filled { index: MemoryIndex::new(dimension), change: 0, rebuilt: 0 };
        let bytes = AtomicUsize::new(filled.index.bytes());
        let (change, rebuilt) = (AtomicI64::new(0), AtomicI64::new(0));
        Self { filled: RwLock::new(filled), filling: tokio::sync::Mutex::default(), change, rebuilt, bytes }
    }

    /// Looks something up in the index.
    pub(super) fn look<T>(&self, look: impl FnOnce(&MemoryIndex) -> T) -> T {
        look(&self.filled().index)
    }

    /// How many items it has.
    pub(super) fn len(&self) -> usize {
        self.filled().index.len()
    }

    /// Whether it has all that the store had when it said `head`.
    fn has(&self, head: MemoryHead) -> bool {
        self.rebuilt.load(Ordering::Acquire) == head.rebuilt && self.change.load(Ordering::Acquire) >= head.change
    }

    /// Reads what it does not have yet. An item that changes meanwhile gets a larger number, and is read again behind that.
    async fn fill(&self, rows: &Rows, space: VectorSpace, head: MemoryHead) -> store::Result<()> {
        let (mut change, rebuilt) = (self.change.load(Ordering::Acquire), self.rebuilt.load(Ordering::Acquire));
        // Rows may be gone without a trace: all are read, and searches see what there was before until then.
        let mut anew = (rebuilt != head.rebuilt).then(|| Filled {
            index: MemoryIndex::new(space.dimension),
            change: 0,
            rebuilt: head.rebuilt,
        });
        if anew.is_some() {
            change = 0;
        }
        // All of `change` is there already.
        let mut item = i64::MAX;
        loop {
            let page = rows.memory_index().page_after(change, item, PAGE_ROWS).await?;
            let is_last = page.len() < usize::try_from(PAGE_ROWS).unwrap_or(usize::MAX);
            if let Some(last) = page.last() {
                (change, item) = (last.change, last.item_id);
            }
            match &mut anew {
                Some(filled) => filled.take(page, space),
                None => self.write(|filled| filled.take(page, space)),
            }
            if is_last {
                break;
            }
        }
        // What was committed before the head was read has been read; so has all of the last change that was met.
        let change = change.max(head.change);
        self.write(|filled| {
            if let Some(anew) = anew {
                *filled = anew;
            }
            filled.change = change;
            self.bytes.store(filled.index.bytes(), Ordering::Relaxed);
            self.rebuilt.store(filled.rebuilt, Ordering::Release);
            self.change.store(change, Ordering::Release);
        });
        Ok(())
    }

    fn write<T>(&self, write: impl FnOnce(&mut Filled) -> T) -> T {
        write(&mut self.filled.write().unwrap_or_else(PoisonError::into_inner))
    }

    fn filled(&self) -> RwLockReadGuard<'_, Filled> {
        self.filled.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Filled {
    fn take(&mut self, page: Vec<IndexRow>, space: VectorSpace) {
        for row in page {
            if row.is_dead {
                self.index.remove(row.item_id);
            } else {
                self.index.put(item(row, space));
            }
        }
    }
}

/// The item of a row. A vector that another embedder has made is of no use.
fn item(row: IndexRow, space: VectorSpace) -> IndexItem {
    let is_embedded = row.embedder == space.embedder;
    let embedding = if is_embedded { Embedding::from_bytes(&row.vector) } else { None };
    IndexItem {
        id: row.item_id,
        owner: row.subject,
        tier: row.tier,
        is_embedded,
        embedding: embedding.filter(|embedding| embedding.values.len() == space.dimension),
        terms: terms_from_bytes(&row.terms).unwrap_or_default(),
        created_at_ms: row.created_at_ms,
        valid_from_ms: row.valid_from_ms,
        valid_to_ms: row.valid_to_ms,
        expires_at_ms: row.expires_at_ms,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_longest_ago_goes_and_what_is_in_use_stays() {
        let directory = Directory::new(250);
        let sized = |workspace: i64| {
            let index = directory.entry(workspace, 8);
            index.bytes.store(100, Ordering::Relaxed);
            index
        };
        drop(sized(1));
        let used = sized(2);
        drop(sized(3));
        drop(sized(1));
        drop(sized(4));
        directory.evict();
        let left = |directory: &Directory| directory.indexes().iter().map(|(key, _)| *key).collect::<Vec<_>>();
        assert_eq!(left(&directory), [2, 4], "3 and then 1 were used longest ago, but for 2");
        drop(used);
        drop(sized(5));
        directory.evict();
        assert_eq!(left(&directory), [4, 5]);
    }

    #[test]
    fn the_index_of_a_deleted_workspace_goes() {
        let directory = Directory::new(250);
        let index = |workspace| directory.entry(workspace, 8);
        drop((index(1), index(2)));
        directory.forget(1);
        directory.forget(3);
        assert_eq!(directory.indexes().iter().map(|(key, _)| *key).collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn an_index_is_compared_with_the_change_and_the_purge() {
        let index = WorkspaceIndex::new(8);
        assert!(!index.has(MemoryHead { change: 1, rebuilt: 0 }));
        index.change.store(7, Ordering::Release);
        assert!(index.has(MemoryHead { change: 7, rebuilt: 0 }) && index.has(MemoryHead { change: 6, rebuilt: 0 }));
        assert!(!index.has(MemoryHead { change: 7, rebuilt: 5 }), "a purge within what it has read lets it start anew");
    }
}
