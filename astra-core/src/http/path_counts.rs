//! How many answers the operations of a path have given, by class of status.

use std::sync::Arc;

use super::contract::PathContract;
use crate::metrics::{Metrics, StatusCounts};

/// What stands for the operation of a request that is of none.
const NO_OPERATION: &str = "none";

/// The counts of answers of one path.
pub struct PathCounts {
    operations: Vec<(String, Arc<StatusCounts>)>,
    others: Arc<StatusCounts>,
}

impl PathCounts {
    /// Those of the operations of `path` in `metrics`.
    #[must_use]
    pub fn new(metrics: &Metrics, path: Option<&PathContract>) -> Self {
        let operations = path.into_iter().flat_map(PathContract::operations);
        let operations = operations.map(|operation| (operation.id.clone(), metrics.operation(&operation.id))).collect();
        Self { operations, others: metrics.operation(NO_OPERATION) }
    }

    /// Counts an answer of the operation `id`.
    pub(super) fn note(&self, id: Option<&str>, status: u16) {
        let own = id.and_then(|id| self.operations.iter().find(|(known, _)| known == id));
        own.map_or(&self.others, |(_, counts)| counts).note(status);
    }
}
