//! What turns did with skills: the newest first, each workspace its own, and old rows go.

use astra_core::params;
use astra_core::store::{Db, Rows, WorkspaceId};

use crate::support::{TestStore, both_backends};

fn rows(db: &Db, number: i64) -> Rows {
    db.rows(&WorkspaceId::new(number, "wsp_any"))
}

async fn add(rows: &Rows, skill: &'static str, turn: i64, at_ms: i64) {
    let sql = "INSERT INTO skill_uses (workspace_id, turn_id, skill_id, at_ms, subject, is_failed, reads, read_errors, duration_us, tools)
        VALUES ($1, $2, $3, $4, 7, 1, 2, 1, 30, '[{\"tool\":\"fetch\",\"calls\":2,\"errors\":1}]')";
    rows.write(move |tx| tx.execute(sql, params![turn, skill, at_ms])).await.expect("the row");
}

both_backends! {
    async fn the_newest_turns_of_one_skill_are_read(store: TestStore) {
        let name = "INSERT INTO subjects (number, id) VALUES (7, 'usr_1')";
        store.db.write(move |tx| tx.execute(name, &[])).await.expect("the user");
        let (own, other) = (rows(&store.db, 1), rows(&store.db, 2));
        for (turn, at_ms) in [(1, 100), (2, 200), (3, 300)] {
            add(&own, "pdf", turn, at_ms).await;
        }
        add(&own, "triage", 1, 100).await;
        add(&other, "pdf", 4, 400).await;
        let read = async |rows: &Rows, from_ms, limit| rows.skill_uses().newest("pdf", from_ms, limit).await.expect("turns");
        assert_eq!(read(&own, 0, 10).await.len(), 3);
        assert_eq!((read(&own, 200, 10).await.len(), read(&own, 0, 1).await.len(), read(&other, 0, 10).await.len()), (2, 1, 1));
        let turn = &read(&own, 300, 10).await[0];
        assert_eq!((turn.user_id.as_str(), turn.is_failed, turn.duration_us), ("usr_1", true, 30));
        assert_eq!((turn.used.reads, turn.used.read_errors, turn.used.tools[0].tool.as_str()), (2, 1, "fetch"));
        assert_eq!(store.db.delete_old_skill_uses(300).await.expect("swept"), 3, "of all workspaces and skills");
        assert_eq!((read(&own, 0, 10).await.len(), read(&other, 0, 10).await.len()), (1, 1));
    }
}
