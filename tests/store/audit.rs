//! The chain of the audit: what a hand changes, removes or adds in the database is found and named.

use astra_core::params;
use astra_core::store::{
    Actor, AgentChange, AuditFault, AuditFaultKind, AuditFilter, AuditVerification, Precondition, Rows, WorkspaceId,
};
use serde_json::json;

use crate::support::{TestStore, both_backends};
use AuditFaultKind::{Added, Changed, HeadChanged, Removed};

const NUMBER: i64 = 1;

/// The rows of the workspace, changed by `subject` at a time.
fn by(store: &TestStore, subject: &str, at_ms: i64) -> Rows {
    let actor = Actor { address: Some([192, 0, 2, 1].into()), key: at_ms, at_ms, ..actor_of(subject) };
    store.db.rows(&WorkspaceId::new(NUMBER, "wsp")).changed_by(actor)
}

fn says(prompt: &str) -> AgentChange {
    let definition = json!({"system_prompt": prompt}).to_string();
    AgentChange { agent_id: "own".into(), definition, author: "usr_1".into(), now_ms: 10 }
}

/// Writes the entries `first` to `last`, each a version of an agent.
async fn write(store: &TestStore, first: i64, last: i64) {
    for number in first..=last {
        let rows = by(store, "usr_1", 1_000 + number);
        if number == 1 {
            rows.agents().create(says("1"), None).await.expect("an agent");
        } else {
            rows.agents().update(says(&number.to_string()), Precondition::Any).await.expect("a version");
        }
    }
}

async fn verify(store: &TestStore) -> AuditVerification {
    by(store, "usr_1", 1).audit_log().verify().await.expect("a verification")
}

async fn faults(store: &TestStore) -> Vec<AuditFault> {
    let found = verify(store).await;
    assert_eq!(found.fault_count, found.faults.len() as u64);
    found.faults
}

const fn fault(kind: AuditFaultKind, first: i64, last: i64) -> AuditFault {
    AuditFault { kind, first, last }
}

/// Runs statements in the database, as a hand would.
async fn by_hand(store: &TestStore, statements: &'static [&'static str]) {
    let run = store.db.write(move |tx| statements.iter().try_for_each(|sql| tx.execute(sql, params![]).map(drop)));
    run.await.expect("the statements run");
}

both_backends! {
    async fn a_chain_is_whole_as_long_as_no_hand_was_in_it(store: TestStore) {
        assert_eq!(verify(&store).await, AuditVerification::default());
        write(&store, 1, 5).await;
        let found = verify(&store).await;
        assert_eq!((found.rows, found.first, found.last.map(|(last, _)| last), found.fault_count), (5, Some(1), Some(5), 0));
        let entries = by(&store, "usr_1", 1).audit_log().after(0, AuditFilter::default(), 10).await.expect("entries");
        assert!(entries.windows(2).all(|pair| pair[0].hash == pair[1].previous_hash && pair[0].hash != pair[1].hash));
        assert_eq!(entries[1].address.as_deref(), Some("192.0.2.1"));
        let differences = entries[1].differences.as_deref().expect("it is another prompt");
        assert_eq!(differences, r#"[{"pointer":"/system_prompt","before":"1","after":"2"}]"#);
    }

    async fn another_workspace_has_a_chain_of_its_own(store: TestStore) {
        write(&store, 1, 2).await;
        let actor = Actor { at_ms: 5, key: 5, subject_number: 9, ..actor_of("usr_2") };
        let rows = store.db.rows(&WorkspaceId::new(2, "other")).changed_by(actor);
        rows.agents().create(says("x"), None).await.expect("an agent");
        let found = rows.audit_log().verify().await.expect("a verification");
        assert_eq!((found.rows, found.last.map(|(last, _)| last), found.fault_count), (1, Some(1), 0));
        by_hand(&store, &["UPDATE audit SET actor = 'usr_3' WHERE workspace_id = 2"]).await;
        assert!(faults(&store).await.is_empty());
    }

    async fn each_column_that_is_changed_is_found(store: TestStore) {
        write(&store, 1, 4).await;
        for sql in [
            "UPDATE audit SET actor = 'usr_2' WHERE sequence = 2",
            "UPDATE audit SET credential = 'fam_2' WHERE sequence = 2",
            "UPDATE audit SET at_ms = at_ms + 1 WHERE sequence = 2",
            "UPDATE audit SET action = 'agents.delete' WHERE sequence = 2",
            "UPDATE audit SET target_kind = 'job' WHERE sequence = 2",
            "UPDATE audit SET target_id = 'owm' WHERE sequence = 2",
            "UPDATE audit SET request_id = 'other' WHERE sequence = 2",
            "UPDATE audit SET address = NULL WHERE sequence = 2",
            "UPDATE audit SET changes = '{}' WHERE sequence = 2",
            "UPDATE audit SET differences = NULL WHERE sequence = 2",
            "UPDATE audit SET salt = content_hash WHERE sequence = 2",
            "UPDATE audit SET content_hash = hash WHERE sequence = 2",
            "UPDATE audit SET previous_hash = hash WHERE sequence = 2",
            "UPDATE audit SET hash = previous_hash WHERE sequence = 2",
            "UPDATE audit SET address = NULL, changes = NULL, differences = NULL, salt = NULL, purged_by = 3 WHERE sequence = 2",
        ] {
            let keep = "CREATE TABLE kept AS SELECT * FROM audit WHERE sequence = 2";
            let restore = ["DELETE FROM audit WHERE sequence = 2", "INSERT INTO audit SELECT * FROM kept", "DROP TABLE kept"];
            let run = |sql: &'static str| store.db.write(move |tx| tx.execute(sql, params![]));
            run(keep).await.expect("a copy");
            run(sql).await.expect(sql);
            assert_eq!(faults(&store).await, [fault(Changed, 2, 2)], "{sql}");
            for sql in restore {
                run(sql).await.expect(sql);
            }
            assert!(faults(&store).await.is_empty(), "{sql}");
        }
    }

    async fn hashes_that_are_changed_are_found(store: TestStore) {
        write(&store, 1, 4).await;
        by_hand(&store, &[
            "UPDATE audit SET actor = 'usr_2', hash = salt WHERE sequence = 4",
            "UPDATE audit SET hash = content_hash WHERE sequence = 1",
        ]).await;
        assert_eq!(faults(&store).await, [fault(Changed, 1, 1), fault(Changed, 4, 4)]);
    }

    async fn rows_that_are_removed_are_named(store: TestStore) {
        write(&store, 1, 8).await;
        by_hand(&store, &["DELETE FROM audit WHERE sequence IN (1, 4, 5)"]).await;
        assert_eq!(faults(&store).await, [fault(Removed, 1, 1), fault(Removed, 4, 5)]);
        by_hand(&store, &["DELETE FROM audit WHERE sequence = 8"]).await;
        assert_eq!(faults(&store).await, [fault(Removed, 1, 1), fault(Removed, 4, 5), fault(Removed, 8, 8)]);
        write(&store, 9, 9).await;
        assert_eq!(faults(&store).await, [fault(Removed, 1, 1), fault(Removed, 4, 5), fault(Removed, 8, 8)]);
    }

    async fn a_removed_row_is_found_behind_numbers_that_were_moved(store: TestStore) {
        write(&store, 1, 6).await;
        by_hand(&store, &[
            "DELETE FROM audit WHERE sequence = 3",
            "UPDATE audit SET sequence = 3 WHERE sequence = 4",
            "UPDATE audit SET sequence = 4 WHERE sequence = 5",
            "UPDATE audit SET sequence = 5 WHERE sequence = 6",
        ]).await;
        assert_eq!(faults(&store).await, [fault(Removed, 3, 3)]);
    }

    async fn rows_that_are_added_are_named(store: TestStore) {
        const COPY: &str = "INSERT INTO audit SELECT workspace_id, 6, at_ms, actor, credential, action, target_kind, target_id, request_id,
            address, changes, differences, salt, content_hash, previous_hash, hash, purged_by FROM audit WHERE sequence = 5";
        write(&store, 1, 5).await;
        by_hand(&store, &[COPY]).await;
        assert_eq!(faults(&store).await, [fault(Added, 6, 6)]);
        // The gateway goes on behind it.
        write(&store, 7, 8).await;
        let found = verify(&store).await;
        assert_eq!((found.faults, found.last.map(|(last, _)| last)), (vec![fault(Added, 6, 6)], Some(8)));
        by_hand(&store, &["DELETE FROM audit WHERE sequence = 6"]).await;
        assert!(faults(&store).await.is_empty(), "what was added is gone again");
    }

    async fn an_added_row_is_found_before_numbers_that_were_moved(store: TestStore) {
        write(&store, 1, 4).await;
        by_hand(&store, &[
            "UPDATE audit SET sequence = 5 WHERE sequence = 4",
            "UPDATE audit SET sequence = 4 WHERE sequence = 3",
            "INSERT INTO audit SELECT workspace_id, 3, at_ms, 'usr_9', credential, action, target_kind, target_id, request_id,
                address, changes, differences, salt, content_hash, previous_hash, hash, purged_by FROM audit WHERE sequence = 2",
        ]).await;
        assert_eq!(faults(&store).await, [fault(Added, 3, 3)]);
    }

    async fn a_head_that_does_not_fit_is_found(store: TestStore) {
        write(&store, 1, 3).await;
        by_hand(&store, &["UPDATE audit_heads SET hash = removed_hash"]).await;
        assert_eq!(faults(&store).await, [fault(Changed, 3, 3)]);
        by_hand(&store, &["DELETE FROM audit_heads"]).await;
        assert_eq!(faults(&store).await, [fault(HeadChanged, 3, 3)]);
        write(&store, 4, 4).await;
        assert_eq!(verify(&store).await.last.map(|(last, _)| last), Some(4));
    }

    async fn retention_leaves_a_chain_that_can_be_verified(store: TestStore) {
        write(&store, 1, 6).await;
        assert_eq!(store.db.delete_old_audit(1_001).await.expect("a sweep"), 0);
        assert_eq!(store.db.delete_old_audit(1_004).await.expect("a sweep"), 3);
        let found = verify(&store).await;
        assert_eq!((found.removed, found.first, found.rows, found.fault_count), (3, Some(4), 3, 0));
        by_hand(&store, &["DELETE FROM audit WHERE sequence = 4"]).await;
        assert_eq!(faults(&store).await, [fault(Removed, 4, 4)]);
        assert_eq!(store.db.delete_old_audit(2_000).await.expect("a sweep"), 2);
        let found = verify(&store).await;
        assert_eq!((found.removed, found.rows, found.fault_count), (6, 0, 0));
        write(&store, 7, 7).await;
        assert_eq!(verify(&store).await.first, Some(7));
    }

    async fn times_never_go_back(store: TestStore) {
        write(&store, 1, 1).await;
        by(&store, "usr_1", 5).agents().update(says("earlier"), Precondition::Any).await.expect("a version");
        let entries = by(&store, "usr_1", 1).audit_log().after(0, AuditFilter::default(), 10).await.expect("entries");
        assert_eq!(entries.iter().map(|entry| entry.at_ms).collect::<Vec<_>>(), [1_001, 1_001]);
    }

    async fn writers_at_the_same_time_make_one_chain(store: TestStore) {
        write(&store, 1, 1).await;
        let changes = (0..40).map(|number| {
            let rows = by(&store, "usr_1", 2_000 + number);
            async move { rows.agents().update(says(&format!("at once {number}")), Precondition::Any).await.expect("a version") }
        });
        futures_util::future::join_all(changes).await;
        let found = verify(&store).await;
        assert_eq!((found.rows, found.fault_count), (41, 0));
    }

    async fn a_long_chain_is_verified_in_pieces(store: TestStore) {
        write(&store, 1, 3).await;
        let found = verify(&store).await;
        assert_eq!(found.fault_count, 0);
        let rows = by(&store, "usr_1", 1);
        let fill = rows.write(|tx| {
            let sql = "INSERT INTO audit SELECT a.workspace_id, a.sequence + $2, a.at_ms, a.actor, a.credential, a.action, a.target_kind,
                a.target_id, a.request_id, a.address, a.changes, a.differences, a.salt, a.content_hash, a.previous_hash, a.hash,
                a.purged_by FROM audit a WHERE a.workspace_id = $1 AND a.sequence <= $3";
            let mut count = 3;
            while count < 6_000 {
                tx.execute(sql, params![count, count])?;
                count *= 2;
            }
            Ok(count)
        });
        let count = fill.await.expect("rows");
        let found = verify(&store).await;
        assert_eq!((found.rows, found.faults.len()), (u64::try_from(count).expect("a count"), 1));
        assert_eq!(found.faults, [fault(Added, 4, count)]);
    }
}

fn actor_of(subject: &str) -> Actor {
    Actor {
        subject: subject.to_owned(),
        subject_number: 7,
        credential: "fam_1".into(),
        address: None,
        key: 1,
        action: "agents.update".into(),
        request_id: "req".into(),
        at_ms: 1,
    }
}
