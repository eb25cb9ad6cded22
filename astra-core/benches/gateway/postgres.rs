//! A database of this benchmark on a PostgreSQL server, dropped at its end.

use std::time::Duration;

use tokio::runtime::Runtime;
use tokio_postgres::{Client, NoTls};

use crate::Result;
use crate::load::runtime;
use crate::process::{family_time, parent_of};

/// What the server's processes are called.
const PROCESS: &str = "postgres";

/// The database, with a connection to the server's own one.
pub(crate) struct Database {
    /// Its URL.
    pub(crate) url: String,
    name: String,
    client: Client,
    /// Drives the connection while a query waits.
    runtime: Runtime,
    /// The process that all others of the server come from, if it runs on this machine.
    server: Option<u32>,
}

/// What the server has done so far.
pub(crate) struct State {
    /// Transactions in this database that were rolled back.
    pub(crate) rolled_back: u32,
    /// Processor time of all its processes, if it runs on this machine.
    pub(crate) processor_time: Option<Duration>,
}

impl Database {
    /// A new database on the server at `url`, whose last part names a database that is there.
    pub(crate) fn make(url: &str) -> Result<Self> {
        let runtime = runtime()?;
        let name = format!("astra_bench_{}", std::process::id());
        let (base, _) = url.rsplit_once('/').ok_or("the URL of the server names no database")?;
        let (client, server) = runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
            tokio::spawn(connection);
            client.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")).await?;
            let process: i32 = client.query_one("SELECT pg_backend_pid()", &[]).await?.try_get(0)?;
            Result::Ok((client, u32::try_from(process).ok().and_then(|process| parent_of(process, PROCESS))))
        })?;
        Ok(Self { url: format!("{base}/{name}"), name, client, runtime, server })
    }

    /// What the server has done so far.
    pub(crate) fn state(&mut self) -> Result<State> {
        let sql = "SELECT xact_rollback FROM pg_stat_database WHERE datname = $1";
        let row = self.runtime.block_on(self.client.query_one(sql, &[&self.name]))?;
        let rolled_back: i64 = row.try_get(0)?;
        let processor_time = self.server.and_then(|server| family_time(server).ok());
        Ok(State { rolled_back: u32::try_from(rolled_back)?, processor_time })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A server that is gone has nothing to drop.
        let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let _ = self.runtime.block_on(self.client.batch_execute(&drop));
    }
}
