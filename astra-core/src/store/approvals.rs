//! Approvals: calls of tools that a person decides on before they are made.

use super::actor::Target;
use super::error::{Error, Result};
use super::page::{Cursor, Page, PageRequest};
use super::rows::Rows;
use super::turns;
use super::tx::Tx;
use super::value::Row;
use super::visibility::VisibleTo;
use crate::content::Arguments;
use crate::ids::{ApprovalId, SessionId, TurnId};
use crate::params;

/// A call that waits for a decision.
#[derive(Debug, Clone)]
pub struct NewApproval {
    /// The approval's id.
    pub id: ApprovalId,
    /// The call's id.
    pub call_id: String,
    /// The tool's name.
    pub tool: String,
    /// What it is to be called with.
    pub arguments: Arguments,
}

/// The states of an approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApprovalStatus {
    /// It waits for a decision.
    Pending,
    /// The call is allowed.
    Approved,
    /// It is not.
    Denied,
    /// No decision came in time: it is not.
    Expired,
    /// The turn ended before the decision.
    Cancelled,
}

/// A call that waits for a decision, or has it.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the wire type documents the fields that they share")]
pub struct StoredApproval {
    pub id: ApprovalId,
    pub turn_id: TurnId,
    pub session_id: SessionId,
    pub agent_id: String,
    pub user_id: String,
    pub call_id: String,
    pub tool: String,
    pub arguments: Arguments,
    pub status: ApprovalStatus,
    pub decided_by: Option<String>,
    pub note: Option<String>,
    pub created_at_ms: i64,
    pub expires_at_ms: i64,
    pub decided_at_ms: Option<i64>,
}

/// What a person decides.
#[derive(Debug, Clone)]
pub struct Decision {
    /// Whether the call is allowed.
    pub is_approved: bool,
    /// `usr_...` or `svc_...`
    pub decided_by: String,
    /// Why, for the record and, of a call that is denied, for the model.
    pub note: Option<String>,
    /// Now, in milliseconds since the epoch.
    pub now_ms: i64,
}

/// What becomes of a [`Decision`].
#[derive(Debug)]
pub enum Decided {
    /// It holds.
    Now(StoredApproval),
    /// Another one was made before, or none in time.
    Before(StoredApproval),
}

impl ApprovalStatus {
    const ALL: [Self; 5] = [Self::Pending, Self::Approved, Self::Denied, Self::Expired, Self::Cancelled];

    /// The name in the store and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
        }
    }

    fn named(name: &str) -> Result<Self> {
        let status = Self::ALL.into_iter().find(|known| known.as_str() == name);
        status.ok_or_else(|| Error::Broken(format!("an approval has the status {name}")))
    }
}

const SELECT: &str =
    "SELECT a.id, a.turn_id, a.session_id, a.agent_id, u.id, a.call_id, a.tool, a.arguments, a.status, a.decided_by,
    a.note, a.created_at_ms, a.expires_at_ms, a.decided_at_ms FROM approvals a JOIN subjects u ON u.number = a.subject";

/// Those of a turn that ends before they are decided on.
pub(super) const CANCEL: &str =
    "UPDATE approvals SET status = 'cancelled' WHERE workspace_id = $1 AND turn_id = $2 AND status = 'pending'";

fn read(row: &mut Row) -> Result<StoredApproval> {
    Ok(StoredApproval {
        id: row.next_id()?,
        turn_id: row.next_id()?,
        session_id: row.next_id()?,
        agent_id: row.next_text()?,
        user_id: row.next_text()?,
        call_id: row.next_text()?,
        tool: row.next_text()?,
        arguments: row.next_json()?,
        status: ApprovalStatus::named(&row.next_text()?)?,
        decided_by: row.next_optional_text()?,
        note: row.next_optional_text()?,
        created_at_ms: row.next_int()?,
        expires_at_ms: row.next_int()?,
        decided_at_ms: row.next_optional_int()?,
    })
}

/// The approvals of a workspace.
#[derive(Clone, Copy)]
pub struct Approvals<'a>(pub(super) &'a Rows);

impl Approvals<'_> {
    /// Approvals, newest first: those of one status, or all.
    pub async fn page(
        self,
        visible_to: VisibleTo,
        status: Option<ApprovalStatus>,
        request: PageRequest,
    ) -> Result<Page<StoredApproval>> {
        let (status, user) = (
            status.map_or("", ApprovalStatus::as_str),
            match visible_to {
                VisibleTo::All => None,
                VisibleTo::Only(user) => Some(user),
            },
        );
        self.0
            .list(move |tx| {
                let of_user = if user.is_some() { "u.id = $4" } else { "$4 = ''" };
                let sql = format!(
                    "{SELECT} WHERE a.workspace_id = $1 AND a.id < $2 AND ($3 = '' OR a.status = $3) AND {of_user}
                    ORDER BY a.id DESC LIMIT $5"
                );
                let user = user.as_deref().unwrap_or("");
                let params = params![request.position().0, status, user, request.fetch()];
                let place = |approval: &StoredApproval| Cursor { at: approval.id.key(), id: String::new() };
                tx.page(&sql, params, &request, |mut row| read(&mut row), place)
            })
            .await
    }

    /// The approvals of a turn, oldest first.
    pub async fn of_turn(self, turn: TurnId) -> Result<Vec<StoredApproval>> {
        self.0
            .read(move |tx| {
                let sql = format!("{SELECT} WHERE a.workspace_id = $1 AND a.turn_id = $2 ORDER BY a.id");
                tx.query(&sql, params![turn])?.iter_mut().map(read).collect()
            })
            .await
    }

    /// Those of these ids that there are, in their order.
    pub async fn find(self, ids: Vec<ApprovalId>) -> Result<Vec<StoredApproval>> {
        self.0
            .read(move |tx| {
                let found = ids.iter().map(|id| by_id(tx, *id));
                found.filter_map(Result::transpose).collect()
            })
            .await
    }

    /// Decides on a call, once; `None` if there is no such approval. With the last decision its turn's wait is over.
    pub async fn decide(self, id: ApprovalId, decision: Decision) -> Result<Option<Decided>> {
        let actor = self.0.actor();
        self.0
            .write_locking(move |tx| {
                let Some(found) = by_id(tx, id)? else { return Ok(None) };
                // The turn is locked first: the last two decisions on it see each other.
                let open = format!("SELECT id FROM open_turns WHERE workspace_id = $1 AND id = $2{}", tx.lock());
                let is_open = tx.first(&open, params![found.turn_id])?.is_some();
                let Some(found) = by_id(tx, id)? else { return Ok(None) };
                if found.status != ApprovalStatus::Pending || found.expires_at_ms <= decision.now_ms || !is_open {
                    return Ok(Some(Decided::Before(found)));
                }
                let status = if decision.is_approved { ApprovalStatus::Approved } else { ApprovalStatus::Denied };
                let sql = "UPDATE approvals SET status = $3, decided_by = $4, note = $5, decided_at_ms = $6
                    WHERE workspace_id = $1 AND id = $2";
                let params = params![id, status.as_str(), &decision.decided_by, &decision.note, decision.now_ms];
                tx.execute(sql, params)?;
                let changes = serde_json::json!({"status": status.as_str(), "tool": found.tool, "turn_id": found.turn_id.to_string()});
                tx.audit(actor.as_deref(), Target { kind: "approval", id: &id.to_string() }, &changes)?;
                let pending = "SELECT id FROM approvals WHERE workspace_id = $1 AND turn_id = $2 AND status = 'pending' LIMIT 1";
                if tx.first(pending, params![found.turn_id])?.is_none() {
                    tx.execute(turns::WAKE, params![found.turn_id])?;
                }
                Ok(by_id(tx, id)?.map(Decided::Now))
            })
            .await
    }
}

fn by_id(tx: &mut Tx<'_>, id: ApprovalId) -> Result<Option<StoredApproval>> {
    let sql = format!("{SELECT} WHERE a.workspace_id = $1 AND a.id = $2");
    tx.first(&sql, params![id])?.map(|mut row| read(&mut row)).transpose()
}

/// Keeps a call that waits for a decision.
pub(super) fn insert(tx: &mut Tx<'_>, turn: TurnId, new: &NewApproval, now_ms: i64, expires_at_ms: i64) -> Result<()> {
    let arguments = serde_json::to_string(&new.arguments).map_err(Error::broken)?;
    let sql = "INSERT INTO approvals (workspace_id, id, turn_id, session_id, agent_id, subject, call_id, tool, arguments, status,
            created_at_ms, expires_at_ms)
        SELECT $1, $2, t.id, t.session_id, t.agent_id, t.subject, $4, $5, $6, 'pending', $7, $8
        FROM open_turns t WHERE t.workspace_id = $1 AND t.id = $3";
    let params = params![new.id, turn, &new.call_id, &new.tool, &arguments, now_ms, expires_at_ms];
    tx.execute(sql, params).map(drop)
}

/// Denies those of a turn whose time is over.
pub(super) fn expire(tx: &mut Tx<'_>, turn: TurnId, now_ms: i64) -> Result<()> {
    let sql = "UPDATE approvals SET status = 'expired' WHERE workspace_id = $1 AND turn_id = $2 AND status = 'pending'
        AND expires_at_ms <= $3";
    tx.execute(sql, params![turn, now_ms]).map(drop)
}
