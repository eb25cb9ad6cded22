//! Lists in pages: every row once, whatever is added meanwhile, also among rows of the same time.

use astra_core::params;
use astra_core::store::{Cursor, Db, Page, PageRequest, Result};

use crate::empty::EmptyStore;
use crate::support::both_backends;

async fn add(db: &Db, at: i64, id: &str) {
    let id = id.to_owned();
    let insert = "INSERT INTO notes (at, id) VALUES ($1, $2)";
    db.write(move |tx| tx.execute(insert, params![at, &id])).await.expect("a row");
}

async fn page(db: &Db, request: PageRequest) -> Page<(i64, String)> {
    db.read(move |tx| {
        let (at, id) = request.position();
        let sql = "SELECT at, id FROM notes WHERE (at, id) < ($1, $2) ORDER BY at DESC, id DESC LIMIT $3";
        let rows = tx.query(sql, params![at, id, request.fetch()])?;
        let rows =
            rows.into_iter().map(|mut row| Ok((row.next_int()?, row.next_text()?))).collect::<Result<Vec<_>>>()?;
        Ok(Page::cut(rows, &request, |(at, id)| Cursor { at: *at, id: id.clone() }))
    })
    .await
    .expect("a page")
}

both_backends! {
    async fn pages_hold_every_row_once(store: EmptyStore) {
        store.db.write(|tx| tx.execute("CREATE TABLE notes (at BIGINT, id TEXT)", params![])).await.expect("a table");
        for (at, id) in [(1, "a"), (2, "b"), (2, "c"), (2, "d"), (3, "e")] {
            add(&store.db, at, id).await;
        }
        let mut request = PageRequest { limit: 2, after: None };
        let mut seen = Vec::new();
        loop {
            let page = page(&store.db, request.clone()).await;
            assert!(page.data.len() <= 2);
            seen.extend(page.data.into_iter().map(|(_, id)| id));
            let Some(next) = page.next else { break };
            add(&store.db, 9, &format!("new{}", seen.len())).await;
            let text = next.encode();
            request.after = Some(Cursor::decode(&text).expect("its own text"));
        }
        assert_eq!(seen, ["e", "d", "c", "b", "a"]);
    }
}

#[test]
fn a_made_up_cursor_is_none() {
    for text in ["", "x", "////", "bm9jb2xvbg", "eDp5", "OTk5OTk5OTk5OTk5OTk5OTk5OTk6YQ", "_w"] {
        assert_eq!(Cursor::decode(text), None, "{text}");
    }
    let cursor = Cursor { at: -5, id: "with:colon".into() };
    assert_eq!(Cursor::decode(&cursor.encode()), Some(cursor));
}
