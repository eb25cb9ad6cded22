//! Workspaces, users and their memberships: who there is, before any token. Roles are kept by name.

use serde_json::json;

use super::actor::Target;
use super::db::Db;
use super::error::{AccountRefusal, Error, Result};
use super::families::SecretHash;
use super::page::{Cursor, Page, PageRequest};
use super::rows::Rows;
use super::setup;
use super::tx::Tx;
use super::value::Row;
use super::workspace::WorkspaceId;
use crate::params;

/// A person who is about to have an account.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// `usr_...`
    pub id: String,
    /// Normalised, unique.
    pub email: String,
    /// For people.
    pub display_name: Option<String>,
    /// Argon2id in PHC format.
    pub password_hash: String,
    /// Milliseconds since the epoch.
    pub created_at: i64,
}

/// By what right an account is registered.
#[derive(Debug, Clone)]
pub enum Admission {
    /// As the first owner, by the set-up code of this hash.
    Owner(SecretHash),
    /// As a member, where registration is open.
    Member,
}

/// An end user of an application, whom a service account vouches for.
#[derive(Debug, Clone)]
pub struct EndUser {
    /// `usr_...`; taken if this end user is new.
    pub id: String,
    /// The service account that vouches, `svc_...`.
    pub issuer: String,
    /// The end user's id in that application.
    pub subject: String,
    /// The role in this workspace; taken if this end user is new.
    pub role: String,
    /// Milliseconds since the epoch; taken if this end user is new.
    pub created_at: i64,
}

/// A user as a member of one workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// `usr_...`
    pub user_id: String,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The role's name.
    pub role: String,
    /// Absent for end users.
    pub email: Option<String>,
    /// For people.
    pub display_name: Option<String>,
    /// When the user was made, in milliseconds since the epoch.
    pub created_at: i64,
}

pub(super) const MEMBER: &str = "SELECT u.id, w.number, w.id, m.role, u.email, u.display_name, u.created_at
    FROM users u JOIN memberships m ON m.user_id = u.id JOIN workspaces w ON w.number = m.workspace_id";

impl Db {
    /// The oldest workspace; made with `id` and `name` if there is none. However many ask at once, one is made.
    pub async fn ensure_first_workspace(&self, id: String, name: &'static str, now_ms: i64) -> Result<WorkspaceId> {
        if let Some(workspace) = self.read(first_workspace).await? {
            return Ok(workspace);
        }
        self.write(move |tx| {
            tx.lock_accounts()?;
            if let Some(workspace) = first_workspace(tx)? {
                return Ok(workspace);
            }
            insert_workspace(tx, &id, name, now_ms)?;
            first_workspace(tx)?.ok_or_else(|| Error::broken("the first workspace was lost while it was made"))
        })
        .await
    }

    /// The workspace with this id, which is made if there is none.
    pub async fn ensure_workspace(&self, id: &str, now_ms: i64) -> Result<WorkspaceId> {
        // A workspace that was deleted is another one when it is used again.
        let epoch = self.auth_epoch().await?;
        if let Some(number) = self.workspace_numbers().get_at(epoch, id) {
            return Ok(WorkspaceId::new(number, id));
        }
        let made = match self.find_workspace(id).await? {
            Some(workspace) => workspace,
            None => {
                let id = id.to_owned();
                self.write(move |tx| {
                    tx.lock_accounts()?;
                    insert_workspace(tx, &id, &id, now_ms)?;
                    let number = tx.one("SELECT number FROM workspaces WHERE id = $1", params![&id])?.next_int()?;
                    Ok(WorkspaceId::new(number, &id))
                })
                .await?
            }
        };
        self.workspace_numbers().keep_at(epoch, id, made.number());
        Ok(made)
    }

    /// Of all workspaces: the account of a normalised e-mail, in the workspace that the user joined first, and its password's hash.
    pub async fn find_account_by_email(&self, email: &str) -> Result<Option<(Member, String)>> {
        let email = email.to_owned();
        self.read(move |tx| {
            let sql = "SELECT u.id, w.number, w.id, m.role, u.email, u.display_name, u.created_at, u.password_hash
                FROM users u JOIN memberships m ON m.user_id = u.id JOIN workspaces w ON w.number = m.workspace_id
                WHERE u.email = $1 AND u.password_hash IS NOT NULL
                ORDER BY m.created_at, m.workspace_id LIMIT 1";
            let found = tx.first(sql, params![&email])?;
            found.map(|mut row| Ok((member(&mut row)?, row.next_text()?))).transpose()
        })
        .await
    }

    /// The normalised e-mail of a person and its password's hash; `None` if there is no such person, or it has no password.
    pub async fn find_password(&self, user_id: &str) -> Result<Option<(String, String)>> {
        let user_id = user_id.to_owned();
        self.read(move |tx| {
            let sql = "SELECT email, password_hash FROM users
                WHERE id = $1 AND email IS NOT NULL AND password_hash IS NOT NULL";
            let found = tx.first(sql, params![&user_id])?;
            found.map(|mut row| Ok((row.next_text()?, row.next_text()?))).transpose()
        })
        .await
    }
}

/// The people and end users of a workspace.
#[derive(Clone, Copy)]
pub struct Accounts<'a>(pub(super) &'a Rows);

impl Accounts<'_> {
    /// Makes an account in this workspace. However many register with the set-up code at once, one becomes owner.
    ///
    /// # Errors
    /// [`AccountRefusal`]; [`Error::Unique`] if the e-mail is taken.
    pub async fn register(self, user: NewUser, admission: Admission) -> Result<Member> {
        let (rows, actor) = (self.0, self.0.actor());
        rows.write(move |tx| {
            tx.lock_accounts()?;
            let has_owner = setup::has_owner(&mut tx.unscoped())?;
            let role = match &admission {
                Admission::Owner(_) if has_owner => return Err(AccountRefusal::OwnerExists.into()),
                Admission::Owner(code) if !setup::is_code(&mut tx.unscoped(), code)? => {
                    return Err(AccountRefusal::WrongSetupCode.into());
                }
                Admission::Owner(_) => "owner",
                Admission::Member if !has_owner => return Err(AccountRefusal::NoOwner.into()),
                Admission::Member => "member",
            };
            let member = insert_person(tx, &user, role)?;
            tx.audit(actor.as_deref(), Target { kind: "user", id: &user.id }, &json!({"role": role}))?;
            Ok(member)
        })
        .await
    }

    /// Makes an account with `role` in this workspace.
    ///
    /// # Errors
    /// [`Error::Unique`] if the e-mail is taken.
    pub async fn create(self, user: NewUser, role: &str) -> Result<Member> {
        let role = role.to_owned();
        self.0.write(move |tx| insert_person(tx, &user, &role)).await
    }

    /// The people of this workspace, newest first; end users are not among them.
    pub async fn page(self, page: PageRequest) -> Result<Page<Member>> {
        let rows = self.0;
        rows.list(move |tx| {
            let sql = format!(
                "{MEMBER} WHERE m.workspace_id = $1 AND u.email IS NOT NULL AND (u.created_at, u.id) < ($2, $3)
                 ORDER BY u.created_at DESC, u.id DESC LIMIT $4"
            );
            let (at, id) = page.position();
            let rows = tx.query(&sql, params![at, id, page.fetch()])?;
            let members = rows.into_iter().map(|mut row| member(&mut row)).collect::<Result<Vec<_>>>()?;
            Ok(Page::cut(members, &page, |member| Cursor { at: member.created_at, id: member.user_id.clone() }))
        })
        .await
    }

    /// The person of this workspace with a normalised e-mail.
    pub async fn find_by_email(self, email: &str) -> Result<Option<Member>> {
        let email = email.to_owned();
        let rows = self.0;
        rows.read(move |tx| {
            let sql = format!("{MEMBER} WHERE m.workspace_id = $1 AND u.email = $2");
            tx.first(&sql, params![&email])?.map(|mut row| member(&mut row)).transpose()
        })
        .await
    }

    /// Gives a person of this workspace another password and ends all sign-ins, in every workspace: their tokens are
    /// refused from then on, and no network counts as known. Answers how many sign-ins ended; `None` if there is no
    /// such person here.
    pub async fn replace_password(self, user_id: &str, password_hash: String) -> Result<Option<u64>> {
        let user_id = user_id.to_owned();
        let rows = self.0;
        rows.write(move |tx| {
            if by_id(tx, &user_id)?.is_none() {
                return Ok(None);
            }
            let mut tx = tx.unscoped();
            let update = "UPDATE users SET password_hash = $2 WHERE id = $1 AND email IS NOT NULL";
            if tx.execute(update, params![&user_id, &password_hash])? == 0 {
                return Ok(None);
            }
            tx.execute("DELETE FROM sign_in_networks WHERE user_id = $1", params![&user_id])?;
            let ended = tx.execute("DELETE FROM families WHERE user_id = $1", params![&user_id])?;
            tx.end_credentials()?;
            Ok(Some(ended))
        })
        .await
    }

    /// A user of this workspace.
    pub async fn find(self, user_id: &str) -> Result<Option<Member>> {
        let user_id = user_id.to_owned();
        self.0.read(move |tx| by_id(tx, &user_id)).await
    }

    /// The end user whom `candidate` describes, who is made if there is none; `None` if the end user was removed from this
    /// workspace.
    pub async fn ensure_end_user(self, candidate: EndUser) -> Result<Option<Member>> {
        let known = candidate.clone();
        if let Some(member) = self.0.read(move |tx| end_user(tx, &known)).await? {
            return Ok(Some(member));
        }
        let rows = self.0;
        rows.write(move |tx| {
            let added = tx.unscoped().execute(
                "INSERT INTO users (id, issuer, subject, created_at) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (issuer, subject) DO NOTHING",
                params![&candidate.id, &candidate.issuer, &candidate.subject, candidate.created_at],
            )?;
            if added == 1 {
                insert_membership(tx, &candidate.id, &candidate.role, candidate.created_at)?;
            }
            end_user(tx, &candidate)
        })
        .await
    }

    /// The names of a user or service account and of the workspace; an id stands in for a name that was not given.
    pub async fn names(self, subject: &str) -> Result<(String, String)> {
        let subject = subject.to_owned();
        let rows = self.0;
        rows.read(move |tx| {
            let workspace = tx.first("SELECT name FROM workspaces WHERE number = $1", params![])?;
            let workspace = workspace.map(|mut row| row.next_text()).transpose()?.unwrap_or_default();
            let user = "SELECT u.display_name FROM users u JOIN memberships m ON m.user_id = u.id WHERE m.workspace_id = $1 AND u.id = $2";
            let account = "SELECT name FROM service_accounts WHERE workspace_id = $1 AND id = $2";
            let mut name = None;
            for sql in [user, account] {
                if let Some(mut row) = tx.first(sql, params![&subject])? {
                    name = name.or(row.next_optional_text()?);
                }
            }
            Ok((name.unwrap_or_else(|| subject.clone()), workspace))
        })
        .await
    }
}

pub(super) fn insert_person(tx: &mut Tx<'_>, user: &NewUser, role: &str) -> Result<Member> {
    tx.unscoped().execute(
        "INSERT INTO users (id, email, display_name, password_hash, created_at) VALUES ($1, $2, $3, $4, $5)",
        params![&user.id, &user.email, &user.display_name, &user.password_hash, user.created_at],
    )?;
    insert_membership(tx, &user.id, role, user.created_at)?;
    setup::end_with(tx, role)?;
    by_id(tx, &user.id)?.ok_or_else(|| Error::broken("an account was lost while it was made"))
}

pub(super) fn insert_membership(tx: &mut Tx<'_>, user_id: &str, role: &str, now_ms: i64) -> Result<()> {
    let sql = "INSERT INTO memberships (workspace_id, user_id, role, created_at) VALUES ($1, $2, $3, $4)";
    tx.execute(sql, params![user_id, role, now_ms]).map(drop)
}

fn by_id(tx: &mut Tx<'_>, user_id: &str) -> Result<Option<Member>> {
    let sql = format!("{MEMBER} WHERE m.workspace_id = $1 AND m.user_id = $2");
    tx.first(&sql, params![user_id])?.map(|mut row| member(&mut row)).transpose()
}

fn end_user(tx: &mut Tx<'_>, wanted: &EndUser) -> Result<Option<Member>> {
    let sql = format!("{MEMBER} WHERE m.workspace_id = $1 AND u.issuer = $2 AND u.subject = $3");
    tx.first(&sql, params![&wanted.issuer, &wanted.subject])?.map(|mut row| member(&mut row)).transpose()
}

/// Adds a workspace unless it is there; accounts are locked.
pub(super) fn insert_workspace(tx: &mut Tx<'_>, id: &str, name: &str, now_ms: i64) -> Result<()> {
    let sql = "INSERT INTO workspaces (number, id, name, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)
        ON CONFLICT (id) DO NOTHING";
    let number = next_workspace(tx)?;
    tx.execute(sql, params![number, id, name, now_ms]).map(drop)
}

/// A number that no workspace has, nor one that was deleted had; accounts are locked.
pub(super) fn next_workspace(tx: &mut Tx<'_>) -> Result<i64> {
    let sql = "SELECT MAX(known.number) + 1 FROM (SELECT COALESCE(MAX(w.number), 0) AS number FROM workspaces w
        UNION ALL SELECT c.value FROM counters c WHERE c.name = 'workspaces_deleted') AS known";
    tx.one(sql, params![])?.next_int()
}

fn first_workspace(tx: &mut Tx<'_>) -> Result<Option<WorkspaceId>> {
    let found = tx.first("SELECT number, id FROM workspaces ORDER BY number LIMIT 1", params![])?;
    found.map(|mut row| Ok(WorkspaceId::new(row.next_int()?, &row.next_text()?))).transpose()
}

pub(super) fn member(row: &mut Row) -> Result<Member> {
    Ok(Member {
        user_id: row.next_text()?,
        workspace: WorkspaceId::new(row.next_int()?, &row.next_text()?),
        role: row.next_text()?,
        email: row.next_optional_text()?,
        display_name: row.next_optional_text()?,
        created_at: row.next_int()?,
    })
}
