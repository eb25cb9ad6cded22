//! Load: so many clients that each ask, wait for the answer and ask again, until the time is up.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::Result;
use crate::http::{Connection, Exchange};
use crate::process::Process;

/// However fast a server may be, a measurement ends after so many requests.
const REQUESTS_MAX: u64 = 1_000_000;

/// Makes the n-th request. No two of a run are the same.
pub(crate) type MakeRequest = Arc<dyn Fn(u64) -> Vec<u8> + Send + Sync>;

/// What to send, where, and for how long.
#[derive(Clone)]
pub(crate) struct Load {
    /// Where the server listens.
    pub(crate) address: String,
    /// What is sent.
    pub(crate) request: MakeRequest,
    /// How many clients ask at the same time.
    pub(crate) clients: usize,
    /// How long.
    pub(crate) time: Duration,
    /// At most so many requests.
    pub(crate) requests: u64,
    /// What marks the moment within an answer that is of interest, such as its first token.
    pub(crate) marker: Option<&'static [u8]>,
}

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Good answers.
    pub(crate) answers: usize,
    /// Everything else, and the first one of it in words.
    pub(crate) errors: usize,
    pub(crate) first_error: Option<String>,
    /// From the first request to the last answer.
    pub(crate) elapsed: Duration,
    /// Whole answers, sorted.
    pub(crate) totals: Vec<Duration>,
    /// Times to the marker, sorted.
    pub(crate) marks: Vec<Duration>,
    /// Processor time of the server, if it was watched.
    pub(crate) processor_time: Duration,
}

impl Load {
    /// `clients` that send `request` to `address` for `time`.
    pub(crate) fn new(address: &str, clients: usize, time: Duration, request: MakeRequest) -> Self {
        Self { address: address.to_owned(), request, clients, time, requests: REQUESTS_MAX, marker: None }
    }

    /// Runs it, on the caller's thread alone.
    pub(crate) fn run(&self, server: &Process) -> Result<Outcome> {
        let before = server.processor_time()?;
        let mut outcome = runtime()?.block_on(self.ask());
        outcome.processor_time = server.processor_time()?.saturating_sub(before);
        Ok(outcome)
    }

    /// The load itself.
    pub(crate) async fn ask(&self) -> Outcome {
        let sent = Arc::new(AtomicU64::new(0));
        let begun = Instant::now();
        let mut clients = JoinSet::new();
        for _ in 0..self.clients {
            clients.spawn(ask(self.clone(), Arc::clone(&sent), begun + self.time));
        }
        let mut outcome = Outcome::default();
        while let Some(client) = clients.join_next().await {
            outcome.add(client.unwrap_or_else(|fault| Outcome::failed(fault.to_string())));
        }
        outcome.elapsed = begun.elapsed();
        outcome.totals.sort_unstable();
        outcome.marks.sort_unstable();
        outcome
    }
}

/// A runtime on one thread: the load must not take a second processor from the server.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

/// One client.
async fn ask(load: Load, sent: Arc<AtomicU64>, until: Instant) -> Outcome {
    let mut outcome = Outcome::default();
    let mut connection = None;
    while Instant::now() < until {
        let number = sent.fetch_add(1, Ordering::Relaxed);
        if number >= load.requests {
            break;
        }
        match exchange(&mut connection, &load, number).await {
            Ok(exchange) => outcome.note(exchange),
            Err(fault) => {
                connection = None;
                outcome.add(Outcome::failed(fault.to_string()));
                // A server that is gone would be asked a million times a second.
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    }
    outcome
}

async fn exchange(connection: &mut Option<Connection>, load: &Load, number: u64) -> Result<Exchange> {
    let connection = match connection {
        Some(connection) => connection,
        none => none.insert(Connection::open(&load.address).await?),
    };
    connection.exchange(&(load.request)(number), load.marker).await
}

impl Outcome {
    fn failed(error: String) -> Self {
        Self { errors: 1, first_error: Some(error), ..Self::default() }
    }

    fn note(&mut self, exchange: Exchange) {
        if exchange.status >= 400 {
            self.add(Self::failed(format!("{}: {}", exchange.status, String::from_utf8_lossy(&exchange.body))));
            return;
        }
        self.answers += 1;
        self.totals.push(exchange.total);
        self.marks.extend(exchange.marked);
    }

    fn add(&mut self, other: Self) {
        self.answers += other.answers;
        self.errors += other.errors;
        self.first_error = self.first_error.take().or(other.first_error);
        self.totals.extend(other.totals);
        self.marks.extend(other.marks);
    }

    /// Good answers a second.
    #[expect(clippy::cast_precision_loss, reason = "counts of a few seconds")]
    pub(crate) fn rate(&self) -> f64 {
        self.answers as f64 / self.elapsed.as_secs_f64().max(f64::EPSILON)
    }

    /// Processor time of the server for an answer, in microseconds.
    #[expect(clippy::cast_precision_loss, reason = "counts of a few seconds")]
    pub(crate) fn processor_us(&self) -> f64 {
        self.processor_time.as_secs_f64() * 1e6 / self.answers.max(1) as f64
    }
}

/// The value below which `percent` of the sorted `times` lie, in milliseconds.
pub(crate) fn percentile_ms(times: &[Duration], percent: usize) -> f64 {
    let place = (times.len().saturating_sub(1) * percent).div_ceil(100);
    times.get(place).map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
}
