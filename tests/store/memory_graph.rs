//! The graph of memory: in step with its memories, walked in bounded time, faded by time and not by work; consolidation, which
//! done again changes nothing; and what memory does not keep.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use astra_core::ids::{EntityId, MemoryId};
use astra_core::memory::graph::recall;
use astra_core::params;
use astra_core::store::{
    Consolidated, EdgeKey, IndexEntry, MemoryCategory, MemoryFilter, MemoryReader, MemoryTier, NewMemory, PageRequest,
    Precondition, Rows, StoredMemory, Walk, Walked, edge_weight, weight_of_daily,
};
use serde_json::json;

use crate::memories::{Place, new};
use crate::support::both_backends;

const DAY: i64 = 86_400_000;
const ADA: &str = "usr_ada";

/// A memory of Ada's that states `from kind to`.
pub(super) fn states(key: i64, from: &str, kind: &str, to: &str) -> NewMemory {
    let relation = json!({"from": {"name": from}, "kind": kind, "to": {"name": to}});
    let data = json!({"relations": [relation]}).as_object().cloned().expect("an object");
    let content = format!("{from} {kind} {to}");
    NewMemory { tier: MemoryTier::Graph, data, confidence: 1.0, valid_from_ms: 0, ..new(key, None, &content) }
}

pub(super) async fn keep(rows: &Rows, new: NewMemory, now_ms: i64) -> StoredMemory {
    rows.memories().keep(new, None, now_ms).await.expect("it is kept").1
}

async fn owner(rows: &Rows) -> i64 {
    rows.memories().owner(ADA).await.expect("a look").unwrap_or(0)
}

pub(super) async fn walk(rows: &Rows, start: &str, hops: u32, now_ms: i64) -> Walked {
    let owner = owner(rows).await;
    let named = rows.memory_graph().named(owner, vec![start.to_owned()]).await.expect("a look");
    let start = named.into_iter().map(|(_, id)| id).collect();
    let walk = Walk { owner, start, hops, kinds: Vec::new(), entities_max: 50, edges_a_hop: 64, now_ms };
    rows.memory_graph().walk(walk).await.expect("a walk")
}

/// The edges of a walk, as their memories have them.
pub(super) fn keys(walked: &Walked) -> Vec<EdgeKey> {
    walked.edges.iter().flat_map(|edge| edge.keys.clone()).collect()
}

fn names(walked: &Walked) -> Vec<&str> {
    walked.entities.iter().map(|entity| entity.name.as_str()).collect()
}

pub(super) async fn contents(rows: &Rows, now_ms: i64) -> Vec<StoredMemory> {
    let reader = MemoryReader { user_id: Arc::from(ADA), now_ms };
    let filter = MemoryFilter {
        reader,
        owner: None,
        tier: None,
        category: None,
        agent_id: None,
        session_id: None,
        as_of_ms: None,
        with_superseded: false,
    };
    rows.memories().page(filter, PageRequest { limit: 200, after: None }).await.expect("a page").data
}

pub(super) async fn consolidate(rows: &Rows, first: i64, now_ms: i64) -> Option<Consolidated> {
    let keys = AtomicI64::new(first);
    let key = move || keys.fetch_add(1, Ordering::SeqCst);
    let index = |text: &str| IndexEntry { embedder: 1, vector: Vec::new(), terms: text.as_bytes().to_vec() };
    rows.memories().consolidate(key, index, now_ms).await.expect("it is consolidated")
}

both_backends! {
    async fn weights_are_the_same_however_often_the_upkeep_has_run(place: Place) {
        for (run, days) in [0, 1, 5].into_iter().zip([3, 4, 5]) {
            let name = format!("end {days}");
            keep(&place.here, states(days << 30, "hub", "leads_to", &name), 0).await;
            for days in [1, 7, 8, 14, 16, 40] {
                for _ in 0..run {
                    assert_eq!(place.here.memory_graph().strengthen(Vec::new(), days * DAY).await.expect("it runs"), 0);
                    assert_eq!(place.store.db.prune_memory_edges(days * DAY).await.expect("it runs"), 0);
                }
                let walked = walk(&place.here, &name, 1, days * DAY).await;
                assert!((walked.edges[0].weight - 0.97_f64.powf(f64::from(i32::try_from(days).unwrap()))).abs() < 1e-9, "{days}");
            }
        }
        assert!((weight_of_daily(8 * DAY) - 0.88).abs() < 1e-9 && (edge_weight(1.0, 0, DAY) - 0.97).abs() < 1e-9);
    }

    async fn what_has_faded_is_pruned_and_what_was_of_use_stays(place: Place) {
        let (old, used) = (keep(&place.here, states(1 << 30, "a", "knows", "b"), 0).await, states(2 << 30, "a", "knows", "c"));
        let used = keep(&place.here, used, 0).await;
        let led = keys(&walk(&place.here, "c", 1, 40 * DAY).await);
        assert_eq!(place.here.memory_graph().strengthen(led, 40 * DAY).await.expect("it is"), 1);
        assert_eq!(place.store.db.prune_memory_edges(151 * DAY).await.expect("it runs"), 0);
        assert_eq!(place.store.db.prune_memory_edges(153 * DAY).await.expect("it runs"), 1);
        let left = walk(&place.here, "a", 2, 153 * DAY).await;
        assert_eq!((names(&left), &left.edges[0].evidence), (vec!["a", "c"], &vec![used.id]));
        assert_eq!(names(&walk(&place.here, "b", 1, 153 * DAY).await), [""; 0]);
        // The memory is still there, and says the same again.
        let again = keep(&place.here, states(3 << 30, "a", "knows", "b"), 154 * DAY).await;
        assert_eq!((again.id, again.evidence), (old.id, 2));
        assert_eq!(names(&walk(&place.here, "b", 1, 154 * DAY).await), ["b", "a"]);
    }

    async fn what_holds_for_a_time_is_walked_in_that_time(place: Place) {
        let until = NewMemory { valid_to_ms: Some(10), valid_from_ms: 5, ..states(1 << 30, "a", "knows", "b") };
        keep(&place.here, until, 1).await;
        for (now_ms, edges) in [(4, 0), (5, 1), (9, 1), (10, 0)] {
            assert_eq!(walk(&place.here, "a", 1, now_ms).await.edges.len(), edges, "{now_ms}");
        }
        assert_eq!(place.store.db.prune_memory_edges(10).await.expect("it runs"), 1);
    }

    async fn a_question_leads_to_what_is_two_edges_away(place: Place) {
        let near = keep(&place.here, states(1 << 30, "Ana", "works_on", "Kestrel"), 0).await;
        let far = keep(&place.here, states(2 << 30, "Kestrel", "uses", "Kafka"), 0).await;
        keep(&place.here, states(3 << 30, "Kafka", "runs_on", "Node Seven"), 0).await;
        keep(&place.here, states(4 << 30, "Bea", "knows", "Carl"), 0).await;
        let owner = owner(&place.here).await;
        let asked = |owner, question: &'static str| recall(&place.here, owner, question, 1, 20);
        let found = asked(owner, "What does the team of ana's rely on?").await.expect("a walk");
        assert_eq!(found.ranked, [near.id.key(), far.id.key()]);
        let stated = |memory: MemoryId| found.edges[&memory.key()].iter().map(|key| key.kind.as_str()).collect::<Vec<_>>();
        assert_eq!((stated(near.id), stated(far.id)), (vec!["works_on"], vec!["uses"]));
        assert_eq!(asked(0, "What does Ana rely on?").await.expect("a walk").ranked, [0; 0], "another one sees nothing of it");
        assert_eq!(asked(owner, "What is the weather?").await.expect("a walk").ranked, [0; 0]);
    }

    async fn of_the_same_twice_one_stays_with_the_evidence_of_both(place: Place) {
        keep(&place.here, states(1 << 30, "a", "knows", "b"), 0).await;
        // As an import or another program may leave it.
        let copy = place.here.write(|tx| {
            let columns = "tier, subject, agent_id, session_id, turn_id, category, slot, content, data, quote, source, rule, trust,
                confidence, strength, strength_at_ms, evidence, content_hash, valid_from_ms, valid_to_ms, superseded_by,
                expires_at_ms, version, created_at_ms, updated_at_ms, created_by, deleted_at_ms";
            let sql = format!("INSERT INTO memories (workspace_id, id, {columns})
                SELECT workspace_id, id + 1, {columns} FROM memories WHERE workspace_id = $1 AND id = $2");
            tx.execute(&sql, params![1_i64 << 30])
        });
        copy.await.expect("a copy");
        let done = consolidate(&place.here, 9 << 30, 1).await;
        assert_eq!(done, Some(Consolidated { doubles: 1, notes: 0, summaries: 0 }));
        let left = contents(&place.here, 1).await;
        assert_eq!((left.len(), left[0].id.key(), left[0].evidence), (1, 1 << 30, 2));
        assert_eq!(walk(&place.here, "a", 1, 1).await.edges[0].evidence, [left[0].id]);
        assert_eq!(consolidate(&place.here, 9 << 30, 1).await, None);
    }

    async fn old_notes_become_one_summary_for_each_week_and_owner(place: Place) {
        // 2026-11-23T21:00:00Z, a Monday.
        let monday = 1_795_467_600_000;
        let daily = |key: i64, content: &str, category| {
            NewMemory { tier: MemoryTier::Daily, category: Some(category), valid_from_ms: 0, ..new(key << 30, None, content) }
        };
        let (decision, interaction) = (MemoryCategory::Decision, MemoryCategory::Interaction);
        keep(&place.here, daily(1, "Releases are made on Tuesdays.", decision), monday).await;
        keep(&place.here, daily(2, "The plan was read.", interaction), monday + 2 * DAY).await;
        keep(&place.here, NewMemory { user_id: None, ..daily(3, "For all.", decision) }, monday).await;
        keep(&place.here, daily(4, "The week after.", decision), monday + 8 * DAY).await;
        let expires_at_ms = Some(monday + 300 * DAY);
        keep(&place.here, NewMemory { expires_at_ms, ..daily(5, "It expires.", decision) }, monday).await;
        keep(&place.here, daily(6, "It is new.", decision), monday + 39 * DAY).await;
        let now_ms = monday + 48 * DAY;
        let done = consolidate(&place.here, 9 << 30, now_ms).await;
        assert_eq!(done, Some(Consolidated { doubles: 0, notes: 4, summaries: 3 }));
        let left = contents(&place.here, now_ms).await;
        let mut texts: Vec<&str> = left.iter().map(|memory| memory.content.as_str()).collect();
        texts.sort_unstable();
        assert_eq!(texts, [
            "2026-11-23: For all.",
            "2026-11-23: Releases are made on Tuesdays.\n2026-11-25: The plan was read.",
            "2026-12-01: The week after.",
            "It expires.",
            "It is new.",
        ]);
        assert_eq!(consolidate(&place.here, 10 << 30, now_ms).await, None, "again, it changes nothing");
        assert_eq!(contents(&place.here, now_ms).await, left);
        // One that comes late joins the summary of its week.
        keep(&place.here, daily(7, "It came late.", decision), monday + 3 * DAY).await;
        assert_eq!(consolidate(&place.here, 11 << 30, now_ms).await, Some(Consolidated { doubles: 0, notes: 1, summaries: 1 }));
        let texts: Vec<String> = contents(&place.here, now_ms).await.into_iter().map(|memory| memory.content).collect();
        assert!(texts.contains(&"2026-11-23: Releases are made on Tuesdays.\n2026-11-25: The plan was read.\n2026-11-26: It came late.".to_owned()), "{texts:?}");
        assert_eq!(texts.len(), 5);
    }

    async fn what_expires_is_forgotten_and_what_was_deleted_goes_after_a_while(place: Place) {
        let reader = |now_ms| MemoryReader { user_id: Arc::from(ADA), now_ms };
        let expires = NewMemory { expires_at_ms: Some(10), ..states(1 << 30, "a", "knows", "b") };
        let expires = keep(&place.here, expires, 0).await;
        let kept = keep(&place.here, states(2 << 30, "a", "knows", "c"), 0).await;
        assert_eq!(place.store.db.expire_memories(9).await.expect("it runs"), 0);
        assert_eq!(place.store.db.expire_memories(10).await.expect("it runs"), 1);
        assert_eq!(place.store.db.expire_memories(10).await.expect("it runs"), 0);
        assert_eq!(names(&walk(&place.here, "a", 1, 10).await), ["a", "c"]);
        let history = |id: MemoryId, now_ms| place.here.memories().history(id, reader(now_ms), PageRequest { limit: 10, after: None });
        assert_eq!(history(expires.id, 11).await.expect("a look").map(|page| page.data.len()), Some(2));
        assert!(place.here.memories().delete(kept.id, reader(20), Precondition::Any).await.expect("it goes"));
        assert_eq!(place.store.db.remove_deleted_memories(20).await.expect("it runs"), 1);
        assert!(history(expires.id, 21).await.expect("a look").is_none());
        assert!(history(kept.id, 21).await.expect("a look").is_some());
    }

    async fn rows_of_items_that_are_gone_are_removed_when_there_are_many(place: Place) {
        keep(&place.here, new(1, None, "It stays."), 0).await;
        let dead = place.here.write(|tx| {
            for key in 100..1_100_i64 {
                let sql = "INSERT INTO memory_index (workspace_id, change, item_id, subject, tier, embedder, vector, terms,
                        created_at_ms, valid_from_ms, is_dead) VALUES ($1, 1, $2, 7, 'daily', 0, $3, $3, 0, 0, 1)";
                tx.execute(sql, params![key, [].as_slice()])?;
            }
            Ok(())
        });
        dead.await.expect("rows");
        let before = place.here.memory_index().head().await.expect("a look").expect("a head");
        assert!(place.store.db.sweep_memory_index().await.expect("it runs"));
        assert!(!place.store.db.sweep_memory_index().await.expect("it runs"));
        let after = place.here.memory_index().head().await.expect("a look").expect("a head");
        assert_eq!((after.change, after.rebuilt), (before.change + 1, before.change + 1));
        assert_eq!(place.here.memory_index().page_after(0, 0, 2_000).await.expect("a page").len(), 1);
    }

    async fn an_entity_with_a_hundred_thousand_edges_is_walked_in_bounded_time(place: Place) {
        keep(&place.here, states(1 << 30, "hub", "knows", "first"), 0).await;
        let hub = walk(&place.here, "hub", 1, 1).await.entities[0].id;
        let fill = place.here.write(move |tx| fill(tx, hub));
        fill.await.expect("rows");
        let owner = owner(&place.here).await;
        let walked = walk(&place.here, "hub", 4, 1).await;
        let found = recall(&place.here, owner, "Whom does the hub know?", 1, 20).await.expect("a walk");
        assert_eq!((walked.entities.len(), walked.is_complete, found.ranked.len()), (50, false, 20));
    }
}

/// Gives an entity 100,000 edges to entities of their own, with keys behind those that there are.
fn fill(tx: &mut astra_core::store::Tx<'_>, hub: EntityId) -> astra_core::store::Result<()> {
    for sql in [
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
            INSERT INTO memory_entities (workspace_id, id, subject, kind, name, created_at_ms)
            SELECT $1, $2 + 1099511627776 + n.i, 7, 'thing', 'spoke', 0 FROM n",
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
            INSERT INTO memory_edges (workspace_id, from_id, kind, to_id, memory_id, subject, confidence, strength, strength_at_ms,
                valid_from_ms, fades_at_ms)
            SELECT $1, $2, 'knows', $2 + 1099511627776 + n.i, $2 + n.i, 7, 1.0, 1.0, 0, 0, 99999999999 FROM n",
    ] {
        tx.execute(sql, params![hub])?;
    }
    Ok(())
}
