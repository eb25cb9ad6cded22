//! The job `memory_export`: the memory of a user or of the workspace, as lines.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{SCOPE, line};
use crate::clock::Clock;
use crate::ids::MemoryId;
use crate::work::{Job, JobContext, JobError};

/// Bytes of the lines of one job: as JSON they fit its result.
const LINES_BYTES_MAX: usize = 400_000;
/// Memories that one look reads.
const PAGE: u32 = 200;

/// Whose memory is exported.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ExportWish {
    /// The user's; without it, the workspace's.
    #[serde(default)]
    pub user_id: Option<String>,
    /// It goes on behind this memory.
    #[serde(default)]
    pub after: Option<MemoryId>,
}

/// What the job comes to.
#[derive(Debug, Serialize)]
pub struct Exported {
    /// Memories in it.
    memories: u64,
    /// The lines. The first one of all is in the job without `after`, the last one in the job without `next`.
    lines: String,
    /// Where the next job goes on; null if nothing is missing.
    next: Option<MemoryId>,
}

/// Runs such jobs.
pub struct Export {
    clock: Arc<dyn Clock>,
}

impl Export {
    /// The type of job, by the time of `clock`.
    #[must_use]
    pub const fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock }
    }
}

impl Job for Export {
    type Output = Exported;
    type Payload = ExportWish;

    const NAME: &'static str = "memory_export";
    const SCOPE: Option<&'static str> = Some(SCOPE);

    fn payload_schema() -> Value {
        json!({
            "type": "object",
            "properties": {
                "user_id": {"type": ["string", "null"], "minLength": 1, "maxLength": 256, "description": "The user whose memory it is; the workspace's by default."},
                "after": {"type": ["string", "null"], "pattern": "^mem_[0-7][0-9a-hjkmnp-tv-z]{12}$", "description": "It goes on behind this memory."},
            },
            "additionalProperties": false,
        })
    }

    async fn run(&self, wish: ExportWish, context: JobContext) -> Result<Exported, JobError> {
        let unwritable = |fault: serde_json::Error| JobError::fail(fault.to_string());
        let (mut after, mut memories) = (wish.after, 0);
        let mut lines = if after.is_none() { line::head().map_err(unwritable)? + "\n" } else { String::new() };
        loop {
            let page = context.rows().memories().export(wish.user_id.clone(), after, PAGE, self.clock.now_ms()).await?;
            if page.is_empty() {
                lines += &(line::end().map_err(unwritable)? + "\n");
                return Ok(Exported { memories, lines, next: None });
            }
            for memory in page {
                let written = line::written(&memory).map_err(unwritable)?;
                if lines.len() + written.len() > LINES_BYTES_MAX && memories > 0 {
                    return Ok(Exported { memories, lines, next: after });
                }
                lines += &(written + "\n");
                (after, memories) = (Some(memory.id), memories + 1);
            }
            context.progress(50, format!("{memories} memories are written"));
        }
    }
}
