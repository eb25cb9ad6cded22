//! Which jobs come next: by kinds, limits and tenants, and when a clock has been set.

use std::collections::BTreeMap;

use astra_core::ids::{CountingIds, IdMaker, JobId};
use astra_core::params;
use astra_core::store::{EndedJob, JobClaim, JobEnding, JobLimits, JobStatus, NewJob, NextJob, Rows};

use crate::jobs::claim;
use crate::support::{OnBackend, START_MS, TestBackend, TestStore, both_backends};

const DAY_MS: i64 = 24 * 3_600_000;

fn ids() -> IdMaker {
    IdMaker::new(CountingIds::default())
}

async fn rows(store: &TestStore, workspace: &str) -> Rows {
    store.db.rows(&store.db.ensure_workspace(workspace, START_MS).await.expect("a workspace"))
}

async fn enqueue(rows: &Rows, keys: std::ops::RangeInclusive<i64>, kind: &str) {
    for key in keys {
        let job = NewJob::new(kind, "{}".into(), 3);
        rows.jobs().create(JobId::from_key(key), job, START_MS).await.expect("it is kept");
    }
}

async fn claimed(store: &TestStore, claim: JobClaim) -> Vec<i64> {
    store.db.claim_jobs(claim).await.expect("a claim").iter().map(|job| job.lease.id.key()).collect()
}

fn limited(count: u32, per_workspace: Option<u32>, per_kind: &[(&str, u32)]) -> JobClaim {
    let per_kind: BTreeMap<_, _> = per_kind.iter().map(|(kind, most)| ((*kind).to_owned(), *most)).collect();
    JobClaim { limits: JobLimits { per_workspace, per_kind }, ..claim(count) }
}

both_backends! {
    async fn no_more_of_a_workspace_run_than_may(store: TestStore) {
        let (one, two) = (rows(&store, "wsp_a").await, rows(&store, "wsp_b").await);
        enqueue(&one, 1..=5, "mail").await;
        enqueue(&two, 11..=15, "mail").await;
        assert_eq!(claimed(&store, limited(9, Some(2), &[])).await, [1, 2, 11, 12]);
        assert_eq!(claimed(&store, limited(9, Some(2), &[])).await, [0; 0]);
        assert_eq!(claimed(&store, limited(9, Some(3), &[])).await, [3, 13]);
        assert_eq!(store.db.next_job(START_MS).await.expect("a look"), NextJob::Due);
    }

    async fn no_more_of_a_kind_run_than_may_and_others_come_in_between(store: TestStore) {
        let (one, two) = (rows(&store, "wsp_a").await, rows(&store, "wsp_b").await);
        enqueue(&one, 1..=5, "mail").await;
        enqueue(&one, 6..=7, "index").await;
        enqueue(&two, 11..=12, "mail").await;
        assert_eq!(claimed(&store, limited(4, None, &[("mail", 3)])).await, [1, 2, 11], "two of each, and then none is left");
        assert_eq!(claimed(&store, limited(4, None, &[("mail", 3)])).await, [6, 7]);
        assert_eq!(claimed(&store, limited(4, None, &[("mail", 3)])).await, [0; 0]);
    }

    async fn what_cannot_be_taken_is_in_no_ones_way(store: TestStore) {
        for number in 0..20 {
            let rows = rows(&store, &format!("wsp_{number}")).await;
            enqueue(&rows, 100 + number..=100 + number, "unknown").await;
        }
        let last = rows(&store, "wsp_z").await;
        enqueue(&last, 1..=1, "unknown").await;
        enqueue(&last, 2..=2, "mail").await;
        assert_eq!(claimed(&store, claim(1)).await, [2]);
    }

    async fn ends_and_claims_are_one_transaction(store: TestStore) {
        let rows = rows(&store, "wsp_a").await;
        enqueue(&rows, 1..=4, "mail").await;
        let first = store.db.claim_jobs(claim(2)).await.expect("a claim");
        let ended = |lease, ending| EndedJob {
            workspace: rows.workspace().clone(),
            lease,
            ending,
            lines: Vec::new(),
            event_id: ids().id(),
            at_ms: START_MS + 5,
        };
        let stale = astra_core::store::JobLease { epoch: 7, ..first[0].lease };
        let endings = vec![
            ended(stale, JobEnding::Cancelled),
            ended(first[0].lease, JobEnding::Succeeded("7".into())),
            ended(first[1].lease, JobEnding::Failed("no".into())),
        ];
        let turned = store.db.turn_jobs_over(endings, Some(claim(2))).await.expect("a transaction");
        assert_eq!(turned.were_held, [false, true, true]);
        assert_eq!(turned.claimed.iter().map(|job| job.lease.id.key()).collect::<Vec<_>>(), [3, 4]);
        let done = rows.jobs().find(JobId::from_key(1)).await.expect("a look").expect("the job");
        assert_eq!((done.status, done.result.as_deref(), done.finished_at_ms), (JobStatus::Succeeded, Some("7"), Some(START_MS + 5)));
    }

    async fn a_job_that_is_given_back_and_was_cancelled_is_cancelled(store: TestStore) {
        let rows = rows(&store, "wsp_a").await;
        enqueue(&rows, 1..=2, "mail").await;
        let jobs = store.db.claim_jobs(claim(2)).await.expect("a claim");
        for (job, ending) in jobs.iter().zip([JobEnding::Released, JobEnding::Retry { at_ms: START_MS, error: "no".into() }]) {
            rows.jobs().cancel(job.lease.id, START_MS).await.expect("it is asked");
            rows.jobs().finish(job.lease, ending, ids().id(), START_MS + 9).await.expect("it ends");
            let ended = rows.jobs().find(job.lease.id).await.expect("a look").expect("the job");
            assert_eq!((ended.status, ended.finished_at_ms), (JobStatus::Cancelled, Some(START_MS + 9)));
        }
        assert_eq!(claimed(&store, claim(2)).await, [0; 0]);
    }

    async fn jobs_whose_time_comes_at_once_are_made_due_in_pieces(store: TestStore) {
        let rows = rows(&store, "wsp_a").await;
        let workspace = rows.workspace().number();
        let fill = move |tx: &mut astra_core::store::Tx<'_>| {
            let sql = "INSERT INTO jobs (workspace_id, id, kind, is_public, status, is_due, priority, run_at_ms, payload, attempts,
                    attempts_max, epoch, lease_until_ms, cancel_requested, progress, version, created_at_ms)
                VALUES ($1, $2, 'mail', 1, 'pending', 0, 5, 1, '{}', 0, 1, 0, 0, 0, 0, 1, 1)";
            (1..=2_500_i64).try_for_each(|key| tx.execute(sql, params![workspace, key]).map(drop))
        };
        store.db.write(fill).await.expect("they are written");
        assert!(store.db.turn_jobs_over(Vec::new(), Some(claim(1))).await.expect("a claim").has_more);
        assert!(store.db.make_jobs_due(START_MS).await.expect("a piece"));
        assert!(!store.db.make_jobs_due(START_MS).await.expect("the rest"));
    }
}

/// On PostgreSQL it is the server's clock.
#[tokio::test]
async fn a_clock_that_is_set_back_by_a_day_delays_no_retry_by_a_day() {
    let store = <TestStore as OnBackend>::on(TestBackend::sqlite()).await;
    let rows = rows(&store, "wsp_a").await;
    enqueue(&rows, 1..=1, "mail").await;
    let lease = store.db.claim_jobs(claim(1)).await.expect("a claim")[0].lease;
    let retry = JobEnding::Retry { at_ms: START_MS + 1_000, error: "no luck".into() };
    rows.jobs().finish(lease, retry, ids().id(), START_MS).await.expect("it waits");
    let later = NewJob::new("mail", "{}".into(), 1).run_at_ms(START_MS + DAY_MS);
    rows.jobs().create(JobId::from_key(2), later, START_MS).await.expect("it is kept");
    let back_ms = START_MS - DAY_MS;
    assert_eq!(store.db.next_job(START_MS).await.expect("a look"), NextJob::At(START_MS + 1_000));
    assert_eq!(store.db.next_job(back_ms).await.expect("a look"), NextJob::Due);
    assert_eq!(
        claimed(&store, JobClaim { own_ms: back_ms, ..claim(9) }).await,
        [1],
        "and the other one waits for its time"
    );
}
