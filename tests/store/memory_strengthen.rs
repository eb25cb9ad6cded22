//! Edges of the graph gain by use and by being said again, and by nothing else.

use std::sync::Arc;

use astra_core::ids::MemoryId;
use astra_core::memory::graph::recall;
use astra_core::params;
use astra_core::store::{
    EdgeKey, MemoryChange, MemoryReader, NewMemory, Precondition, Rows, StoredMemory, WorkspaceId, edge_weight,
    memory_weight,
};
use serde_json::json;

use crate::memories::Place;
use crate::memory_graph::{consolidate, contents, keep, keys, states, walk};
use crate::support::both_backends;

const DAY: i64 = 86_400_000;
const ADA: &str = "usr_ada";

/// What an edge weighs that is forty days old.
fn left() -> f64 {
    edge_weight(1.0, 0, 40 * DAY)
}

/// A memory that states `a knows b` and `a knows c`.
fn two(key: i64) -> NewMemory {
    let relation = |to: &str| json!({"from": {"name": "a"}, "kind": "knows", "to": {"name": to}});
    let data = json!({"relations": [relation("b"), relation("c")]}).as_object().cloned().expect("an object");
    NewMemory { data, ..states(key, "a", "knows", "b and c") }
}

/// What the edge to `name` weighs.
async fn weight(rows: &Rows, name: &str, now_ms: i64) -> f64 {
    walk(rows, name, 1, now_ms).await.edges[0].weight
}

async fn strengthen(rows: &Rows, edges: Vec<EdgeKey>, now_ms: i64) -> u64 {
    rows.memory_graph().strengthen(edges, now_ms).await.expect("it is written")
}

async fn find(rows: &Rows, id: MemoryId) -> StoredMemory {
    contents(rows, 0).await.into_iter().find(|memory| memory.id == id).expect("it is there")
}

#[track_caller]
fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9, "{found}, not {expected}");
}

both_backends! {
    async fn an_edge_that_was_of_use_gains_and_its_neighbour_does_not(place: Place) {
        let rows = &place.here;
        let memory = keep(rows, two(1 << 30), 0).await;
        let led = keys(&walk(rows, "b", 1, 40 * DAY).await);
        let head = rows.memory_index().head().await.expect("a look");
        assert_eq!((led.len(), strengthen(rows, [led.clone(), led.clone()].concat(), 40 * DAY).await), (1, 1));
        near(weight(rows, "b", 40 * DAY).await, left() + 0.1);
        near(weight(rows, "c", 40 * DAY).await, left());
        near(weight(rows, "b", 41 * DAY).await, (left() + 0.1) * 0.97);
        let stronger = find(rows, memory.id).await;
        near(memory_weight(&stronger, 40 * DAY), left() + 0.1);
        assert_eq!((stronger.version, stronger.updated_at_ms), (memory.version, memory.updated_at_ms), "it says what it said");
        assert_eq!(rows.memory_index().head().await.expect("a look"), head, "no index has to read anything");
        assert_eq!(strengthen(rows, led.clone(), 40 * DAY + 1).await, 1, "the next flush counts again");
        for _ in 0..9 {
            strengthen(rows, led.clone(), 40 * DAY + 1).await;
        }
        // It has grown as far as a gain of 0.01 goes.
        let most = weight(rows, "b", 40 * DAY + 1).await;
        assert!(most > 0.99 && most <= 1.0, "{most}");
        assert_eq!(strengthen(rows, led, 40 * DAY + DAY / 4).await, 0, "it would gain less than 0.01");
        near(weight(rows, "b", 41 * DAY + 1).await, most * 0.97);
    }

    async fn an_edge_fades_later_when_it_was_of_use(place: Place) {
        let rows = &place.here;
        keep(rows, two(1 << 30), 0).await;
        strengthen(rows, keys(&walk(rows, "b", 1, 150 * DAY).await), 150 * DAY).await;
        assert_eq!(place.store.db.prune_memory_edges(153 * DAY).await.expect("it runs"), 1);
        assert_eq!(walk(rows, "a", 1, 153 * DAY).await.entities.len(), 2);
        let until = NewMemory { valid_to_ms: Some(20 * DAY), ..states(2 << 30, "d", "knows", "e") };
        keep(rows, until, 0).await;
        strengthen(rows, keys(&walk(rows, "e", 1, 19 * DAY).await), 19 * DAY).await;
        assert!(walk(rows, "d", 1, 20 * DAY).await.edges.is_empty(), "what it holds until is as it was");
    }

    async fn what_is_gone_faded_or_anothers_gains_nothing(place: Place) {
        let rows = &place.here;
        let memory = keep(rows, two(1 << 30), 0).await;
        let led = keys(&walk(rows, "a", 1, 40 * DAY).await);
        assert_eq!(led.len(), 2);
        let foreign = place.store.db.rows(&WorkspaceId::new(2, "wsp_b"));
        assert_eq!(strengthen(&foreign, led.clone(), 40 * DAY).await, 0);
        assert_eq!(strengthen(rows, led.clone(), 152 * DAY).await, 0, "both have faded, and no upkeep has run");
        let unknown = EdgeKey { kind: "likes".to_owned(), ..led[0].clone() };
        assert_eq!(strengthen(rows, vec![unknown], 40 * DAY).await, 0);
        near(weight(rows, "b", 40 * DAY).await, left());
        let reader = MemoryReader { user_id: Arc::from(ADA), now_ms: 40 * DAY };
        assert!(rows.memories().delete(memory.id, reader, Precondition::Any).await.expect("it goes"));
        assert_eq!(strengthen(rows, led, 40 * DAY).await, 0);
        let count = rows.read(|tx| tx.one("SELECT COUNT(*) FROM memory_edges WHERE workspace_id = $1", params![])?.next_int());
        assert_eq!(count.await.expect("a look"), 0, "nothing comes back");
    }

    async fn an_edge_that_has_faded_is_not_walked_before_the_upkeep_has_run(place: Place) {
        keep(&place.here, states(1 << 30, "a", "knows", "b"), 0).await;
        assert_eq!(walk(&place.here, "a", 1, 151 * DAY).await.edges.len(), 1);
        assert!(walk(&place.here, "a", 1, 152 * DAY).await.edges.is_empty());
    }

    async fn what_is_said_again_gains_twice_as_much(place: Place) {
        let rows = &place.here;
        keep(rows, two(1 << 30), 0).await;
        keep(rows, states(2 << 30, "d", "knows", "e"), 0).await;
        strengthen(rows, keys(&walk(rows, "b", 1, 40 * DAY).await), 40 * DAY).await;
        let again = keep(rows, two(3 << 30), 40 * DAY).await;
        assert_eq!(again.evidence, 2);
        near(weight(rows, "b", 40 * DAY).await, left() + 0.3);
        near(weight(rows, "c", 40 * DAY).await, left() + 0.2);
        near(memory_weight(&again, 40 * DAY), left() + 0.3);
        near(weight(rows, "d", 40 * DAY).await, left());
        // What was pruned comes back with what its memory has.
        let day = 160 * DAY;
        assert_eq!(place.store.db.prune_memory_edges(day).await.expect("it runs"), 1);
        let again = keep(rows, states(4 << 30, "d", "knows", "e"), day).await;
        near(weight(rows, "d", day).await, edge_weight(1.0, 0, day) + 0.2);
        near(memory_weight(&again, day), edge_weight(1.0, 0, day) + 0.2);
    }

    async fn what_a_caller_changes_is_as_if_it_were_first_said(place: Place) {
        let rows = &place.here;
        let memory = keep(rows, two(1 << 30), 0).await;
        let change = MemoryChange {
            id: memory.id,
            content: "a knows both".to_owned(),
            category: None,
            data: memory.data.clone(),
            valid_to_ms: None,
            expires_at_ms: None,
            index: two(1).index,
        };
        let reader = MemoryReader { user_id: Arc::from(ADA), now_ms: 40 * DAY };
        let changed = rows.memories().update(change, reader, Precondition::Any).await.expect("a change").expect("it is there");
        near(memory_weight(&changed, 40 * DAY), 1.0);
        near(weight(rows, "b", 40 * DAY).await, 1.0);
    }

    async fn joining_what_says_the_same_changes_no_weight(place: Place) {
        let rows = &place.here;
        let kept = keep(rows, two(1 << 30), 0).await;
        let copied = rows.write(|tx| {
            let columns = "tier, subject, agent_id, session_id, turn_id, category, slot, content, data, quote, source, rule, trust,
                confidence, strength, strength_at_ms, evidence, content_hash, valid_from_ms, valid_to_ms, superseded_by,
                expires_at_ms, version, created_at_ms, updated_at_ms, created_by, deleted_at_ms";
            let sql = format!("INSERT INTO memories (workspace_id, id, {columns})
                SELECT workspace_id, id + 1, {columns} FROM memories WHERE workspace_id = $1 AND id = $2");
            tx.execute(&sql, params![1_i64 << 30])
        });
        assert_eq!(copied.await.expect("a copy"), 1);
        strengthen(rows, keys(&walk(rows, "b", 1, 40 * DAY).await), 40 * DAY).await;
        assert!(consolidate(rows, 9 << 30, 40 * DAY).await.is_some_and(|done| done.doubles == 1));
        assert_eq!(contents(rows, 40 * DAY).await.iter().map(|memory| memory.id).collect::<Vec<_>>(), [kept.id]);
        near(weight(rows, "b", 40 * DAY).await, left() + 0.1);
        near(weight(rows, "c", 40 * DAY).await, left());
    }

    async fn two_gateways_that_flush_the_same_at_once_both_count(place: Place) {
        let (here, there) = (&place.here, &place.there);
        keep(here, two(1 << 30), 0).await;
        let led = keys(&walk(here, "b", 1, 40 * DAY).await);
        let both = tokio::join!(strengthen(here, led.clone(), 40 * DAY), strengthen(there, led, 40 * DAY));
        assert_eq!(both, (1, 1));
        for rows in [here, there] {
            near(weight(rows, "b", 40 * DAY).await, left() + 0.2);
            near(weight(rows, "c", 40 * DAY).await, left());
        }
    }

    async fn a_question_writes_nothing(place: Place) {
        let rows = &place.here;
        keep(rows, two(1 << 30), 0).await;
        let owner = rows.memories().owner(ADA).await.expect("a look").unwrap_or(0);
        let found = recall(rows, owner, "Whom does a know?", 40 * DAY, 20).await.expect("a walk");
        assert_eq!(found.edges.values().map(Vec::len).collect::<Vec<_>>(), [2]);
        near(weight(rows, "b", 40 * DAY).await, left());
    }
}
