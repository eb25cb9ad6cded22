//! Five types go in and come out as they were; what only one backend could keep, neither takes.

use astra_core::params;
use astra_core::store::{Db, Error, Param, Refusal};

use crate::empty::EmptyStore;
use crate::support::both_backends;

async fn table(db: &Db) {
    let create = "CREATE TABLE kinds (i BIGINT, f DOUBLE PRECISION, t TEXT, b BYTEA)";
    db.write(move |tx| tx.execute(create, params![])).await.expect("a table");
}

const INSERT: &str = "INSERT INTO kinds (i, f, t, b) VALUES ($1, $2, $3, $4)";
const SELECT: &str = "SELECT i, f, t, b FROM kinds";

fn broken<T: std::fmt::Debug>(outcome: Result<T, Error>, text: &str) {
    assert!(matches!(&outcome, Err(Error::Broken(fault)) if fault.contains(text)), "{outcome:?} is not: {text}");
}

both_backends! {
    async fn values_come_back_as_they_were(store: EmptyStore) {
        table(&store.db).await;
        let text = "naïve 漢字 \u{1F980} \u{FFFF} '\"\\ \r\n";
        for (number, float) in [(i64::MAX, f64::MAX), (i64::MIN, f64::MIN_POSITIVE), (0, -0.1)] {
            store.db.write(move |tx| {
                tx.execute("DELETE FROM kinds", params![])?;
                tx.execute(INSERT, params![number, float, text, &[0_u8, 255, 39][..]])
            }).await.expect("a row");
            let mut row = store.db.read(|tx| tx.one(SELECT, params![])).await.expect("the row");
            assert_eq!(row.next_int().unwrap(), number);
            assert_eq!(row.next_float().unwrap().to_bits(), float.to_bits());
            assert_eq!(row.next_text().unwrap(), text);
            assert_eq!(row.next_bytes().unwrap(), [0, 255, 39]);
        }
    }

    async fn nothing_is_nothing(store: EmptyStore) {
        table(&store.db).await;
        let nothing: Option<&str> = None;
        store.db.write(move |tx| tx.execute(INSERT, params![Param::Null, Param::Null, nothing, Param::Null])).await.expect("a row");
        let mut row = store.db.read(|tx| tx.one(SELECT, params![])).await.expect("the row");
        assert_eq!(row.next_optional_int().unwrap(), None);
        assert_eq!(row.next_optional_float().unwrap(), None);
        assert_eq!(row.next_optional_text().unwrap(), None);
        assert!(matches!(row.next_bytes(), Err(Error::Broken(_))));
    }

    async fn sums_and_counts_are_integers(store: EmptyStore) {
        table(&store.db).await;
        store.db.write(|tx| tx.execute("INSERT INTO kinds (i, f) VALUES (2, 1), (3, 2.5)", params![])).await.expect("rows");
        let sums = "SELECT COUNT(*), CAST(SUM(i) AS BIGINT), MAX(i), SUM(f) FROM kinds";
        let mut row = store.db.read(move |tx| tx.one(sums, params![])).await.expect("sums");
        assert_eq!((row.next_int().unwrap(), row.next_int().unwrap(), row.next_int().unwrap()), (2, 5, 3));
        assert!((row.next_float().unwrap() - 3.5).abs() < f64::EPSILON);
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

    async fn a_getter_of_another_type_is_a_defect_that_names_the_column(store: EmptyStore) {
        table(&store.db).await;
        store.db.write(|tx| tx.execute("INSERT INTO kinds (i, t) VALUES (-1, 'text')", params![])).await.expect("a row");
        let row = store.db.read(|tx| tx.one("SELECT i, t FROM kinds", params![])).await.expect("the row");
        broken(row.clone().next_text(), "column 1 of 2 is not text");
        broken(row.clone().next_bytes(), "column 1 of 2 is not bytes");
        broken(row.clone().next_count(), "column 1 of 2 is not a 32-bit count");
        let mut row = row;
        assert_eq!(row.next_int().unwrap(), -1);
        broken(row.clone().next_int(), "column 2 of 2 is not an integer");
        broken(row.clone().next_optional_float(), "column 2 of 2 is not a number or null");
        broken(row.clone().next_json::<Vec<u8>>(), "column 2 of 2 is not the expected JSON");
    }

    async fn a_row_is_read_from_its_first_column_to_its_last(store: EmptyStore) {
        table(&store.db).await;
        store.db.write(|tx| tx.execute("INSERT INTO kinds (i, f, t) VALUES (7, NULL, '[1]')", params![])).await.expect("a row");
        let mut row = store.db.read(|tx| tx.one("SELECT i, i, f, t, t, i FROM kinds", params![])).await.expect("the row");
        assert_eq!((row.next_count().unwrap(), row.next_optional_count().unwrap()), (7, Some(7)));
        assert_eq!(row.next_optional_float().unwrap(), None);
        assert_eq!(row.next_json::<Vec<u8>>().unwrap(), [1]);
        assert_eq!(row.next_json_or_default::<Vec<u8>>().unwrap(), [1]);
        assert!(row.next_truth().unwrap());
        broken(row.next_optional_text(), "the row has 6 columns, and text or null was read after the last one");
    }

    async fn a_scan_ends_where_its_reader_wants_no_more_or_fails(store: EmptyStore) {
        table(&store.db).await;
        store.db.write(|tx| tx.execute("INSERT INTO kinds (i) VALUES (1), (2), (3)", params![])).await.expect("rows");
        let seen = store.db.read(|tx| {
            let mut seen = Vec::new();
            tx.each("SELECT i FROM kinds ORDER BY i", params![], &mut |mut row| {
                seen.push(row.next_int()?);
                Ok(seen.len() < 2)
            })?;
            let first = tx.first("SELECT i FROM kinds ORDER BY i DESC", params![])?.expect("a row").next_int()?;
            Ok((seen, first))
        });
        assert_eq!(seen.await.expect("rows"), (vec![1, 2], 3));
        let fault = store.db.write(|tx| {
            let read = tx.each("SELECT i FROM kinds", params![], &mut |mut row| row.next_text().map(|_| true));
            assert!(read.is_err());
            tx.execute("DELETE FROM kinds", params![])
        });
        broken(fault.await, "went on after one of its statements had failed");
        let count = store.db.read(|tx| tx.one("SELECT COUNT(*) FROM kinds", params![])?.next_int());
        assert_eq!(count.await.expect("a count"), 3);
    }

    async fn a_statement_that_writes_and_answers_is_carried_out_whole(store: EmptyStore) {
        table(&store.db).await;
        let written = store.db.write(|tx| {
            tx.one("INSERT INTO kinds (i) VALUES (1), (2), (3) RETURNING i", params![])?.next_int()
        });
        assert_eq!(written.await.expect("a row"), 1);
        let count = store.db.read(|tx| tx.one("SELECT COUNT(*) FROM kinds", params![])?.next_int());
        assert_eq!(count.await.expect("a count"), 3);
    }
}
