//! MCP servers that callers have connected as sources of tools. What is secret of them comes here sealed.

use serde_json::{Value as Json, json};

use super::actor::Target;
use super::db::Db;
use super::error::{Error, Refusal, Result};
use super::idempotency::OnceKey;
use super::rows::Rows;
use super::signals::Signal;
use super::tx::Tx;
use super::value::Row;
use super::workspace::WorkspaceId;
use crate::params;

/// An MCP server that is to be connected.
#[derive(Debug, Clone)]
pub struct NewMcpServer {
    /// What all gateways and callers may know of it.
    pub server: StoredMcpServer,
    /// The most servers that the workspace may have, this one among them.
    pub servers_max: u32,
}

/// An MCP server that was connected.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct StoredMcpServer {
    /// Unique in its workspace.
    pub name: String,
    /// A key: a server that is connected again under the same name has another.
    pub version: i64,
    /// How it is reached, `http` or `stdio`.
    pub transport: String,
    /// Scheme, host and port of its URL, or its command.
    pub address: String,
    /// JSON of what else callers may know of it.
    pub shown: String,
    /// How it is reached, in full, sealed. No receipt of an idempotency key has it.
    #[serde(skip)]
    pub sealed: Vec<u8>,
    /// Milliseconds since the epoch.
    pub created_at: i64,
    /// `usr_...` or `svc_...`
    pub created_by: String,
}

/// Which server a workspace has under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct McpServerStamp {
    /// Whose it is.
    pub workspace: WorkspaceId,
    /// Its name.
    pub name: String,
    /// See [`StoredMcpServer::version`].
    pub version: i64,
}

const COLUMNS: &str = "name, version, transport, address, shown, sealed, created_at, created_by";

/// The MCP servers that callers of a workspace have connected.
#[derive(Clone, Copy)]
pub struct McpServerRows<'a>(pub(super) &'a Rows);

impl McpServerRows<'_> {
    /// The server `name`.
    pub async fn find(self, name: &str) -> Result<Option<StoredMcpServer>> {
        let name = name.to_owned();
        self.0.read(move |tx| by_name(tx, &name)).await
    }

    /// All of them, by name: a workspace has a bounded number.
    pub async fn all(self) -> Result<Vec<StoredMcpServer>> {
        let rows = self.0;
        rows.list(move |tx| {
            let sql = format!("SELECT {COLUMNS} FROM mcp_servers WHERE workspace_id = $1 ORDER BY name");
            tx.query(&sql, params![])?.iter_mut().map(read).collect()
        })
        .await
    }

    /// Keeps a server; all gateways connect it then.
    ///
    /// # Errors
    /// [`Error::Unique`] if the name is taken; [`Refusal::TooManyMcpServers`]; [`Refusal::KeyReused`].
    pub async fn create(self, new: NewMcpServer, once: Option<OnceKey>) -> Result<StoredMcpServer> {
        let (rows, actor) = (self.0, self.0.actor());
        rows.write_once(once, new.server.created_at, move |tx| {
            // Comes first: on PostgreSQL it makes others that count wait for this one.
            changed(tx)?;
            let count = "SELECT COUNT(*) FROM mcp_servers WHERE workspace_id = $1 AND name <> $2";
            let count = tx.one(count, params![&new.server.name])?.next_int()?;
            if count >= i64::from(new.servers_max) {
                return Err(Error::Refused(Refusal::TooManyMcpServers));
            }
            insert(tx, &new.server)?;
            let changes = json!({
                "transport": &new.server.transport,
                "address": &new.server.address,
                "settings": serde_json::from_str::<Json>(&new.server.shown).map_err(Error::broken)?,
            });
            tx.audit(actor.as_deref(), Target { kind: "mcp_server", id: &new.server.name }, &changes)?;
            Ok(new.server.clone())
        })
        .await
    }

    /// Removes a server; all gateways disconnect it then. False if it is not there.
    pub async fn delete(self, name: &str) -> Result<bool> {
        let (name, rows, actor) = (name.to_owned(), self.0, self.0.actor());
        rows.write(move |tx| {
            let sql = "DELETE FROM mcp_servers WHERE workspace_id = $1 AND name = $2";
            if tx.execute(sql, params![&name])? == 0 {
                return Ok(false);
            }
            tx.audit(actor.as_deref(), Target { kind: "mcp_server", id: &name }, &Json::Null)?;
            changed(tx)?;
            Ok(true)
        })
        .await
    }
}

impl Db {
    /// A number that grows whenever a server is connected or disconnected, in any workspace.
    pub async fn mcp_servers_epoch(&self) -> Result<i64> {
        self.read(|tx| tx.one("SELECT value FROM counters WHERE name = 'mcp_servers'", params![])?.next_int()).await
    }

    /// Which servers there are, in all workspaces.
    pub async fn mcp_server_stamps(&self) -> Result<Vec<McpServerStamp>> {
        self.read(|tx| {
            let sql = "SELECT w.number, w.id, m.name, m.version FROM mcp_servers m
                JOIN workspaces w ON w.number = m.workspace_id ORDER BY w.number, m.name";
            let mut stamps = Vec::new();
            tx.each(sql, params![], &mut |mut row| {
                let workspace = WorkspaceId::new(row.next_int()?, &row.next_text()?);
                stamps.push(McpServerStamp { workspace, name: row.next_text()?, version: row.next_int()? });
                Ok(true)
            })?;
            Ok(stamps)
        })
        .await
    }
}

/// Removes all servers of the transaction's workspace; all gateways disconnect them then. Answers how many there were.
pub(super) fn delete_all(tx: &mut Tx<'_>) -> Result<u64> {
    let deleted = tx.execute("DELETE FROM mcp_servers WHERE workspace_id = $1", params![])?;
    if deleted > 0 {
        changed(tx)?;
    }
    Ok(deleted)
}

fn changed(tx: &mut Tx<'_>) -> Result<()> {
    tx.unscoped().execute("UPDATE counters SET value = value + 1 WHERE name = 'mcp_servers'", params![])?;
    tx.announce(Signal::McpServers);
    Ok(())
}

fn insert(tx: &mut Tx<'_>, new: &StoredMcpServer) -> Result<()> {
    let sql = format!("INSERT INTO mcp_servers (workspace_id, {COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
    let params = params![
        &new.name,
        new.version,
        &new.transport,
        &new.address,
        &new.shown,
        new.sealed.as_slice(),
        new.created_at,
        &new.created_by
    ];
    tx.execute(&sql, params).map(drop)
}

fn by_name(tx: &mut Tx<'_>, name: &str) -> Result<Option<StoredMcpServer>> {
    let sql = format!("SELECT {COLUMNS} FROM mcp_servers WHERE workspace_id = $1 AND name = $2");
    tx.first(&sql, params![name])?.map(|mut row| read(&mut row)).transpose()
}

fn read(row: &mut Row) -> Result<StoredMcpServer> {
    Ok(StoredMcpServer {
        name: row.next_text()?,
        version: row.next_int()?,
        transport: row.next_text()?,
        address: row.next_text()?,
        shown: row.next_text()?,
        sealed: row.next_bytes()?,
        created_at: row.next_int()?,
        created_by: row.next_text()?,
    })
}
