//! The graph of memory as it is written: entities that are found by their folded names, and edges between them, each with the
//! memory that is its evidence. An edge lives as long as its memory; an entity as long as it has an edge. How the graph is
//! read is in `memory_walk.rs`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::db::{Db, SWEEP_ROWS};
use super::error::{Error, Result};
use super::memory_decay::{fades_at_ms, strengthened};
use super::memory_graph_kinds::{ANY_ENTITY_KIND, SAME_ENTITY};
use super::memory_heads;
use super::memory_merge;
use super::tx::Tx;
use crate::ids::MemoryId;
use crate::params;
use crate::text::fold;

/// Most relations of one memory.
pub const RELATIONS_MAX: usize = 64;
/// Longest name of an entity, in characters.
pub const ENTITY_NAME_MAX: usize = 200;
/// Longest kind of an entity or of an edge, in bytes.
pub const GRAPH_KIND_MAX: usize = 64;

/// Bits of an entity's key that do not say when it was made.
const PLACE_BITS: u32 = 22;

/// An entity as a memory names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewEntity {
    /// What it is, such as `person`; [`ANY_ENTITY_KIND`] if that is not known.
    #[serde(default = "any_kind")]
    pub kind: String,
    /// What it is called.
    pub name: String,
}

/// A relation as a memory states it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewRelation {
    /// Its subject.
    pub from: NewEntity,
    /// What the one is to the other, such as `works_on`.
    pub kind: String,
    /// Its object.
    pub to: NewEntity,
    /// How sure it is, 0 to 1.
    #[serde(default = "sure")]
    pub confidence: f64,
}

/// The memory that stands behind relations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// The memory.
    pub memory: MemoryId,
    /// Whose graph it is: a subject's number; 0: the workspace's.
    pub subject: i64,
    /// Since when it holds, in milliseconds since the epoch.
    pub valid_from_ms: i64,
    /// Until when it holds.
    pub valid_to_ms: Option<i64>,
    /// What edges have that are new, 0 to 1.
    pub strength: f64,
    /// When they had it, in milliseconds since the epoch.
    pub strength_at_ms: i64,
    /// What edges gain that the memory has stated before.
    pub gain: f64,
    /// Now, in milliseconds since the epoch.
    pub now_ms: i64,
}

fn any_kind() -> String {
    ANY_ENTITY_KIND.to_owned()
}

const fn sure() -> f64 {
    1.0
}

impl NewEntity {
    /// What is wrong with it, if anything.
    fn fault(&self) -> Option<&'static str> {
        if fold(&self.name).is_empty() {
            Some("has no name")
        } else if self.name.chars().count() > ENTITY_NAME_MAX {
            Some("has a name of more than 200 characters")
        } else if !is_kind(&self.kind) {
            Some("has a kind that is not 1 to 64 lower-case letters, digits and `_`")
        } else {
            None
        }
    }
}

impl NewRelation {
    /// What is wrong with it: the field, and why. `relate` leaves such relations out.
    #[must_use]
    pub fn fault(&self) -> Option<(&'static str, &'static str)> {
        let of = |field, entity: &NewEntity| entity.fault().map(|fault| (field, fault));
        let kind = (!is_kind(&self.kind)).then_some(("kind", "is not 1 to 64 lower-case letters, digits and `_`"));
        let sure = (!(0.0..=1.0).contains(&self.confidence)).then_some(("confidence", "must lie between 0 and 1"));
        let same = (fold(&self.from.name) == fold(&self.to.name)).then_some(("to", "is the entity that it comes from"));
        of("from", &self.from).or_else(|| of("to", &self.to)).or(kind).or(sure).or(same)
    }
}

fn is_kind(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=GRAPH_KIND_MAX).contains(&text.len()) && text.bytes().all(is_part)
}

/// Adds what a memory says of entities to the graph of its owner; those that are wrong are left out. It may be called again
/// for the same memory: edges that are there keep their strength, and gain what the evidence says. Answers how many edges the
/// memory stands behind.
pub(super) fn relate(tx: &mut Tx<'_>, evidence: &Evidence, relations: &[NewRelation]) -> Result<u64> {
    let stated = stated(tx, evidence)?;
    let mut edges = 0;
    for (place, relation) in (0..).zip(relations.iter().filter(|one| one.fault().is_none()).take(RELATIONS_MAX)) {
        let from = ensure(tx, evidence, &relation.from, 2 * place)?;
        let to = ensure(tx, evidence, &relation.to, 2 * place + 1)?;
        if from == to {
            continue;
        }
        let known = stated.get(&(from, relation.kind.clone(), to)).copied();
        let (strength, strength_at_ms) = known.unwrap_or((evidence.strength, evidence.strength_at_ms));
        let fades_at_ms = fades_at_ms(strength, strength_at_ms).min(evidence.valid_to_ms.unwrap_or(i64::MAX));
        let sql = "INSERT INTO memory_edges (workspace_id, from_id, kind, to_id, memory_id, subject, confidence, strength,
                strength_at_ms, valid_from_ms, valid_to_ms, fades_at_ms)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            ON CONFLICT (workspace_id, from_id, kind, to_id, memory_id) DO UPDATE SET confidence = excluded.confidence,
                strength = excluded.strength, strength_at_ms = excluded.strength_at_ms,
                valid_from_ms = excluded.valid_from_ms, valid_to_ms = excluded.valid_to_ms, fades_at_ms = excluded.fades_at_ms";
        let params = params![
            from,
            &relation.kind,
            to,
            evidence.memory,
            evidence.subject,
            relation.confidence,
            strength,
            strength_at_ms,
            evidence.valid_from_ms,
            evidence.valid_to_ms,
            fades_at_ms
        ];
        edges += tx.execute(sql, params)?;
        if relation.kind == SAME_ENTITY {
            memory_merge::join(tx, from)?;
        }
    }
    Ok(edges)
}

/// Edges by where they come from, their kind and where they lead to, with their strength and since when they have it, in
/// milliseconds since the epoch.
type Strengths = BTreeMap<(i64, String, i64), (f64, i64)>;

/// What edges have from now on that the memory has stated before, and since when.
fn stated(tx: &mut Tx<'_>, evidence: &Evidence) -> Result<Strengths> {
    let sql = "SELECT from_id, kind, to_id, strength, strength_at_ms FROM memory_edges
        WHERE workspace_id = $1 AND memory_id = $2";
    let mut stated = BTreeMap::new();
    for mut row in tx.query(sql, params![evidence.memory])? {
        let key = (row.next_int()?, row.next_text()?, row.next_int()?);
        let had = (row.next_float()?, row.next_int()?);
        let gains = || (strengthened(had.0, had.1, evidence.gain, evidence.now_ms), evidence.now_ms.max(had.1));
        stated.insert(key, if evidence.gain > 0.0 { gains() } else { had });
    }
    Ok(stated)
}

/// Takes a memory that is gone, or holds no longer, out of the graph: its edges, and entities that have no other edge.
/// [`relate`] brings them back.
pub(super) fn unrelate(tx: &mut Tx<'_>, memory: MemoryId) -> Result<()> {
    let sql = "SELECT from_id, to_id, kind FROM memory_edges WHERE workspace_id = $1 AND memory_id = $2";
    let mut edges = Vec::new();
    for mut row in tx.query(sql, params![memory])? {
        edges.push(Ends { from: row.next_int()?, to: row.next_int()?, is_same: row.next_text()? == SAME_ENTITY });
    }
    if edges.is_empty() {
        return Ok(());
    }
    tx.execute("DELETE FROM memory_edges WHERE workspace_id = $1 AND memory_id = $2", params![memory])?;
    tidy(tx, &edges)
}

/// What an edge that is gone joined.
struct Ends {
    from: i64,
    to: i64,
    is_same: bool,
}

/// Parts entities that no edge joins any more, and removes those that have no edge.
fn tidy(tx: &mut Tx<'_>, gone: &[Ends]) -> Result<()> {
    for edge in gone.iter().filter(|edge| edge.is_same) {
        memory_merge::join(tx, edge.from)?;
        memory_merge::join(tx, edge.to)?;
    }
    let mut ends: Vec<i64> = gone.iter().flat_map(|edge| [edge.from, edge.to]).collect();
    ends.sort_unstable();
    ends.dedup();
    for entity in ends {
        let sql = "DELETE FROM memory_entities WHERE workspace_id = $1 AND id = $2
            AND NOT EXISTS (SELECT 1 FROM memory_edges e WHERE e.workspace_id = $1 AND e.from_id = $2)
            AND NOT EXISTS (SELECT 1 FROM memory_edges e WHERE e.workspace_id = $1 AND e.to_id = $2)";
        if tx.execute(sql, params![entity])? > 0 {
            tx.execute("DELETE FROM memory_aliases WHERE workspace_id = $1 AND entity_id = $2", params![entity])?;
        }
    }
    Ok(())
}

/// The key of the entity that `new` names in the graph of the evidence's owner; it is made if there is none.
fn ensure(tx: &mut Tx<'_>, evidence: &Evidence, new: &NewEntity, place: i64) -> Result<i64> {
    let folded = fold(&new.name);
    let sql = "SELECT e.id, e.kind FROM memory_aliases a
        JOIN memory_entities e ON e.workspace_id = a.workspace_id AND e.id = a.entity_id
        WHERE a.workspace_id = $1 AND a.subject = $2 AND a.folded = $3 ORDER BY e.id";
    let mut known = Vec::new();
    for mut row in tx.query(sql, params![evidence.subject, &folded])? {
        known.push((row.next_int()?, row.next_text()?));
    }
    if let Some((id, _)) = known.iter().find(|(_, kind)| *kind == new.kind) {
        return Ok(*id);
    }
    if new.kind == ANY_ENTITY_KIND
        && let Some((id, _)) = known.first()
    {
        return Ok(*id);
    }
    if let Some((id, _)) = known.iter().find(|(_, kind)| kind == ANY_ENTITY_KIND) {
        let sql = "UPDATE memory_entities SET kind = $3 WHERE workspace_id = $1 AND id = $2";
        tx.execute(sql, params![*id, &new.kind])?;
        return Ok(*id);
    }
    insert(tx, evidence, new, &folded, place)
}

fn insert(tx: &mut Tx<'_>, evidence: &Evidence, new: &NewEntity, folded: &str, place: i64) -> Result<i64> {
    let sql = "INSERT INTO memory_entities (workspace_id, id, subject, kind, name, created_at_ms)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (workspace_id, id) DO NOTHING";
    let first = first_key(evidence.memory, place);
    for id in first..first.saturating_add(1 << PLACE_BITS) {
        let params = params![id, evidence.subject, &new.kind, new.name.trim(), evidence.now_ms];
        if tx.execute(sql, params)? > 0 {
            let sql = "INSERT INTO memory_aliases (workspace_id, subject, folded, entity_id) VALUES ($1, $2, $3, $4)";
            tx.execute(sql, params![evidence.subject, folded, id])?;
            return Ok(id);
        }
    }
    Err(Error::broken("no key is free for an entity"))
}

/// The key that the entity in this place of a memory gets if it is free: it begins with the time of the memory's key, so that
/// entities sort by time, and goes on with a mixture of the rest and the place.
fn first_key(memory: MemoryId, place: i64) -> i64 {
    let low = (1_i64 << PLACE_BITS) - 1;
    let mixed = (memory.key() & low).wrapping_mul(0x9E_3779).wrapping_add(place.wrapping_mul(0x1_0003));
    (memory.key() & !low) | (mixed & low)
}

impl Db {
    /// Removes edges of all workspaces that have faded or hold no longer, at most [`SWEEP_ROWS`] of them, and the entities that
    /// have no other edge; answers how many.
    pub async fn prune_memory_edges(&self, now_ms: i64) -> Result<u64> {
        self.write(move |tx| {
            let sql = "SELECT workspace_id, from_id, kind, to_id, memory_id FROM memory_edges
                WHERE fades_at_ms <= $1 ORDER BY fades_at_ms LIMIT $2";
            let mut faded = Vec::new();
            for mut row in tx.query(sql, params![now_ms, SWEEP_ROWS])? {
                let (workspace, from, kind) = (row.next_int()?, row.next_int()?, row.next_text()?);
                faded.push((workspace, from, kind, row.next_int()?, row.next_int()?));
            }
            // Transactions that change several workspaces lock their heads in one order.
            faded.sort_unstable();
            let mut pruned = 0;
            for of_one in faded.chunk_by(|one, other| one.0 == other.0) {
                let Some((workspace, ..)) = of_one.first() else { continue };
                let mut tx = tx.of_workspace(*workspace);
                memory_heads::next(&mut tx)?;
                for (_, from, kind, to, memory) in of_one {
                    let sql = "DELETE FROM memory_edges
                        WHERE workspace_id = $1 AND from_id = $2 AND kind = $3 AND to_id = $4 AND memory_id = $5";
                    pruned += tx.execute(sql, params![*from, kind, *to, *memory])?;
                    tidy(&mut tx, &[Ends { from: *from, to: *to, is_same: kind == SAME_ENTITY }])?;
                }
            }
            Ok(pruned)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relation(from: &str, kind: &str, to: &str) -> NewRelation {
        let entity = |name: &str| NewEntity { kind: any_kind(), name: name.to_owned() };
        NewRelation { from: entity(from), kind: kind.to_owned(), to: entity(to), confidence: 1.0 }
    }

    #[test]
    fn a_relation_has_two_ends_with_names() {
        let place = |relation: &NewRelation| relation.fault().map(|(field, _)| field);
        assert_eq!(place(&relation("Ana", "works_on", "Kestrel")), None);
        assert_eq!(place(&relation("Ana", "works_on", " ÁNA ")), Some("to"));
        assert_eq!(place(&relation(" \u{202e}", "works_on", "Kestrel")), Some("from"));
        assert_eq!(place(&relation("Ana", "works_on", &"x".repeat(201))), Some("to"));
        assert_eq!(place(&relation("Ana", "Works on", "Kestrel")), Some("kind"));
        for confidence in [-0.1, 1.1, f64::NAN] {
            let relation = NewRelation { confidence, ..relation("Ana", "works_on", "Kestrel") };
            assert_eq!(place(&relation), Some("confidence"));
        }
    }

    #[test]
    fn keys_of_entities_sort_by_time_and_those_of_one_memory_differ() {
        let (early, late) = (MemoryId::from_key((7 << 22) | 99), MemoryId::from_key((8 << 22) | 1));
        let keys: std::collections::BTreeSet<i64> = (0..128).map(|place| first_key(early, place)).collect();
        assert_eq!(keys.len(), 128);
        assert!(keys.iter().all(|key| *key < first_key(late, 0) && *key >= 7 << 22));
    }
}
