//! The logs of jobs: what jobs say and why attempts fail, each once and in order, up to a bound, and gone with the jobs.

use std::time::Duration;

use astra_core::clock::ManualClock;
use astra_core::ids::{CountingIds, IdMaker, JobId};
use astra_core::params;
use astra_core::store::{
    Db, EndedJob, Error, JOB_LINES_MAX, JobEnding, JobLease, JobLine, JobProgress, JobRefusal, JobStatus, NewJob,
    PageRequest, Refusal, Rows, StoredJobLine,
};
use tokio::time::{sleep, timeout};

use crate::jobs::claim;
use crate::queue::{Gateway, Order, Worker, clock_ahead, make_due};
use crate::support::{START_MS, TestStore, both_backends};

const LOST: &str = "the worker ended before the job did";
const FULL: &str = "no more lines are kept";

fn ids() -> IdMaker {
    IdMaker::new(CountingIds::default())
}

async fn rows(db: &Db, workspace: &str) -> Rows {
    db.rows(&db.ensure_workspace(workspace, START_MS).await.expect("a workspace"))
}

/// A job that is kept and given to a worker.
async fn begun(store: &TestStore, rows: &Rows, key: i64) -> JobLease {
    let job = NewJob::new("mail", "{}".into(), 3);
    rows.jobs().create(JobId::from_key(key), job, START_MS).await.expect("it is kept");
    claimed(store, key).await
}

/// The only job that waits, given to a worker.
async fn claimed(store: &TestStore, key: i64) -> JobLease {
    make_due(&store.db).await;
    let jobs = store.db.claim_jobs(claim(1)).await.expect("a claim");
    assert_eq!(jobs[0].lease.id.key(), key);
    jobs[0].lease
}

/// Takes the jobs that run from their workers, as if these were dead.
async fn lose(store: &TestStore) {
    let sql = "UPDATE jobs SET lease_until_ms = 1 WHERE status = 'running'";
    store.db.write(move |tx| tx.execute(sql, params![])).await.expect("it is written");
    assert_eq!(store.db.end_job_leases(START_MS, Vec::new(), ids()).await.expect("a look"), 1);
}

fn line(attempt: i64, text: &str) -> JobLine {
    JobLine::new(START_MS, attempt, text)
}

fn report(rows: &Rows, lease: JobLease, lines: Vec<JobLine>) -> JobProgress {
    let (workspace, message) = (rows.workspace().clone(), Some("half".into()));
    JobProgress { workspace, lease, percent: 50, message, lines, event_id: ids().id(), at_ms: START_MS }
}

fn ended(rows: &Rows, lease: JobLease, ending: JobEnding, lines: Vec<JobLine>) -> EndedJob {
    EndedJob { workspace: rows.workspace().clone(), lease, ending, lines, event_id: ids().id(), at_ms: START_MS + 5 }
}

async fn finish(rows: &Rows, lease: JobLease, ending: JobEnding) -> Result<(), Error> {
    rows.jobs().finish(lease, ending, ids().id(), START_MS + 5).await
}

/// The whole log of a job, page by page.
async fn log(rows: &Rows, job: JobId) -> Vec<StoredJobLine> {
    let (mut lines, mut after) = (Vec::new(), None);
    loop {
        let page = rows.job_logs().page(job, PageRequest { limit: 200, after }).await.expect("a page");
        lines.extend(page.data);
        after = page.next;
        if after.is_none() {
            let numbers: Vec<_> = lines.iter().map(|line| line.number as usize).collect();
            assert_eq!(numbers, (1..=lines.len()).collect::<Vec<_>>());
            return lines;
        }
    }
}

/// Its attempts and texts.
async fn said(rows: &Rows, job: JobId) -> Vec<(i64, String)> {
    log(rows, job).await.into_iter().map(|kept| (kept.line.attempt, kept.line.message)).collect()
}

/// Waits until a job that runs has said so much.
async fn has_lines(rows: &Rows, job: JobId, count: usize) {
    let talking = async {
        while said(rows, job).await.len() < count {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(30), talking).await.expect("it is written down while the job runs");
}

fn pairs(expected: &[(i64, &str)]) -> Vec<(i64, String)> {
    expected.iter().map(|(attempt, text)| (*attempt, (*text).to_owned())).collect()
}

fn is_lost<T: std::fmt::Debug>(result: Result<T, Error>) {
    let is_lost = matches!(result, Err(Error::Refused(Refusal::Job(JobRefusal::LeaseLost))));
    assert!(is_lost, "it is not refused: {result:?}");
}

both_backends! {
    async fn a_log_has_what_is_said_and_why_attempts_failed(store: TestStore) {
        let rows = rows(&store.db, "wsp_a").await;
        let first = begun(&store, &rows, 1).await;
        rows.jobs().log(first, vec![line(1, "one"), line(1, "\"two\"\0\n{[é")]).await.expect("they are kept");
        store.db.report_progress(vec![report(&rows, first, vec![line(1, "half")])]).await.expect("it is kept");
        store.db.report_progress(vec![report(&rows, first, Vec::new())]).await.expect("it is kept");
        let retry = JobEnding::Retry { at_ms: START_MS + 9, error: "no luck".into() };
        finish(&rows, first, retry).await.expect("it is kept");
        let second = claimed(&store, 1).await;
        let failed = ended(&rows, second, JobEnding::Failed("é".repeat(2_000)), vec![line(2, "late"), line(2, "later")]);
        let turned = store.db.turn_jobs_over(vec![failed], None).await.expect("a transaction");
        assert_eq!(turned.were_held, [true]);
        let cut = "é".repeat(256);
        let all = [(1, "one"), (1, "\"two\" \n{[é"), (1, "half"), (1, "no luck"), (2, "late"), (2, "later"), (2, &*cut)];
        assert_eq!(said(&rows, first.id).await, pairs(&all));
        let times: Vec<_> = log(&rows, first.id).await.iter().map(|kept| kept.line.at_ms - START_MS).collect();
        assert_eq!(times, [0, 0, 0, 5, 0, 0, 5]);
        let kept = rows.jobs().find(first.id).await.expect("a look").expect("the job");
        assert_eq!((kept.error.as_ref().map(String::len), kept.message.as_deref()), (Some(4_000), Some("half")), "all of it");
    }

    async fn an_end_without_failure_is_no_line(store: TestStore) {
        let rows = rows(&store.db, "wsp_a").await;
        for (key, ending) in (1..).zip([JobEnding::Succeeded("1".into()), JobEnding::Cancelled]) {
            let lease = begun(&store, &rows, key).await;
            finish(&rows, lease, ending).await.expect("it ends");
            assert_eq!(said(&rows, lease.id).await, []);
        }
        let lease = begun(&store, &rows, 3).await;
        finish(&rows, lease, JobEnding::Released).await.expect("it is given back");
        assert_eq!(said(&rows, lease.id).await, []);
        let lease = claimed(&store, 3).await;
        finish(&rows, lease, JobEnding::Unknown("who knows".into())).await.expect("it ends");
        assert_eq!(said(&rows, lease.id).await, pairs(&[(1, "who knows")]), "the attempt before does not count");
    }

    async fn a_worker_that_lost_its_job_says_nothing(store: TestStore) {
        let rows = rows(&store.db, "wsp_a").await;
        let stale = begun(&store, &rows, 1).await;
        lose(&store).await;
        for attempt in 2..=3 {
            claimed(&store, 1).await;
            is_lost(rows.jobs().log(stale, vec![line(1, "late")]).await);
            store.db.report_progress(vec![report(&rows, stale, vec![line(1, "late")])]).await.expect("nothing is kept");
            is_lost(finish(&rows, stale, JobEnding::Failed("late".into())).await);
            let late = ended(&rows, stale, JobEnding::Failed("late".into()), vec![line(1, "late")]);
            let turned = store.db.turn_jobs_over(vec![late], None).await.expect("a transaction");
            assert_eq!(turned.were_held, [false]);
            lose(&store).await;
            assert_eq!(said(&rows, stale.id).await.last(), Some(&(attempt, LOST.to_owned())));
        }
        assert_eq!(said(&rows, stale.id).await, pairs(&[(1, LOST), (2, LOST), (3, LOST)]));
        let cancelled = begun(&store, &rows, 2).await;
        rows.jobs().cancel(cancelled.id, START_MS).await.expect("it is asked");
        lose(&store).await;
        assert_eq!(said(&rows, cancelled.id).await, [], "it was to end");
    }

    async fn a_log_belongs_to_the_workspace_of_its_job(store: TestStore) {
        let (one, two) = (rows(&store.db, "wsp_a").await, rows(&store.db, "wsp_b").await);
        let lease = begun(&store, &one, 1).await;
        one.jobs().log(lease, vec![line(1, "mine")]).await.expect("it is kept");
        is_lost(two.jobs().log(lease, vec![line(1, "not mine")]).await);
        assert_eq!((said(&one, lease.id).await.len(), said(&two, lease.id).await.len()), (1, 0));
    }

    async fn the_oldest_thousand_lines_stay_and_the_last_one_says_so(store: TestStore) {
        let rows = rows(&store.db, "wsp_a").await;
        let lease = begun(&store, &rows, 1).await;
        let many = |numbers: std::ops::Range<usize>| numbers.map(|number| line(1, &format!("line {number}"))).collect();
        rows.jobs().log(lease, many(1..999)).await.expect("they are kept");
        assert_eq!(said(&rows, lease.id).await.len(), 998);
        store.db.report_progress(vec![report(&rows, lease, many(999..1_005))]).await.expect("it is kept");
        let full = said(&rows, lease.id).await;
        assert_eq!((full.len(), full[998].1.as_str(), full[999].1.as_str()), (JOB_LINES_MAX, "line 999", FULL));
        rows.jobs().log(lease, many(1_005..2_500)).await.expect("none of them is kept");
        finish(&rows, lease, JobEnding::Failed("no".into())).await.expect("it ends");
        assert_eq!(said(&rows, lease.id).await, full);
        assert_eq!(rows.jobs().find(lease.id).await.expect("a look").expect("the job").error.as_deref(), Some("no"));
        let other = begun(&store, &rows, 2).await;
        rows.jobs().log(other, many(0..3_000)).await.expect("a thousand of them are kept");
        let full = said(&rows, other.id).await;
        assert_eq!((full.len(), full[998].1.as_str(), full[999].1.as_str()), (JOB_LINES_MAX, "line 998", FULL));
    }

    async fn logs_go_with_their_jobs_in_pieces(store: TestStore) {
        let rows = rows(&store.db, "wsp_a").await;
        let many = || (0..700).map(|number| line(1, &number.to_string())).collect();
        for key in 1..=2 {
            let lease = begun(&store, &rows, key).await;
            rows.jobs().log(lease, many()).await.expect("they are kept");
            finish(&rows, lease, JobEnding::Succeeded("1".into())).await.expect("it ends");
        }
        let runs = begun(&store, &rows, 3).await;
        rows.jobs().log(runs, vec![line(1, "it runs")]).await.expect("it is kept");
        let sweep = async |before_ms| store.db.delete_old_jobs(before_ms).await.expect("a sweep");
        assert_eq!(sweep(START_MS + 5).await, 0);
        assert_eq!(sweep(START_MS + 6).await, 1_000, "lines");
        assert_eq!(sweep(START_MS + 6).await, 2, "the jobs, and the other lines");
        let left = store.db.read(|tx| {
            let mut row = tx.one("SELECT (SELECT COUNT(*) FROM jobs), (SELECT COUNT(*) FROM job_logs)", params![])?;
            Ok((row.next_int()?, row.next_int()?))
        });
        assert_eq!(left.await.expect("a count"), (1, 1));
        assert_eq!(said(&rows, runs.id).await, pairs(&[(1, "it runs")]));
    }

    async fn a_crash_doubles_nothing_that_was_said(store: TestStore) {
        let (clock, worker) = (ManualClock::new(START_MS), Worker::default());
        let first = Gateway::start(&store.db, 1, &clock, &worker).await;
        let (id, rows) = (first.enqueue(&Order::Talks).await, store.db.rows(&first.workspace));
        has_lines(&rows, id, 3).await;
        first.kill(&store.db).await;
        let second = Gateway::start(&store.db, 2, &clock, &worker).await;
        // One of them says that the worker has ended.
        has_lines(&rows, id, 6).await;
        worker.gate.add_permits(1);
        second.wait_for(id, JobStatus::Succeeded).await;
        let before = [(1, "begun"), (1, "the step runs "), (1, "waiting"), (1, LOST)];
        let after = [(2, "begun"), (2, "waiting"), (2, "nearly"), (2, "done")];
        assert_eq!(said(&rows, id).await, pairs(&[before, after].concat()));
    }

    async fn what_is_said_last_is_there_when_the_job_has_ended(store: TestStore) {
        let (clock, worker) = (clock_ahead(&store.db).await, Worker::default());
        let gateway = Gateway::start(&store.db, 1, &clock, &worker).await;
        worker.gate.add_permits(1);
        let rows = store.db.rows(&gateway.workspace);
        let [talks, silent, flaky] = [Order::Talks, Order::Good, Order::Flaky(1)];
        let talks = gateway.enqueue(&talks).await;
        gateway.wait_for(talks, JobStatus::Succeeded).await;
        let mut lines = said(&rows, talks).await;
        // Which words were the latest ones when they were written down, the moment decides.
        lines.retain(|(_, text)| text != "begun");
        assert_eq!(lines, pairs(&[(1, "the step runs "), (1, "waiting"), (1, "nearly"), (1, "done")]));
        let silent = gateway.enqueue(&silent).await;
        gateway.wait_for(silent, JobStatus::Succeeded).await;
        assert_eq!(said(&rows, silent).await, []);
        let flaky = gateway.enqueue(&flaky).await;
        while gateway.wait_for(flaky, JobStatus::Pending).await.attempts == 0 {
            sleep(Duration::from_millis(1)).await;
        }
        assert_eq!(said(&rows, flaky).await, pairs(&[(1, "no luck ")]));
        make_due(&store.db).await;
        assert_eq!(gateway.wait_for(flaky, JobStatus::Succeeded).await.attempts, 2);
        assert_eq!(said(&rows, flaky).await, pairs(&[(1, "no luck ")]));
    }
}
