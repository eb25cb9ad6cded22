//! Jobs of types that are not idempotent: a step that may have taken effect does not run again, and a person is asked. And jobs
//! that end by themselves when they are asked to stop, or give their worker back while they wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use astra_core::clock::{Clock, ManualClock};
use astra_core::ids::{IdMaker, JobId, TimeOrderedIds};
use astra_core::params;
use astra_core::store::{Db, JobStatus, Signal, StoredJob, Tx, WorkspaceId};
use astra_core::work::{Job, JobContext, JobError, JobTypes, Queue, Supervisor};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use crate::support::{START_MS, TestStore, both_backends};

/// What the step of a payment does, once it has begun.
#[derive(Clone, Copy, Serialize, Deserialize)]
enum Pay {
    /// Is paid when the test says so.
    Waits,
    /// Fails the first time, and says that nothing was paid.
    IsRefusedOnce,
    /// Does not know.
    LosesTheLine,
    Panics,
    /// Waits outside of the step, and gives its worker back.
    WaitsWithoutWorker,
    /// Waits for the end of itself, and ends in its own way.
    EndsByItself,
}

#[derive(Clone)]
struct Payments {
    begun: Arc<AtomicU32>,
    ended_by_itself: Arc<AtomicBool>,
    gate: Arc<Semaphore>,
}

impl Default for Payments {
    fn default() -> Self {
        Self { begun: Arc::default(), ended_by_itself: Arc::default(), gate: Arc::new(Semaphore::new(0)) }
    }
}

impl Payments {
    fn begun(&self) -> u32 {
        self.begun.load(Ordering::SeqCst)
    }

    async fn wait(&self) {
        self.gate.acquire().await.expect("it is open").forget();
    }

    async fn pay(&self, pay: Pay) -> Result<u32, JobError> {
        let times = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
        match pay {
            Pay::IsRefusedOnce if times == 1 => return Err(JobError::retry("no money")),
            Pay::LosesTheLine => return Err(JobError::unknown("the line is lost")),
            Pay::Panics => panic!("a defect"),
            Pay::Waits => self.wait().await,
            _ => {}
        }
        Ok(times)
    }
}

impl Job for Payments {
    type Payload = Pay;
    type Output = u32;
    const NAME: &'static str = "test.payment";
    const IS_IDEMPOTENT: bool = false;

    fn payload_schema() -> Value {
        json!({})
    }

    async fn run(&self, pay: Pay, context: JobContext) -> Result<u32, JobError> {
        match pay {
            Pay::WaitsWithoutWorker => context.without_worker(self.wait()).await,
            Pay::EndsByItself => {
                self.begun.fetch_add(1, Ordering::SeqCst);
                context.cancelled().await;
                self.ended_by_itself.store(true, Ordering::SeqCst);
                return Err(JobError::retry("it was asked to stop"));
            }
            _ => {}
        }
        context.step("pay", || self.pay(pay)).await
    }
}

struct Gateway {
    queue: Arc<Queue>,
    supervisor: Supervisor,
    workspace: WorkspaceId,
}

impl Gateway {
    async fn start(db: &Db, number: i64, payments: &Payments) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::new(START_MS));
        let ids = IdMaker::new(TimeOrderedIds::new(Arc::clone(&clock), number, 0));
        let types = JobTypes::default().with(payments.clone());
        let queue = Arc::new(Queue::new(db.clone(), clock, ids, types, 1));
        let supervisor = Supervisor::default();
        queue.start(&supervisor).await.expect("it starts");
        let workspace = db.ensure_workspace("wsp_a", START_MS).await.expect("a workspace");
        Self { queue, supervisor, workspace }
    }

    async fn enqueue(&self, pay: Pay) -> JobId {
        let job = Payments::job(&pay).expect("JSON");
        self.queue.enqueue(&self.workspace, job).await.expect("it is kept").id()
    }

    async fn wait_for(&self, id: JobId, status: JobStatus) -> StoredJob {
        let waiting = async {
            loop {
                let job = self.queue.find(&self.workspace, id).await.expect("a look").expect("the job");
                if job.status == status {
                    return job;
                }
                sleep(Duration::from_millis(1)).await;
            }
        };
        timeout(Duration::from_secs(30), waiting).await.expect("it comes to that")
    }

    /// A payment whose step has begun.
    async fn begun(&self, payments: &Payments) -> JobId {
        let before = payments.begun();
        let id = self.enqueue(Pay::Waits).await;
        while payments.begun() == before {
            sleep(Duration::from_millis(1)).await;
        }
        id
    }
}

fn says_unknown(job: &StoredJob) {
    let error = job.error.as_deref().unwrap_or_default();
    assert!(error.contains("`pay` began"), "{error}");
}

both_backends! {
    async fn a_step_that_may_have_taken_effect_is_left_to_a_person(store: TestStore) {
        let payments = Payments::default();
        let first = Gateway::start(&store.db, 1, &payments).await;
        let id = first.begun(&payments).await;
        drop(first);
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        let sql = "UPDATE jobs SET lease_until_ms = 1 WHERE status = 'running'";
        store.db.write(move |tx| tx.execute(sql, params![])).await.expect("it is written");
        let second = Gateway::start(&store.db, 2, &payments).await;
        let job = second.wait_for(id, JobStatus::Unknown).await;
        says_unknown(&job);
        assert!(job.finished_at_ms.is_some());
        payments.gate.add_permits(1);
        let other = second.enqueue(Pay::Waits).await;
        assert_eq!(second.wait_for(other, JobStatus::Succeeded).await.result.as_deref(), Some("2"));
        second.wait_for(id, JobStatus::Unknown).await;
    }

    async fn a_step_that_says_that_it_had_no_effect_runs_again(store: TestStore) {
        let payments = Payments::default();
        let gateway = Gateway::start(&store.db, 1, &payments).await;
        let id = gateway.enqueue(Pay::IsRefusedOnce).await;
        let sql = "UPDATE jobs SET run_at_ms = 1 WHERE status = 'pending'";
        while payments.begun() < 2 {
            let make_due = move |tx: &mut Tx<'_>| {
                tx.announce(Signal::Jobs);
                tx.execute(sql, params![])
            };
            store.db.write(make_due).await.expect("it is written");
            sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(gateway.wait_for(id, JobStatus::Succeeded).await.result.as_deref(), Some("2"));
    }

    async fn a_step_that_does_not_know_or_panics_does_not_run_again(store: TestStore) {
        let payments = Payments::default();
        let gateway = Gateway::start(&store.db, 1, &payments).await;
        let lost = gateway.enqueue(Pay::LosesTheLine).await;
        says_unknown(&gateway.wait_for(gateway.enqueue(Pay::Panics).await, JobStatus::Unknown).await);
        assert_eq!(gateway.wait_for(lost, JobStatus::Unknown).await.error.as_deref(), Some("the line is lost"));
        assert_eq!(payments.begun(), 2);
    }

    async fn a_payment_that_is_cancelled_in_the_middle_is_left_to_a_person(store: TestStore) {
        let payments = Payments::default();
        let gateway = Gateway::start(&store.db, 1, &payments).await;
        let id = gateway.begun(&payments).await;
        gateway.queue.cancel(&gateway.workspace, id).await.expect("it is asked");
        says_unknown(&gateway.wait_for(id, JobStatus::Unknown).await);
        let waits = gateway.begun(&payments).await;
        gateway.queue.drain(Duration::ZERO).await;
        assert!(gateway.supervisor.shutdown(Duration::from_secs(5)).await);
        says_unknown(&gateway.wait_for(waits, JobStatus::Unknown).await);
    }

    async fn a_job_that_waits_without_a_worker_is_in_no_others_way(store: TestStore) {
        let payments = Payments::default();
        let gateway = Gateway::start(&store.db, 1, &payments).await;
        let waits = gateway.enqueue(Pay::WaitsWithoutWorker).await;
        gateway.wait_for(waits, JobStatus::Running).await;
        gateway.enqueue(Pay::IsRefusedOnce).await;
        while payments.begun() == 0 {
            sleep(Duration::from_millis(1)).await;
        }
        gateway.wait_for(waits, JobStatus::Running).await;
        payments.gate.add_permits(1);
        gateway.wait_for(waits, JobStatus::Succeeded).await;
    }

    async fn a_job_that_asks_for_it_ends_by_itself(store: TestStore) {
        let payments = Payments::default();
        let gateway = Gateway::start(&store.db, 1, &payments).await;
        let id = gateway.enqueue(Pay::EndsByItself).await;
        while payments.begun() == 0 {
            sleep(Duration::from_millis(1)).await;
        }
        gateway.queue.cancel(&gateway.workspace, id).await.expect("it is asked");
        gateway.wait_for(id, JobStatus::Cancelled).await;
        assert!(payments.ended_by_itself.load(Ordering::SeqCst));
    }
}
