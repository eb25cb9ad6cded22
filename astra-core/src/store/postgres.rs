//! PostgreSQL: a pool, transactions that run again after a conflict, and notifications between gateways.

use std::borrow::Cow;
use std::cell::Cell;
use std::error::Error as _;
use std::sync::Arc;

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod};
use tokio::runtime::Handle;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{NoTls, Statement};

use super::db::{Engine, Tx, Work, WorkspaceId};
use super::epoch::watch::Watch;
use super::error::{Error, Result};
use super::value::{Param, Row, Value};

/// How often a transaction that met another one is run again.
const ATTEMPTS: u32 = 8;

/// A pool of connections to one database.
pub struct Postgres {
    pool: Pool,
    config: tokio_postgres::Config,
    epoch: Watch,
}

/// One connection in the hands of one closure, on a thread where blocking is allowed.
pub(super) struct Session {
    client: Option<Object>,
    runtime: Handle,
    open: bool,
    ends_credentials: Cell<bool>,
}

impl Postgres {
    /// A pool of at most `connections` to `url` (`postgres://user@host/database`). Connects when first used.
    pub fn new(url: &str, connections: usize) -> Result<Self> {
        let config: tokio_postgres::Config =
            url.parse().map_err(|fault| Error::Unavailable(format!("the database URL: {fault}")))?;
        let manager =
            Manager::from_config(config.clone(), NoTls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
        let pool = Pool::builder(manager).max_size(connections.max(2)).build().map_err(Error::broken)?;
        Ok(Self { pool, config, epoch: Watch::default() })
    }

    /// The epoch of all credentials, if the watch has read it within the last second.
    pub(super) fn known_epoch(&self) -> Option<i64> {
        self.epoch.known(&self.config)
    }

    pub(super) async fn run<T: Send + 'static>(
        &self,
        workspace: Option<WorkspaceId>,
        writes: bool,
        work: impl Work<T>,
    ) -> Result<T> {
        let work = Arc::new(work);
        let mut attempt = 0;
        loop {
            attempt += 1;
            let client = self.pool.get().await.map_err(|fault| Error::Unavailable(fault.to_string()))?;
            let (work, workspace, runtime) = (Arc::clone(&work), workspace.clone(), Handle::current());
            let answer = tokio::task::spawn_blocking(move || {
                let mut session =
                    Session { client: Some(client), runtime, open: false, ends_credentials: Cell::new(false) };
                let answer = session.transaction(writes, workspace.as_ref(), work.as_ref());
                (answer, session.ends_credentials.get())
            });
            let (answer, ends_credentials) = answer.await.map_err(Error::broken)?;
            if ends_credentials {
                self.epoch.note_ending();
            }
            match answer {
                Err(Error::Retry(_)) if attempt < ATTEMPTS => {}
                answer => return answer,
            }
        }
    }
}

impl Session {
    fn transaction<T>(&mut self, writes: bool, workspace: Option<&WorkspaceId>, work: &impl Work<T>) -> Result<T> {
        let workspace = workspace.map(WorkspaceId::as_str);
        if !writes {
            return work(&mut Tx::new(Engine::Postgres(self), workspace));
        }
        self.batch("BEGIN")?;
        self.open = true;
        let answer = work(&mut Tx::new(Engine::Postgres(self), workspace));
        self.batch(if answer.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
        self.open = false;
        answer
    }

    pub(super) fn note_ended_credentials(&self) {
        self.ends_credentials.set(true);
    }

    fn client(&self) -> Result<&Object> {
        self.client.as_ref().ok_or_else(|| Error::Broken("the connection was given back".into()))
    }

    pub(super) fn batch(&self, sql: &str) -> Result<()> {
        self.runtime.block_on(self.client()?.batch_execute(sql)).map_err(|fault| classify(&fault))
    }

    pub(super) fn query(&self, sql: &str, workspace: Option<&str>, params: &[Param<'_>]) -> Result<Vec<Row>> {
        let params = bound(workspace, params);
        self.runtime.block_on(async {
            let client = self.client()?;
            let statement = prepare(client, sql).await?;
            let rows = client.query(&statement, &borrowed(&params)).await.map_err(|fault| classify(&fault))?;
            rows.iter().map(row).collect()
        })
    }

    pub(super) fn execute(&self, sql: &str, workspace: Option<&str>, params: &[Param<'_>]) -> Result<u64> {
        let params = bound(workspace, params);
        self.runtime.block_on(async {
            let client = self.client()?;
            let statement = prepare(client, sql).await?;
            client.execute(&statement, &borrowed(&params)).await.map_err(|fault| classify(&fault))
        })
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // A connection that left in the middle of a transaction is closed, which rolls back; it must not be used again.
        if self.open
            && let Some(client) = self.client.take()
        {
            drop(Object::take(client));
        }
    }
}

async fn prepare(client: &Object, sql: &str) -> Result<Statement> {
    client.prepare_cached(sql).await.map_err(|fault| classify(&fault))
}

fn bound<'a>(workspace: Option<&'a str>, params: &[Param<'a>]) -> Vec<Param<'a>> {
    workspace.map(Param::Text).into_iter().chain(params.iter().copied()).collect()
}

fn borrowed<'a>(params: &'a [Param<'a>]) -> Vec<&'a (dyn ToSql + Sync)> {
    params.iter().map(|param| param as &(dyn ToSql + Sync)).collect()
}

/// PostgreSQL's error states in the store's words.
pub(super) fn classify(fault: &tokio_postgres::Error) -> Error {
    let text = match fault.as_db_error() {
        Some(answer) => format!("{} ({})", answer.message(), answer.code().code()),
        None => fault.source().map_or_else(|| fault.to_string(), |source| format!("{fault}: {source}")),
    };
    let Some(state) = fault.code() else { return Error::Unavailable(text) };
    match state {
        state if *state == SqlState::UNIQUE_VIOLATION => Error::Unique(text),
        state if *state == SqlState::FOREIGN_KEY_VIOLATION => Error::Missing(text),
        state if *state == SqlState::T_R_SERIALIZATION_FAILURE || *state == SqlState::T_R_DEADLOCK_DETECTED => {
            Error::Retry(text)
        }
        state if *state == SqlState::DISK_FULL => Error::Full(text),
        state
            if state.code().starts_with("08") || state.code().starts_with("57P") || state.code().starts_with("53") =>
        {
            Error::Unavailable(text)
        }
        _ => Error::Broken(text),
    }
}

impl ToSql for Param<'_> {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Param::Null => Ok(IsNull::Yes),
            Param::Int(number) => match *kind {
                Type::INT2 => i16::try_from(*number)?.to_sql(kind, out),
                Type::INT4 => i32::try_from(*number)?.to_sql(kind, out),
                #[expect(clippy::cast_precision_loss, reason = "an integer given for a DOUBLE PRECISION column")]
                Type::FLOAT8 => (*number as f64).to_sql(kind, out),
                _ => number.to_sql(kind, out),
            },
            Param::Float(number) => number.to_sql(kind, out),
            Param::Text(text) => text.to_sql(kind, out),
            Param::Bytes(bytes) => bytes.to_sql(kind, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

struct Raw<'a>(&'a [u8]);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(_: &Type, bytes: &'a [u8]) -> std::result::Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Raw(bytes))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

fn row(found: &tokio_postgres::Row) -> Result<Row> {
    let mut values = Vec::with_capacity(found.len());
    for (column, description) in found.columns().iter().enumerate() {
        let value = match *description.type_() {
            Type::INT8 => found.try_get::<_, Option<i64>>(column).map(|value| value.map(Value::Int)),
            Type::INT4 => {
                found.try_get::<_, Option<i32>>(column).map(|value| value.map(|number| Value::Int(number.into())))
            }
            Type::BOOL => {
                found.try_get::<_, Option<bool>>(column).map(|value| value.map(|truth| Value::Int(truth.into())))
            }
            Type::FLOAT8 => found.try_get::<_, Option<f64>>(column).map(|value| value.map(Value::Float)),
            Type::BYTEA => found.try_get::<_, Option<Vec<u8>>>(column).map(|value| value.map(Value::Bytes)),
            _ => found.try_get::<_, Option<Raw<'_>>>(column).map(|value| {
                value.map(|raw| {
                    Value::Text(match String::from_utf8_lossy(raw.0) {
                        Cow::Borrowed(text) => text.to_owned(),
                        Cow::Owned(text) => text,
                    })
                })
            }),
        };
        values.push(value.map_err(|fault| classify(&fault))?.unwrap_or(Value::Null));
    }
    Ok(Row(values))
}
