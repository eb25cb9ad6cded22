//! Programs on one store: each has a number of its own, and who lives is decided by the database's clock, or, where a gateway
//! is alone, by no clock at all.

use std::collections::BTreeSet;
use std::sync::Arc;

use astra_core::clock::{Clock, ManualClock};
use astra_core::ids::{INSTANCES, Ids as _, TimeOrderedIds};
use astra_core::params;
use astra_core::store::{Backend, Db, Error, Program};

use crate::support::{START_MS, TestStore, both_backends};

const HOUR_MS: i64 = 3_600_000;
const LEASE_MS: i64 = 15_000;

fn clock(now_ms: i64) -> Arc<dyn Clock> {
    Arc::new(ManualClock::new(now_ms))
}

/// The key of a program that joins now.
async fn join(db: &Db, now_ms: i64, program: Program) -> i64 {
    db.join(&clock(now_ms), program).await.expect("a number").id
}

/// A turn that a gateway has begun.
async fn begin(db: &Db, owner: i64) {
    db.ensure_workspace("wsp_a", START_MS).await.expect("a workspace");
    let subject = "INSERT INTO subjects (number, id) VALUES (1, 'usr_a') ON CONFLICT (id) DO NOTHING";
    let turn =
        "INSERT INTO open_turns (workspace_id, id, session_id, number, agent_id, agent_version, subject, status, owner,
        is_new_session, cancel_requested, role, question, bytes, created_at_ms)
        VALUES (1, $1, $1, 1, 'assistant', 1, 1, 'running', $1, 0, 0, 'user', 'hello', 5, 0)";
    let begun = db.write(move |tx| {
        tx.execute(subject, params![])?;
        tx.execute(turn, params![owner])
    });
    begun.await.expect("a turn");
}

/// The turns that `db` takes for orphaned, by their owners' keys, when the clock of the one that looks shows `own_ms`.
async fn orphaned(db: &Db, own_ms: i64) -> Vec<i64> {
    db.orphaned_turns(own_ms).await.expect("a look").into_iter().map(|orphan| orphan.turn.id.key()).collect()
}

async fn number_of(db: &Db, id: i64) -> i64 {
    let sql = "SELECT number FROM instances WHERE id = $1";
    db.read(move |tx| tx.one(sql, params![id])?.next_int()).await.expect("its row")
}

both_backends! {
    async fn keys_grow_beyond_those_of_webhooks_and_deliveries_although_the_clock_went_back(store: TestStore) {
        let later = TimeOrderedIds::new(clock(START_MS + HOUR_MS), 0, 0);
        let webhook = "INSERT INTO webhooks (id, workspace_id, version, is_enabled, wants_turns, settings, header_names, sealed,
            secrets, failures, from_position, created_at_ms, updated_at_ms, created_by)
            VALUES ($1, 1, 1, 1, 0, '{}', '[]', $2, '[]', 0, 0, 0, 0, 'usr_a')";
        let delivery = "INSERT INTO deliveries (id, workspace_id, webhook_id, event_id, event, body, is_test, status, is_due,
            next_at_ms, attempts, tries, epoch, lease_until_ms, created_at_ms)
            VALUES ($1, 1, 1, 1, 'agent.updated', '{}', 0, 'pending', 0, 0, 0, 0, 0, 0, 0)";
        let kept = later.next();
        store.db.write(move |tx| tx.execute(webhook, params![kept, &[0_u8][..]])).await.expect("a webhook");
        assert!(join(&store.db, START_MS, Program::Gateway(None)).await > kept);
        let kept = TimeOrderedIds::new(clock(START_MS + 2 * HOUR_MS), 0, 0).next();
        store.db.write(move |tx| tx.execute(delivery, params![kept])).await.expect("a delivery");
        assert!(join(&store.db, START_MS, Program::Gateway(None)).await > kept);
    }

    async fn a_gateway_that_is_alone_lives_whatever_its_clock_shows(store: TestStore) {
        let db = store.db;
        let before = join(&db, START_MS, Program::Gateway(None)).await;
        let alone = join(&db, START_MS - HOUR_MS, Program::Gateway(None)).await;
        assert!(alone > before, "keys grow although the clock went back");
        begin(&db, alone).await;
        begin(&db, before).await;
        for own_ms in [0, HOUR_MS, 1_000 * HOUR_MS, i64::MAX - 1] {
            assert_eq!(orphaned(&db, own_ms).await, [before], "{own_ms}");
        }
    }

    async fn gateways_that_share_a_store_live_by_its_clock(store: TestStore) {
        let db = store.db;
        if db.backend() == Backend::Sqlite {
            return;
        }
        // The clocks of machines that are wrong by days.
        for own_ms in [START_MS - 1_000 * HOUR_MS, START_MS + 1_000 * HOUR_MS] {
            let owner = join(&db, own_ms, Program::Gateway(Some(LEASE_MS))).await;
            begin(&db, owner).await;
        }
        let dead = join(&db, START_MS, Program::Gateway(Some(-1))).await;
        begin(&db, dead).await;
        for own_ms in [0, i64::MAX / 2] {
            assert_eq!(orphaned(&db, own_ms).await, [dead], "{own_ms}");
        }
        assert!(db.renew_lease(dead, 0, LEASE_MS).await.expect("a lease"), "it was away for a moment");
        assert_eq!(orphaned(&db, 0).await, Vec::<i64>::new());
        db.end_lease(dead).await.expect("its end");
        assert!(!db.renew_lease(dead, 0, LEASE_MS).await.expect("an answer"), "it has no place any more");
    }

    async fn each_program_has_a_number_of_its_own(store: TestStore) {
        let db = store.db;
        let gateway = join(&db, START_MS, Program::Gateway(None)).await;
        let mut numbers = BTreeSet::from([number_of(&db, gateway).await]);
        for _ in 1..20 {
            let command = join(&db, START_MS, Program::Command).await;
            assert!(numbers.insert(number_of(&db, command).await));
        }
        assert_eq!(numbers, (0..20).collect());
        // The number of one that has ended is free again.
        db.end_lease(gateway).await.expect("its end");
        let next = join(&db, START_MS, Program::Command).await;
        assert_eq!(number_of(&db, next).await, 0);
    }

    async fn no_more_programs_than_numbers(store: TestStore) {
        let db = store.db;
        let fill = "INSERT INTO instances (id, number, is_gateway, started_at_ms, lease_until_ms) VALUES ($1, $1, 1, 0, $2)";
        let filled = db.write(move |tx| {
            (0..INSTANCES).filter(|number| *number != 1_023).try_for_each(|number| tx.execute(fill, params![number, i64::MAX]).map(drop))
        });
        filled.await.expect("the rows");
        let last = db.join(&clock(START_MS), Program::Gateway(Some(LEASE_MS))).await.expect("the last number");
        assert_eq!(number_of(&db, last.id).await, 1_023);
        assert!(last.keys.next() > last.id);
        let refused = db.join(&clock(START_MS), Program::Gateway(Some(LEASE_MS))).await;
        assert!(matches!(refused, Err(Error::Unavailable(_))));
    }

    async fn keys_grow_over_a_death_in_whatever_time_the_next_one_joins(store: TestStore) {
        let db = store.db;
        // An hour back, the same millisecond, and a millisecond later: each follows one that died without a word.
        let mut last = 0;
        for now_ms in [START_MS, START_MS - HOUR_MS, START_MS, START_MS, START_MS + 1] {
            let alone = db.join(&clock(now_ms), Program::Gateway(None)).await.expect("a number");
            assert_eq!(number_of(&db, alone.id).await, 0, "it has the number of the one before");
            assert!(alone.id > last, "{now_ms}");
            // More keys than a millisecond has room for; the last one is that of a turn.
            let keys: Vec<i64> = (0..5_000).map(|_| alone.keys.next()).collect();
            assert!(keys[0] > alone.id && keys.is_sorted());
            last = keys[keys.len() - 1];
            begin(&db, last).await;
        }
    }

    async fn the_number_of_a_dead_one_rests_for_an_hour(store: TestStore) {
        let db = store.db;
        let dead = db.join(&clock(START_MS), Program::Gateway(Some(-1))).await.expect("a number");
        let last = (0..5_000).map(|_| dead.keys.next()).max().expect("a key");
        begin(&db, last).await;
        let other = join(&db, START_MS, Program::Gateway(Some(LEASE_MS))).await;
        assert_eq!((number_of(&db, dead.id).await, number_of(&db, other).await), (0, 1));
        // It has been dead for an hour.
        assert!(db.renew_lease(dead.id, START_MS, -HOUR_MS - 60_000).await.expect("its lease"));
        let heir = db.join(&clock(START_MS - HOUR_MS), Program::Gateway(Some(LEASE_MS))).await.expect("a number");
        // SQLite has the clock of the one that joins, for which the hour is not over.
        assert_eq!(number_of(&db, heir.id).await, if db.backend() == Backend::Sqlite { 2 } else { 0 });
        assert!(heir.id > last, "the clock of the heir is an hour behind");
    }

    async fn a_thousand_programs_in_one_millisecond_make_no_key_twice(store: TestStore) {
        let db = store.db;
        let clock = clock(START_MS);
        let mut keys = Vec::new();
        for _ in 0..1_023 {
            let joined = db.join(&clock, Program::Gateway(Some(HOUR_MS))).await.expect("a number");
            keys.push(joined.id);
            keys.extend((0..20).map(|_| joined.keys.next()));
        }
        let all = keys.len();
        assert_eq!(keys.into_iter().collect::<BTreeSet<_>>().len(), all);
    }
}
