//! Vectors that are made after what they are of was written.

use astra_core::params;
use astra_core::store::{IndexEntry, MadeVector, NewMemory, Rows, Tx, UnembeddedRow, VectorCounts};

use crate::memories::{Place, new};
use crate::support::both_backends;

/// The embedder that is configured; the built-in one has the key 1.
const EMBEDDER: i64 = 7;

/// Keeps a memory that `embedder` was asked about; none was for 0.
async fn keep(rows: &Rows, key: i64, embedder: i64) {
    let vector = if embedder == 0 { Vec::new() } else { vec![1] };
    let memory = new(key, None, &format!("memory {key}"));
    let index = IndexEntry { embedder, vector, ..memory.index.clone() };
    rows.memories().keep(NewMemory { index, ..memory }, None, 1).await.expect("it is kept");
}

fn items(rows: &[UnembeddedRow]) -> Vec<i64> {
    rows.iter().map(|row| row.item_id).collect()
}

async fn never(rows: &Rows) -> Vec<UnembeddedRow> {
    rows.memory_index().never_embedded(0, 0, 100).await.expect("they are read")
}

async fn others(rows: &Rows) -> Vec<UnembeddedRow> {
    rows.memory_index().unembedded(EMBEDDER, 0, 0, 100).await.expect("they are read")
}

async fn embed(rows: &Rows, found: &[UnembeddedRow]) -> u64 {
    let made = found.iter().map(|row| MadeVector { row: *row, vector: vec![7] }).collect();
    rows.memory_index().set_vectors(EMBEDDER, made).await.expect("they are written")
}

both_backends! {
    async fn an_embedder_has_one_key_for_its_name_and_dimension(place: Place) {
        let key = async |name: &str, dimension, candidate| {
            place.store.db.embedder(name.to_owned(), dimension, candidate).await.expect("a key")
        };
        assert_eq!(key("small", 8, 100).await, 100);
        assert_eq!(key("small", 8, 101).await, 100);
        assert_eq!((key("small", 16, 102).await, key("large", 8, 103).await), (102, 103));
    }

    async fn rows_are_given_vectors_in_the_order_of_their_changes(place: Place) {
        for (key, embedder) in [(1, 1), (2, 0), (3, 0), (4, EMBEDDER)] {
            keep(&place.here, key, embedder).await;
        }
        assert_eq!((items(&never(&place.here).await), items(&others(&place.here).await)), (vec![2, 3], vec![1, 2, 3]));
        let counts = place.here.memory_index().vector_counts(EMBEDDER).await.expect("counts");
        assert_eq!(counts, VectorCounts { done: 1, all: 4 });
        let first = place.here.memory_index().unembedded(EMBEDDER, 0, 0, 2).await.expect("they are read");
        let last = first[1];
        let next = place.here.memory_index().unembedded(EMBEDDER, last.change, last.item_id, 2).await.expect("they are read");
        assert_eq!((items(&first), items(&next)), (vec![1, 2], vec![3]));
        assert_eq!(embed(&place.here, &others(&place.here).await).await, 3);
        assert_eq!((never(&place.here).await, others(&place.here).await), (vec![], vec![]));
        // Another gateway sees them as changes.
        let page = place.there.memory_index().page_after(0, 0, 100).await.expect("a page");
        assert!(page.iter().all(|row| row.embedder == EMBEDDER && !row.is_dead), "{page:?}");
        assert!(page[1].change > last.change && page[0].vector == [1] && page[1].vector == [7]);
    }

    async fn a_row_that_changed_meanwhile_keeps_what_it_has(place: Place) {
        keep(&place.here, 1, 0).await;
        keep(&place.here, 2, 0).await;
        let seen = never(&place.here).await;
        assert_eq!(embed(&place.there, &seen[..1]).await, 1);
        let stale = seen.iter().map(|row| MadeVector { row: *row, vector: vec![9] }).collect();
        assert_eq!(place.here.memory_index().set_vectors(EMBEDDER, stale).await.expect("written"), 1);
        let page = place.here.memory_index().page_after(0, 0, 100).await.expect("a page");
        let vectors: Vec<_> = page.iter().map(|row| (row.item_id, row.vector.clone())).collect();
        assert_eq!(vectors, [(1, vec![7]), (2, vec![9])]);
    }

    async fn a_workspace_is_an_embedders_when_no_row_is_of_another(place: Place) {
        let of_others = async |embedder| {
            let found = place.store.db.workspaces_of_other_embedders(embedder).await.expect("workspaces");
            found.iter().map(|workspace| workspace.number()).collect::<Vec<_>>()
        };
        let workspace = |tx: &mut Tx<'_>| {
            let sql = "INSERT INTO workspaces (number, id, name, created_at, updated_at) VALUES (1, 'wsp_a', 'A', 0, 0)";
            tx.execute(sql, params![])
        };
        place.store.db.write(workspace).await.expect("a workspace");
        assert_eq!(of_others(EMBEDDER).await, [0; 0], "nothing was ever kept");
        keep(&place.here, 1, 1).await;
        assert_eq!((of_others(1).await, of_others(EMBEDDER).await), (vec![], vec![1]));
        let set = || place.here.memory_index().set_embedder(EMBEDDER);
        assert!(!set().await.expect("an answer"), "a row is of another one");
        embed(&place.here, &others(&place.here).await).await;
        assert_eq!((of_others(1).await, of_others(EMBEDDER).await), (vec![1], vec![1]), "there may be several");
        assert!(set().await.expect("an answer"));
        assert_eq!((of_others(1).await, of_others(EMBEDDER).await), (vec![1], vec![]));
        let without = async || place.store.db.workspaces_without_vectors().await.expect("workspaces").len();
        assert_eq!(without().await, 0);
        keep(&place.here, 2, 0).await;
        assert_eq!(without().await, 1);
    }

    async fn the_oldest_questions_of_a_user_are_trimmed(place: Place) {
        // What stands for a question here is a row of the tier.
        for key in 1..=5 {
            keep(&place.here, key, 1).await;
        }
        let as_questions = |tx: &mut Tx<'_>| {
            tx.execute("UPDATE memory_index SET tier = 'session' WHERE workspace_id = $1", params![])
        };
        place.here.write(as_questions).await.expect("rows");
        let page = place.here.memory_index().page_after(0, 0, 100).await.expect("a page");
        let subject = page[0].subject;
        for (kept, left) in [(5, vec![1, 2, 3, 4, 5]), (3, vec![3, 4, 5]), (3, vec![3, 4, 5])] {
            assert!(!place.here.pending_memory().trim_questions(subject, kept).await.expect("trimmed"));
            let page = place.there.memory_index().page_after(0, 0, 100).await.expect("a page");
            let mut found: Vec<i64> = page.iter().filter(|row| !row.is_dead).map(|row| row.item_id).collect();
            found.sort_unstable();
            assert_eq!(found, left);
        }
        assert!(!place.here.pending_memory().trim_questions(subject + 1, 0).await.expect("trimmed"));
    }
}
