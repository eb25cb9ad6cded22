//! How edges of the graph gain strength by use. The index in memory holds no strength: nothing that is written here is a change
//! that an index has to read.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::error::Result;
use super::memory_decay::{fades_at_ms, strengthened};
use super::memory_edges::EdgeKey;
use super::memory_heads;
use super::memory_joined::{ASKED_AT_ONCE, places};
use super::memory_walk::MemoryGraph;
use super::tx::Tx;
use super::value::Param;
use crate::ids::MemoryId;
use crate::params;

/// What an edge gains by use.
const GAIN_OF_USE: f64 = 0.1;
/// What would gain less is not written.
const GAIN_LEAST: f64 = 0.01;

/// What has a strength from now on.
struct Stronger {
    strength: f64,
    strength_at_ms: i64,
}

/// An edge that gains.
struct StrongerEdge {
    key: EdgeKey,
    edge: Stronger,
    fades_at_ms: i64,
}

/// Edges that gain, and the memories that state them, which weigh more then too.
#[derive(Default)]
struct Rising {
    edges: Vec<StrongerEdge>,
    memories: BTreeMap<MemoryId, Stronger>,
}

impl MemoryGraph<'_> {
    /// Strengthens edges that were of use, each once; answers how many have gained. Edges that are gone, have faded, do not hold
    /// now or whose memory is deleted are left out, and so are those that gain less than 0.01. Nothing is written if no edge
    /// gains.
    pub async fn strengthen(self, mut edges: Vec<EdgeKey>, now_ms: i64) -> Result<u64> {
        edges.sort_unstable();
        edges.dedup();
        let used = Arc::new(edges);
        let looked_at = Arc::clone(&used);
        if self.0.read(move |tx| Ok(rising(tx, &looked_at, now_ms)?.edges.is_empty())).await? {
            return Ok(0);
        }
        self.0
            .write_locking(move |tx| {
                memory_heads::lock(tx)?;
                let rising = rising(tx, &used, now_ms)?;
                write(tx, &rising)
            })
            .await
    }
}

/// What gains of `used`, which are sorted.
fn rising(tx: &mut Tx<'_>, used: &[EdgeKey], now_ms: i64) -> Result<Rising> {
    let mut memories: Vec<i64> = used.iter().map(|key| key.memory.key()).collect();
    memories.dedup();
    let mut rising = Rising::default();
    for asked in memories.chunks(ASKED_AT_ONCE) {
        let (names, length) = places(asked.len(), 3);
        let ids = asked.iter().chain(asked.last().into_iter().cycle()).take(length);
        let params: Vec<Param<'_>> = std::iter::once(Param::Int(now_ms)).chain(ids.map(|id| Param::Int(*id))).collect();
        let sql = format!(
            "SELECT e.memory_id, e.from_id, e.kind, e.to_id, e.strength, e.strength_at_ms, e.valid_to_ms, m.strength,
                m.strength_at_ms FROM memory_edges e
            JOIN memories m ON m.workspace_id = e.workspace_id AND m.id = e.memory_id AND m.deleted_at_ms IS NULL
            WHERE e.workspace_id = $1 AND e.valid_from_ms <= $2 AND e.fades_at_ms > $2 AND e.memory_id IN ({names})
            ORDER BY e.memory_id, e.from_id, e.kind, e.to_id"
        );
        for mut row in tx.query(&sql, &params)? {
            let key =
                EdgeKey { memory: row.next_id()?, from: row.next_id()?, kind: row.next_text()?, to: row.next_id()? };
            let edge = gain((row.next_float()?, row.next_int()?), now_ms);
            let valid_to_ms = row.next_optional_int()?.unwrap_or(i64::MAX);
            let memory = gain((row.next_float()?, row.next_int()?), now_ms);
            let (Some(edge), true) = (edge, used.binary_search(&key).is_ok()) else { continue };
            if let Some(memory) = memory {
                rising.memories.insert(key.memory, memory);
            }
            let fades_at_ms = fades_at_ms(edge.strength, edge.strength_at_ms).min(valid_to_ms);
            rising.edges.push(StrongerEdge { key, edge, fades_at_ms });
        }
    }
    Ok(rising)
}

/// What has the strength `had` gains by a use, if that is worth a write.
fn gain((strength, strength_at_ms): (f64, i64), now_ms: i64) -> Option<Stronger> {
    let before = strengthened(strength, strength_at_ms, 0.0, now_ms);
    let after = strengthened(strength, strength_at_ms, GAIN_OF_USE, now_ms);
    // A clock that was set back takes nothing.
    let stronger = Stronger { strength: after, strength_at_ms: now_ms.max(strength_at_ms) };
    (after - before >= GAIN_LEAST).then_some(stronger)
}

fn write(tx: &mut Tx<'_>, rising: &Rising) -> Result<u64> {
    let mut count = 0;
    for StrongerEdge { key, edge, fades_at_ms } in &rising.edges {
        let sql = "UPDATE memory_edges SET strength = $6, strength_at_ms = $7, fades_at_ms = $8
            WHERE workspace_id = $1 AND from_id = $2 AND kind = $3 AND to_id = $4 AND memory_id = $5";
        let params = params![key.from, &key.kind, key.to, key.memory, edge.strength, edge.strength_at_ms, *fades_at_ms];
        count += tx.execute(sql, params)?;
    }
    for (memory, stronger) in &rising.memories {
        let sql = "UPDATE memories SET strength = $3, strength_at_ms = $4 WHERE workspace_id = $1 AND id = $2";
        tx.execute(sql, params![*memory, stronger.strength, stronger.strength_at_ms])?;
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000;

    #[test]
    fn what_is_as_strong_as_can_be_is_not_written() {
        assert!(gain((1.0, 0), 0).is_none() && gain((1.0, 0), DAY / 4).is_none(), "it has lost less than 0.01");
        let day = gain((1.0, 0), DAY).expect("it has lost 0.03");
        assert!((day.strength - 1.0).abs() < 1e-9 && day.strength_at_ms == DAY);
        let half = gain((0.5, DAY), 0).expect("it gains");
        assert!((half.strength - 0.6).abs() < 1e-9 && half.strength_at_ms == DAY, "a clock that was set back");
    }
}
