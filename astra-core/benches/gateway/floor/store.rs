//! Two messages and a trace for each turn, by group commit: one thread takes all waiting turns into one transaction and
//! acknowledges them after COMMIT.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, params};
use tokio::sync::{mpsc, oneshot};

use crate::Result;

const BATCH: usize = 512;
const SCHEMA: &str = "
    CREATE TABLE sessions (id INTEGER PRIMARY KEY, updated_at INTEGER NOT NULL);
    CREATE TABLE messages (id INTEGER PRIMARY KEY, session_id INTEGER NOT NULL, role TEXT NOT NULL, content TEXT NOT NULL, created_at INTEGER NOT NULL);
    CREATE INDEX messages_by_session ON messages (session_id, id);
    CREATE TABLE traces (id INTEGER PRIMARY KEY, session_id INTEGER NOT NULL, spans TEXT NOT NULL, duration_us INTEGER NOT NULL, created_at INTEGER NOT NULL);
    CREATE INDEX traces_by_session ON traces (session_id, id);";
const SPANS: &str =
    r#"[{"name":"inference","model":"fake","input_tokens":20,"output_tokens":44,"status":"completed"}]"#;

/// The way to the thread that writes.
#[derive(Clone)]
pub(super) struct Store(mpsc::UnboundedSender<(Kept, oneshot::Sender<()>)>);

/// A turn to be kept.
pub(super) struct Kept {
    question: String,
    answer: String,
    took: Duration,
}

impl Kept {
    /// A turn that began at `begun` and ends now.
    pub(super) fn new(question: String, answer: String, begun: Instant) -> Self {
        Self { question, answer, took: begun.elapsed() }
    }
}

impl Store {
    /// A new database at `path`.
    pub(super) fn open(path: &Path, synchronous: &str) -> Result<Self> {
        let connection = Connection::open(path)?;
        connection.execute_batch(&format!(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA wal_autocheckpoint = 4000;
             PRAGMA cache_size = -32000;"
        ))?;
        connection.execute_batch(SCHEMA)?;
        #[expect(clippy::disallowed_methods, reason = "a floor does no more than it must")]
        let (queue, mut waiting) = mpsc::unbounded_channel();
        thread::spawn(move || -> rusqlite::Result<()> {
            let begun = Instant::now();
            let mut number = 0;
            while let Some(first) = waiting.blocking_recv() {
                let mut batch = vec![first];
                while let (true, Ok(next)) = (batch.len() < BATCH, waiting.try_recv()) {
                    batch.push(next);
                }
                // A write that fails ends the thread, and every turn that waits for it is a bad gateway.
                write(&connection, &batch, &mut number, begun)?;
                for (_, written) in batch {
                    let _ = written.send(());
                }
            }
            Ok(())
        });
        Ok(Self(queue))
    }

    /// Returns when the turn is committed.
    pub(super) async fn keep(&self, kept: Kept) -> Result<()> {
        let (written, acknowledged) = oneshot::channel();
        self.0.send((kept, written)).map_err(|_| "the writing thread has ended")?;
        Ok(acknowledged.await?)
    }
}

fn write(
    connection: &Connection,
    batch: &[(Kept, oneshot::Sender<()>)],
    number: &mut i64,
    begun: Instant,
) -> rusqlite::Result<()> {
    let transaction = connection.unchecked_transaction()?;
    let now_ms = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
    {
        let mut session = connection.prepare_cached(
            "INSERT INTO sessions VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET updated_at = excluded.updated_at",
        )?;
        let mut message = connection
            .prepare_cached("INSERT INTO messages (session_id, role, content, created_at) VALUES (?1, ?2, ?3, ?4)")?;
        let mut trace = connection.prepare_cached(
            "INSERT INTO traces (session_id, spans, duration_us, created_at) VALUES (?1, ?2, ?3, ?4)",
        )?;
        for (turn, _) in batch {
            *number += 1;
            let took_us = i64::try_from(turn.took.as_micros()).unwrap_or(i64::MAX);
            session.execute(params![*number, now_ms])?;
            message.execute(params![*number, "user", turn.question, now_ms])?;
            message.execute(params![*number, "assistant", turn.answer, now_ms])?;
            trace.execute(params![*number, SPANS, took_us, now_ms])?;
        }
    }
    transaction.commit()
}
