//! Agents of other workspaces that this one has borrowed. Their ids here are those of their grants, so that no agent of the workspace
//! is in their way. They are read here and never written.

use super::agent_versions::{AgentVersions, VersionStamp};
use super::agents::{Agents, StoredAgent};
use super::error::Result;
use super::loan::{Loan, is_borrowed};
use super::page::{Cursor, Page, PageRequest};
use super::tx::Tx;
use super::value::Row;
use crate::params;

/// A grant that holds for the workspace at `$2`.
const HOLDS: &str = "g.borrower = $1 AND g.ended_at_ms IS NULL AND g.expires_at_ms > $2";
const LENT: &str = "agent_grants g JOIN agents a ON a.workspace_id = g.workspace_id AND a.id = g.agent_id";
const COLUMNS: &str =
    "g.borrowed_id, a.version, a.definition, g.accepted_at_ms, a.updated_at, w.id, g.agent_id, g.expires_at_ms";

impl Agents<'_> {
    /// The workspace's own agents and those that it has borrowed, newest first.
    pub async fn page_with_borrowed(self, request: PageRequest, now_ms: i64) -> Result<Page<StoredAgent>> {
        let sql = format!(
            "SELECT id, version, definition, created_at, updated_at, created_by, lent_id, expires_at_ms FROM (
                SELECT id, version, definition, created_at, updated_at, created_by, CAST(NULL AS TEXT) AS lent_id,
                    CAST(NULL AS BIGINT) AS expires_at_ms
                FROM agents WHERE workspace_id = $1 AND (created_at, id) < ($3, $4)
                UNION ALL
                SELECT g.borrowed_id, a.version, a.definition, g.accepted_at_ms, a.updated_at, w.id, g.agent_id, g.expires_at_ms
                FROM {LENT} JOIN workspaces w ON w.number = g.workspace_id
                WHERE {HOLDS} AND (g.accepted_at_ms, g.borrowed_id) < ($3, $4)) AS usable
            ORDER BY created_at DESC, id DESC LIMIT $5"
        );
        self.0
            .list(move |tx| {
                let (at, id) = request.position();
                let place = |agent: &StoredAgent| Cursor { at: agent.created_at_ms, id: agent.id.clone() };
                tx.page(&sql, params![now_ms, at, id, request.fetch()], &request, read, place)
            })
            .await
    }

    /// An agent of the workspace's own, or one that it has borrowed.
    pub async fn find_with_borrowed(self, agent_id: &str, now_ms: i64) -> Result<Option<StoredAgent>> {
        if !is_borrowed(agent_id) {
            return self.find(agent_id).await;
        }
        let agent_id = agent_id.to_owned();
        let sql = format!(
            "SELECT {COLUMNS} FROM {LENT} JOIN workspaces w ON w.number = g.workspace_id WHERE {HOLDS} AND g.borrowed_id = $3"
        );
        self.0.read(move |tx| tx.first(&sql, params![now_ms, &agent_id])?.map(read).transpose()).await
    }
}

impl AgentVersions<'_> {
    /// Which definition a turn of a borrowed agent needs at `now_ms`, or under the version `pinned`; `None` if the workspace has
    /// not borrowed it, or not any more. Without a time it does not matter whether the grant has ended: for turns that have begun.
    pub async fn borrowed_stamp(
        self,
        agent_id: &str,
        pinned: Option<u32>,
        now_ms: Option<i64>,
    ) -> Result<Option<VersionStamp>> {
        let agent_id = agent_id.to_owned();
        self.0
            .look(move |tx| match (pinned, now_ms) {
                (None, Some(now_ms)) => present(tx, &agent_id, now_ms),
                (None, None) => Ok(None),
                (Some(version), now_ms) => {
                    let sql = "SELECT v.version, v.digest FROM agent_grants g
                        JOIN agent_versions v ON v.workspace_id = g.workspace_id AND v.agent_id = g.agent_id
                        WHERE g.borrower = $1 AND g.borrowed_id = $2 AND v.version = $3
                            AND (CAST($4 AS BIGINT) = 0 OR (g.ended_at_ms IS NULL AND g.expires_at_ms > $5))";
                    let params = params![&agent_id, version, now_ms.is_some(), now_ms.unwrap_or(0)];
                    tx.first(sql, params)?.map(stamp).transpose()
                }
            })
            .await
    }

    /// A version of a borrowed agent, whether its grant has ended or not: the agent's id where it is from, and the definition.
    pub async fn find_borrowed(self, agent_id: &str, version: u32) -> Result<Option<(String, String)>> {
        let agent_id = agent_id.to_owned();
        let sql = "SELECT v.agent_id, v.definition FROM agent_grants g
            JOIN agent_versions v ON v.workspace_id = g.workspace_id AND v.agent_id = g.agent_id
            WHERE g.borrower = $1 AND g.borrowed_id = $2 AND v.version = $3";
        self.0
            .read(move |tx| {
                let found = tx.first(sql, params![&agent_id, version])?;
                found.map(|mut row| Ok((row.next_text()?, row.next_text()?))).transpose()
            })
            .await
    }
}

const PRESENT: &str = "SELECT a.version, a.digest FROM agent_grants g
    JOIN agents a ON a.workspace_id = g.workspace_id AND a.id = g.agent_id
    WHERE g.borrower = $1 AND g.borrowed_id = $2 AND g.ended_at_ms IS NULL AND g.expires_at_ms > $3";

/// Which definition a turn of a borrowed agent needs now; `None` if no grant of it holds.
pub(super) fn present(tx: &mut Tx<'_>, agent_id: &str, now_ms: i64) -> Result<Option<VersionStamp>> {
    tx.first(PRESENT, params![agent_id, now_ms])?.map(stamp).transpose()
}

/// Says that [`present`] is going to be asked.
pub(super) fn present_ahead(tx: &mut Tx<'_>, agent_id: &str, now_ms: i64) -> Result<()> {
    tx.ahead(PRESENT, params![agent_id, now_ms])
}

fn stamp(mut row: Row) -> Result<VersionStamp> {
    Ok(VersionStamp { version: row.next_count()?, digest: row.next_text()? })
}

/// An agent, with the columns `lent_id` and `expires_at_ms`, which are null for the workspace's own.
fn read(mut row: Row) -> Result<StoredAgent> {
    let agent = StoredAgent {
        id: row.next_text()?,
        version: row.next_count()?,
        definition: row.next_text()?,
        created_at_ms: row.next_int()?,
        updated_at_ms: row.next_int()?,
        created_by: row.next_text()?,
        loan: None,
    };
    let (agent_id, expires_at_ms) = (row.next_optional_text()?, row.next_optional_int()?);
    let loan = agent_id.zip(expires_at_ms);
    let loan =
        loan.map(|(agent_id, expires_at_ms)| Loan { lender_id: agent.created_by.clone(), agent_id, expires_at_ms });
    Ok(StoredAgent { loan, ..agent })
}
