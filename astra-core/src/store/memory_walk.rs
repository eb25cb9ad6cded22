//! The graph of memory as it is read: from entities along edges, hop by hop, in bounded time whatever the graph is like. An
//! owner walks its own graph and the workspace's as one: entities of both that have a name and a kind in common are one.

use std::collections::{BTreeMap, BTreeSet};

use super::error::Result;
use super::memory_decay::edge_weight;
use super::memory_edges::{self, EdgeKey, EdgeRow};
use super::memory_joined::{self, Joined};
use super::memory_walk_request::Walk;
use super::rows::Rows;
use super::tx::Tx;
use super::value::Param;
use crate::ids::{EntityId, MemoryId};

/// Entities whose edges one hop reads, at the most: those with the highest score.
const FRONTIER_MAX: usize = 32;

/// An entity that a walk has come to.
#[derive(Debug, Clone, PartialEq)]
pub struct WalkedEntity {
    /// `ent_...`
    pub id: EntityId,
    /// What it is, such as `person`.
    pub kind: String,
    /// What it is called.
    pub name: String,
    /// What else it is called.
    pub aliases: Vec<String>,
    /// Whether the workspace's graph has it.
    pub is_workspace: bool,
    /// How many edges lie between it and the start.
    pub hops: u32,
    /// What its best path weighs, 0 to 1.
    pub score: f64,
}

/// An edge that a walk has gone along: all memories that state it together.
#[derive(Debug, Clone, PartialEq)]
pub struct WalkedEdge {
    /// Its subject.
    pub from: EntityId,
    /// What the one is to the other.
    pub kind: String,
    /// Its object.
    pub to: EntityId,
    /// The highest confidence of its evidence, 0 to 1.
    pub confidence: f64,
    /// The highest weight of its evidence now, 0 to 1.
    pub weight: f64,
    /// What the path to its memory weighs, 0 to 1: less through entities with many edges.
    pub score: f64,
    /// The memories that state it, newest first.
    pub evidence: Vec<MemoryId>,
    /// The edge as each of them has it.
    pub keys: Vec<EdgeKey>,
}

/// What a walk has come to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Walked {
    /// The entities, nearest first, then by score.
    pub entities: Vec<WalkedEntity>,
    /// The edges between them, in the order in which they were found.
    pub edges: Vec<WalkedEdge>,
    /// Whether nothing within the hops was left out.
    pub is_complete: bool,
}

impl Walked {
    /// The edges, as each memory that states one has it.
    pub fn keys(&self) -> impl Iterator<Item = EdgeKey> {
        self.edges.iter().flat_map(|edge| edge.keys.iter().cloned())
    }
}

/// The graph of a workspace's memory.
#[derive(Clone, Copy)]
pub struct MemoryGraph<'a>(pub(super) &'a Rows);

impl MemoryGraph<'_> {
    /// The entities, visible to `owner`, that have one of these folded names: each with the name that it was found by.
    pub async fn named(self, owner: i64, folded: Vec<String>) -> Result<Vec<(String, EntityId)>> {
        let mut found = Vec::new();
        for asked in folded.chunks(memory_joined::ASKED_AT_ONCE) {
            let asked = asked.to_vec();
            found.extend(self.0.look(move |tx| named(tx, owner, &asked)).await?);
        }
        Ok(found)
    }

    /// Walks; entities of the start that `owner` does not see are left out.
    pub async fn walk(self, walk: Walk) -> Result<Walked> {
        self.0.read(move |tx| Walker::new(&walk).run(tx)).await
    }
}

fn named(tx: &mut Tx<'_>, owner: i64, asked: &[String]) -> Result<Vec<(String, EntityId)>> {
    let (names, length) = memory_joined::places(asked.len(), 3);
    let names_of = asked.iter().chain(asked.last().into_iter().cycle()).take(length);
    let params: Vec<Param<'_>> =
        std::iter::once(Param::Int(owner)).chain(names_of.map(|name| Param::Text(name))).collect();
    let sql = format!(
        "SELECT a.folded, a.entity_id FROM memory_aliases a WHERE a.workspace_id = $1 AND a.subject IN (0, $2)
            AND a.folded IN ({names}) ORDER BY a.folded, a.entity_id LIMIT 1000"
    );
    tx.query(&sql, &params)?.into_iter().map(|mut row| Ok((row.next_text()?, row.next_id()?))).collect()
}

/// A walk under way. Entities that are one are known by the key of the oldest of them.
struct Walker<'a> {
    walk: &'a Walk,
    joined: Joined,
    hops_of: BTreeMap<i64, (u32, f64)>,
    edges: Vec<WalkedEdge>,
    edge_at: BTreeMap<(i64, String, i64), usize>,
    is_complete: bool,
}

impl<'a> Walker<'a> {
    fn new(walk: &'a Walk) -> Self {
        let (joined, hops_of) = (Joined::new(walk.owner), BTreeMap::new());
        Self { walk, joined, hops_of, edges: Vec::new(), edge_at: BTreeMap::new(), is_complete: true }
    }

    fn run(mut self, tx: &mut Tx<'_>) -> Result<Walked> {
        let start: Vec<i64> = self.walk.start.iter().map(|id| id.key()).collect();
        self.joined.load(tx, &start)?;
        let mut frontier: BTreeSet<i64> = start.iter().filter_map(|id| self.joined.one_of(*id)).collect();
        self.hops_of.extend(frontier.iter().map(|id| (*id, (0, 1.0))));
        for hop in 1..=self.walk.hops {
            if frontier.is_empty() {
                break;
            }
            frontier = self.hop(tx, hop, &frontier)?;
        }
        Ok(self.finish())
    }

    /// Goes along the edges of `frontier`; answers the entities that are new.
    fn hop(&mut self, tx: &mut Tx<'_>, hop: u32, frontier: &BTreeSet<i64>) -> Result<BTreeSet<i64>> {
        let frontier = self.best(frontier);
        let members: Vec<i64> = frontier.iter().flat_map(|id| self.joined.members(*id)).collect();
        let each = (self.walk.edges_a_hop / frontier.len().max(1)).max(1);
        let found = memory_edges::newest(tx, self.walk, &members, each)?;
        self.is_complete &= found.is_complete;
        let mut rows = found.rows;
        if rows.len() > self.walk.edges_a_hop {
            rows.truncate(self.walk.edges_a_hop);
            self.is_complete = false;
        }
        let mut ends: Vec<i64> = rows.iter().flat_map(|row| [row.from, row.to]).collect();
        ends.sort_unstable();
        ends.dedup();
        self.joined.load(tx, &ends)?;
        let degrees = self.degrees(&frontier, &found.degrees);
        let mut reached = BTreeSet::new();
        for row in &rows {
            self.take(row, hop, &frontier, &degrees, &mut reached);
        }
        Ok(reached)
    }

    /// The entities of `frontier` whose edges are read.
    fn best(&mut self, frontier: &BTreeSet<i64>) -> Vec<i64> {
        let score = |id: &i64| self.hops_of.get(id).map_or(0.0, |(_, score)| *score);
        let mut best: Vec<i64> = frontier.iter().copied().collect();
        best.sort_by(|one, other| score(other).total_cmp(&score(one)).then(one.cmp(other)));
        if best.len() > FRONTIER_MAX {
            best.truncate(FRONTIER_MAX);
            self.is_complete = false;
        }
        best
    }

    /// How many edges each entity of `frontier` has, all that are one with it together.
    fn degrees(&self, frontier: &[i64], of_members: &BTreeMap<i64, i64>) -> BTreeMap<i64, i64> {
        let degree =
            |id: &i64| self.joined.members(*id).iter().filter_map(|member| of_members.get(member)).sum::<i64>();
        frontier.iter().map(|id| (*id, degree(id))).collect()
    }

    fn take(
        &mut self,
        row: &EdgeRow,
        hop: u32,
        frontier: &[i64],
        degrees: &BTreeMap<i64, i64>,
        reached: &mut BTreeSet<i64>,
    ) {
        let (Some(from), Some(to)) = (self.joined.one_of(row.from), self.joined.one_of(row.to)) else { return };
        if from == to {
            return;
        }
        let weight = edge_weight(row.strength, row.strength_at_ms, self.walk.now_ms);
        for (here, there) in [(from, to), (to, from)] {
            if !frontier.contains(&here) {
                continue;
            }
            let to_here = self.hops_of.get(&here).map_or(0.0, |(_, score)| *score);
            let score = to_here * row.confidence * weight * through(degrees.get(&here).copied().unwrap_or(1));
            if !self.reach(there, hop, score, reached) {
                self.is_complete = false;
                continue;
            }
            self.note(row, (from, to), weight, score);
        }
    }

    /// Whether the entity is one of the answer.
    fn reach(&mut self, id: i64, hop: u32, score: f64, reached: &mut BTreeSet<i64>) -> bool {
        if let Some((hops, best)) = self.hops_of.get_mut(&id) {
            if *hops == hop {
                *best = best.max(score);
            }
            return true;
        }
        if self.hops_of.len() >= self.walk.entities_max {
            return false;
        }
        self.hops_of.insert(id, (hop, score));
        reached.insert(id)
    }

    fn note(&mut self, row: &EdgeRow, (from, to): (i64, i64), weight: f64, score: f64) {
        let memory = MemoryId::from_key(row.memory);
        let at = *self.edge_at.entry((from, row.kind.clone(), to)).or_insert(self.edges.len());
        if let Some(edge) = self.edges.get_mut(at) {
            edge.confidence = edge.confidence.max(row.confidence);
            edge.weight = edge.weight.max(weight);
            edge.score = edge.score.max(score);
            if !edge.evidence.contains(&memory) {
                edge.evidence.push(memory);
                edge.evidence.sort_by(|one, other| other.cmp(one));
            }
            if !edge.keys.contains(&row.key()) {
                edge.keys.push(row.key());
            }
            return;
        }
        let (from, to) = (EntityId::from_key(from), EntityId::from_key(to));
        let (kind, confidence) = (row.kind.clone(), row.confidence);
        let (evidence, keys) = (vec![memory], vec![row.key()]);
        self.edges.push(WalkedEdge { from, kind, to, confidence, weight, score, evidence, keys });
    }

    fn finish(self) -> Walked {
        let entity = |(id, (hops, score)): (&i64, &(u32, f64))| {
            let shown = self.joined.shown(*id)?;
            Some(WalkedEntity {
                id: EntityId::from_key(*id),
                kind: shown.kind,
                name: shown.name,
                aliases: shown.aliases,
                is_workspace: shown.is_workspace,
                hops: *hops,
                score: *score,
            })
        };
        let mut entities: Vec<WalkedEntity> = self.hops_of.iter().filter_map(entity).collect();
        let order = |one: &WalkedEntity, other: &WalkedEntity| {
            one.hops.cmp(&other.hops).then(other.score.total_cmp(&one.score)).then(one.id.cmp(&other.id))
        };
        entities.sort_by(order);
        Walked { entities, edges: self.edges, is_complete: self.is_complete }
    }
}

/// How much of a path's weight goes through an entity with `degree` edges: less, the more there are.
#[expect(clippy::cast_precision_loss, reason = "edges are counted up to a thousand")]
fn through(degree: i64) -> f64 {
    1.0 / (1.0 + (degree.max(1) as f64).ln())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entity_with_many_edges_lets_less_through() {
        assert!((through(0) - 1.0).abs() < 1e-9 && (through(1) - 1.0).abs() < 1e-9);
        assert!(through(2) > through(10) && through(10) > through(1_000) && through(1_000) > 0.1);
    }
}
