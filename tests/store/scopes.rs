//! A workspace's rows are reached by naming the workspace, and in no other way.

use astra_core::params;
use astra_core::store::{Db, Error, WorkspaceId};

use crate::empty::EmptyStore;
use crate::support::both_backends;

async fn table(db: &Db) {
    let create = "CREATE TABLE notes (workspace_id BIGINT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (workspace_id, id))";
    db.write(move |tx| tx.execute(create, params![])).await.expect("a table");
}

both_backends! {
    async fn the_first_parameter_is_the_workspace(store: EmptyStore) {
        table(&store.db).await;
        let (ours, theirs) = (WorkspaceId::new(1, "wsp_ours"), WorkspaceId::new(2, "wsp_theirs"));
        for (workspace, body) in [(&ours, "our note"), (&theirs, "their note")] {
            let insert = "INSERT INTO notes (workspace_id, id, body) VALUES ($1, $2, $3)";
            store.db.rows(workspace).write(move |tx| tx.execute(insert, params!["same id", body])).await.expect("a row");
        }
        let select = "SELECT body FROM notes WHERE id = $2 AND workspace_id = $1";
        let mut row = store.db.rows(&ours).read(move |tx| tx.one(select, params!["same id"])).await.expect("a row");
        assert_eq!(row.next_text().unwrap(), "our note");
        let delete = "DELETE FROM notes WHERE workspace_id = $1 AND id = $2";
        store.db.rows(&ours).write(move |tx| tx.execute(delete, params!["same id"])).await.expect("a deletion");
        let left = store.db.read(|tx| tx.query("SELECT body FROM notes", params![])).await.expect("what is left");
        assert_eq!(left.len(), 1);
    }

    async fn a_statement_that_does_not_name_it_is_refused(store: EmptyStore) {
        table(&store.db).await;
        let rows = store.db.rows(&WorkspaceId::new(1, "wsp_ours"));
        for sql in ["SELECT body FROM notes", "SELECT body FROM notes WHERE id = '$1'"] {
            let outcome = rows.read(move |tx| tx.query(sql, params![])).await;
            assert!(matches!(outcome, Err(Error::Broken(_))), "{sql}: {outcome:?}");
        }
        let outcome = rows.write(|tx| tx.execute("DELETE FROM notes WHERE id = $2", params!["a"])).await;
        assert!(matches!(outcome, Err(Error::Broken(_))), "{outcome:?}");
    }
}
