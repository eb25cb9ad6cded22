//! The job `memory_reembed`: vectors of the configured embedder for all of a workspace's memory.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::memory::Memory;
use crate::memory::embed::{Missing, VectorFault, VectorWork, VectorsMade};
use crate::work::{Base, Job, JobContext, JobError};

/// Runs such jobs.
pub struct Reembed {
    work: VectorWork,
    memory: Arc<Memory>,
}

/// What the job is about: the memory of its workspace.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Reembedding {}

/// What the job comes to.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct ReembedReport {
    /// Items that have got a vector.
    made: u64,
    /// Items of whose text the embedder makes none.
    without: u64,
    /// Items of the workspace that the embedder was asked about, now or before.
    items: u64,
}

impl Reembed {
    /// Of the memory in the store of `base`.
    #[must_use]
    pub fn new(base: &Base, memory: &Arc<Memory>) -> Self {
        Self { work: VectorWork::new(base, memory), memory: Arc::clone(memory) }
    }
}

impl Job for Reembed {
    type Output = ReembedReport;
    type Payload = Reembedding;

    const NAME: &'static str = "memory_reembed";
    const SCOPE: Option<&'static str> = Some("memory:write");

    fn payload_schema() -> Value {
        json!({"type": "object", "properties": {}, "additionalProperties": false})
    }

    async fn run(&self, _payload: Reembedding, context: JobContext) -> Result<ReembedReport, JobError> {
        let embedder = self.memory.embedder().space().embedder;
        let before = context.rows().memory_index().vector_counts(embedder).await?;
        let missing = before.all.saturating_sub(before.done).max(1);
        let note = |so_far: VectorsMade| {
            let done = so_far.made + so_far.without;
            let percent = u8::try_from(done.saturating_mul(100) / missing).unwrap_or(99).min(99);
            context.progress(percent, format!("{done} of {missing} items"));
        };
        let made = self.work.workspace(context.rows(), Missing::All, note).await.map_err(job_error)?;
        let after = context.rows().memory_index().vector_counts(embedder).await?;
        Ok(ReembedReport { made: made.made, without: made.without, items: after.done })
    }
}

/// A provider that may be well a moment later is asked again.
fn job_error(fault: VectorFault) -> JobError {
    match fault {
        VectorFault::Store(fault) => fault.into(),
        VectorFault::NotAllowed => {
            JobError::fail("The workspace's restrictions do not allow the model that makes vectors.")
        }
        VectorFault::Embedder(error) => match error.retry_after() {
            Some(wait) => JobError::retry_after(error.to_string(), wait),
            None if error.is_transient() || error.is_fault_of_upstream() => JobError::retry(error.to_string()),
            None => JobError::fail(error.to_string()),
        },
    }
}
