//! PostgreSQL: a pool of connections, and serialisable transactions that run again after a conflict.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, Semaphore, SemaphorePermit};
use tokio::time::Instant;

use super::epoch::watch::Watch;
use super::erased::{ErasedBody, erased};
use super::error::{Error, Result};
use super::known_readers::KnownReaders;
use super::mode::Mode;
use super::notes::Notes;
use super::postgres_address::Address;
use super::postgres_error::unavailable;
use super::postgres_session::Session;
use super::postgres_steps::Steps;
use super::signals::{Listeners, Signal, SignalSet};
use super::subjects::KnownNumbers;
use super::tx::{Driver, TransactionBody, Tx};
use super::workspace::WorkspaceId;
use super::write_health::WriteHealth;
use crate::config::StoreConfig;

/// For how long a transaction that met another one is run again.
const RETRY_FOR: Duration = Duration::from_secs(10);
/// Longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_millis(100);
/// Queues for transactions that run again: one transaction at a time in each.
const LANES: usize = 16;
/// A pool of connections to one database.
pub struct Postgres {
    pub(super) writes: WriteHealth,
    pub(super) subjects: KnownNumbers,
    pub(super) workspaces: KnownNumbers,
    pub(super) event_readers: KnownReaders,
    /// Notified of what commits announce, here and in other gateways.
    pub(super) listeners: Arc<Listeners>,
    pool: Pool,
    address: Address,
    epoch: Watch,
    lanes: [Mutex<()>; LANES],
    /// Places of lists and reports, fewer than there are connections.
    lists: Semaphore,
    wait: Duration,
}

impl Postgres {
    /// A pool of connections to `url` (`postgres://user@host/database?sslmode=verify-full`). Connects when first used.
    ///
    /// # Errors
    /// [`Error::Incompatible`] if `url` cannot be understood.
    pub fn new(url: &str, config: &StoreConfig) -> Result<Self> {
        let address = Address::parse(url)?;
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let pooled = address.with_statement_timeout(config.statement_timeout_ms);
        let manager = Manager::from_config(pooled, address.tls.clone(), recycling);
        let (wait, connections) = (Duration::from_millis(config.wait_timeout_ms), config.connections.max(2));
        let pool = Pool::builder(manager)
            .max_size(connections)
            .wait_timeout(Some(wait))
            .create_timeout(Some(wait))
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(Error::broken)?;
        let listeners = Arc::<Listeners>::default();
        let (writes, epoch) = (WriteHealth::default(), Watch::new(Arc::clone(&listeners)));
        Ok(Self {
            writes,
            subjects: KnownNumbers::default(),
            workspaces: KnownNumbers::default(),
            event_readers: KnownReaders::default(),
            listeners,
            pool,
            address,
            epoch,
            lanes: std::array::from_fn(|_| Mutex::new(())),
            lists: Semaphore::new(connections / 2),
            wait,
        })
    }

    /// The epoch of all credentials, if the watch has read it within the last second.
    pub(super) fn known_epoch(&self) -> Option<i64> {
        self.epoch.known()
    }

    /// What reads the epoch of all credentials again and again, and notifies of what other gateways announce.
    pub(super) fn watch(&self) -> impl Future<Output = ()> + Send + 'static + use<> {
        self.epoch.clone().keep(self.address.clone())
    }

    pub(super) async fn run<T: Send + 'static>(
        &self,
        workspace: Option<WorkspaceId>,
        mode: Mode,
        work: impl TransactionBody<T>,
    ) -> Result<T> {
        let (work, answer) = erased(work);
        self.run_erased(workspace, mode, work).await?;
        answer.take()
    }

    async fn run_erased(&self, workspace: Option<WorkspaceId>, mode: Mode, work: Arc<ErasedBody>) -> Result<()> {
        let _place = if mode == Mode::List { Some(self.place_of_list().await?) } else { None };
        let give_up = Instant::now() + RETRY_FOR;
        match self.attempt(workspace.clone(), mode, &work).await {
            Err(Error::Retry(_)) => {}
            answer => return answer,
        }
        // Those that lost line up, so that they do not make each other lose again and again.
        let hasher = BuildHasherDefault::<DefaultHasher>::default();
        let lane = usize::try_from(hasher.hash_one(&workspace) % LANES as u64).unwrap_or_default();
        let _turn = self.lanes[lane].lock().await;
        let mut pause = Duration::from_millis(1);
        loop {
            match self.attempt(workspace.clone(), mode, &work).await {
                Err(Error::Retry(_)) if Instant::now() < give_up => tokio::time::sleep(pause).await,
                answer => return answer,
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn place_of_list(&self) -> Result<SemaphorePermit<'_>> {
        match tokio::time::timeout(self.wait, self.lists.acquire()).await {
            Ok(place) => place.map_err(Error::broken),
            Err(_) => Err(Error::Unavailable("no connection to PostgreSQL for a list was free in time".into())),
        }
    }

    async fn attempt(&self, workspace: Option<WorkspaceId>, mode: Mode, work: &Arc<ErasedBody>) -> Result<()> {
        let client = self.pool.get().await.map_err(|fault| unavailable(&fault))?;
        if matches!(mode, Mode::Turn | Mode::Look) {
            return self.in_steps(client, workspace.as_ref(), mode, work.as_ref()).await;
        }
        let (work, runtime) = (Arc::clone(work), Handle::current());
        let answer = tokio::task::spawn_blocking(move || {
            let begin = match mode {
                Mode::Read | Mode::List | Mode::Look => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
                Mode::Write => "BEGIN ISOLATION LEVEL SERIALIZABLE",
                Mode::Lock | Mode::Turn => "BEGIN ISOLATION LEVEL READ COMMITTED",
                Mode::Migrate => "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = 0",
            };
            let session = Session::new(client, runtime, begin, mode.reads());
            let answer = Tx::run(Driver::Postgres(&session), workspace.as_ref(), &session.notes, work.as_ref());
            let answer = session.end(answer);
            (answer, session.notes.signals())
        });
        let Ok((answer, signals)) = answer.await else {
            return Err(Error::Broken("a store method panicked".into()));
        };
        self.announced(signals);
        answer
    }

    /// What a transaction announces, in this gateway.
    fn announced(&self, signals: SignalSet) {
        if signals.has(Signal::Credentials) {
            self.epoch.note_ending();
        }
        self.listeners.notify_all(signals);
    }

    /// One attempt on the calling task: the work is run again and again, each time with the answers that it asked for.
    async fn in_steps(
        &self,
        client: Object,
        workspace: Option<&WorkspaceId>,
        mode: Mode,
        work: &ErasedBody,
    ) -> Result<()> {
        let mut lease = Lease { client: Some(client), steps: Steps::new(mode == Mode::Look) };
        let Lease { client: Some(client), steps } = &mut lease else { return Err(Error::broken("no connection")) };
        loop {
            steps.begin();
            let (answer, signals) = run(steps, workspace, work);
            let waits = steps.waits();
            if !waits && answer.is_err() {
                steps.roll_back(client).await;
                return answer;
            }
            if let Err(fault) = steps.exchange(client, !waits).await {
                steps.roll_back(client).await;
                return Err(fault);
            }
            if !waits {
                self.announced(signals);
                return answer;
            }
        }
    }
}

/// Runs work as far as it comes with what is answered; and what it announces.
fn run(steps: &Steps, workspace: Option<&WorkspaceId>, work: &ErasedBody) -> (Result<()>, SignalSet) {
    let notes = Notes::default();
    let run = || Tx::run(Driver::Steps(steps), workspace, &notes, work);
    let answer = catch_unwind(AssertUnwindSafe(run));
    let answer = answer.unwrap_or_else(|_| Err(Error::Broken("a store method panicked".into())));
    (answer, notes.signals())
}

/// A connection in the hands of one transaction.
struct Lease {
    client: Option<Object>,
    steps: Steps,
}

impl Drop for Lease {
    fn drop(&mut self) {
        // As with a session: a transaction that was left in its middle is rolled back by closing its connection.
        if self.steps.is_open()
            && let Some(client) = self.client.take()
        {
            drop(Object::take(client));
        }
    }
}
