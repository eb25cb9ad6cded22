//! A purge of a user: nothing of it is in any table, nor in the bytes of the database's files.

use std::path::Path;

use astra_core::params;
use astra_core::store::{Kept, MemoryTier, NewMemory, Rows};

use crate::memories::{Place, new};
use crate::support::both_backends;

const WORD: &str = "Ouagadougou";

async fn keep(rows: &Rows, new: NewMemory) -> Kept {
    rows.memories().keep(new, None, 10).await.expect("it is kept").0
}

/// The tables with a column `subject` that have rows of the user `$2`.
async fn tables_of(rows: &Rows, subject: i64) -> Vec<&'static str> {
    let tables = [
        "memories",
        "memory_index",
        "memory_entities",
        "memory_aliases",
        "memory_edges",
        "memory_user_profiles",
        "sessions",
        "turns",
        "open_turns",
        "usage_entries",
        "usage_hours",
        "approvals",
        "jobs",
        "skill_uses",
    ];
    let mut found = Vec::new();
    for table in tables {
        let sql = format!("SELECT COUNT(*) FROM {table} WHERE workspace_id = $1 AND subject = $2");
        let count = rows.read(move |tx| tx.one(&sql, params![subject])?.next_int()).await.expect("a count");
        if count > 0 {
            found.push(table);
        }
    }
    found
}

fn has_word(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path());
    let holds = |path: &std::path::PathBuf| {
        std::fs::read(path).is_ok_and(|bytes| bytes.windows(WORD.len()).any(|window| window == WORD.as_bytes()))
    };
    files.filter(|path| path.is_file()).filter(holds).map(|path| path.display().to_string()).collect()
}

both_backends! {
    async fn nothing_of_a_user_is_left_and_all_of_the_others_is(place: Place) {
        let rows = &place.here;
        let relations = serde_json::json!({"relations": [{"from": {"name": "Ada"}, "kind": "lives_in", "to": {"name": WORD}}]});
        let graph = NewMemory { tier: MemoryTier::Graph, data: relations.as_object().cloned().unwrap_or_default(), ..new(10, Some("a"), WORD) };
        keep(rows, graph.clone()).await;
        keep(rows, new(11, Some("home"), WORD)).await;
        keep(rows, new(12, Some("home"), &format!("not {WORD} {}", WORD.repeat(2_000)))).await;
        let bob = NewMemory { id: astra_core::ids::MemoryId::from_key(20), user_id: Some("usr_bob".into()), subject_candidate: 8, ..new(20, None, "Accra") };
        keep(rows, bob).await;
        keep(rows, NewMemory { user_id: None, ..new(21, None, "everybody's") }).await;
        assert_eq!(tables_of(rows, 7).await, ["memories", "memory_index", "memory_entities", "memory_aliases", "memory_edges"]);
        let kept = tables_of(rows, 8).await;
        if place.store.is_sqlite() {
            assert!(!has_word(place.store.backend.folder()).is_empty());
        }
        let before = rows.memory_index().head().await.expect("a look").expect("a head");
        let purged = rows.memories().purge("usr_ada").await.expect("purged").expect("an account");
        assert_eq!(purged.tiers.into_iter().collect::<Vec<_>>(), [(MemoryTier::Profile, 2), (MemoryTier::Graph, 1)]);
        assert_eq!((purged.tables["memories"], purged.tables["memory_versions"], purged.tables["memory_edges"]), (3, 4, 1));
        assert_eq!(tables_of(rows, 7).await, [""; 0]);
        assert_eq!(tables_of(rows, 8).await, kept);
        assert_eq!(rows.memories().find_many(&[20, 21]).await.expect("a look").len(), 2);
        let after = rows.memory_index().head().await.expect("a look").expect("a head");
        assert_eq!((after.change, after.rebuilt), (before.change + 1, before.change + 1), "indexes start anew");
        if place.store.is_sqlite() {
            assert_eq!(has_word(place.store.backend.folder()), [""; 0]);
        }
        assert!(rows.memories().purge("usr_ada").await.expect("a look").is_none());
        assert!(rows.memories().purge("usr_none").await.expect("a look").is_none());
    }
}
