//! `cargo bench -p astra-core --bench jobs`: how many empty jobs a second are enqueued and done on SQLite, how soon a worker has
//! one, and how long lists, counts and claims take in a table of a million jobs. See `docs/benchmarks.md`.

#![expect(clippy::disallowed_methods, reason = "a benchmark starts what it likes")]

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use astra_core::clock::{Clock, SystemClock};
use astra_core::config::StoreConfig;
use astra_core::ids::{IdMaker, TimeOrderedIds};
use astra_core::params;
use astra_core::store::{
    self, Db, JobClaim, JobFilter, JobLimits, JobStatus, NewJob, PageRequest, Rows, VisibleTo, migrate,
};
use astra_core::work::{Job, JobContext, JobError, JobTypes, Queue, Supervisor};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

const JOBS: u32 = 20_000;
const CLIENTS: u32 = 16;
const WORKERS: u32 = 4;
const PICK_UPS: usize = 1_000;
const FINISHED: i64 = 1_000_000;
const PIECE: i64 = 20_000;
const ROUNDS: usize = 50;

/// Jobs that have ended, of ten types and a hundred users, from the number `$2` up to `$3`.
const FILL: &str = "WITH RECURSIVE numbers (i) AS (SELECT $2 UNION ALL SELECT i + 1 FROM numbers WHERE i + 1 < $3)
    INSERT INTO jobs (workspace_id, id, kind, is_public, subject, status, is_due, priority, run_at_ms, payload, attempts,
        attempts_max, epoch, lease_until_ms, cancel_requested, progress, version, result, created_at_ms, started_at_ms,
        finished_at_ms)
    SELECT $1, i, 'bench.' || (i % 10), 1, i % 100, CASE WHEN i % 50 = 0 THEN 'failed' ELSE 'succeeded' END, 0, 5, i,
        '{\"agent_id\": \"assistant\"}', 1, 4, 1, 0, 0, 100, 3, '{\"turn_id\": \"trn_06a1b2c3d4e5q\"}', i, i, i FROM numbers";

/// A job that does nothing but say when it was begun.
struct Empty {
    done: Arc<AtomicU32>,
    begun: UnboundedSender<Instant>,
}

impl Job for Empty {
    const NAME: &'static str = "bench.empty";
    type Payload = Value;
    type Output = ();

    fn payload_schema() -> Value {
        json!({"type": "object"})
    }

    async fn run(&self, _payload: Value, _context: JobContext) -> std::result::Result<(), JobError> {
        let _ = self.begun.send(Instant::now());
        self.done.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

fn main() -> Result<()> {
    // `cargo bench` says --bench; a runner of tests does not, and wants no measurement.
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    tokio::runtime::Runtime::new()?.block_on(run())
}

async fn run() -> Result<()> {
    let folder = TempDir::new()?;
    let db = store::open(&StoreConfig::default(), folder.path())?;
    migrate::apply(&db, 0).await?;
    work(&db).await?;
    let rows = db.rows(&db.ensure_workspace("wsp_big", 0).await?);
    let begun = Instant::now();
    for first in (0..FINISHED).step_by(usize::try_from(PIECE)?) {
        rows.write(move |tx| tx.execute(FILL, params![first, first + PIECE])).await?;
    }
    say(&format!("{FINISHED} jobs that have ended, written in {:.1} s", begun.elapsed().as_secs_f64()))?;
    big_table(&db, &rows).await
}

/// Throughput, and the time until a worker has a job.
async fn work(db: &Db) -> Result<()> {
    let (done, (begun, mut begins)) = (Arc::<AtomicU32>::default(), unbounded_channel());
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ids = IdMaker::new(TimeOrderedIds::new(Arc::clone(&clock), 1, 0));
    let types = JobTypes::default().with(Empty { done: Arc::clone(&done), begun });
    let queue = Arc::new(Queue::new(db.clone(), clock, ids, types, WORKERS));
    let supervisor = Supervisor::default();
    queue.start(&supervisor).await?;
    let workspace = db.ensure_workspace("wsp_bench", 0).await?;
    let since = Instant::now();
    let clients = (0..CLIENTS).map(|_| {
        let (queue, workspace) = (Arc::clone(&queue), workspace.clone());
        tokio::spawn(async move {
            for _ in 0..JOBS / CLIENTS {
                queue.enqueue(&workspace, Empty::job(&json!({}))?).await?;
            }
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
        })
    });
    for client in clients.collect::<Vec<_>>() {
        client.await??;
    }
    let kept = since.elapsed().as_secs_f64();
    while done.load(Ordering::Relaxed) < JOBS || unfinished(db).await? > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let seconds = since.elapsed().as_secs_f64();
    say(&format!(
        "{JOBS} empty jobs by {CLIENTS} clients and {WORKERS} workers: {:.0} a second enqueued, {:.0} a second done; the goal is 1,000",
        f64::from(JOBS) / kept,
        f64::from(JOBS) / seconds
    ))?;
    while begins.try_recv().is_ok() {}
    let mut times_ms = Vec::new();
    for _ in 0..PICK_UPS {
        queue.enqueue(&workspace, Empty::job(&json!({}))?).await?;
        let kept = Instant::now();
        let begun = begins.recv().await.ok_or("no worker")?;
        times_ms.push(begun.saturating_duration_since(kept).as_secs_f64() * 1e3);
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
    times_ms.sort_by(f64::total_cmp);
    let (median, late) = (times_ms[PICK_UPS / 2], times_ms[PICK_UPS * 99 / 100]);
    say(&format!(
        "from the answer to the worker: median {median:.2} ms, 99th percentile {late:.2} ms; the goals are 5 and 50"
    ))?;
    queue.drain(Duration::from_secs(5)).await;
    supervisor.shutdown(Duration::from_secs(5)).await;
    Ok(())
}

async fn unfinished(db: &Db) -> Result<i64> {
    Ok(db.read(|tx| tx.one("SELECT COUNT(*) FROM jobs WHERE finished_at_ms IS NULL", params![])?.next_int()).await?)
}

/// Lists, counts and claims where a million jobs have ended.
async fn big_table(db: &Db, rows: &Rows) -> Result<()> {
    rows.write(|tx| tx.execute("INSERT INTO subjects (number, id) SELECT 1, 'usr_a' WHERE $1 = $1", params![])).await?;
    let (kind, user_id) = (Some("bench.7".to_owned()), Some("usr_a".to_owned()));
    let filters = [
        ("all", JobFilter::default()),
        ("failed", JobFilter { status: Some(JobStatus::Failed), ..JobFilter::default() }),
        ("of a type", JobFilter { kind: kind.clone(), ..JobFilter::default() }),
        ("of a user", JobFilter { user_id: user_id.clone(), ..JobFilter::default() }),
        ("of a user and a type", JobFilter { kind, user_id, status: None }),
    ];
    for (name, filter) in filters {
        let (mut pages, mut counts) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let begun = Instant::now();
            let request = PageRequest { limit: 50, after: None };
            rows.jobs().page(VisibleTo::All, filter.clone(), request).await?;
            pages.push(begun.elapsed());
            let begun = Instant::now();
            rows.jobs().count_by_status(VisibleTo::All, filter.clone()).await?;
            counts.push(begun.elapsed());
        }
        tell(&format!("a page of 50, {name}"), pages)?;
        tell(&format!("counts by status, {name}"), counts)?;
    }
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ids = IdMaker::new(TimeOrderedIds::new(Arc::clone(&clock), 2, 0));
    let mut claims = Vec::new();
    for _ in 0..ROUNDS {
        rows.jobs().create(ids.id(), NewJob::new("bench.empty", "{}".into(), 1), clock.now_ms()).await?;
        let begun = Instant::now();
        let claimed = db.claim_jobs(JobClaim {
            kinds: ["bench.empty".to_owned()].into(),
            count: 4,
            after_workspace: 0,
            lease_ms: 15_000,
            own_ms: clock.now_ms(),
            limits: JobLimits::default(),
        });
        if claimed.await?.len() != 1 {
            return Err("the job was not claimed".into());
        }
        claims.push(begun.elapsed());
    }
    tell("a claim", claims)
}

fn tell(what: &str, mut times: Vec<Duration>) -> Result<()> {
    times.sort();
    let ms = |place: usize| times[place].as_secs_f64() * 1e3;
    say(&format!(
        "{what}: median {:.2} ms, longest {:.2} ms; the goal is 10 ms",
        ms(times.len() / 2),
        ms(times.len() - 1)
    ))
}

fn say(line: &str) -> Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}
