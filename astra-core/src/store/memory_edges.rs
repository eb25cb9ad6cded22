//! The newest edges of entities, and how many there are, read in a few statements however many edges an entity has.

use std::collections::BTreeMap;

use super::error::Result;
use super::memory_walk_request::Walk;
use super::tx::Tx;
use super::value::Param;
use crate::ids::{EntityId, MemoryId};

/// Looks of one statement.
const LOOKS_AT_ONCE: usize = 32;
/// How far the edges of an entity are counted.
const COUNTED_MAX: i64 = 1_000;

/// The key of an edge with one memory that is its evidence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EdgeKey {
    /// The memory.
    pub memory: MemoryId,
    /// Its subject, as the memory has it.
    pub from: EntityId,
    /// What the one is to the other.
    pub kind: String,
    /// Its object, as the memory has it.
    pub to: EntityId,
}

/// An edge, with one memory that is its evidence.
#[derive(Debug, Clone)]
pub(super) struct EdgeRow {
    pub(super) from: i64,
    pub(super) kind: String,
    pub(super) to: i64,
    pub(super) memory: i64,
    pub(super) confidence: f64,
    pub(super) strength: f64,
    pub(super) strength_at_ms: i64,
}

impl EdgeRow {
    /// Its key.
    pub(super) fn key(&self) -> EdgeKey {
        EdgeKey {
            memory: MemoryId::from_key(self.memory),
            from: EntityId::from_key(self.from),
            kind: self.kind.clone(),
            to: EntityId::from_key(self.to),
        }
    }
}

/// Edges of entities.
pub(super) struct FoundEdges {
    /// The edges, newest first.
    pub(super) rows: Vec<EdgeRow>,
    /// How many edges each entity has, up to a thousand.
    pub(super) degrees: BTreeMap<i64, i64>,
    /// Whether these are all edges.
    pub(super) is_complete: bool,
}

/// A look at the edges of one entity, in one direction, of one kind or of all.
#[derive(Clone, Copy)]
struct Look<'a> {
    entity: i64,
    is_from: bool,
    kind: Option<&'a str>,
}

/// The newest edges of `entities` that `walk` may go along: of each entity, direction and kind `each` at the most.
pub(super) fn newest(tx: &mut Tx<'_>, walk: &Walk, entities: &[i64], each: usize) -> Result<FoundEdges> {
    let kinds: Vec<Option<&str>> =
        if walk.kinds.is_empty() { vec![None] } else { walk.kinds.iter().map(|kind| Some(kind.as_str())).collect() };
    let looks: Vec<Look<'_>> = entities
        .iter()
        .flat_map(|entity| [(*entity, true), (*entity, false)])
        .flat_map(|(entity, is_from)| kinds.iter().map(move |kind| Look { entity, is_from, kind: *kind }))
        .collect();
    let mut found = FoundEdges { rows: Vec::new(), degrees: BTreeMap::new(), is_complete: true };
    let mut cut = Vec::new();
    for asked in looks.chunks(LOOKS_AT_ONCE) {
        // One more than asked for shows whether there are more.
        let rows = ask(tx, walk, asked, i64::try_from(each + 1).unwrap_or(i64::MAX))?;
        for (place, look) in asked.iter().enumerate() {
            let count = rows.iter().filter(|(of, _)| *of == place).count();
            *found.degrees.entry(look.entity).or_insert(0) += i64::try_from(count).unwrap_or(i64::MAX);
            if count > each && cut.last() != Some(&look.entity) {
                cut.push(look.entity);
            }
        }
        found.rows.extend(rows.into_iter().map(|(_, row)| row));
    }
    found.is_complete = cut.is_empty();
    for entity in cut {
        let degree = count(tx, entity)?;
        found.degrees.insert(entity, degree);
    }
    found.rows.sort_by(|one, other| {
        other.memory.cmp(&one.memory).then_with(|| (one.from, one.to).cmp(&(other.from, other.to)))
    });
    found.rows.dedup_by(|one, other| {
        (one.memory, one.from, one.to) == (other.memory, other.from, other.to) && one.kind == other.kind
    });
    Ok(found)
}

/// The rows of several looks, each with the place of its look.
fn ask(tx: &mut Tx<'_>, walk: &Walk, looks: &[Look<'_>], each: i64) -> Result<Vec<(usize, EdgeRow)>> {
    let mut params = vec![Param::Int(walk.owner), Param::Int(walk.now_ms), Param::Int(each)];
    let mut parts = Vec::new();
    // Of few lengths, so that there are few statements to prepare: those that are added find nothing.
    let nothing = Look { entity: -1, is_from: true, kind: looks.first().and_then(|look| look.kind) };
    let padded = looks.iter().copied().chain(std::iter::repeat(nothing)).take(looks.len().next_power_of_two());
    for (place, look) in padded.enumerate() {
        params.push(Param::Int(look.entity));
        let column = if look.is_from { "from_id" } else { "to_id" };
        let mut condition = format!("e.{column} = ${}", params.len() + 1);
        if let Some(kind) = look.kind {
            params.push(Param::Text(kind));
            condition.push_str(&format!(" AND e.kind = ${}", params.len() + 1));
        }
        parts.push(format!(
            "SELECT * FROM (SELECT {place} AS place, e.from_id, e.kind, e.to_id, e.memory_id, e.confidence, e.strength,
                e.strength_at_ms FROM memory_edges e WHERE e.workspace_id = $1 AND {condition} AND e.subject IN (0, $2)
                AND e.valid_from_ms <= $3 AND e.fades_at_ms > $3
                ORDER BY e.memory_id DESC LIMIT $4) q{place}"
        ));
    }
    let mut rows = Vec::new();
    for mut row in tx.query(&parts.join(" UNION ALL "), &params)? {
        let place = usize::try_from(row.next_int()?).unwrap_or(usize::MAX);
        let (from, kind, to, memory) = (row.next_int()?, row.next_text()?, row.next_int()?, row.next_int()?);
        let (confidence, strength, strength_at_ms) = (row.next_float()?, row.next_float()?, row.next_int()?);
        rows.push((place, EdgeRow { from, kind, to, memory, confidence, strength, strength_at_ms }));
    }
    Ok(rows)
}

/// How many edges an entity has, up to a thousand in each direction.
fn count(tx: &mut Tx<'_>, entity: i64) -> Result<i64> {
    let sql = "SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM memory_edges f WHERE f.workspace_id = $1 AND f.from_id = $2 LIMIT $3) a)
        + (SELECT COUNT(*) FROM (SELECT 1 FROM memory_edges t WHERE t.workspace_id = $1 AND t.to_id = $2 LIMIT $3) b)";
    tx.one(sql, &[Param::Int(entity), Param::Int(COUNTED_MAX)])?.next_int()
}
