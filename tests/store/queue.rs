//! Jobs and the workers of a gateway: run once if all goes well, again if not, and step by step across deaths.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use astra_core::clock::{Clock, ManualClock};
use astra_core::ids::{IdMaker, JobId, TimeOrderedIds};
use astra_core::params;
use astra_core::store::{Db, Enqueued, JobStatus, Signal, StoredJob, Tx, WorkspaceId};
use astra_core::work::{Job, JobContext, JobError, JobTypes, Queue, Supervisor};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout};

use crate::support::{START_MS, TestStore, both_backends};

/// What the test's jobs are about.
#[derive(Serialize, Deserialize)]
pub(crate) enum Order {
    /// Succeeds.
    Good,
    /// Fails so many times before it succeeds.
    Flaky(i64),
    Hopeless,
    Panics,
    /// Waits until the test lets it go on.
    Waits,
    /// Two steps, with a wait between them.
    Steps,
    /// Says how far it has got before it waits.
    Reports,
    /// Says something in a step, before it waits, and at its end.
    Talks,
}

/// What is counted of the jobs.
#[derive(Clone)]
pub(crate) struct Worker {
    runs: Arc<AtomicU32>,
    first_steps: Arc<AtomicU32>,
    second_steps: Arc<AtomicU32>,
    pub(crate) gate: Arc<Semaphore>,
}

impl Default for Worker {
    fn default() -> Self {
        let gate = Arc::new(Semaphore::new(0));
        Self { runs: Arc::default(), first_steps: Arc::default(), second_steps: Arc::default(), gate }
    }
}

impl Worker {
    /// How often a job was begun.
    pub(crate) fn runs(&self) -> u32 {
        self.runs.load(Ordering::SeqCst)
    }

    async fn wait(&self) {
        self.gate.acquire().await.expect("it is open").forget();
    }
}

impl Job for Worker {
    type Payload = Order;
    type Output = Value;
    const NAME: &'static str = "test.order";
    const MAX_RETRIES: u32 = 2;

    fn payload_schema() -> Value {
        json!({})
    }

    async fn run(&self, order: Order, context: JobContext) -> Result<Value, JobError> {
        self.runs.fetch_add(1, Ordering::SeqCst);
        match order {
            Order::Good => {}
            Order::Flaky(times) if context.attempt() > times => {}
            Order::Flaky(_) => return Err(JobError::retry("no luck\0")),
            Order::Hopeless => return Err(JobError::fail("never")),
            Order::Panics => panic!("a defect"),
            Order::Waits => self.wait().await,
            Order::Steps => {
                let first = || async { Ok(self.first_steps.fetch_add(1, Ordering::SeqCst) + 41) };
                let first: u32 = context.step("first", first).await?;
                self.wait().await;
                let second = || async {
                    self.second_steps.fetch_add(1, Ordering::SeqCst);
                    Ok(first + 1)
                };
                return Ok(json!(context.step("second", second).await?));
            }
            Order::Reports => {
                context.progress(10, "begun");
                context.progress(70, "soon\0".repeat(500));
                self.wait().await;
            }
            Order::Talks => {
                context.progress(10, "begun");
                let first = || async {
                    context.log("the step runs\0");
                    Ok(1)
                };
                let _: u32 = context.step("first", first).await?;
                context.progress(20, "begun");
                context.log("waiting");
                self.wait().await;
                context.progress(90, "nearly");
                context.log("done");
            }
        }
        Ok(json!(context.attempt()))
    }
}

/// One gateway's queue.
pub(crate) struct Gateway {
    pub(crate) queue: Arc<Queue>,
    supervisor: Supervisor,
    pub(crate) workspace: WorkspaceId,
}

impl Gateway {
    /// The gateway of this number.
    pub(crate) async fn start(db: &Db, number: i64, clock: &ManualClock, worker: &Worker) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(clock.clone());
        let ids = IdMaker::new(TimeOrderedIds::new(Arc::clone(&clock), number, 0));
        let types = JobTypes::default().with(worker.clone());
        let queue = Arc::new(Queue::new(db.clone(), clock, ids, types, 4));
        let supervisor = Supervisor::default();
        queue.start(&supervisor).await.expect("it starts");
        let workspace = db.ensure_workspace("wsp_a", START_MS).await.expect("a workspace");
        Self { queue, supervisor, workspace }
    }

    /// A new job.
    pub(crate) async fn enqueue(&self, order: &Order) -> JobId {
        let job = Worker::job(order).expect("JSON");
        let Enqueued::New(id) = self.queue.enqueue(&self.workspace, job).await.expect("it is kept") else {
            panic!("there is no key")
        };
        id
    }

    async fn job(&self, id: JobId) -> StoredJob {
        self.queue.find(&self.workspace, id).await.expect("a look").expect("the job")
    }

    /// The job once it is as far as this.
    pub(crate) async fn wait_for(&self, id: JobId, status: JobStatus) -> StoredJob {
        let waiting = async {
            loop {
                let job = self.job(id).await;
                if job.status == status {
                    return job;
                }
                sleep(Duration::from_millis(1)).await;
            }
        };
        timeout(Duration::from_secs(30), waiting).await.expect("it comes to that")
    }

    /// As when the process is killed: nothing of it goes on, and nothing is said to the store.
    pub(crate) async fn kill(self, db: &Db) {
        drop(self);
        // What was cancelled ends when it is polled.
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        // On PostgreSQL its leases run out by the server's clock, for which a test does not wait.
        let sql = "UPDATE jobs SET lease_until_ms = 1 WHERE status = 'running'";
        db.write(move |tx| tx.execute(sql, params![])).await.expect("it is written");
    }
}

/// A clock by which jobs wait for another attempt until [`make_due`]. On PostgreSQL their time comes by the server's clock, which
/// a test does not move: this clock is half an hour ahead of it. A wait that ends more than an hour after it would be none.
pub(crate) async fn clock_ahead(db: &Db) -> ManualClock {
    if !db.is_shared() {
        return ManualClock::new(START_MS);
    }
    let sql = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)";
    let server_ms = db.read(move |tx| tx.one(sql, params![])?.next_int()).await.expect("the server's time");
    ManualClock::new(server_ms + 30 * 60 * 1_000)
}

/// Lets the time of all jobs come that wait for it.
pub(crate) async fn make_due(db: &Db) {
    let sql = "UPDATE jobs SET run_at_ms = 1 WHERE status = 'pending'";
    let write = move |tx: &mut Tx<'_>| {
        tx.announce(Signal::Jobs);
        tx.execute(sql, params![])
    };
    db.write(write).await.expect("it is written");
}

both_backends! {
    async fn a_job_runs_as_soon_as_it_is_kept(store: TestStore) {
        let (clock, worker) = (ManualClock::new(START_MS), Worker::default());
        let gateway = Gateway::start(&store.db, 1, &clock, &worker).await;
        let begun = Instant::now();
        let ids = [gateway.enqueue(&Order::Good).await, gateway.enqueue(&Order::Hopeless).await];
        let done = gateway.wait_for(ids[0], JobStatus::Succeeded).await;
        assert_eq!((done.result.as_deref(), done.attempts, done.error.as_deref()), (Some("1"), 1, None));
        let failed = gateway.wait_for(ids[1], JobStatus::Failed).await;
        assert_eq!((failed.attempts, failed.error.as_deref()), (1, Some("never")));
        assert!(begun.elapsed() < Duration::from_secs(4), "it did not wait for a look");
        assert_eq!(worker.runs(), 2);
    }

    async fn what_fails_is_tried_again_and_then_no_more(store: TestStore) {
        let (clock, worker) = (clock_ahead(&store.db).await, Worker::default());
        let gateway = Gateway::start(&store.db, 1, &clock, &worker).await;
        let (flaky, panics) = (gateway.enqueue(&Order::Flaky(2)).await, gateway.enqueue(&Order::Panics).await);
        for attempts in 1..=2 {
            for id in [flaky, panics] {
                while gateway.job(id).await.attempts < attempts {
                    sleep(Duration::from_millis(1)).await;
                }
                let job = gateway.wait_for(id, JobStatus::Pending).await;
                let (wait_ms, least_ms) = (job.run_at_ms - clock.now_ms(), 500 << attempts);
                assert!(wait_ms >= least_ms / 4 * 3 && wait_ms <= least_ms, "{wait_ms}");
            }
            make_due(&store.db).await;
        }
        let done = gateway.wait_for(flaky, JobStatus::Succeeded).await;
        assert_eq!((done.result.as_deref(), done.attempts), (Some("3"), 3));
        let failed = gateway.wait_for(panics, JobStatus::Failed).await;
        assert_eq!((failed.attempts, failed.error.as_deref()), (3, Some("it panicked: a defect")));
    }

    async fn a_recorded_step_is_not_run_again(store: TestStore) {
        let (clock, worker) = (ManualClock::new(START_MS), Worker::default());
        let first = Gateway::start(&store.db, 1, &clock, &worker).await;
        let id = first.enqueue(&Order::Steps).await;
        while worker.first_steps.load(Ordering::SeqCst) == 0 || recorded(&store.db).await == 0 {
            sleep(Duration::from_millis(1)).await;
        }
        first.kill(&store.db).await;
        let second = Gateway::start(&store.db, 2, &clock, &worker).await;
        worker.gate.add_permits(1);
        let done = second.wait_for(id, JobStatus::Succeeded).await;
        assert_eq!((done.result.as_deref(), done.attempts), (Some("42"), 2));
        assert_eq!((worker.first_steps.load(Ordering::SeqCst), worker.second_steps.load(Ordering::SeqCst)), (1, 1));
        assert_eq!(worker.runs(), 2);
    }

    async fn a_gateway_that_stops_gives_its_jobs_back(store: TestStore) {
        let (clock, worker) = (ManualClock::new(START_MS), Worker::default());
        let first = Gateway::start(&store.db, 1, &clock, &worker).await;
        let (hangs, ends) = (first.enqueue(&Order::Waits).await, first.enqueue(&Order::Waits).await);
        while worker.runs() < 2 {
            sleep(Duration::from_millis(1)).await;
        }
        worker.gate.add_permits(1);
        first.queue.drain(Duration::from_millis(200)).await;
        assert!(first.supervisor.shutdown(Duration::from_secs(5)).await);
        let statuses = [first.job(hangs).await, first.job(ends).await].map(|job| (job.status, job.attempts));
        assert!(statuses.contains(&(JobStatus::Pending, 0)) && statuses.contains(&(JobStatus::Succeeded, 1)), "{statuses:?}");
        let late = first.enqueue(&Order::Good).await;
        assert_eq!(first.job(late).await.status, JobStatus::Pending, "it runs none any more");
        let second = Gateway::start(&store.db, 2, &clock, &worker).await;
        worker.gate.add_permits(1);
        for id in [hangs, ends, late] {
            second.wait_for(id, JobStatus::Succeeded).await;
        }
    }

    async fn a_running_job_is_cancelled_at_once(store: TestStore) {
        let (clock, worker) = (ManualClock::new(START_MS), Worker::default());
        let gateway = Gateway::start(&store.db, 1, &clock, &worker).await;
        let id = gateway.enqueue(&Order::Waits).await;
        gateway.wait_for(id, JobStatus::Running).await;
        while worker.runs() == 0 {
            sleep(Duration::from_millis(1)).await;
        }
        let begun = Instant::now();
        let status = gateway.queue.cancel(&gateway.workspace, id).await.expect("it is asked");
        assert_eq!(status, Some(JobStatus::Running));
        gateway.wait_for(id, JobStatus::Cancelled).await;
        assert!(begun.elapsed() < Duration::from_secs(4));
    }

    async fn how_far_a_job_has_got_is_kept_while_it_runs(store: TestStore) {
        let (clock, worker) = (ManualClock::new(START_MS), Worker::default());
        let gateway = Gateway::start(&store.db, 1, &clock, &worker).await;
        let id = gateway.enqueue(&Order::Reports).await;
        let waiting = async {
            while gateway.job(id).await.progress != 70 {
                sleep(Duration::from_millis(1)).await;
            }
        };
        timeout(Duration::from_secs(30), waiting).await.expect("it is kept");
        let text = gateway.job(id).await.row.message.expect("words");
        assert!(text.starts_with("soon soon ") && text.len() == 512, "{text}");
        worker.gate.add_permits(1);
        assert_eq!(gateway.wait_for(id, JobStatus::Succeeded).await.progress, 100);
    }

    async fn two_gateways_share_the_jobs(store: TestStore) {
        let (clock, worker) = (ManualClock::new(START_MS), Worker::default());
        if !store.db.is_shared() {
            return;
        }
        let one = Gateway::start(&store.db, 1, &clock, &worker).await;
        let two = Gateway::start(&store.db, 2, &clock, &worker).await;
        let mut ids = Vec::new();
        for _ in 0..50 {
            ids.push(one.enqueue(&Order::Good).await);
        }
        for id in ids {
            assert_eq!(two.wait_for(id, JobStatus::Succeeded).await.attempts, 1);
        }
        assert_eq!(worker.runs(), 50);
    }
}

async fn recorded(db: &Db) -> i64 {
    db.read(|tx| tx.one("SELECT COUNT(*) FROM job_steps", params![])?.next_int()).await.expect("a count")
}
