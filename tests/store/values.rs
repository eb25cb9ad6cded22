//! Five types go in and come out as they were; what only one engine could keep, neither takes.

use astra_core::params;
use astra_core::store::{Db, Error, Param, Refusal};

use crate::empty::EmptyStore;
use crate::support::both_engines;

async fn table(db: &Db) {
    let create = "CREATE TABLE kinds (i BIGINT, f DOUBLE PRECISION, t TEXT, b BYTEA)";
    db.write(move |tx| tx.execute(create, params![])).await.expect("a table");
}

const INSERT: &str = "INSERT INTO kinds (i, f, t, b) VALUES ($1, $2, $3, $4)";
const SELECT: &str = "SELECT i, f, t, b FROM kinds";

both_engines! {
    async fn values_come_back_as_they_were(store: EmptyStore) {
        table(&store.db).await;
        let text = "naïve 漢字 \u{1F980} \u{FFFF} '\"\\ \r\n";
        for (number, float) in [(i64::MAX, f64::MAX), (i64::MIN, f64::MIN_POSITIVE), (0, -0.1)] {
            store.db.write(move |tx| {
                tx.execute("DELETE FROM kinds", params![])?;
                tx.execute(INSERT, params![number, float, text, &[0_u8, 255, 39][..]])
            }).await.expect("a row");
            let mut row = store.db.read(|tx| tx.one(SELECT, params![])).await.expect("the row");
            assert_eq!(row.int(0).unwrap(), number);
            assert_eq!(row.float(1).unwrap().to_bits(), float.to_bits());
            assert_eq!(row.text(2).unwrap(), text);
            assert_eq!(row.bytes(3).unwrap(), [0, 255, 39]);
        }
    }

    async fn nothing_is_nothing(store: EmptyStore) {
        table(&store.db).await;
        let nothing: Option<&str> = None;
        store.db.write(move |tx| tx.execute(INSERT, params![Param::Null, Param::Null, nothing, Param::Null])).await.expect("a row");
        let mut row = store.db.read(|tx| tx.one(SELECT, params![])).await.expect("the row");
        assert_eq!(row.optional_int(0).unwrap(), None);
        assert_eq!(row.optional_float(1).unwrap(), None);
        assert_eq!(row.optional_text(2).unwrap(), None);
        assert!(matches!(row.bytes(3), Err(Error::Broken(_))));
    }

    async fn sums_and_counts_are_integers(store: EmptyStore) {
        table(&store.db).await;
        store.db.write(|tx| tx.execute("INSERT INTO kinds (i, f) VALUES (2, 1), (3, 2.5)", params![])).await.expect("rows");
        let sums = "SELECT COUNT(*), CAST(SUM(i) AS BIGINT), SUM(f), MAX(i) FROM kinds";
        let mut row = store.db.read(move |tx| tx.one(sums, params![])).await.expect("sums");
        assert_eq!((row.int(0).unwrap(), row.int(1).unwrap(), row.int(3).unwrap()), (2, 5, 3));
        assert!((row.float(2).unwrap() - 3.5).abs() < f64::EPSILON);
    }

    async fn a_nul_is_refused(store: EmptyStore) {
        table(&store.db).await;
        let outcome = store.db.write(|tx| tx.execute("INSERT INTO kinds (t) VALUES ($1)", params!["a\0b"])).await;
        assert!(matches!(outcome, Err(Error::Refused(Refusal::Nul))), "{outcome:?}");
        let bytes = store.db.write(|tx| tx.execute("INSERT INTO kinds (b) VALUES ($1)", params![&b"a\0b"[..]])).await;
        assert_eq!(bytes.expect("bytes may hold anything"), 1);
    }

    async fn values_without_a_place_are_refused(store: EmptyStore) {
        table(&store.db).await;
        for (sql, count) in [
            ("SELECT i FROM kinds WHERE i = $1", 0_usize),
            ("SELECT i FROM kinds WHERE i = $1", 2),
            ("SELECT i FROM kinds", 1),
            ("SELECT i FROM kinds WHERE i = $2", 2),
        ] {
            let outcome = store.db.read(move |tx| tx.query(sql, &[Param::Int(1), Param::Int(2)][..count])).await;
            assert!(matches!(outcome, Err(Error::Broken(_))), "{sql} with {count}: {outcome:?}");
        }
    }

    async fn a_getter_of_another_type_is_a_defect(store: EmptyStore) {
        table(&store.db).await;
        store.db.write(|tx| tx.execute("INSERT INTO kinds (i, t) VALUES (-1, 'text')", params![])).await.expect("a row");
        let row = store.db.read(|tx| tx.one(SELECT, params![])).await.expect("the row");
        assert!(matches!(row.clone().text(0), Err(Error::Broken(_))));
        assert!(matches!(row.clone().int(2), Err(Error::Broken(_))));
        assert!(matches!(row.clone().count(0), Err(Error::Broken(_))));
        assert!(matches!(row.clone().json::<Vec<u8>>(2), Err(Error::Broken(_))));
    }
}
