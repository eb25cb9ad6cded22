//! Invitations to workspaces. Only the hash of a code is kept; an invitation that is accepted or revoked is gone, so that a code
//! of one that is used, revoked or never was is the same to its sender.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::accounts::{self, Member, NewUser};
use super::actor::{Actor, Target};
use super::db::{Db, SWEEP_ROWS};
use super::error::{InvitationRefusal, Result};
use super::families::SecretHash;
use super::idempotency::OnceKey;
use super::members::{Manager, RoleOrder, present_role};
use super::page::{Cursor, Page, PageRequest};
use super::rows::Rows;
use super::setup;
use super::tx::Tx;
use super::value::Row;
use super::workspaces::{self, JoinedWorkspace};
use crate::params;

/// An invitation as it is kept, without its code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredInvitation {
    /// `inv_...`
    pub id: String,
    /// The name of the role that it gives.
    pub role: String,
    /// The normalised e-mail address that it is for; `None` if everyone who has the code may use it.
    pub email: Option<String>,
    /// Who has made it: `usr_...` or `svc_...`.
    pub created_by: String,
    /// Milliseconds since the epoch.
    pub created_at: i64,
    /// When it ends, in milliseconds since the epoch.
    pub expires_at: i64,
}

/// The code that a person sends, and what decides whether it is good.
#[derive(Debug, Clone, Copy)]
pub struct InvitationCode {
    /// Of the code.
    pub hash: SecretHash,
    /// The roles: who has made the invitation must still be allowed to.
    pub order: RoleOrder,
    /// Now, in milliseconds since the epoch.
    pub now_ms: i64,
}

/// An invitation that is good.
struct Good {
    workspace: i64,
    id: String,
    role: String,
}

const COLUMNS: &str = "id, role, email, created_by, created_at, expires_at";

/// The invitations to a workspace.
#[derive(Clone, Copy)]
pub struct Invitations<'a>(pub(super) &'a Rows);

impl Invitations<'_> {
    /// The invitations that are open, newest first.
    pub async fn page(self, now_ms: i64, page: PageRequest) -> Result<Page<StoredInvitation>> {
        let rows = self.0;
        rows.list(move |tx| {
            let sql = format!(
                "SELECT {COLUMNS} FROM invitations WHERE workspace_id = $1 AND expires_at > $2 AND (created_at, id) < ($3, $4)
                ORDER BY created_at DESC, id DESC LIMIT $5"
            );
            let (at, id) = page.position();
            let place = |found: &StoredInvitation| Cursor { at: found.created_at, id: found.id.clone() };
            tx.page(&sql, params![now_ms, at, id, page.fetch()], &page, |mut row| read(&mut row), place)
        })
        .await
    }

    /// Keeps an invitation whose code has the hash `code_hash`. A workspace has at most `open_max` that are open.
    ///
    /// # Errors
    /// [`MemberRefusal`](super::MemberRefusal) if `by` may not give the role; [`InvitationRefusal::TooMany`];
    /// [`Refusal::KeyReused`](super::Refusal::KeyReused).
    pub async fn create(
        self,
        new: StoredInvitation,
        code_hash: SecretHash,
        (by, open_max): (Manager, u32),
        once: Option<OnceKey>,
    ) -> Result<StoredInvitation> {
        let (rows, actor) = (self.0, self.0.actor());
        rows.lock_once(once, new.created_at, move |tx| {
            // Comes first: others that count wait for this one, and so does the end of the workspace.
            tx.lock_accounts()?;
            by.rank(tx, if by.order.rank(&new.role) > by.order.rank("admin") { &new.role } else { "admin" })?;
            let open = "SELECT COUNT(*) FROM invitations WHERE workspace_id = $1 AND expires_at > $2";
            if tx.one(open, params![new.created_at])?.next_int()? >= i64::from(open_max) {
                return Err(InvitationRefusal::TooMany.into());
            }
            let sql = format!(
                "INSERT INTO invitations (workspace_id, {COLUMNS}, code_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
            );
            let params = params![
                &new.id,
                &new.role,
                &new.email,
                &new.created_by,
                new.created_at,
                new.expires_at,
                code_hash.as_slice()
            ];
            tx.execute(&sql, params)?;
            let changes = json!({"role": new.role, "is_for_one_address": new.email.is_some()});
            tx.audit(actor.as_deref(), target(&new.id), &changes)?;
            Ok(new.clone())
        })
        .await
    }

    /// Revokes an invitation; false if there is none that is open.
    ///
    /// # Errors
    /// [`MemberRefusal`](super::MemberRefusal) if `by` may not give its role.
    pub async fn delete(self, id: &str, by: Manager, now_ms: i64) -> Result<bool> {
        let (rows, actor, id) = (self.0, self.0.actor(), id.to_owned());
        rows.write_locking(move |tx| {
            tx.lock_accounts()?;
            let sql = "SELECT role FROM invitations WHERE workspace_id = $1 AND id = $2 AND expires_at > $3";
            let Some(mut row) = tx.first(sql, params![&id, now_ms])? else { return Ok(false) };
            let role = row.next_text()?;
            by.rank(tx, if by.order.rank(&role) > by.order.rank("admin") { &role } else { "admin" })?;
            tx.execute("DELETE FROM invitations WHERE workspace_id = $1 AND id = $2", params![&id])?;
            tx.audit(actor.as_deref(), target(&id), &Json::Null)?;
            Ok(true)
        })
        .await
    }

    /// Makes the account of a person who has a code, in the workspace of its invitation, whichever that is. However many come
    /// with one code at once, one joins. `actor` is the person itself.
    ///
    /// # Errors
    /// [`InvitationRefusal::NotGood`]; [`Error::Unique`](super::Error::Unique) if the e-mail is taken.
    pub async fn register(self, code: InvitationCode, user: NewUser, actor: Actor) -> Result<Member> {
        let rows = self.0;
        rows.write_locking(move |tx| {
            tx.lock_accounts()?;
            let mut all = tx.unscoped();
            let good = find_good(&mut all, &code, Some(&user.email))?.ok_or(InvitationRefusal::NotGood)?;
            let mut there = all.of_workspace(good.workspace);
            let member = accounts::insert_person(&mut there, &user, &good.role)?;
            use_up(&mut there, &good, &user.id, Some(&actor))?;
            Ok(member)
        })
        .await
    }

    /// Lets a person of this workspace join that of an invitation. However many come with one code at once, one joins. Who
    /// belongs to it already stays what it is, and the invitation is still good.
    ///
    /// # Errors
    /// [`InvitationRefusal`]; [`Refusal::KeyReused`](super::Refusal::KeyReused).
    pub async fn accept(self, code: InvitationCode, user_id: &str, once: Option<OnceKey>) -> Result<JoinedWorkspace> {
        let (rows, actor, user_id) = (self.0, self.0.actor(), user_id.to_owned());
        rows.lock_once(once, code.now_ms, move |tx| {
            tx.lock_accounts()?;
            let mut all = tx.unscoped();
            let email = all.first("SELECT email FROM users WHERE id = $1", params![&user_id])?;
            let email = email.map(|mut row| row.next_optional_text()).transpose()?.flatten();
            let good = find_good(&mut all, &code, email.as_deref())?.ok_or(InvitationRefusal::NotGood)?;
            let mut there = all.of_workspace(good.workspace);
            if let Some(joined) = workspaces::joined_by(&mut there, &user_id)? {
                return Ok(joined);
            }
            accounts::insert_membership(&mut there, &user_id, &good.role, code.now_ms)?;
            use_up(&mut there, &good, &user_id, actor.as_deref())?;
            workspaces::joined_by(&mut there, &user_id)?.ok_or_else(|| InvitationRefusal::NotGood.into())
        })
        .await
    }
}

impl Db {
    /// Whether a code, of whichever workspace, is good for a person with this normalised e-mail.
    pub async fn is_invitation(&self, code: InvitationCode, email: &str) -> Result<bool> {
        let email = email.to_owned();
        self.read(move |tx| Ok(find_good(tx, &code, Some(&email))?.is_some())).await
    }

    /// Removes invitations of all workspaces that have expired, at most [`SWEEP_ROWS`] of them; answers how many.
    pub async fn delete_expired_invitations(&self, now_ms: i64) -> Result<u64> {
        self.write_locking(move |tx| {
            let sql = "DELETE FROM invitations WHERE code_hash IN
                (SELECT i.code_hash FROM invitations i WHERE i.expires_at <= $1 ORDER BY i.expires_at LIMIT $2)";
            tx.execute(sql, params![now_ms, SWEEP_ROWS])
        })
        .await
    }
}

/// The invitation of a code, if that is good for `email`: it is open, the workspace is there, and who has made it may still
/// invite to its role.
fn find_good(tx: &mut Tx<'_>, code: &InvitationCode, email: Option<&str>) -> Result<Option<Good>> {
    let sql = "SELECT i.workspace_id, i.id, i.role, i.created_by, i.email FROM invitations i
        JOIN workspaces w ON w.number = i.workspace_id WHERE i.code_hash = $1 AND i.expires_at > $2";
    let Some(mut row) = tx.first(sql, params![code.hash.as_slice(), code.now_ms])? else { return Ok(None) };
    let good = Good { workspace: row.next_int()?, id: row.next_text()?, role: row.next_text()? };
    let (created_by, bound_to) = (row.next_text()?, row.next_optional_text()?);
    if bound_to.is_some_and(|bound_to| email != Some(bound_to.as_str())) {
        return Ok(None);
    }
    let maker = present_role(&mut tx.of_workspace(good.workspace), &created_by)?;
    let least = code.order.rank("admin").max(code.order.rank(&good.role));
    Ok(maker.filter(|role| code.order.rank(role) >= least).map(|_| good))
}

/// Ends an invitation by which `user_id` has joined the transaction's workspace.
fn use_up(tx: &mut Tx<'_>, good: &Good, user_id: &str, actor: Option<&Actor>) -> Result<()> {
    setup::end_with(tx, &good.role)?;
    tx.execute("DELETE FROM invitations WHERE workspace_id = $1 AND id = $2", params![&good.id])?;
    let changes = json!({"user_id": user_id, "role": good.role});
    tx.audit(actor, target(&good.id), &changes)
}

const fn target(id: &str) -> Target<'_> {
    Target { kind: "invitation", id }
}

fn read(row: &mut Row) -> Result<StoredInvitation> {
    Ok(StoredInvitation {
        id: row.next_text()?,
        role: row.next_text()?,
        email: row.next_optional_text()?,
        created_by: row.next_text()?,
        created_at: row.next_int()?,
        expires_at: row.next_int()?,
    })
}
