//! The work that remembers turns: it claims those that have ended, finds what is worth remembering, and writes all of a turn in one
//! transaction. What it has claimed is its own for as long as it says so; a turn of a gateway that died is given to another one.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use super::admit::Stated;
use super::asking::{Asking, ExtractionModel, NotAsked};
use super::gate::is_for_model;
use super::item::{Extracted, ExtractedKind, ITEMS_MAX};
use super::repair::Answer;
use super::{model, repair, rules, write};
use crate::clock::Clock;
use crate::config::MemoryExtraction;
use crate::ids::IdMaker;
use crate::memory::Memory;
use crate::memory::analyse::document_terms;
use crate::metrics::Metrics;
use crate::store::{
    self, Db, MemoryTier, PendingClaim, PendingLease, PendingTurn, PresentMemory, Remembered, RememberedTurn, Rows,
};
use crate::tasks::TaskKind;
use crate::work::Base;

const EXTRACTION: TaskKind = TaskKind::new("memory.extraction").aborted();
/// How often turns are looked for of which there was no notice: those of other gateways, and those that are tried again.
const LOOK: Duration = Duration::from_secs(5);
/// How long turns that end are gathered after others were remembered, so that a busy gateway remembers many at once.
const GATHER: Duration = Duration::from_millis(50);
/// Turns that are claimed at once.
const CLAIMED: u32 = 64;
/// Sessions whose turns are looked at at the same time, so that one commit keeps what comes of them. Of one session it is one turn
/// after the other.
const SESSIONS: usize = 32;
/// Models that are asked at the same time.
const ASKED: usize = 4;
const LEASE_MS: i64 = 60_000;
const RENEW: Duration = Duration::from_secs(20);
/// How often a turn is tried before only its question is kept.
const ATTEMPTS: i64 = 5;
/// How long a turn that could not be remembered waits, times the attempts that were made.
const RETRY_MS: i64 = 5_000;
/// After so many questions of a user the oldest ones are looked at, ...
const TRIM_EVERY: u32 = 64;
/// ... and of so many users the questions are counted.
const COUNTED_USERS: usize = 10_000;

/// What remembers turns.
pub struct Extractor {
    store: Db,
    clock: Arc<dyn Clock>,
    ids: IdMaker,
    metrics: Arc<Metrics>,
    memory: Arc<Memory>,
    mode: MemoryExtraction,
    questions_max: u32,
    model: Arc<dyn ExtractionModel>,
    asking: Semaphore,
    /// Questions that were kept since those of their user were trimmed.
    untrimmed: Mutex<HashMap<(i64, i64), u32>>,
}

impl Extractor {
    /// Remembers turns of the base's store for as long as the gateway runs, in `memory` and with the help of `model`.
    ///
    /// # Errors
    /// The store's.
    pub async fn open(base: &Base, memory: &Arc<Memory>, model: Arc<dyn ExtractionModel>) -> store::Result<()> {
        if !memory.is_enabled() {
            return Ok(());
        }
        if !base.store.is_shared() {
            // The gateway is alone: what is claimed by the store's account was claimed by a program that is no more.
            base.store.end_pending_memory_leases().await?;
        }
        let extractor = Arc::new(Self {
            store: base.store.clone(),
            clock: Arc::clone(&base.clock),
            ids: base.ids.clone(),
            metrics: Arc::clone(&base.metrics),
            memory: Arc::clone(memory),
            mode: base.config.memory.extraction,
            questions_max: base.config.memory.questions_per_user,
            model,
            asking: Semaphore::new(ASKED),
            untrimmed: Mutex::default(),
        });
        base.supervisor.spawn(EXTRACTION, move |_| Arc::clone(&extractor).run());
        Ok(())
    }

    async fn run(self: Arc<Self>) -> store::Result<()> {
        loop {
            let claim = PendingClaim { count: CLAIMED, lease_ms: LEASE_MS, own_ms: self.clock.now_ms() };
            let claimed = self.store.claim_pending_memory(claim).await?;
            if claimed.is_empty() {
                // A wake that comes before this one is waited for is kept.
                let _ = timeout(LOOK, self.memory.turn_ended()).await;
                continue;
            }
            let leases: Vec<_> = claimed.iter().map(|turn| turn.lease).collect();
            let is_full = u32::try_from(leases.len()).is_ok_and(|count| count >= CLAIMED);
            tokio::select! {
                () = self.remember_all(claimed) => {}
                fault = self.renew(leases) => return Err(fault),
            }
            if !is_full {
                sleep(GATHER).await;
            }
        }
    }

    /// Says of turns that they are still looked at; answers when that fails.
    async fn renew(&self, leases: Vec<PendingLease>) -> store::Error {
        loop {
            sleep(RENEW).await;
            let renewed = self.store.renew_pending_memory(leases.clone(), LEASE_MS, self.clock.now_ms()).await;
            if let Err(fault) = renewed {
                return fault;
            }
        }
    }

    async fn remember_all(&self, claimed: Vec<PendingTurn>) {
        let mut sessions: BTreeMap<_, Vec<PendingTurn>> = BTreeMap::new();
        for turn in claimed {
            sessions.entry((turn.workspace.number(), turn.session_id.key())).or_default().push(turn);
        }
        let of_session = |mut turns: Vec<PendingTurn>| async move {
            turns.sort_by_key(|turn| turn.lease.turn_id.key());
            let mut has_failed = false;
            for turn in turns {
                // What was said later is not to be written before.
                has_failed = has_failed || !self.remember(&turn).await;
                if has_failed {
                    self.give_back(&turn).await;
                }
            }
        };
        stream::iter(sessions.into_values()).for_each_concurrent(SESSIONS, of_session).await;
    }

    async fn give_back(&self, turn: &PendingTurn) {
        let run_at_ms = self.clock.now_ms() + RETRY_MS * turn.attempts;
        if let Err(fault) = self.store.release_pending_memory(turn.lease, run_at_ms).await {
            tracing::warn!(turn.id = %turn.lease.turn_id, error = %fault, "a turn that is to be remembered waits for the end of its lease");
        }
    }

    /// Remembers a turn; false if it is to be tried again.
    async fn remember(&self, turn: &PendingTurn) -> bool {
        let rows = self.store.rows(&turn.workspace);
        let mut is_plain = false;
        let written = match self.found(&rows, turn).await {
            Ok((remembered, is_lasting)) => {
                is_plain = is_lasting && remembered.memories.is_empty() && remembered.forgotten.is_empty();
                let items: Vec<_> = remembered.memories.iter().map(|memory| memory.source).collect();
                rows.pending_memory().complete(remembered).await.map(|outcome| (outcome, items))
            }
            Err(fault) => Err(fault),
        };
        let metrics = &self.metrics.memory;
        match written {
            Ok((Remembered::Kept(kept), sources)) => {
                metrics.note_turn(if kept.is_empty() { "empty" } else { "stored" });
                for source in sources {
                    if source == store::MemorySource::Rule { &metrics.by_rules } else { &metrics.by_models }.add_one();
                }
                if is_plain {
                    self.memory.note_plain(turn);
                }
                self.trim(&rows, turn).await;
            }
            Ok((Remembered::Undone, _)) => metrics.note_turn("undone"),
            Ok((Remembered::Lost, _)) => {
                tracing::warn!(turn.id = %turn.lease.turn_id, "a turn that is to be remembered went to another gateway");
            }
            Err(fault) => {
                metrics.note_turn("failed");
                tracing::warn!(turn.id = %turn.lease.turn_id, turn.attempts, error = %fault, "a turn could not be remembered");
                return false;
            }
        }
        true
    }

    /// Keeps the questions of the turn's user few enough, once in a while.
    async fn trim(&self, rows: &Rows, turn: &PendingTurn) {
        let is_due = {
            let mut untrimmed = self.untrimmed.lock().unwrap_or_else(PoisonError::into_inner);
            if untrimmed.len() > COUNTED_USERS {
                untrimmed.clear();
            }
            let count = untrimmed.entry((turn.workspace.number(), turn.subject)).or_default();
            *count = (*count + 1) % TRIM_EVERY;
            *count == 0
        };
        if !is_due {
            return;
        }
        loop {
            match rows.pending_memory().trim_questions(turn.subject, self.questions_max).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(fault) => {
                    tracing::warn!(error = %fault, "old questions of a user are still found");
                    return;
                }
            }
        }
    }

    /// What is written of a turn, and whether the same words would give the same at another time: not if a model was asked, if
    /// it depends on what was said before, or after many failures.
    async fn found(&self, rows: &Rows, turn: &PendingTurn) -> store::Result<(RememberedTurn, bool)> {
        let tiers = turn.remember.tiers;
        let question = tiers.has(MemoryTier::Session).then(|| self.memory.index_entry(&turn.question));
        let mut remembered = RememberedTurn {
            turn: turn.clone(),
            question,
            memories: Vec::new(),
            forgotten: Vec::new(),
            succeeded: None,
            now_ms: self.clock.now_ms(),
        };
        // One that failed again and again is found by its question alone.
        if turn.attempts > ATTEMPTS || tiers.without(MemoryTier::Session).is_empty() {
            return Ok((remembered, turn.attempts <= ATTEMPTS));
        }
        let says_success = rules::says_success(&turn.question);
        if tiers.has(MemoryTier::Procedural) && says_success {
            let before = rows.pending_memory().procedure_before(turn.session_id, turn.lease.turn_id);
            remembered.succeeded = before.await?;
        }
        let mut items = rules::extract(&turn.question, turn.created_at_ms);
        let left = without_quotes(&turn.question, &items);
        let asks = self.mode == MemoryExtraction::Model && is_for_model(&left);
        let forgets = |items: &[Extracted]| items.iter().any(|item| item.kind == ExtractedKind::Forget);
        if asks {
            items.extend(self.ask(rows, turn, &left, remembered.now_ms).await?);
        }
        items.truncate(ITEMS_MAX);
        let mut present = Vec::new();
        if forgets(&items) {
            present = rows.pending_memory().present(turn.subject, remembered.now_ms).await?;
        }
        for item in items.iter().filter(|item| item.kind == ExtractedKind::Forget) {
            let facts = rules::extract(&item.value, turn.created_at_ms);
            remembered.forgotten.extend(write::forgotten(item, &facts, &present).iter().map(|memory| memory.id));
        }
        let kept = items.iter().filter(|item| item.kind != ExtractedKind::Forget && tiers.has(item.tier()));
        remembered.memories = kept.map(|item| write::memory(item, turn, &self.memory, &self.ids)).collect();
        let is_lasting = !asks && !says_success && !forgets(&items);
        Ok((remembered, is_lasting))
    }

    /// What the agent's own model finds in what rules have left of a message.
    async fn ask(&self, rows: &Rows, turn: &PendingTurn, left: &str, now_ms: i64) -> store::Result<Vec<Extracted>> {
        let present = rows.pending_memory().present_attributes(turn.subject, now_ms).await?;
        let _permit = self.asking.acquire().await.map_err(store::Error::broken)?;
        let metrics = &self.metrics.memory;
        let terms = document_terms(left);
        let is_near = |memory: &&PresentMemory| document_terms(&memory.content).iter().any(|term| terms.contains(term));
        let (near, far): (Vec<_>, Vec<_>) = present.iter().partition(is_near);
        let known = near.into_iter().chain(far).filter_map(|memory| memory.attribute.clone().zip(memory.value.clone()));
        let known: Vec<_> = known.take(model::PRESENT_MAX).collect();
        let (mut messages, schema) = (model::question(left, &known), model::schema());
        let mut answer = None;
        for _ in 0..2 {
            let asking =
                Asking { rows, agent_id: &turn.agent_id, subject: turn.subject, messages: &messages, schema: &schema };
            let text = match self.model.ask(asking).await {
                Ok(text) => text,
                Err(NotAsked::Store(fault)) => return Err(fault),
                Err(NotAsked::NoModel) => return Ok(Vec::new()),
                Err(NotAsked::Spent) => {
                    metrics.note_answer("spent");
                    return Ok(Vec::new());
                }
                Err(NotAsked::Failed) => {
                    metrics.note_answer("failed");
                    return Ok(Vec::new());
                }
            };
            match repair::read(&text) {
                Ok(read) => {
                    metrics.note_answer(if read.is_repaired { "repaired" } else { "read" });
                    answer = Some(read);
                    break;
                }
                Err(fault) => {
                    metrics.note_answer("unreadable");
                    messages = model::again(messages, &text, fault);
                }
            }
        }
        Ok(answer.map_or_else(Vec::new, |answer| self.admitted(&answer, left, turn)))
    }

    fn admitted(&self, answer: &Answer, left: &str, turn: &PendingTurn) -> Vec<Extracted> {
        let metrics = &self.metrics.memory;
        metrics.note_dropped("malformed", answer.malformed);
        let stated = Stated::new(left, turn.created_at_ms);
        let mut believed = Vec::new();
        for item in &answer.items {
            match stated.admit(item) {
                Ok(item) => believed.push(item),
                Err(why) => metrics.note_dropped(why.as_str(), 1),
            }
        }
        believed
    }
}

/// A message without what rules have read of it.
fn without_quotes(message: &str, items: &[Extracted]) -> String {
    items.iter().fold(message.to_owned(), |left, item| left.replacen(&item.quote, "", 1))
}
