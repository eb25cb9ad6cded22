//! The members of a workspace: who belongs to it, with which role. Who manages members is held against its own role as it is
//! in the transaction, so that of two changes at once the second one sees the first.

use serde_json::{Value as Json, json};

use super::accounts;
use super::actor::Target;
use super::db::Db;
use super::error::{MemberRefusal, Result};
use super::page::{Cursor, Page, PageRequest};
use super::rows::Rows;
use super::tx::Tx;
use super::value::Row;
use crate::params;

/// The names of the roles, lowest first.
#[derive(Debug, Clone, Copy)]
pub struct RoleOrder(pub [&'static str; 4]);

/// Who manages members or invitations of a workspace.
#[derive(Debug, Clone)]
pub struct Manager {
    /// The person or the service account, whose present role counts; `None` for a user of a host program.
    pub subject: Option<String>,
    /// The highest role that its credential gives.
    pub role: &'static str,
    /// The roles.
    pub order: RoleOrder,
}

/// A person as a member of a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceMember {
    /// `usr_...`
    pub user_id: String,
    /// Absent for end users of applications.
    pub email: Option<String>,
    /// The person's name.
    pub display_name: Option<String>,
    /// The role's name.
    pub role: String,
    /// Since when, in milliseconds since the epoch.
    pub joined_at: i64,
}

impl RoleOrder {
    /// The place of a role; that of the lowest one for a role that this version does not know.
    pub(super) fn rank(&self, role: &str) -> usize {
        self.0.iter().position(|known| *known == role).unwrap_or(0)
    }
}

impl Manager {
    /// The place of the manager's role in the transaction's workspace now.
    ///
    /// # Errors
    /// [`MemberRefusal::NotAllowed`] if that is below `least`.
    pub(super) fn rank(&self, tx: &mut Tx<'_>, least: &str) -> Result<usize> {
        let own = self.order.rank(self.role);
        let rank = match &self.subject {
            None => own,
            Some(subject) => match present_role(tx, subject)? {
                Some(role) => own.min(self.order.rank(&role)),
                None => return Err(MemberRefusal::NotAllowed.into()),
            },
        };
        if rank < self.order.rank(least) { Err(MemberRefusal::NotAllowed.into()) } else { Ok(rank) }
    }
}

/// The role of a user or a service account in the transaction's workspace.
pub(super) fn present_role(tx: &mut Tx<'_>, subject: &str) -> Result<Option<String>> {
    let sql = "SELECT m.role FROM memberships m WHERE m.workspace_id = $1 AND m.user_id = $2
        UNION ALL SELECT s.role FROM service_accounts s WHERE s.workspace_id = $1 AND s.id = $2";
    tx.first(sql, params![subject])?.map(|mut row| row.next_text()).transpose()
}

const COLUMNS: &str =
    "u.id, u.email, u.display_name, m.role, m.created_at FROM memberships m JOIN users u ON u.id = m.user_id";

/// The members of a workspace.
#[derive(Clone, Copy)]
pub struct Members<'a>(pub(super) &'a Rows);

impl Members<'_> {
    /// The people who belong to the workspace, the one who joined last first; end users of applications are not among them.
    pub async fn page(self, page: PageRequest) -> Result<Page<WorkspaceMember>> {
        let rows = self.0;
        rows.list(move |tx| {
            let sql = format!(
                "SELECT {COLUMNS} WHERE m.workspace_id = $1 AND u.email IS NOT NULL AND (m.created_at, u.id) < ($2, $3)
                ORDER BY m.created_at DESC, u.id DESC LIMIT $4"
            );
            let (at, id) = page.position();
            let place = |member: &WorkspaceMember| Cursor { at: member.joined_at, id: member.user_id.clone() };
            tx.page(&sql, params![at, id, page.fetch()], &page, |mut row| read(&mut row), place)
        })
        .await
    }

    /// Gives a member another role; `None` if there is no such member. What the member loses, its tokens lose at once.
    ///
    /// # Errors
    /// [`MemberRefusal`], but for `OnlyWorkspace`.
    pub async fn change_role(self, user_id: &str, role: &str, by: Manager) -> Result<Option<WorkspaceMember>> {
        let (rows, actor) = (self.0, self.0.actor());
        let (user_id, role) = (user_id.to_owned(), role.to_owned());
        rows.write_locking(move |tx| {
            tx.lock_accounts()?;
            let Some(present) = find(tx, &user_id)? else { return Ok(None) };
            let rank = by.rank(tx, "admin")?;
            if by.order.rank(&present.role).max(by.order.rank(&role)) > rank {
                return Err(MemberRefusal::HigherRole.into());
            }
            if present.role == role {
                return Ok(Some(present));
            }
            keep_an_owner(tx, &present)?;
            // From now on the role is what was given here, whatever the OpenID provider says.
            let sql = "UPDATE memberships SET role = $3, follows_claim = 0 WHERE workspace_id = $1 AND user_id = $2";
            tx.execute(sql, params![&user_id, &role])?;
            let (before, after) = (json!({"role": present.role}), json!({"role": role}));
            tx.audit_change(actor.as_deref(), target(&user_id), &after, [&before, &after])?;
            tx.end_credentials()?;
            find(tx, &user_id)
        })
        .await
    }

    /// Removes a member, whose sign-ins in the workspace end. A person who belongs to no other workspace has no account any
    /// more. False if there is no such member.
    ///
    /// # Errors
    /// [`MemberRefusal`].
    pub async fn remove(self, user_id: &str, by: Manager) -> Result<bool> {
        let (rows, actor, user_id) = (self.0, self.0.actor(), user_id.to_owned());
        rows.write_locking(move |tx| {
            tx.lock_accounts()?;
            let Some(present) = find(tx, &user_id)? else { return Ok(false) };
            let is_own = by.subject.as_deref() == Some(user_id.as_str());
            if !is_own && by.order.rank(&present.role) > by.rank(tx, "admin")? {
                return Err(MemberRefusal::HigherRole.into());
            }
            keep_an_owner(tx, &present)?;
            let elsewhere = "SELECT 1 FROM memberships m JOIN workspaces w ON w.number = m.workspace_id
                WHERE m.user_id = $2 AND m.workspace_id <> $1 LIMIT 1";
            let has_other = tx.first(elsewhere, params![&user_id])?.is_some();
            if is_own && !has_other {
                return Err(MemberRefusal::OnlyWorkspace.into());
            }
            let ended =
                tx.execute("DELETE FROM families WHERE workspace_id = $1 AND user_id = $2", params![&user_id])?;
            tx.execute("DELETE FROM memberships WHERE workspace_id = $1 AND user_id = $2", params![&user_id])?;
            // An end user stays known to its application as one that was removed.
            let ends_account = !has_other && present.email.is_some();
            if ends_account {
                end_account(&mut tx.unscoped(), &user_id)?;
            }
            let changes = json!({"ended_sign_ins": ended, "account_deleted": ends_account});
            tx.audit_change(
                actor.as_deref(),
                target(&user_id),
                &changes,
                [&json!({"role": present.role}), &Json::Null],
            )?;
            tx.end_credentials()?;
            Ok(true)
        })
        .await
    }
}

impl Db {
    /// Of all workspaces: a user as a member of the workspace `id`; `None` if there is no such workspace, or the user does not
    /// belong to it.
    pub async fn find_member_of(&self, id: &str, user_id: &str) -> Result<Option<accounts::Member>> {
        let (id, user_id) = (id.to_owned(), user_id.to_owned());
        self.read(move |tx| {
            let sql = format!("{} WHERE w.id = $1 AND m.user_id = $2", accounts::MEMBER);
            tx.first(&sql, params![&id, &user_id])?.map(|mut row| accounts::member(&mut row)).transpose()
        })
        .await
    }
}

/// Removes the account of a person who belongs to no workspace, unless that is deleted.
pub(super) fn end_account(tx: &mut Tx<'_>, user_id: &str) -> Result<u64> {
    tx.execute("DELETE FROM families WHERE user_id = $1", params![user_id])?;
    tx.execute("DELETE FROM memberships WHERE user_id = $1", params![user_id])?;
    tx.execute("DELETE FROM users WHERE id = $1", params![user_id])
}

/// Refuses that the workspace loses `member` as an owner if it has no other one.
fn keep_an_owner(tx: &mut Tx<'_>, member: &WorkspaceMember) -> Result<()> {
    let others = "SELECT 1 FROM memberships WHERE workspace_id = $1 AND role = 'owner' AND user_id <> $2 LIMIT 1";
    if member.role == "owner" && tx.first(others, params![&member.user_id])?.is_none() {
        return Err(MemberRefusal::LastOwner.into());
    }
    Ok(())
}

const fn target(id: &str) -> Target<'_> {
    Target { kind: "user", id }
}

fn find(tx: &mut Tx<'_>, user_id: &str) -> Result<Option<WorkspaceMember>> {
    let sql = format!("SELECT {COLUMNS} WHERE m.workspace_id = $1 AND m.user_id = $2");
    tx.first(&sql, params![user_id])?.map(|mut row| read(&mut row)).transpose()
}

fn read(row: &mut Row) -> Result<WorkspaceMember> {
    Ok(WorkspaceMember {
        user_id: row.next_text()?,
        email: row.next_optional_text()?,
        display_name: row.next_optional_text()?,
        role: row.next_text()?,
        joined_at: row.next_int()?,
    })
}
