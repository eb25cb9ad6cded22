//! The log of events: an event is there exactly when the change that caused it is, once, in its own workspace, and in the order of
//! the commits.

use astra_core::params;
use astra_core::store::{
    Actor, AgentChange, Applied, Db, Error, EventRange, OnceKey, Origin, Precondition, Rows, Signal, WorkspaceId,
    migrate,
};
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::empty::EmptyStore;
use crate::support::{TestBackend, TestStore, both_backends};

/// A row of the outbox: its place, key, time, event, who caused it, the resource, and the data.
#[derive(Debug, PartialEq)]
struct Row {
    position: i64,
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
        let sql = "SELECT o.position, o.id, o.at_ms, o.event, s.id, o.resource_id, o.data FROM outbox o
            LEFT JOIN subjects s ON s.number = o.subject WHERE o.workspace_id = $1 ORDER BY o.position";
        let rows = tx.query(sql, params![workspace])?.into_iter().map(|mut row| {
            Ok(Row {
                position: row.next_int()?,
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
    store.db.rows(&WorkspaceId::new(workspace, "wsp")).changed_by(actor(key))
}

/// Who sends the request with the key `key`.
fn actor(key: i64) -> Actor {
    Actor {
        subject: "usr_1".into(),
        subject_number: 900 + key,
        credential: "fam_1".into(),
        address: None,
        key,
        action: "agents.update".into(),
        request_id: "req".into(),
        at_ms: 1_000 + key,
    }
}

fn says(prompt: &str) -> AgentChange {
    let definition = json!({"system_prompt": prompt}).to_string();
    AgentChange { agent_id: "own".into(), definition, author: "usr_1".into(), now_ms: 10 }
}

both_backends! {
    async fn an_event_says_what_happened_when_and_by_whom(store: TestStore) {
        request(&store, 1, 7).agents().create(says("secret words"), None).await.expect("an agent");
        assert_eq!(outbox(&store.db, 1).await, [Row {
            position: 1,
            id: 7,
            at_ms: 1_007,
            event: "agent.updated".into(),
            subject: Some("usr_1".into()),
            resource_id: "own".into(),
            data: json!({"agent_id": "own", "version": 1, "change": "created"}),
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

    async fn a_reader_goes_on_from_a_position(store: TestStore) {
        let (here, none) = (WorkspaceId::new(1, "wsp"), EventRange { first: 1, last: 0 });
        assert_eq!(store.db.event_range(&here).await.expect("a range"), none);
        request(&store, 1, 1).agents().create(says("one"), None).await.expect("an agent");
        request(&store, 1, 2).agents().update(says("two"), Precondition::Any).await.expect("a change");
        request(&store, 1, 3).agents().delete("own", Precondition::Any).await.expect("a deletion");
        let after = async |position, limit| {
            let events = store.db.events_after(&here, position, limit).await.expect("events");
            events.into_iter().map(|event| (event.position, event.id.key())).collect::<Vec<_>>()
        };
        assert_eq!(after(0, 2).await, [(1, 1), (2, 2)]);
        assert_eq!(after(2, 2).await, [(3, 3)]);
        assert_eq!(after(3, 2).await, []);
        let first = store.db.events_after(&here, 0, 1).await.expect("events").remove(0);
        assert_eq!((first.event.as_str(), first.owner, first.agent_id.as_deref()), ("agent.updated", None, Some("own")));
        assert_eq!(store.db.event_range(&here).await.expect("a range"), EventRange { first: 1, last: 3 });
        // What is swept leaves its positions behind, also when nothing is left.
        assert_eq!(store.db.delete_old_events(1_003).await.expect("a sweep"), 2);
        assert_eq!(store.db.event_range(&here).await.expect("a range"), EventRange { first: 3, last: 3 });
        assert_eq!(store.db.delete_old_events(2_000).await.expect("a sweep"), 1);
        assert_eq!(store.db.event_range(&here).await.expect("a range"), EventRange { first: 4, last: 3 });
        request(&store, 1, 4).agents().create(says("four"), None).await.expect("an agent");
        assert_eq!(after(0, 2).await, [(4, 4)]);
    }

    async fn positions_have_no_gaps_and_follow_the_commits(backend: TestBackend) {
        let store = EmptyStore::open(backend, |config| config.connections = 8);
        migrate::apply(&store.db, 0).await.expect("the schema");
        let handles = [store.db.clone(), store.again()];
        let changed = handles[0].changed(Signal::Events);
        let here = WorkspaceId::new(1, "wsp");
        let workers = (0..8_i64).map(|worker| {
            let (rows, here) = (handles[usize::try_from(worker % 2).expect("small")].rows(&here), &here);
            async move {
                for number in 0..8 {
                    let agent_id = format!("agent-{worker}-{number}");
                    let change = AgentChange { agent_id: agent_id.clone(), ..says("one") };
                    // Every other one is refused in its middle, and leaves no hole.
                    let key = 1 + worker * 100 + number;
                    rows.clone().changed_by(actor(key)).agents().create(change.clone(), None).await.expect("an agent");
                    let again = rows.clone().changed_by(actor(key + 50)).agents().create(change, None).await;
                    assert!(matches!(again, Err(Error::Unique(_))), "{again:?}");
                    // A commit that has answered is in the log, and all before it.
                    let seen = rows.read(move |tx| {
                        let sql = "SELECT (SELECT MAX(position) FROM outbox WHERE workspace_id = $1),
                            (SELECT COUNT(*) FROM outbox WHERE workspace_id = $1), resource_id FROM outbox
                            WHERE workspace_id = $1 AND resource_id = $2";
                        let mut row = tx.one(sql, params![&agent_id])?;
                        Ok((row.next_int()?, row.next_int()?))
                    });
                    let (newest, count) = seen.await.expect("the event");
                    assert_eq!(newest, count, "of {here:?}");
                }
            }
        });
        join_all(workers).await;
        let rows = outbox(&store.db, 1).await;
        assert_eq!(rows.iter().map(|row| row.position).collect::<Vec<_>>(), (1..=64).collect::<Vec<_>>());
        assert!(changed.notified().now_or_never().is_some(), "readers are notified");
    }

    async fn old_events_are_swept_in_pieces(store: TestStore) {
        let key = 5_000;
        request(&store, 1, key).agents().create(says("one"), None).await.expect("an agent");
        let at_ms = 1_000 + key;
        assert_eq!(store.db.delete_old_events(at_ms).await.expect("a sweep"), 0);
        let old = "INSERT INTO outbox (workspace_id, position, id, at_ms, logged_at_ms, event, resource_id, data)
            VALUES (2, $1, $1, $2, $2, 'agent.updated', 'a', '{}')";
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
