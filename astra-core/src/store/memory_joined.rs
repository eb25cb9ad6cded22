//! Entities that are one for who reads the graph: those that `also_known_as` joins, and those of the reader's own graph and of
//! the workspace's that have a name and a kind in common.

use std::collections::{BTreeMap, BTreeSet};

use super::error::Result;
use super::memory_graph_kinds::ANY_ENTITY_KIND;
use super::tx::Tx;
use super::value::Param;

/// Keys or names of one statement.
pub(super) const ASKED_AT_ONCE: usize = 64;
/// Statements that look for more entities that are the same, at the most.
const ROUNDS_MAX: usize = 8;

/// The entities that were loaded, and which of them are one. Each is known by the key of the oldest one.
pub(super) struct Joined {
    owner: i64,
    rows: BTreeMap<i64, EntityRow>,
    one: BTreeMap<i64, i64>,
    members: BTreeMap<i64, BTreeSet<i64>>,
}

/// An entity as it is kept.
#[derive(Debug, Clone)]
struct EntityRow {
    subject: i64,
    kind: String,
    name: String,
}

/// Entities that are one, as they are shown.
pub(super) struct Shown {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) aliases: Vec<String>,
    pub(super) is_workspace: bool,
}

/// The names of the parameters of a list, the first of which is `$first`, and how many they are: of few lengths, so that there
/// are few statements to prepare.
pub(super) fn places(count: usize, first: usize) -> (String, usize) {
    let length = count.next_power_of_two();
    let names: Vec<String> = (first..first + length).map(|place| format!("${place}")).collect();
    (names.join(", "), length)
}

impl Joined {
    pub(super) const fn new(owner: i64) -> Self {
        Self { owner, rows: BTreeMap::new(), one: BTreeMap::new(), members: BTreeMap::new() }
    }

    /// Loads entities, and all that are one with them. Those that the owner does not see are left out.
    pub(super) fn load(&mut self, tx: &mut Tx<'_>, entities: &[i64]) -> Result<()> {
        let mut asked: BTreeSet<i64> = entities.iter().copied().filter(|id| !self.rows.contains_key(id)).collect();
        let mut loaded = BTreeSet::new();
        let mut pairs = Vec::new();
        for _ in 0..ROUNDS_MAX {
            let ids: Vec<i64> = asked.into_iter().collect();
            asked = BTreeSet::new();
            for ids in ids.chunks(ASKED_AT_ONCE) {
                loaded.extend(self.read(tx, ids)?);
                for (id, other) in self.same(tx, ids)? {
                    if !self.one.contains_key(&other) {
                        pairs.push((id, other));
                        if !self.rows.contains_key(&other) {
                            asked.insert(other);
                        }
                    }
                }
            }
            if asked.is_empty() {
                break;
            }
        }
        self.unite(&loaded, &pairs);
        Ok(())
    }

    /// Makes one of each pair, among those that were just loaded.
    fn unite(&mut self, loaded: &BTreeSet<i64>, pairs: &[(i64, i64)]) {
        let mut one: BTreeMap<i64, i64> = loaded.iter().map(|id| (*id, *id)).collect();
        for _ in 0..loaded.len() {
            let mut has_changed = false;
            for (id, other) in pairs {
                let (Some(mine), Some(its)) = (one.get(id).copied(), one.get(other).copied()) else { continue };
                if mine != its {
                    let oldest = mine.min(its);
                    one.insert(*id, oldest);
                    one.insert(*other, oldest);
                    has_changed = true;
                }
            }
            if !has_changed {
                break;
            }
        }
        for (id, oldest) in one {
            self.one.insert(id, oldest);
            self.members.entry(oldest).or_default().insert(id);
        }
    }

    fn read(&mut self, tx: &mut Tx<'_>, ids: &[i64]) -> Result<Vec<i64>> {
        let (names, params) = self.asked(ids);
        let sql = format!(
            "SELECT e.id, e.subject, e.kind, e.name FROM memory_entities e
            WHERE e.workspace_id = $1 AND e.subject IN (0, $2) AND e.id IN ({names})"
        );
        let mut read = Vec::new();
        for mut row in tx.query(&sql, &params)? {
            let id = row.next_int()?;
            let (subject, kind, name) = (row.next_int()?, row.next_text()?, row.next_text()?);
            self.rows.insert(id, EntityRow { subject, kind, name });
            read.push(id);
        }
        Ok(read)
    }

    /// Pairs of entities that are one, of which each has one of `ids` first.
    fn same(&self, tx: &mut Tx<'_>, ids: &[i64]) -> Result<Vec<(i64, i64)>> {
        let (names, params) = self.asked(ids);
        let sql = format!(
            "SELECT e.id, e.merged_into FROM memory_entities e
                WHERE e.workspace_id = $1 AND e.id IN ({names}) AND e.merged_into IS NOT NULL
            UNION SELECT e.merged_into, e.id FROM memory_entities e
                WHERE e.workspace_id = $1 AND e.merged_into IN ({names})
            UNION SELECT a.entity_id, b.entity_id FROM memory_aliases a
                JOIN memory_aliases b ON b.workspace_id = a.workspace_id AND b.folded = a.folded AND b.subject IN (0, $2)
                    AND b.subject <> a.subject
                JOIN memory_entities c ON c.workspace_id = a.workspace_id AND c.id = a.entity_id
                JOIN memory_entities d ON d.workspace_id = b.workspace_id AND d.id = b.entity_id
                WHERE a.workspace_id = $1 AND a.entity_id IN ({names}) AND a.subject IN (0, $2)
                    AND (c.kind = d.kind OR c.kind = '{ANY_ENTITY_KIND}' OR d.kind = '{ANY_ENTITY_KIND}')
            ORDER BY 1, 2"
        );
        let mut pairs = Vec::new();
        for mut row in tx.query(&sql, &params)? {
            pairs.push((row.next_int()?, row.next_int()?));
        }
        Ok(pairs)
    }

    fn asked(&self, ids: &[i64]) -> (String, Vec<Param<'static>>) {
        let (names, length) = places(ids.len(), 3);
        let padded = ids.iter().chain(ids.last().into_iter().cycle()).take(length).map(|id| Param::Int(*id));
        (names, std::iter::once(Param::Int(self.owner)).chain(padded).collect())
    }

    /// The key that the entity is known by; none if it is not loaded.
    pub(super) fn one_of(&self, id: i64) -> Option<i64> {
        self.one.get(&id).copied()
    }

    /// All entities that are one with it.
    pub(super) fn members(&self, id: i64) -> Vec<i64> {
        self.members.get(&id).into_iter().flatten().copied().collect()
    }

    /// How the entities that are one are shown.
    pub(super) fn shown(&self, id: i64) -> Option<Shown> {
        let rows: Vec<&EntityRow> = self.members(id).iter().filter_map(|member| self.rows.get(member)).collect();
        let first = rows.first()?;
        let kind = rows.iter().map(|row| row.kind.as_str()).find(|kind| *kind != ANY_ENTITY_KIND);
        let others: BTreeSet<&str> = rows.iter().map(|row| row.name.as_str()).collect();
        Some(Shown {
            kind: kind.unwrap_or(&first.kind).to_owned(),
            name: first.name.clone(),
            aliases: others.into_iter().filter(|name| *name != first.name).map(str::to_owned).collect(),
            is_workspace: rows.iter().any(|row| row.subject == 0),
        })
    }
}
