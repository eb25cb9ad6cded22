//! Jobs: kept with their cause, given to one worker at a time, and fenced by the epoch of its lease.

use std::collections::BTreeSet;

use astra_core::ids::{CountingIds, IdMaker, JobId};
use astra_core::params;
use astra_core::store::{
    ClaimedJob, Db, Enqueued, Error, JobClaim, JobEnding, JobLease, JobLimits, JobRefusal, JobStatus, NewJob, NextJob,
    Refusal, RenewedLease, Rows, StoredJob,
};

use crate::support::{OnBackend, START_MS, TestBackend, TestStore, both_backends};

const LEASE_MS: i64 = 15_000;

fn id(key: i64) -> JobId {
    JobId::from_key(key)
}

/// Ids of events.
fn ids() -> IdMaker {
    IdMaker::new(CountingIds::default())
}

fn job(kind: &str) -> NewJob {
    NewJob::new(kind, "{}".to_owned(), 3)
}

async fn rows(db: &Db, workspace: &str) -> Rows {
    db.rows(&db.ensure_workspace(workspace, START_MS).await.expect("a workspace"))
}

async fn enqueue(rows: &Rows, key: i64, job: NewJob) -> Enqueued {
    rows.jobs().create(id(key), job, START_MS).await.expect("it is kept")
}

/// A claim of so many jobs.
pub(crate) fn claim(count: u32) -> JobClaim {
    JobClaim {
        kinds: ["mail".into(), "index".into()].into(),
        count,
        after_workspace: 0,
        lease_ms: LEASE_MS,
        own_ms: START_MS,
        limits: JobLimits::default(),
    }
}

async fn claimed(db: &Db, count: u32) -> Vec<ClaimedJob> {
    db.claim_jobs(claim(count)).await.expect("a claim")
}

fn keys(jobs: &[ClaimedJob]) -> Vec<i64> {
    jobs.iter().map(|job| job.lease.id.key()).collect()
}

async fn find(rows: &Rows, key: i64) -> StoredJob {
    rows.jobs().find(id(key)).await.expect("a look").expect("the job")
}

async fn finish(rows: &Rows, lease: JobLease, ending: JobEnding) -> Result<(), Error> {
    rows.jobs().finish(lease, ending, ids().id(), START_MS + 5).await
}

fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> JobRefusal {
    match result {
        Err(Error::Refused(Refusal::Job(refusal))) => refusal,
        other => panic!("it is not refused: {other:?}"),
    }
}

/// Lets the leases of all jobs that run end, whatever the clock shows.
async fn let_leases_end(db: &Db) {
    let sql = "UPDATE jobs SET lease_until_ms = 1 WHERE status = 'running'";
    db.write(move |tx| tx.execute(sql, params![])).await.expect("it is written");
}

both_backends! {
    async fn a_job_is_there_if_its_cause_is(store: TestStore) {
        let rows = rows(&store.db, "wsp_a").await;
        let undone = rows.write(|tx| {
            tx.enqueue(id(1), &job("mail"), START_MS)?;
            Err::<(), _>(Error::Missing("the cause".into()))
        });
        assert!(matches!(undone.await, Err(Error::Missing(_))));
        assert_eq!(rows.jobs().find(id(1)).await.expect("a look"), None);
        assert_eq!(store.db.next_job(START_MS).await.expect("a look"), NextJob::None);
        let done = rows.write(|tx| tx.enqueue(id(2), &job("mail").priority(9), START_MS));
        assert_eq!(done.await.expect("it is kept"), Enqueued::New(id(2)));
        let kept = find(&rows, 2).await;
        assert_eq!((kept.status, kept.priority, kept.attempts, kept.attempts_max), (JobStatus::Pending, 9, 0, 3));
        assert_eq!((kept.payload.as_str(), kept.created_at_ms, kept.run_at_ms), ("{}", START_MS, START_MS));
        assert_eq!(store.db.next_job(START_MS).await.expect("a look"), NextJob::Due);
    }

    async fn no_two_workers_get_the_same_job(store: TestStore) {
        let rows = rows(&store.db, "wsp_a").await;
        for key in 1..=40 {
            enqueue(&rows, key, job("mail")).await;
        }
        let workers = (0..8).map(|_| {
            let db = store.db.clone();
            tokio::spawn(async move {
                let mut mine = Vec::new();
                loop {
                    let claimed = claimed(&db, 3).await;
                    if claimed.is_empty() && db.next_job(START_MS).await.expect("a look") == NextJob::None {
                        return mine;
                    }
                    mine.extend(keys(&claimed));
                }
            })
        });
        let mut all = Vec::new();
        for worker in workers.collect::<Vec<_>>() {
            all.extend(worker.await.expect("a worker"));
        }
        assert_eq!(all.len(), 40);
        assert_eq!(all.into_iter().collect::<BTreeSet<_>>().len(), 40);
    }

    async fn urgent_jobs_come_first_and_then_old_ones(store: TestStore) {
        let rows = rows(&store.db, "wsp_a").await;
        enqueue(&rows, 1, job("mail")).await;
        enqueue(&rows, 2, job("mail").priority(9)).await;
        enqueue(&rows, 3, job("mail").run_at_ms(START_MS - 10)).await;
        enqueue(&rows, 4, job("mail").priority(0)).await;
        enqueue(&rows, 5, job("mail").priority(9)).await;
        enqueue(&rows, 6, job("unknown").priority(9)).await;
        assert_eq!(keys(&claimed(&store.db, 2).await), [2, 5]);
        assert_eq!(keys(&claimed(&store.db, 9).await), [3, 1, 4]);
        assert_eq!(keys(&claimed(&store.db, 9).await), [0; 0], "no one runs the last one");
    }

    async fn a_job_waits_for_its_time(store: TestStore) {
        let rows = rows(&store.db, "wsp_a").await;
        // Neither the test's clock nor that of the database comes to the year 9000.
        let far_ms = 221_845_392_000_000;
        enqueue(&rows, 1, job("mail").run_at_ms(far_ms)).await;
        assert_eq!(store.db.next_job(START_MS).await.expect("a look"), NextJob::At(far_ms));
        assert_eq!(keys(&claimed(&store.db, 9).await), [0; 0]);
        let sql = "UPDATE jobs SET run_at_ms = 1";
        store.db.write(move |tx| tx.execute(sql, params![])).await.expect("it is written");
        assert_eq!(keys(&claimed(&store.db, 9).await), [1]);
    }

    async fn workspaces_take_turns(store: TestStore) {
        let (one, two) = (rows(&store.db, "wsp_a").await, rows(&store.db, "wsp_b").await);
        for key in 1..=20 {
            enqueue(&one, key, job("mail").priority(9)).await;
        }
        enqueue(&two, 21, job("mail").priority(0)).await;
        enqueue(&two, 22, job("mail").priority(0)).await;
        let first = claimed(&store.db, 2).await;
        assert_eq!(keys(&first), [1, 21]);
        assert_eq!(first[1].workspace.as_str(), "wsp_b");
        let after_workspace = one.workspace().number();
        let next = store.db.claim_jobs(JobClaim { after_workspace, ..claim(1) }).await.expect("a claim");
        assert_eq!(keys(&next), [22], "the other workspace had the turn before");
        assert_eq!(keys(&claimed(&store.db, 100).await).len(), 19);
    }

    async fn one_unfinished_job_has_a_key(store: TestStore) {
        let (one, two) = (rows(&store.db, "wsp_a").await, rows(&store.db, "wsp_b").await);
        let keyed = |kind| job(kind).unique_key("night");
        assert_eq!(enqueue(&one, 1, keyed("mail")).await, Enqueued::New(id(1)));
        assert_eq!(enqueue(&one, 2, keyed("mail")).await, Enqueued::Known(id(1)));
        assert_eq!(enqueue(&one, 3, keyed("index")).await, Enqueued::New(id(3)));
        assert_eq!(enqueue(&two, 4, keyed("mail")).await, Enqueued::New(id(4)));
        let lease = claimed(&store.db, 1).await[0].lease;
        assert_eq!(lease.id, id(1));
        assert_eq!(enqueue(&one, 5, keyed("mail")).await, Enqueued::Known(id(1)), "it runs");
        finish(&one, lease, JobEnding::Succeeded("7".into())).await.expect("it ends");
        assert_eq!(enqueue(&one, 6, keyed("mail")).await, Enqueued::New(id(6)));
    }

    async fn a_worker_that_lost_its_job_writes_nothing(store: TestStore) {
        let rows = rows(&store.db, "wsp_a").await;
        enqueue(&rows, 1, job("mail")).await;
        let stale = claimed(&store.db, 1).await[0].lease;
        rows.jobs().record_step(stale, "sent", "1".into(), START_MS).await.expect("a step");
        let_leases_end(&store.db).await;
        assert_eq!(store.db.end_job_leases(START_MS, vec![id(1)], ids()).await.expect("a look"), 0, "its worker lives");
        assert_eq!(store.db.end_job_leases(START_MS, Vec::new(), ids()).await.expect("a look"), 1);
        let taken = claimed(&store.db, 1).await.remove(0);
        assert_eq!((taken.lease.id, taken.lease.epoch, taken.attempt), (id(1), stale.epoch + 1, 2));
        assert_eq!(taken.steps.get("sent").cloned().flatten().as_deref(), Some("1"));
        for ending in [
            JobEnding::Succeeded("7".into()),
            JobEnding::Failed("no".into()),
            JobEnding::Retry { at_ms: 1, error: "no".into() },
            JobEnding::Cancelled,
            JobEnding::Unknown("no".into()),
            JobEnding::Released,
        ] {
            assert_eq!(refusal(finish(&rows, stale, ending).await), JobRefusal::LeaseLost);
        }
        let step = rows.jobs().record_step(stale, "late", "1".into(), START_MS).await;
        assert_eq!(refusal(step), JobRefusal::LeaseLost);
        let written = rows.write(move |tx| {
            tx.enqueue(id(2), &job("mail"), START_MS)?;
            tx.fence(stale)
        });
        assert_eq!(refusal(written.await), JobRefusal::LeaseLost);
        assert_eq!(rows.jobs().find(id(2)).await.expect("a look"), None);
        let leases = vec![stale, taken.lease];
        let renewed = store.db.renew_job_leases(leases, LEASE_MS, START_MS).await.expect("its leases");
        assert_eq!(renewed, [RenewedLease::Lost, RenewedLease::Held]);
        finish(&rows, taken.lease, JobEnding::Succeeded("7".into())).await.expect("it ends");
        let ended = find(&rows, 1).await;
        assert_eq!((ended.status, ended.result.as_deref()), (JobStatus::Succeeded, Some("7")));
        assert_eq!(refusal(finish(&rows, taken.lease, JobEnding::Cancelled).await), JobRefusal::LeaseLost, "it is over");
    }

    async fn a_lease_that_was_renewed_is_not_ended(store: TestStore) {
        let rows = rows(&store.db, "wsp_a").await;
        enqueue(&rows, 1, job("mail")).await;
        let lease = claimed(&store.db, 1).await[0].lease;
        assert_eq!(store.db.end_job_leases(START_MS + LEASE_MS - 1, Vec::new(), ids()).await.expect("a look"), 0);
        let_leases_end(&store.db).await;
        store.db.renew_job_leases(vec![lease], LEASE_MS, START_MS).await.expect("its lease");
        assert_eq!(store.db.end_job_leases(START_MS, Vec::new(), ids()).await.expect("a look"), 0);
        assert_eq!(keys(&claimed(&store.db, 1).await), [0; 0]);
    }

    async fn a_job_whose_workers_die_is_over_in_the_end(store: TestStore) {
        let rows = rows(&store.db, "wsp_a").await;
        enqueue(&rows, 1, job("mail")).await;
        for attempt in 1..=3 {
            assert_eq!(claimed(&store.db, 1).await[0].attempt, attempt);
            let_leases_end(&store.db).await;
            store.db.end_job_leases(START_MS, Vec::new(), ids()).await.expect("a look");
        }
        let dead = find(&rows, 1).await;
        assert_eq!(dead.status, JobStatus::Failed);
        assert_eq!(dead.error.as_deref(), Some("the worker ended before the job did"));
        assert_eq!(keys(&claimed(&store.db, 1).await), [0; 0]);
    }

    async fn a_failed_attempt_comes_again_and_a_released_one_does_not_count(store: TestStore) {
        let rows = rows(&store.db, "wsp_a").await;
        enqueue(&rows, 1, job("mail")).await;
        let lease = claimed(&store.db, 1).await[0].lease;
        finish(&rows, lease, JobEnding::Released).await.expect("it is given back");
        assert_eq!(find(&rows, 1).await.attempts, 0);
        let lease = claimed(&store.db, 1).await[0].lease;
        let at_ms = START_MS + 1_000;
        finish(&rows, lease, JobEnding::Retry { at_ms, error: "no luck".into() }).await.expect("it is kept");
        let waits = find(&rows, 1).await;
        assert_eq!((waits.status, waits.attempts, waits.error.as_deref()), (JobStatus::Pending, 1, Some("no luck")));
        assert_eq!(store.db.next_job(START_MS).await.expect("a look"), NextJob::At(at_ms));
    }

    async fn a_job_is_cancelled_wherever_it_is(store: TestStore) {
        let (one, two) = (rows(&store.db, "wsp_a").await, rows(&store.db, "wsp_b").await);
        enqueue(&one, 1, job("mail")).await;
        enqueue(&one, 2, job("mail")).await;
        let lease = claimed(&store.db, 1).await[0].lease;
        assert_eq!(two.jobs().cancel(id(1), START_MS).await.expect("a look"), None, "it is another workspace's");
        assert_eq!(one.jobs().cancel(id(9), START_MS).await.expect("a look"), None);
        assert_eq!(one.jobs().cancel(id(2), START_MS).await.expect("it ends"), Some(JobStatus::Cancelled));
        assert_eq!(refusal(one.jobs().cancel(id(2), START_MS).await), JobRefusal::Finished);
        assert_eq!(one.jobs().cancel(id(1), START_MS).await.expect("it is asked"), Some(JobStatus::Running));
        let renewed = store.db.renew_job_leases(vec![lease], LEASE_MS, START_MS).await.expect("its lease");
        assert_eq!(renewed, [RenewedLease::CancelRequested]);
        let_leases_end(&store.db).await;
        store.db.end_job_leases(START_MS, Vec::new(), ids()).await.expect("a look");
        assert_eq!(find(&one, 1).await.status, JobStatus::Cancelled);
        assert_eq!(keys(&claimed(&store.db, 9).await), [0; 0]);
    }

    async fn a_job_belongs_to_its_workspace(store: TestStore) {
        let (one, two) = (rows(&store.db, "wsp_a").await, rows(&store.db, "wsp_b").await);
        enqueue(&one, 1, job("mail")).await;
        let lease = claimed(&store.db, 1).await[0].lease;
        assert_eq!(two.jobs().find(id(1)).await.expect("a look"), None);
        assert_eq!(refusal(finish(&two, lease, JobEnding::Cancelled).await), JobRefusal::LeaseLost);
        let step = two.jobs().record_step(lease, "sent", "1".into(), START_MS).await;
        assert_eq!(refusal(step), JobRefusal::LeaseLost);
        assert_eq!(find(&one, 1).await.status, JobStatus::Running);
    }

    async fn what_is_too_large_is_refused(store: TestStore) {
        let rows = rows(&store.db, "wsp_a").await;
        let large = || "x".repeat((1 << 20) + 1);
        let jobs = rows.jobs();
        let kept = jobs.create(id(1), NewJob::new("mail", large(), 1), START_MS).await;
        assert_eq!(refusal(kept), JobRefusal::PayloadTooLarge);
        let kept = jobs.create(id(1), job("mail").unique_key("k".repeat(256)), START_MS).await;
        assert_eq!(refusal(kept), JobRefusal::KeyTooLong);
        enqueue(&rows, 1, job("mail")).await;
        let lease = claimed(&store.db, 1).await[0].lease;
        assert_eq!(refusal(jobs.record_step(lease, "a", large(), START_MS).await), JobRefusal::ResultTooLarge);
        assert_eq!(refusal(finish(&rows, lease, JobEnding::Succeeded(large())).await), JobRefusal::ResultTooLarge);
        let sql = "INSERT INTO job_steps (job_id, name, result, created_at_ms) VALUES (1, $1, '1', 1)";
        let full = store.db.write(move |tx| {
            (0..1_000).try_for_each(|number| tx.execute(sql, params![&format!("step {number}")]).map(drop))
        });
        full.await.expect("a thousand steps");
        let step = jobs.record_step(lease, "one more", "1".into(), START_MS).await;
        assert_eq!(refusal(step), JobRefusal::TooManySteps);
    }

    async fn jobs_that_ended_long_ago_go_with_their_steps(store: TestStore) {
        let rows = rows(&store.db, "wsp_a").await;
        for key in 1..=3 {
            enqueue(&rows, key, job("mail")).await;
        }
        for claimed in claimed(&store.db, 2).await {
            rows.jobs().record_step(claimed.lease, "sent", "1".into(), START_MS).await.expect("a step");
            finish(&rows, claimed.lease, JobEnding::Succeeded("1".into())).await.expect("it ends");
        }
        assert_eq!(store.db.delete_old_jobs(START_MS + 5).await.expect("a sweep"), 0);
        assert_eq!(store.db.delete_old_jobs(START_MS + 6).await.expect("a sweep"), 2);
        let left = store.db.read(|tx| {
            let sql = "SELECT (SELECT COUNT(*) FROM jobs), (SELECT COUNT(*) FROM job_steps)";
            let mut row = tx.one(sql, params![])?;
            Ok((row.next_int()?, row.next_int()?))
        });
        assert_eq!(left.await.expect("a count"), (1, 0));
    }
}

#[tokio::test]
async fn an_idle_store_is_not_written_to() {
    let store = <TestStore as OnBackend>::on(TestBackend::sqlite()).await;
    let rows = rows(&store.db, "wsp_a").await;
    enqueue(&rows, 1, job("mail").run_at_ms(START_MS + 1)).await;
    enqueue(&rows, 2, job("mail")).await;
    let lease = claimed(&store.db, 1).await[0].lease;
    finish(&rows, lease, JobEnding::Succeeded("1".into())).await.expect("it ends");
    let Db::Sqlite(sqlite) = &store.db else { panic!("it is SQLite") };
    let other = rusqlite::Connection::open(sqlite.path()).expect("the database");
    let version = || other.pragma_query_value(None, "data_version", |row| row.get::<_, i64>(0)).expect("a number");
    let before = version();
    for _ in 0..3 {
        assert_eq!(store.db.next_job(START_MS).await.expect("a look"), NextJob::At(START_MS + 1));
        assert_eq!(store.db.end_job_leases(i64::MAX, Vec::new(), ids()).await.expect("a look"), 0);
    }
    assert_eq!(version(), before);
    enqueue(&rows, 3, job("mail")).await;
    assert_ne!(version(), before, "a write is seen");
}
