//! Grants: agents that a workspace lends to another one. A grant is the lender's row; it names the borrower by the id of its
//! workspace, whether there is one or not, and holds from when the borrower has accepted it until it ends.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::actor::Target;
use super::error::{GrantRefusal, Result};
use super::idempotency::OnceKey;
use super::page::{Cursor, Page, PageRequest};
use super::rows::Rows;
use super::tx::Tx;
use super::usage::USED;
use super::value::Row;
use crate::ids::GrantId;
use crate::params;

/// Most grants of a workspace that have not ended.
const GRANTS_MAX: i64 = 1_000;

/// A grant, as either side sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredGrant {
    /// `grt_...`; as text it is the agent's id in the borrower's workspace.
    pub id: GrantId,
    /// `wsp_...`: who lends.
    pub lender_id: String,
    /// The agent's id in the lender's workspace.
    pub agent_id: String,
    /// `wsp_...`: who may borrow.
    pub borrower_id: String,
    /// Whether the workspace that looks is the one that lends.
    pub is_lent: bool,
    /// When it ends by itself, in milliseconds since the epoch.
    pub expires_at_ms: i64,
    /// When it was made, in milliseconds since the epoch.
    pub created_at_ms: i64,
    /// Who has made it; `usr_...` or `svc_...`
    pub created_by: String,
    /// When the borrower has accepted it.
    pub accepted_at_ms: Option<i64>,
    /// When one of the sides has ended it.
    pub ended_at_ms: Option<i64>,
    /// The number of the borrower's workspace, once it has accepted.
    borrower: Option<i64>,
}

/// A grant that is to be made.
#[derive(Debug, Clone)]
pub struct NewGrant {
    /// Its id.
    pub id: GrantId,
    /// The agent.
    pub agent_id: String,
    /// The workspace that may borrow it.
    pub borrower_id: String,
    /// When it ends by itself, in milliseconds since the epoch.
    pub expires_at_ms: i64,
    /// Who makes it.
    pub created_by: String,
    /// Now, in milliseconds since the epoch.
    pub now_ms: i64,
}

/// What the borrower has used of a lent agent.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct GrantUse {
    /// Calls of models.
    pub requests: i64,
    /// Input tokens.
    pub input_tokens: i64,
    /// Output tokens.
    pub output_tokens: i64,
    /// US dollars.
    pub cost_usd: f64,
}

const COLUMNS: &str =
    "g.id, w.id, g.agent_id, g.borrower_id, CAST(CASE WHEN g.workspace_id = $1 THEN 1 ELSE 0 END AS BIGINT),
    g.expires_at_ms, g.created_at_ms, g.created_by, g.accepted_at_ms, g.ended_at_ms, g.borrower";
const GRANTS: &str = "agent_grants g JOIN workspaces w ON w.number = g.workspace_id";

/// The grants that a workspace has made, and those that were made to it.
#[derive(Clone, Copy)]
pub struct AgentGrants<'a>(pub(super) &'a Rows);

impl AgentGrants<'_> {
    /// The grants, newest first, each with what was used of it.
    pub async fn page(self, request: PageRequest) -> Result<Page<(StoredGrant, GrantUse)>> {
        let own_id = self.0.workspace().as_str().to_owned();
        let sql = format!(
            "SELECT {COLUMNS} FROM {GRANTS} WHERE (g.workspace_id = $1 OR g.borrower_id = $2) AND g.id < $3
            ORDER BY g.id DESC LIMIT $4"
        );
        self.0
            .list(move |tx| {
                let after = request.after.as_ref().map_or(i64::MAX, |cursor| cursor.at);
                let place = |grant: &StoredGrant| Cursor { at: grant.id.key(), id: String::new() };
                let page = tx.page(&sql, params![&own_id, after, request.fetch()], &request, read, place)?;
                let data = page.data.into_iter().map(|grant| {
                    let used = used(tx, &grant)?;
                    Ok((grant, used))
                });
                Ok(Page { data: data.collect::<Result<_>>()?, next: page.next })
            })
            .await
    }

    /// Offers an agent to another workspace, of which nothing is looked up.
    ///
    /// # Errors
    /// [`GrantRefusal::NoSuchAgent`] and [`GrantRefusal::TooMany`]; [`Refusal::KeyReused`](super::Refusal::KeyReused).
    pub async fn create(self, new: NewGrant, once: Option<OnceKey>) -> Result<StoredGrant> {
        let (actor, own_id) = (self.0.actor(), self.0.workspace().as_str().to_owned());
        self.0
            .write_once(once, new.now_ms, move |tx| {
                let exists = "SELECT 1 FROM agents WHERE workspace_id = $1 AND id = $2";
                if tx.first(exists, params![&new.agent_id])?.is_none() {
                    return Err(GrantRefusal::NoSuchAgent.into());
                }
                let open = "SELECT COUNT(*) FROM agent_grants
                    WHERE workspace_id = $1 AND ended_at_ms IS NULL AND expires_at_ms > $2";
                if tx.one(open, params![new.now_ms])?.next_int()? >= GRANTS_MAX {
                    return Err(GrantRefusal::TooMany.into());
                }
                let insert =
                    "INSERT INTO agent_grants (workspace_id, id, borrowed_id, agent_id, borrower_id, expires_at_ms,
                        created_at_ms, created_by)
                    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
                let (id, by) = (new.id.to_string(), &new.created_by);
                let (agent, borrower) = (&new.agent_id, &new.borrower_id);
                tx.execute(insert, params![new.id, &id, agent, borrower, new.expires_at_ms, new.now_ms, by])?;
                let changes = json!({"agent_id": agent, "workspace_id": borrower});
                tx.audit(actor.as_deref(), target(&id), &changes)?;
                find(tx, new.id, &own_id)?.ok_or_else(|| super::Error::broken("a grant was lost while it was made"))
            })
            .await
    }

    /// Takes what was offered to this workspace; `None` if nothing was offered by this id. Who takes it again gets it again.
    ///
    /// # Errors
    /// [`GrantRefusal::Ended`].
    pub async fn accept(self, id: GrantId, now_ms: i64) -> Result<Option<(StoredGrant, GrantUse)>> {
        let (actor, own_id) = (self.0.actor(), self.0.workspace().as_str().to_owned());
        self.0
            .write(move |tx| {
                let offered = find(tx, id, &own_id)?.filter(|grant| grant.borrower_id == own_id);
                let Some(grant) = offered else { return Ok(None) };
                if grant.ended_at_ms.is_some() || grant.expires_at_ms <= now_ms {
                    return Err(GrantRefusal::Ended.into());
                }
                if grant.accepted_at_ms.is_some() {
                    let used = used(tx, &grant)?;
                    return Ok(Some((grant, used)));
                }
                let sql = "UPDATE agent_grants SET borrower = $1, accepted_at_ms = $3 WHERE id = $2";
                tx.execute(sql, params![id, now_ms])?;
                let changes = json!({"agent_id": &grant.agent_id, "lender_id": &grant.lender_id});
                tx.audit(actor.as_deref(), target(&id.to_string()), &changes)?;
                Ok(find(tx, id, &own_id)?.map(|grant| (grant, GrantUse::default())))
            })
            .await
    }

    /// Ends a grant that this workspace has made, or that was made to it; false if there is no such grant. What has ended stays so.
    pub async fn end(self, id: GrantId, now_ms: i64) -> Result<bool> {
        let (actor, own_id) = (self.0.actor(), self.0.workspace().as_str().to_owned());
        self.0
            .write(move |tx| {
                let Some(grant) = find(tx, id, &own_id)? else { return Ok(false) };
                if grant.ended_at_ms.is_some() {
                    return Ok(true);
                }
                tx.unscoped().execute("UPDATE agent_grants SET ended_at_ms = $2 WHERE id = $1", params![id, now_ms])?;
                let changes = json!({"agent_id": &grant.agent_id, "workspace_id": &grant.borrower_id});
                tx.audit(actor.as_deref(), target(&id.to_string()), &changes)?;
                Ok(true)
            })
            .await
    }
}

/// Removes the grants of an agent that is deleted: another agent of its id is not lent.
pub(super) fn remove_of_agent(tx: &mut Tx<'_>, agent_id: &str) -> Result<()> {
    tx.execute("DELETE FROM agent_grants WHERE workspace_id = $1 AND agent_id = $2", params![agent_id]).map(drop)
}

const fn target(id: &str) -> Target<'_> {
    Target { kind: "grant", id }
}

fn find(tx: &mut Tx<'_>, id: GrantId, own_id: &str) -> Result<Option<StoredGrant>> {
    let sql = format!("SELECT {COLUMNS} FROM {GRANTS} WHERE (g.workspace_id = $1 OR g.borrower_id = $2) AND g.id = $3");
    tx.first(&sql, params![own_id, id])?.map(read).transpose()
}

/// What the borrower has used: numbers of its workspace, which the lender sees too.
fn used(tx: &mut Tx<'_>, grant: &StoredGrant) -> Result<GrantUse> {
    let Some(borrower) = grant.borrower else { return Ok(GrantUse::default()) };
    let sql = format!(
        "SELECT CAST(COALESCE(SUM(requests), 0) AS BIGINT), CAST(COALESCE(SUM(input_tokens), 0) AS BIGINT),
            CAST(COALESCE(SUM(output_tokens), 0) AS BIGINT), COALESCE(SUM(cost_usd), 0.0)
        FROM {USED} WHERE used.agent_id = $2"
    );
    let mut tx = tx.unscoped();
    let mut row = tx.of_workspace(borrower).one(&sql, params![&grant.id.to_string()])?;
    Ok(GrantUse {
        requests: row.next_int()?,
        input_tokens: row.next_int()?,
        output_tokens: row.next_int()?,
        cost_usd: row.next_float()?,
    })
}

fn read(mut row: Row) -> Result<StoredGrant> {
    Ok(StoredGrant {
        id: row.next_id()?,
        lender_id: row.next_text()?,
        agent_id: row.next_text()?,
        borrower_id: row.next_text()?,
        is_lent: row.next_truth()?,
        expires_at_ms: row.next_int()?,
        created_at_ms: row.next_int()?,
        created_by: row.next_text()?,
        accepted_at_ms: row.next_optional_int()?,
        ended_at_ms: row.next_optional_int()?,
        borrower: row.next_optional_int()?,
    })
}
