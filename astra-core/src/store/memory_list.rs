//! Memories in lists: those that a caller sees, newest first.

use super::error::Result;
use super::memories::{self, Memories, MemoryReader, StoredMemory, select, subject_number};
use super::memory_kinds::{MemoryCategory, word};
use super::memory_tier::MemoryTier;
use super::page::{Cursor, Page, PageRequest};
use super::tx::Tx;
use super::value::Param;
use crate::ids::SessionId;

/// Whose memories are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemoryOwner {
    /// The reader's own.
    Own,
    /// The workspace's.
    Workspace,
}

/// Which memories a list shows; what is `None` does not matter.
#[derive(Debug, Clone)]
pub struct MemoryFilter {
    /// Who lists.
    pub reader: MemoryReader,
    /// Whose they are; `None`: the reader's own and the workspace's.
    pub owner: Option<MemoryOwner>,
    /// The tier.
    pub tier: Option<MemoryTier>,
    /// What daily notes are about.
    pub category: Option<MemoryCategory>,
    /// The agent.
    pub agent_id: Option<String>,
    /// The session that they were made in.
    pub session_id: Option<SessionId>,
    /// They hold at this time, in milliseconds since the epoch; `None`: now or later.
    pub as_of_ms: Option<i64>,
    /// Those that do not hold any more too.
    pub with_superseded: bool,
}

/// The tiers that have rows.
const TIERS: [MemoryTier; 4] = [MemoryTier::Daily, MemoryTier::Profile, MemoryTier::Graph, MemoryTier::Procedural];

/// A condition that grows, with the values of its parameters.
struct Condition<'a> {
    sql: String,
    params: Vec<Param<'a>>,
}

impl<'a> Condition<'a> {
    /// The place of a new parameter, such as `$2`.
    fn place(&mut self, value: impl Into<Param<'a>>) -> String {
        self.params.push(value.into());
        format!("${}", self.params.len() + 1)
    }

    fn equals(&mut self, column: &str, value: Option<impl Into<Param<'a>>>) {
        if let Some(value) = value {
            let place = self.place(value);
            self.sql += &format!(" AND m.{column} = {place}");
        }
    }
}

impl Memories<'_> {
    /// Memories, newest first.
    pub async fn page(self, filter: MemoryFilter, request: PageRequest) -> Result<Page<StoredMemory>> {
        self.0.list(move |tx| page(tx, &filter, &request)).await
    }
}

fn page(tx: &mut Tx<'_>, filter: &MemoryFilter, request: &PageRequest) -> Result<Page<StoredMemory>> {
    let own = match filter.owner {
        Some(MemoryOwner::Workspace) => None,
        _ => subject_number(tx, &filter.reader.user_id)?,
    };
    let shared = (filter.owner != Some(MemoryOwner::Own)).then_some(0);
    let category = filter.category.as_ref().map(word).transpose()?;
    let mut condition = Condition { sql: String::new(), params: Vec::new() };
    let (below, fetch) = (condition.place(request.position().0), condition.place(request.fetch()));
    let owners: Vec<String> = own.into_iter().chain(shared).map(|owner| condition.place(owner)).collect();
    if owners.is_empty() {
        return Ok(Page { data: Vec::new(), next: None });
    }
    let now = condition.place(filter.reader.now_ms);
    condition.sql =
        format!("m.id < {below} AND m.deleted_at_ms IS NULL AND (m.expires_at_ms IS NULL OR m.expires_at_ms > {now})");
    condition.equals("category", category.as_deref());
    condition.equals("agent_id", filter.agent_id.as_deref());
    condition.equals("session_id", filter.session_id);
    if let Some(as_of_ms) = filter.as_of_ms {
        let at = condition.place(as_of_ms);
        condition.sql += &format!(" AND m.valid_from_ms <= {at} AND (m.valid_to_ms IS NULL OR m.valid_to_ms > {at})");
    } else if !filter.with_superseded {
        condition.sql += &format!(" AND (m.valid_to_ms IS NULL OR m.valid_to_ms > {now})");
    }
    // Each owner and tier is one range of an index, read from its end.
    let tiers = TIERS.into_iter().filter(|tier| filter.tier.is_none_or(|only| only == *tier));
    let branch = |owner: &String, tier: MemoryTier| {
        format!(
            "SELECT t.id FROM (SELECT m.id FROM memories m WHERE m.workspace_id = $1 AND m.subject = {owner}
                AND m.tier = '{}' AND {} ORDER BY m.id DESC LIMIT {fetch}) t",
            tier.as_str(),
            condition.sql
        )
    };
    let branches: Vec<String> = tiers
        .flat_map(|tier| owners.iter().map(move |owner| (owner, tier)))
        .map(|(owner, tier)| branch(owner, tier))
        .collect();
    if branches.is_empty() {
        return Ok(Page { data: Vec::new(), next: None });
    }
    let sql = format!(
        "{} WHERE m.workspace_id = $1 AND m.id IN ({}) ORDER BY m.id DESC LIMIT {fetch}",
        select(),
        branches.join(" UNION ALL ")
    );
    let place = |memory: &StoredMemory| Cursor { at: memory.id.key(), id: String::new() };
    tx.page(&sql, &condition.params, request, |mut row| memories::read(&mut row), place)
}
