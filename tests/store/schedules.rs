//! Schedules: a slot has one run, whoever is at it, and one gateway of several leads.

use std::sync::Arc;

use astra_core::clock::{Clock, ManualClock};
use astra_core::config::CronConfig;
use astra_core::ids::{IdMaker, ScheduleId};
use astra_core::params;
use astra_core::store::{Db, Precondition, Program, Rows, ScheduleChange};
use astra_core::work::{JobTypes, Lease, Queue, Scheduler};
use astra_core::{Job, JobContext, JobError};
use serde_json::{Value, json};

use crate::support::{START_MS, TestStore, both_backends};

const HOUR_MS: i64 = 3_600_000;

struct Noting;

impl Job for Noting {
    type Payload = Value;
    type Output = ();

    const NAME: &'static str = "note";

    fn payload_schema() -> Value {
        json!({"type": "object", "properties": {"text": {"type": "string"}}, "additionalProperties": false})
    }

    async fn run(&self, _: Value, _: JobContext) -> Result<(), JobError> {
        Ok(())
    }
}

/// A gateway's scheduler that does nothing by itself, and whose jobs wait.
pub(crate) async fn scheduler(db: &Db, clock: &ManualClock) -> Scheduler {
    let clock: Arc<dyn Clock> = Arc::new(clock.clone());
    let instance = db.join(&clock, Program::Gateway(Some(15_000))).await.expect("a number");
    let ids = IdMaker::new(Arc::clone(&instance.keys));
    let lease = Arc::new(Lease::new(db.clone(), Arc::clone(&clock), instance));
    let types = JobTypes::default().with(Noting);
    let queue = Arc::new(Queue::new(db.clone(), Arc::clone(&clock), ids.clone(), types, 1));
    Scheduler::new(db.clone(), clock, ids, queue, lease, &CronConfig::default())
}

/// Keeps a schedule under `key` whose first slot is at `first_ms`.
pub(crate) async fn keep(rows: &Rows, key: i64, changes: &Value, first_ms: i64) -> ScheduleId {
    let mut definition =
        json!({"name": "a", "expression": "0 * * * *", "job": {"type": "note"}, "on_overlap": "allow"});
    for (field, value) in changes.as_object().expect("changes") {
        definition[field] = value.clone();
    }
    let change = ScheduleChange {
        id: ScheduleId::from_key(key),
        definition: definition.to_string(),
        owner: "usr_a".to_owned(),
        next_at_ms: Some(first_ms),
        seen_slot_ms: None,
        now_ms: START_MS,
    };
    rows.schedules().create(change, "usr_a", None).await.expect("it is kept").id
}

async fn workspace(db: &Db) -> Rows {
    db.rows(&db.ensure_workspace("wsp_a", START_MS).await.expect("a workspace"))
}

async fn count(db: &Db, table: &'static str) -> i64 {
    let sql = format!("SELECT COUNT(*) FROM {table}");
    db.read(move |tx| tx.one(&sql, params![])?.next_int()).await.expect("a count")
}

both_backends! {
    async fn of_several_gateways_at_a_slot_one_writes_its_run(store: TestStore) {
        let (db, clock) = (store.db, ManualClock::new(START_MS));
        let rows = workspace(&db).await;
        for key in 1..=10 {
            keep(&rows, key, &json!({"on_missed": "all"}), START_MS).await;
        }
        clock.advance_ms(3 * HOUR_MS);
        let mut running = Vec::new();
        for _ in 0..6 {
            let scheduler = scheduler(&db, &clock).await;
            running.push(tokio::spawn(async move { scheduler.run_due().await }));
        }
        let mut written = 0;
        for run in running {
            written += run.await.expect("it runs").expect("it is written");
        }
        assert_eq!((written, count(&db, "schedule_runs").await, count(&db, "jobs").await), (40, 40, 40));
        assert_eq!(db.next_slot_ms().await.expect("a look"), Some(START_MS + 4 * HOUR_MS));
    }

    async fn a_run_its_job_and_the_next_slot_are_written_together_or_not(store: TestStore) {
        let (db, clock) = (store.db, ManualClock::new(START_MS));
        let rows = workspace(&db).await;
        let id = keep(&rows, 1, &json!({}), START_MS).await;
        let stale = rows.schedules().find(id).await.expect("a look").expect("the schedule");
        let first = scheduler(&db, &clock).await;
        assert_eq!(first.run_due().await.expect("it is written"), 1);
        // As if the next slot had not been written: the run of the slot is there, and no second job is enqueued.
        let sql = "UPDATE schedules SET next_at_ms = $1";
        db.write(move |tx| tx.execute(sql, params![START_MS])).await.expect("it is written");
        assert_eq!(scheduler(&db, &clock).await.run_due().await.expect("a look"), 0);
        assert_eq!((count(&db, "schedule_runs").await, count(&db, "jobs").await), (1, 1));
        // A change that was thought of before the slot is stale.
        let change = ScheduleChange {
            id,
            definition: stale.definition.clone(),
            owner: stale.owner.clone(),
            next_at_ms: Some(START_MS),
            seen_slot_ms: stale.last_slot_ms,
            now_ms: START_MS,
        };
        let changed = rows.schedules().update(change, Precondition::Any).await;
        assert!(changed.is_err(), "{changed:?}");
    }

    async fn what_another_version_has_written_is_put_off_and_said(store: TestStore) {
        let (db, clock) = (store.db, ManualClock::new(START_MS));
        let rows = workspace(&db).await;
        keep(&rows, 1, &json!({"expression": "every full moon"}), START_MS).await;
        keep(&rows, 2, &json!({"job": {"type": "coffee"}}), START_MS).await;
        let good = keep(&rows, 3, &json!({}), START_MS).await;
        let scheduler = scheduler(&db, &clock).await;
        assert_eq!(scheduler.run_due().await.expect("it is written"), 3);
        let sql = "SELECT reason FROM schedule_runs ORDER BY schedule_id";
        let reasons = db.read(move |tx| {
            tx.query(sql, params![])?.into_iter().map(|mut row| row.next_optional_text()).collect::<Result<Vec<_>, _>>()
        });
        let reasons = reasons.await.expect("a look");
        assert_eq!(reasons, [Some("unreadable".to_owned()), Some("invalid_job".to_owned()), None]);
        assert!(rows.schedules().find(good).await.expect("a look").expect("it").last_job_id.is_some());
        assert_eq!(scheduler.run_due().await.expect("a look"), 0, "they do not come again at once");
    }

    async fn an_idle_store_is_not_written_to(store: TestStore) {
        let (db, clock) = (store.db, ManualClock::new(START_MS));
        let rows = workspace(&db).await;
        keep(&rows, 1, &json!({}), START_MS + HOUR_MS).await;
        let scheduler = scheduler(&db, &clock).await;
        db.write(|_| Ok(())).await.expect("the last write");
        let writes = || async {
            let sql = if db.is_shared() {
                "SELECT CAST(COUNT(*) AS BIGINT) FROM leaders"
            } else {
                "SELECT data_version FROM pragma_data_version"
            };
            db.read(move |tx| tx.one(sql, params![])?.next_int()).await.expect("a look")
        };
        let before = writes().await;
        for _ in 0..20 {
            scheduler.run_due().await.expect("a look");
            db.next_slot_ms().await.expect("a look");
            assert!(!db.has_waiting_runs().await.expect("a look"));
        }
        assert_eq!(writes().await, before);
    }

    async fn runs_go_after_their_time_but_for_those_that_wait(store: TestStore) {
        let (db, clock) = (store.db, ManualClock::new(START_MS));
        let rows = workspace(&db).await;
        let id = keep(&rows, 1, &json!({"on_overlap": "queue"}), START_MS).await;
        let scheduler = scheduler(&db, &clock).await;
        for _ in 0..3 {
            scheduler.run_due().await.expect("it is written");
            clock.advance_ms(HOUR_MS);
        }
        assert_eq!(db.delete_old_runs(START_MS).await.expect("a sweep"), 0);
        assert_eq!(db.delete_old_runs(START_MS + 24 * HOUR_MS).await.expect("a sweep"), 1);
        let sql = "SELECT COUNT(*) FROM schedule_runs WHERE state = 'waiting'";
        assert_eq!(db.read(move |tx| tx.one(sql, params![])?.next_int()).await.expect("a look"), 2);
        assert!(rows.schedules().delete(id, Precondition::Any).await.expect("it is deleted"));
        assert!(!db.has_waiting_runs().await.expect("a look"), "nothing waits for ever");
    }

    async fn one_gateway_leads_until_its_lease_is_over(store: TestStore) {
        let db = store.db;
        let lead = |instance| {
            let db = db.clone();
            async move { db.take_leadership("scheduler", instance, 10_000, START_MS).await.expect("a lease") }
        };
        let first = lead(1).await;
        assert_eq!(lead(2).await, first);
        assert_eq!(lead(1).await.since_ms, first.since_ms);
        assert_eq!(db_leader(&db).await.instance_id, 1);
        let sql = "UPDATE leaders SET lease_until_ms = 1";
        db.write(move |tx| tx.execute(sql, params![])).await.expect("it is written");
        assert_eq!(db.leader("scheduler", START_MS).await.expect("a look"), None);
        assert_eq!(lead(2).await.instance_id, 2);
        assert_eq!(lead(1).await.instance_id, 2, "the one that was away comes second");
        db.end_leadership("scheduler", 1).await.expect("nothing");
        assert_eq!(db_leader(&db).await.instance_id, 2);
        db.end_leadership("scheduler", 2).await.expect("it is given up");
        assert_eq!(lead(1).await.instance_id, 1);
    }
}

async fn db_leader(db: &Db) -> astra_core::store::Leader {
    db.leader("scheduler", START_MS).await.expect("a look").expect("a leader")
}
