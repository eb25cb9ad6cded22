//! The outbox: an event is there exactly when the change that caused it is, once, and in its own workspace.

use astra_core::params;
use astra_core::store::{Actor, AgentChange, Applied, Db, Error, OnceKey, Origin, Precondition, Rows, WorkspaceId};
use serde_json::{Value, json};

use crate::support::{TestStore, both_backends};

/// A row of the outbox: its key, time, event, who caused it, the resource, and the data.
#[derive(Debug, PartialEq)]
struct Row {
    id: i64,
    at_ms: i64,
    event: String,
    subject: Option<String>,
    resource_id: String,
    data: Value,
}

/// The outbox of a workspace, oldest first.
async fn outbox(db: &Db, workspace: i64) -> Vec<Row> {
    let rows = db.read(move |tx| {
        let sql = "SELECT o.id, o.at_ms, o.event, s.id, o.resource_id, o.data FROM outbox o
            LEFT JOIN subjects s ON s.number = o.subject WHERE o.workspace_id = $1 ORDER BY o.id";
        let rows = tx.query(sql, params![workspace])?.into_iter().map(|mut row| {
            Ok(Row {
                id: row.next_int()?,
                at_ms: row.next_int()?,
                event: row.next_text()?,
                subject: row.next_optional_text()?,
                resource_id: row.next_text()?,
                data: row.next_json()?,
            })
        });
        rows.collect()
    });
    rows.await.expect("the outbox")
}

/// Keys, changes and versions of the events of the agent `own`.
async fn changes(db: &Db) -> Vec<(i64, String, Value)> {
    let rows = outbox(db, 1).await.into_iter();
    rows.map(|row| (row.id, row.data["change"].as_str().expect("a change").to_owned(), row.data["version"].clone()))
        .collect()
}

fn change(key: i64, change: &str, version: u32) -> (i64, String, Value) {
    (key, change.to_owned(), json!(version))
}

/// The rows of a workspace, changed by the request with the key `key`.
fn request(store: &TestStore, workspace: i64, key: i64) -> Rows {
    store.db.rows(&WorkspaceId::new(workspace, "wsp")).changed_by(Actor {
        subject: "usr_1".into(),
        subject_number: 900 + key,
        key,
        action: "agents.update".into(),
        request_id: "req".into(),
        at_ms: 1_000 + key,
    })
}

fn says(prompt: &str) -> AgentChange {
    let definition = json!({"system_prompt": prompt}).to_string();
    AgentChange { agent_id: "own".into(), definition, author: "usr_1".into(), now_ms: 10 }
}

both_backends! {
    async fn an_event_says_what_happened_when_and_by_whom(store: TestStore) {
        request(&store, 1, 7).agents().create(says("secret words"), None).await.expect("an agent");
        assert_eq!(outbox(&store.db, 1).await, [Row {
            id: 7,
            at_ms: 1_007,
            event: "agent.updated".into(),
            subject: Some("usr_1".into()),
            resource_id: "own".into(),
            data: json!({"id": "own", "version": 1, "change": "created"}),
        }]);
    }

    async fn each_change_of_an_agent_is_an_event(store: TestStore) {
        request(&store, 1, 1).agents().create(says("one"), None).await.expect("an agent");
        request(&store, 1, 2).agents().update(says("two"), Precondition::Any).await.expect("a change");
        request(&store, 1, 3).agent_versions().label("own", 1, Some("live".into())).await.expect("a label");
        request(&store, 1, 4).agents().roll_back("own", 1, "usr_1", 30, None).await.expect("a rollback");
        request(&store, 1, 5).agents().delete("own", Precondition::Any).await.expect("a deletion");
        assert_eq!(changes(&store.db).await, [
            change(1, "created", 1),
            change(2, "updated", 2),
            change(4, "updated", 3),
            change(5, "deleted", 3),
        ]);
    }

    async fn what_is_refused_is_no_event(store: TestStore) {
        let made = request(&store, 1, 1).agents().create(says("one"), None).await.expect("an agent");
        let seen = Precondition::OneOf(vec![made.revision()]);
        request(&store, 1, 2).agents().update(says("two"), seen.clone()).await.expect("a change");
        let before = changes(&store.db).await;
        assert!(request(&store, 1, 3).agents().create(says("one"), None).await.is_err());
        assert!(request(&store, 1, 4).agents().update(says("three"), seen.clone()).await.is_err());
        assert!(request(&store, 1, 5).agents().roll_back("own", 9, "usr_1", 30, None).await.is_err());
        assert!(request(&store, 1, 6).agents().delete("own", seen).await.is_err());
        assert_eq!(changes(&store.db).await, before);
    }

    async fn what_is_rolled_back_is_no_event(store: TestStore) {
        request(&store, 1, 1).agents().create(says("one"), None).await.expect("an agent");
        // The versions go behind the event: without their table the deletion fails in its middle.
        store.db.write(|tx| tx.execute("DROP TABLE agent_versions", params![])).await.expect("no versions");
        let outcome = request(&store, 1, 2).agents().delete("own", Precondition::Any).await;
        assert!(matches!(outcome, Err(Error::Broken(_))), "{outcome:?}");
        assert_eq!(changes(&store.db).await, [change(1, "created", 1)]);
    }

    async fn a_request_that_comes_again_is_one_event(store: TestStore) {
        for key in [1, 2] {
            let once = OnceKey { caller: "usr_1".into(), key: "k".into(), request_hash: "h".into() };
            request(&store, 1, key).agents().create(says("one"), Some(once)).await.expect("an agent");
        }
        for key in [3, 4] {
            let once = OnceKey { caller: "usr_1".into(), key: "l".into(), request_hash: "h".into() };
            request(&store, 1, key).agents().roll_back("own", 1, "usr_1", 20, Some(once)).await.expect("a rollback");
        }
        assert_eq!(changes(&store.db).await, [change(1, "created", 1), change(3, "updated", 2)]);
    }

    async fn what_a_definition_changes_is_an_event_without_a_subject(store: TestStore) {
        let rows = store.db.rows(&WorkspaceId::new(1, "wsp"));
        let take = |prompt: &'static str, origin, key| rows.agents().apply_definition(says(prompt), origin, key);
        assert_eq!(take("one", Origin::Gateway, 1).await.expect("taken"), Applied::Created);
        assert_eq!(take("one", Origin::Gateway, 2).await.expect("taken"), Applied::Unchanged);
        assert_eq!(take("two", Origin::File, 3).await.expect("taken"), Applied::Updated);
        assert_eq!(take("two", Origin::File, 4).await.expect("taken"), Applied::Unchanged);
        assert_eq!(changes(&store.db).await, [change(1, "created", 1), change(3, "updated", 2)]);
        assert!(outbox(&store.db, 1).await.iter().all(|row| row.subject.is_none() && row.at_ms == 10));
    }

    async fn workspaces_have_outboxes_of_their_own(store: TestStore) {
        request(&store, 1, 1).agents().create(says("ours"), None).await.expect("an agent");
        request(&store, 2, 2).agents().create(says("theirs"), None).await.expect("an agent of the same name");
        request(&store, 2, 3).agents().delete("own", Precondition::Any).await.expect("a deletion");
        assert!(!request(&store, 3, 4).agents().delete("own", Precondition::Any).await.expect("a look"));
        let keys = |rows: Vec<Row>| rows.into_iter().map(|row| row.id).collect::<Vec<_>>();
        assert_eq!(keys(outbox(&store.db, 1).await), [1]);
        assert_eq!(keys(outbox(&store.db, 2).await), [2, 3]);
        assert_eq!(keys(outbox(&store.db, 3).await), [0_i64; 0]);
    }

    async fn old_events_are_swept_in_pieces(store: TestStore) {
        let key = 5_000;
        request(&store, 1, key).agents().create(says("one"), None).await.expect("an agent");
        let at_ms = 1_000 + key;
        assert_eq!(store.db.delete_old_events(at_ms).await.expect("a sweep"), 0);
        let old = "INSERT INTO outbox (workspace_id, id, at_ms, event, resource_id, data) VALUES (2, $1, $2, 'agent.updated', 'a', '{}')";
        let made = store.db.write(move |tx| {
            (1..=1_003).try_for_each(|key: i64| tx.execute(old, params![key, at_ms - key]).map(drop))
        });
        made.await.expect("old rows");
        let swept = [store.db.delete_old_events(at_ms).await, store.db.delete_old_events(at_ms).await];
        assert_eq!(swept.map(|count| count.expect("a sweep")), [1_000, 3]);
        assert_eq!(outbox(&store.db, 2).await, []);
        assert_eq!(changes(&store.db).await, [change(key, "created", 1)]);
    }
}
