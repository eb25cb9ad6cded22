//! A change, and the list of them: what a component's change does to many operations is one change.

use serde::Serialize;

/// A change from one document to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Change {
    /// Whether a client of the old document may fail.
    pub(crate) is_breaking: bool,
    /// The operations that it is about; none if it is about the whole.
    pub(crate) operations: Vec<String>,
    /// Where: in the old document if it is gone, else in the new one.
    pub(crate) pointer: String,
    /// What changed.
    pub(crate) change: String,
}

/// The changes found so far.
#[derive(Debug, Default)]
pub(super) struct Report(Vec<Change>);

impl Report {
    /// Adds a change that breaks clients.
    pub(super) fn breaking(&mut self, operation: &str, pointer: &str, change: impl Into<String>) {
        self.add(true, operation, pointer, change);
    }

    /// Adds a change that breaks no client.
    pub(super) fn compatible(&mut self, operation: &str, pointer: &str, change: impl Into<String>) {
        self.add(false, operation, pointer, change);
    }

    /// Adds a change.
    pub(super) fn add(&mut self, is_breaking: bool, operation: &str, pointer: &str, change: impl Into<String>) {
        let change = change.into();
        let is_same = |known: &&mut Change| {
            known.is_breaking == is_breaking && known.pointer == pointer && known.change == change
        };
        let operations = if operation.is_empty() { Vec::new() } else { vec![operation.to_owned()] };
        match self.0.iter_mut().find(is_same) {
            Some(known) if operations.iter().all(|name| known.operations.contains(name)) => {}
            Some(known) => known.operations.extend(operations),
            None => self.0.push(Change { is_breaking, operations, pointer: pointer.to_owned(), change }),
        }
    }

    /// All changes, those that break clients first, else in the documents' order.
    pub(super) fn finish(mut self) -> Vec<Change> {
        self.0.sort_by_key(|change| !change.is_breaking);
        self.0
    }
}
