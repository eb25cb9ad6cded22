//! Consolidation of a workspace's memory: in the built-in work for all workspaces, and as the job `memory_consolidate` for one.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::ids::IdMaker;
use crate::memory::Memory;
use crate::store::{self, Consolidated, Rows};
use crate::work::{Base, Job, JobContext, JobError};

/// Consolidates memory.
#[derive(Clone)]
pub struct Consolidate {
    clock: Arc<dyn Clock>,
    ids: IdMaker,
    memory: Arc<Memory>,
}

/// What the job is about: the memory of its workspace.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Consolidation {}

/// What the job comes to.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct ConsolidationReport {
    /// Memories that said the same as another one.
    doubles: u64,
    /// Daily notes that are in summaries now.
    notes: u64,
    /// Summaries that were written, or got more notes.
    summaries: u64,
}

impl Consolidate {
    /// Of the memory in the store of `base`.
    #[must_use]
    pub fn new(base: &Base, memory: &Arc<Memory>) -> Self {
        Self { clock: Arc::clone(&base.clock), ids: base.ids.clone(), memory: Arc::clone(memory) }
    }

    /// Joins all that can be joined in one workspace, in pieces.
    ///
    /// # Errors
    /// The store's.
    pub async fn workspace(&self, rows: &Rows) -> store::Result<ConsolidationReport> {
        let mut report = ConsolidationReport::default();
        loop {
            let (ids, memory) = (self.ids.clone(), Arc::clone(&self.memory));
            let index = move |text: &str| memory.index_entry(text);
            let done = rows.memories().consolidate(move || ids.key(), index, self.clock.now_ms()).await?;
            let Some(Consolidated { doubles, notes, summaries }) = done else { return Ok(report) };
            report.doubles += doubles;
            report.notes += notes;
            report.summaries += summaries;
            if doubles + notes == 0 {
                return Ok(report);
            }
        }
    }
}

impl Job for Consolidate {
    type Output = ConsolidationReport;
    type Payload = Consolidation;

    const NAME: &'static str = "memory_consolidate";
    const SCOPE: Option<&'static str> = Some("memory:write");

    fn payload_schema() -> Value {
        json!({"type": "object", "properties": {}, "additionalProperties": false})
    }

    async fn run(&self, _payload: Consolidation, context: JobContext) -> Result<ConsolidationReport, JobError> {
        Ok(self.workspace(context.rows()).await?)
    }
}
