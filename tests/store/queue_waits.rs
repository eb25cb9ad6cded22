//! Those who wait for jobs, in the gateway that runs them and in another one; what is said to nobody; and cancellations.

use std::time::Duration;

use astra_core::clock::ManualClock;
use astra_core::ids::JobId;
use astra_core::params;
use astra_core::store::{Db, JobStatus, StoredJob, VisibleTo};
use tokio::time::{Instant, timeout};

use crate::queue::{Gateway, Order, Worker};
use crate::support::{START_MS, TestStore, both_backends};

const LONG: Duration = Duration::from_secs(60);

/// A gateway whose callers see its jobs.
async fn gateway(db: &Db, number: i64, worker: &Worker) -> Gateway {
    Gateway::start(db, number, &ManualClock::new(START_MS), worker).await
}

/// The job once it has ended.
async fn ended(db: &Db, gateway: &Gateway, id: JobId) -> StoredJob {
    let rows = db.rows(&gateway.workspace);
    let waiting = gateway.queue.wait(&rows, id, VisibleTo::All, LONG);
    waiting.await.expect("a look").expect("the job")
}

/// A job that runs and waits.
async fn running(gateway: &Gateway, worker: &Worker) -> JobId {
    let before = worker.runs();
    let id = gateway.enqueue(&Order::Waits).await;
    gateway.wait_for(id, JobStatus::Running).await;
    while worker.runs() == before {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    id
}

both_backends! {
    async fn those_who_wait_are_woken_by_the_end(store: TestStore) {
        let worker = Worker::default();
        let gateway = gateway(&store.db, 1, &worker).await;
        let id = running(&gateway, &worker).await;
        let (begun, rows) = (Instant::now(), store.db.rows(&gateway.workspace));
        let short = gateway.queue.wait(&rows, id, VisibleTo::All, Duration::from_millis(10)).await.expect("a look");
        assert_eq!(short.expect("the job").status, JobStatus::Running);
        worker.gate.add_permits(1);
        assert_eq!(ended(&store.db, &gateway, id).await.status, JobStatus::Succeeded);
        assert!(begun.elapsed() < LONG / 2);
        assert_eq!(gateway.queue.wait(&rows, JobId::from_key(1), VisibleTo::All, LONG).await.expect("a look"), None);
    }

    async fn a_state_is_told_once(store: TestStore) {
        let worker = Worker::default();
        let gateway = gateway(&store.db, 1, &worker).await;
        let id = running(&gateway, &worker).await;
        let rows = store.db.rows(&gateway.workspace);
        let mut states = gateway.queue.follow(&rows, id, VisibleTo::All, 0);
        let first = states.next().await.expect("a look").expect("a state");
        assert_eq!((first.status, first.version), (JobStatus::Running, 2));
        let next = timeout(Duration::from_millis(700), states.next()).await;
        assert!(next.is_err(), "nothing has changed: {next:?}");
        worker.gate.add_permits(1);
        let mut states = gateway.queue.follow(&rows, id, VisibleTo::All, 2);
        let last = states.next().await.expect("a look").expect("a state");
        assert_eq!((last.status, last.version), (JobStatus::Succeeded, 3));
        assert_eq!(states.next().await.expect("a look"), None);
    }

    async fn a_job_that_is_announced_to_no_one_is_found(store: TestStore) {
        let worker = Worker::default();
        let gateway = gateway(&store.db, 1, &worker).await;
        let workspace = gateway.workspace.number();
        let keep = move |tx: &mut astra_core::store::Tx<'_>| {
            let sql = "INSERT INTO jobs (workspace_id, id, kind, is_public, status, is_due, priority, run_at_ms, payload, attempts,
                    attempts_max, epoch, lease_until_ms, cancel_requested, progress, version, created_at_ms)
                VALUES ($1, 7, 'test.order', 1, 'pending', 1, 5, 1, '\"Good\"', 0, 1, 0, 0, 0, 0, 1, 1)";
            tx.execute(sql, params![workspace])
        };
        store.db.write(keep).await.expect("it is written");
        gateway.wait_for(JobId::from_key(7), JobStatus::Succeeded).await;
    }

    async fn many_jobs_that_end_together_all_end(store: TestStore) {
        let worker = Worker::default();
        let gateway = gateway(&store.db, 1, &worker).await;
        let mut ids = Vec::new();
        for _ in 0..200 {
            ids.push(gateway.enqueue(&Order::Good).await);
        }
        for id in ids {
            assert_eq!(ended(&store.db, &gateway, id).await.attempts, 1);
        }
        assert_eq!(worker.runs(), 200);
    }

    async fn what_another_gateway_does_is_learned_within_a_second(store: TestStore) {
        if !store.db.is_shared() {
            return;
        }
        let (worker, idle) = (Worker::default(), Worker::default());
        let one = gateway(&store.db, 1, &worker).await;
        let job = running(&one, &worker).await;
        let two = gateway(&store.db, 2, &idle).await;
        let begun = Instant::now();
        let asked = two.queue.cancel(&two.workspace, job).await.expect("it is asked");
        assert_eq!(asked, Some(JobStatus::Running));
        assert_eq!(ended(&store.db, &two, job).await.status, JobStatus::Cancelled);
        assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    }
}
