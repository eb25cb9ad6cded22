//! The job `memory_import`: memories of a text become memories of a user or of the workspace, all or none of them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::SCOPE;
use super::imported::{Faulty, Imported};
use super::line::{self, read};
use crate::clock::Clock;
use crate::ids::IdMaker;
use crate::memory::Memory;
use crate::store::{MemoryCategory, MemorySource, MemoryTier, NewMemory};
use crate::text::fold;
use crate::work::{Base, Job, JobContext, JobError, PayloadFault};

/// What becomes of the ids of the text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportIds {
    /// Each memory gets a new one.
    #[default]
    New,
    /// They are kept; a memory whose id is taken is left out.
    Keep,
}

/// What is imported.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ImportWish {
    /// The text: an export of Astra, Letta or mem0.
    pub text: String,
    /// Whose memory it becomes; without it, the workspace's.
    #[serde(default)]
    pub user_id: Option<String>,
    /// What becomes of the ids.
    #[serde(default)]
    pub ids: ImportIds,
}

/// What the job comes to.
#[derive(Debug, Serialize)]
pub struct ImportReport {
    /// New memories.
    new: u64,
    /// Memories that were there already, and have more evidence now.
    confirmed: u64,
    /// New ones that hold in place of others.
    superseding: u64,
    /// Memories whose id is taken.
    left_out: u64,
}

/// Runs such jobs.
pub struct Import {
    clock: Arc<dyn Clock>,
    ids: IdMaker,
    memory: Arc<Memory>,
}

impl Import {
    /// Into the memory in the store of `base`.
    #[must_use]
    pub fn new(base: &Base, memory: &Arc<Memory>) -> Self {
        Self { clock: Arc::clone(&base.clock), ids: base.ids.clone(), memory: Arc::clone(memory) }
    }

    fn memory(&self, line: Imported, wish: (Option<&str>, ImportIds), author: &str, now_ms: i64) -> NewMemory {
        let time = |text: Option<&String>| text.and_then(|text| line::instant(text));
        let (user_id, ids) = wish;
        let slot = line.slot.as_deref().map(fold).filter(|slot| !slot.is_empty());
        let is_daily = line.tier == MemoryTier::Daily;
        NewMemory {
            id: line.id.filter(|_| ids == ImportIds::Keep).unwrap_or_else(|| self.ids.id()),
            tier: line.tier,
            user_id: user_id.map(Arc::from),
            subject_candidate: self.ids.key(),
            agent_id: line.agent_id.clone(),
            session_id: None,
            turn_id: None,
            category: line.category.or(is_daily.then_some(MemoryCategory::Note)),
            slot,
            index: self.memory.index_entry(&line.content),
            valid_from_ms: time(line.valid_from.as_ref()).unwrap_or(now_ms),
            valid_to_ms: time(line.valid_to.as_ref()),
            expires_at_ms: time(line.expires_at.as_ref()),
            content: line.content,
            data: line.data,
            quote: None,
            source: MemorySource::Import,
            rule: None,
            trust: line.trust,
            confidence: line.confidence,
            created_by: author.to_owned(),
        }
    }
}

impl Job for Import {
    type Output = ImportReport;
    type Payload = ImportWish;

    const NAME: &'static str = "memory_import";
    const SCOPE: Option<&'static str> = Some(SCOPE);

    fn payload_schema() -> Value {
        json!({
            "type": "object",
            "properties": {
                "text": {"type": "string", "minLength": 1, "maxLength": 1_000_000, "description": "An export of Astra, Letta or mem0."},
                "user_id": {"type": ["string", "null"], "minLength": 1, "maxLength": 256, "description": "The user whose memory it becomes; the workspace's by default."},
                "ids": {"enum": ["new", "keep"], "description": "What becomes of the ids of the text."},
            },
            "required": ["text"],
            "additionalProperties": false,
        })
    }

    fn check(wish: &ImportWish) -> Result<(), Vec<PayloadFault>> {
        let fault = |faulty: Faulty| vec![("/text".to_owned(), format!("line {} {}", faulty.line, faulty.fault))];
        read(&wish.text).map(drop).map_err(fault)
    }

    async fn run(&self, wish: ImportWish, context: JobContext) -> Result<ImportReport, JobError> {
        let lines =
            read(&wish.text).map_err(|faulty| JobError::fail(format!("line {} {}", faulty.line, faulty.fault)))?;
        let now_ms = self.clock.now_ms();
        let author = context.user_id().unwrap_or("gateway").to_owned();
        let memories: Vec<NewMemory> = lines
            .into_iter()
            .map(|line| self.memory(line, (wish.user_id.as_deref(), wish.ids), &author, now_ms))
            .collect();
        let kept = context.write(move |tx| tx.keep_memories(&memories, now_ms)).await?;
        let (new, confirmed, superseding, left_out) = (kept.new, kept.confirmed, kept.superseding, kept.left_out);
        Ok(ImportReport { new, confirmed, superseding, left_out })
    }
}
