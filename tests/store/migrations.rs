//! The schema's history: taken once, by one, after a copy; and what does not fit is refused with the cure.

use astra_core::params;
use astra_core::store::migrate::{Migration, Schema, Sql};
use astra_core::store::{Db, Error};

use crate::empty::EmptyStore;
use crate::support::both_backends;

const FIRST: Migration = Migration {
    version: 1,
    name: "first",
    sql: Sql::Same("CREATE TABLE notes (id TEXT PRIMARY KEY) /*without_rowid*/; -- CREATE TABLE comments (id TEXT);"),
};
const SECOND: Migration = Migration {
    version: 2,
    name: "second",
    sql: Sql::Same(
        "CREATE TABLE tags (id TEXT PRIMARY KEY);\nCREATE TABLE notes_new (id TEXT PRIMARY KEY, body TEXT);
        INSERT INTO notes_new (id) SELECT id FROM notes; DROP TABLE notes; ALTER TABLE notes_new RENAME TO notes;",
    ),
};
const WRONG: Migration = Migration {
    version: 3,
    name: "wrong",
    sql: Sql::Same("CREATE TABLE more (id TEXT); INSERT INTO nowhere (id) VALUES (1);"),
};
/// A text that is right on both backends and means something else on each.
const SAME: Migration = Migration {
    version: 1,
    name: "same",
    sql: Sql::Same(
        "CREATE TABLE numbers (number BIGINT PRIMARY KEY, note TEXT);
        CREATE TABLE words (word TEXT PRIMARY KEY) /*without_rowid*/;",
    ),
};
const SQLITE: &str = "CREATE TABLE pages (number INTEGER PRIMARY KEY AUTOINCREMENT, word TEXT COLLATE NOCASE);";
const POSTGRES: &str =
    "CREATE TABLE pages (number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, word TEXT COLLATE \"C\");
    CREATE TABLE pages_of_postgres (id UUID PRIMARY KEY);";
const EACH: Migration = Migration { version: 2, name: "each", sql: Sql::Each { sqlite: SQLITE, postgres: POSTGRES } };
const ONE: Schema = Schema::new(&[FIRST]);
const TWO: Schema = Schema::new(&[FIRST, SECOND]);
const THREE: Schema = Schema::new(&[FIRST, SECOND, WRONG]);

async fn run(db: &Db, sql: &'static str) {
    db.write(move |tx| tx.execute(sql, params![])).await.expect("a statement");
}

async fn count(db: &Db, sql: &'static str) -> i64 {
    db.read(move |tx| tx.one(sql, params![])).await.expect("a count").next_int().expect("a number")
}

fn incompatible<T: std::fmt::Debug>(outcome: Result<T, Error>, words: &[&str]) {
    let Err(Error::Incompatible(text)) = outcome else { panic!("it was not refused: {outcome:?}") };
    for word in words.iter().chain(&["backup", "empty database"]) {
        assert!(text.contains(word), "`{word}` is not in: {text}");
    }
}

both_backends! {
    async fn a_plan_changes_nothing(store: EmptyStore) {
        let plan = TWO.plan(&store.db).await.expect("a plan");
        assert!(plan.applied.is_empty());
        assert_eq!(plan.pending, [FIRST, SECOND]);
        assert_eq!(TWO.apply(&store.db, 5).await.expect("both"), [FIRST, SECOND]);
        let plan = TWO.plan(&store.db).await.expect("a plan");
        assert_eq!(plan.applied, [1, 2]);
        assert!(plan.pending.is_empty());
        assert!(TWO.apply(&store.db, 6).await.expect("nothing").is_empty());
        assert_eq!(count(&store.db, "SELECT MAX(applied_at) FROM schema_migrations").await, 5);
    }

    async fn the_gateways_own_schema_fits_both_backends(store: EmptyStore) {
        assert!(!Schema::CURRENT.apply(&store.db, 0).await.expect("the schema").is_empty());
        assert!(Schema::CURRENT.plan(&store.db).await.expect("a plan").pending.is_empty());
    }

    async fn of_two_first_starts_one_does_it(store: EmptyStore) {
        let other = store.again();
        for round in 0..8 {
            let (one, two) = tokio::join!(TWO.apply(&store.db, 0), TWO.apply(&other, 0));
            let mut taken = [one.expect("one").len(), two.expect("the other").len()];
            taken.sort_unstable();
            assert_eq!(taken, [0, 2], "round {round}");
            for table in ["DROP TABLE notes", "DROP TABLE tags", "DROP TABLE schema_migrations"] {
                run(&store.db, table).await;
            }
        }
    }

    async fn an_upgrade_keeps_the_rows(store: EmptyStore) {
        ONE.apply(&store.db, 0).await.expect("the first");
        run(&store.db, "INSERT INTO notes (id) VALUES ('a')").await;
        TWO.apply(&store.db, 1_700_000_000_000).await.expect("the second");
        assert_eq!(count(&store.db, "SELECT COUNT(*) FROM notes WHERE id = 'a' AND body IS NULL").await, 1);
        let copy = store.backend.folder().join("backups/schema-0001-1700000000000.db");
        assert_eq!(copy.exists(), store.is_sqlite());
        if copy.exists() {
            for (path, mode) in [(copy.as_path(), 0o600), (copy.parent().expect("its folder"), 0o700)] {
                let metadata = std::fs::metadata(path).expect("it is there");
                let permissions = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions());
                assert_eq!(permissions & 0o777, mode, "{}", path.display());
            }
            let folder = tempfile::tempdir().expect("a folder");
            std::fs::copy(&copy, folder.path().join("astra.db")).expect("a restored file");
            let restored = astra_core::store::open(&store.config, folder.path()).expect("the restored database");
            assert_eq!(ONE.plan(&restored).await.expect("a plan").applied, [1]);
            assert_eq!(count(&restored, "SELECT COUNT(*) FROM notes").await, 1);
        }
    }

    async fn without_room_for_the_copy_nothing_changes(store: EmptyStore) {
        if !store.is_sqlite() {
            return;
        }
        ONE.apply(&store.db, 0).await.expect("the first");
        std::fs::write(store.backend.folder().join("backups"), "a file where the folder should be").expect("a file");
        let Err(Error::Unavailable(text)) = TWO.apply(&store.db, 1).await else { panic!("it went on without a copy") };
        assert!(text.contains("backups") && text.contains("make room"), "{text}");
        assert_eq!(TWO.plan(&store.db).await.expect("a plan").applied, [1]);
    }

    async fn a_step_that_fails_changes_nothing(store: EmptyStore) {
        ONE.apply(&store.db, 0).await.expect("the first");
        let Err(Error::Incompatible(text)) = THREE.apply(&store.db, 1).await else { panic!("it was taken") };
        assert!(text.contains("migration 3 (wrong)") && text.contains("nothing was changed"), "{text}");
        let plan = TWO.plan(&store.db).await.expect("a plan");
        assert_eq!((plan.applied, plan.pending), (vec![1], vec![SECOND]));
    }

    async fn a_newer_schema_is_refused(store: EmptyStore) {
        TWO.apply(&store.db, 0).await.expect("both");
        incompatible(ONE.plan(&store.db).await, &["schema 2", "knows 1", "newer program"]);
        incompatible(ONE.apply(&store.db, 1).await, &["schema 2", "knows 1", "newer program"]);
    }

    async fn a_changed_step_is_refused(store: EmptyStore) {
        const CHANGED: Schema = Schema::new(&[Migration { sql: Sql::Same("CREATE TABLE notes (id TEXT);"), ..FIRST }]);
        const OTHER_LINE_ENDS: Schema = Schema::new(&[FIRST, Migration {
            sql: Sql::Same("CREATE TABLE tags (id TEXT PRIMARY KEY);\r\nCREATE TABLE notes_new (id TEXT PRIMARY KEY, body TEXT);
        INSERT INTO notes_new (id) SELECT id FROM notes; DROP TABLE notes; ALTER TABLE notes_new RENAME TO notes;"),
            ..SECOND
        }]);
        ONE.apply(&store.db, 0).await.expect("the first");
        incompatible(CHANGED.apply(&store.db, 1).await, &["migration 1 (first)", "run the program that made it"]);
        TWO.apply(&store.db, 2).await.expect("the second");
        assert_eq!(OTHER_LINE_ENDS.plan(&store.db).await.expect("the same text").applied, [1, 2]);
    }

    async fn one_text_serves_both_backends(store: EmptyStore) {
        const SCHEMA: Schema = Schema::new(&[SAME]);
        assert_eq!(SCHEMA.apply(&store.db, 0).await.expect("the step"), [SAME]);
        assert!(SCHEMA.plan(&store.db).await.expect("a plan").pending.is_empty());
        run(&store.db, "INSERT INTO numbers (number, note) VALUES (9223372036854775807, 'the largest')").await;
        run(&store.db, "INSERT INTO words (word) VALUES ('a')").await;
        if store.is_sqlite() {
            let own = "SELECT COUNT(*) FROM sqlite_master WHERE (name = 'numbers' AND sql LIKE '%INTEGER PRIMARY KEY%')
                OR (name = 'words' AND sql LIKE '%WITHOUT ROWID')";
            assert_eq!(count(&store.db, own).await, 2);
        }
    }

    async fn each_backend_takes_its_own_text(store: EmptyStore) {
        const SCHEMA: Schema = Schema::new(&[SAME, EACH]);
        assert_eq!(SCHEMA.apply(&store.db, 0).await.expect("both steps"), [SAME, EACH]);
        assert!(SCHEMA.plan(&store.db).await.expect("a plan").pending.is_empty());
        run(&store.db, "INSERT INTO pages (word) VALUES ('a'), ('A')").await;
        let same = count(&store.db, "SELECT COUNT(*) FROM pages WHERE word = 'a'").await;
        assert_eq!(same, if store.is_sqlite() { 2 } else { 1 });
    }

    async fn a_step_of_two_texts_is_held_against_the_own_one(store: EmptyStore) {
        const SCHEMA: Schema = Schema::new(&[SAME, EACH]);
        const OTHER: &str = "CREATE TABLE pages (number BIGINT PRIMARY KEY);";
        const OTHER_SQLITE: Schema =
            Schema::new(&[SAME, Migration { sql: Sql::Each { sqlite: OTHER, postgres: POSTGRES }, ..EACH }]);
        const OTHER_POSTGRES: Schema =
            Schema::new(&[SAME, Migration { sql: Sql::Each { sqlite: SQLITE, postgres: OTHER }, ..EACH }]);
        SCHEMA.apply(&store.db, 0).await.expect("both steps");
        let (own, foreign) =
            if store.is_sqlite() { (OTHER_SQLITE, OTHER_POSTGRES) } else { (OTHER_POSTGRES, OTHER_SQLITE) };
        incompatible(own.plan(&store.db).await, &["migration 2 (each)", "run the program that made it"]);
        assert_eq!(foreign.plan(&store.db).await.expect("the text of this backend is the same").applied, [1, 2]);
        let table = if store.is_sqlite() { "pages" } else { "pages_of_postgres" };
        run(&store.db, if store.is_sqlite() { "DROP TABLE pages" } else { "DROP TABLE pages_of_postgres" }).await;
        incompatible(SCHEMA.plan(&store.db).await, &["half-applied", table]);
    }

    async fn a_gap_is_refused(store: EmptyStore) {
        TWO.apply(&store.db, 0).await.expect("both");
        run(&store.db, "DELETE FROM schema_migrations WHERE version = 1").await;
        incompatible(TWO.apply(&store.db, 1).await, &["half-applied", "migration 2 is recorded"]);
    }

    async fn a_lost_table_is_refused(store: EmptyStore) {
        TWO.apply(&store.db, 0).await.expect("both");
        run(&store.db, "DROP TABLE tags").await;
        incompatible(TWO.apply(&store.db, 1).await, &["half-applied", "`tags`"]);
    }

    async fn a_table_too_many_is_refused(store: EmptyStore) {
        run(&store.db, "CREATE TABLE notes (id TEXT)").await;
        incompatible(ONE.apply(&store.db, 0).await, &["half-applied", "`notes`", "migration 1 (first)"]);
        let bystander = "CREATE TABLE invoices (id TEXT)";
        run(&store.db, "DROP TABLE notes").await;
        run(&store.db, bystander).await;
        ONE.apply(&store.db, 0).await.expect("another program's table is none of ours");
    }
}
