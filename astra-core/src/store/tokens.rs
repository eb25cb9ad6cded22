//! Tokens of service accounts. The secret is not here: a token is a signed statement that names its row and the row's
//! generation, and is good as long as the row says so.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use super::actor::Target;
use super::error::Result;
use super::idempotency::OnceKey;
use super::page::{Cursor, Page, PageRequest};
use super::rows::Rows;
use super::tx::Tx;
use super::value::Row;
use crate::params;

/// What is kept of a token.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Token {
    /// `tok_...`
    pub id: String,
    /// `svc_...`
    pub service_account_id: String,
    /// Space-separated; what the token may be used for at the most.
    pub scopes: String,
    /// 1, 2, 3, ...: grows with each rotation.
    pub generation: i64,
    /// Until when the generation before this one is still good, in milliseconds since the epoch.
    pub grace_until: Option<i64>,
    /// When this generation ends, in milliseconds since the epoch.
    pub expires_at: i64,
    /// When it was last seen, to the minute, in milliseconds since the epoch.
    pub last_used_at: Option<i64>,
    /// Milliseconds since the epoch.
    pub created_at: i64,
    /// When this generation was made, if it is not the first, in milliseconds since the epoch.
    pub rotated_at: Option<i64>,
}

/// What decides whether a presented token is good, and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenStanding {
    /// The token's row.
    pub token: Token,
    /// The account's role now.
    pub account_role: String,
    /// The account's scopes now, space-separated.
    pub account_scopes: String,
    /// The role in this workspace of the end user whom the token speaks for; `None` if it speaks for no one user or for
    /// a user who is no member.
    pub end_user_role: Option<String>,
}

const COLUMNS: &str = "t.id, t.service_account_id, t.scopes, t.generation, t.grace_until, t.expires_at, t.last_used_at,
    t.created_at, t.rotated_at";

/// The tokens of a workspace's service accounts.
#[derive(Clone, Copy)]
pub struct Tokens<'a>(pub(super) &'a Rows);

impl Tokens<'_> {
    /// One token by its id.
    pub async fn find(self, id: &str) -> Result<Option<Token>> {
        let id = id.to_owned();
        self.0.read(move |tx| by_id(tx, &id)).await
    }

    /// An account's tokens, newest first.
    pub async fn page(self, service_account_id: &str, page: PageRequest) -> Result<Page<Token>> {
        let account = service_account_id.to_owned();
        let rows = self.0;
        rows.list(move |tx| {
            let sql = format!(
                "SELECT {COLUMNS} FROM tokens t
                 WHERE t.workspace_id = $1 AND t.service_account_id = $2 AND (t.created_at, t.id) < ($3, $4)
                 ORDER BY t.created_at DESC, t.id DESC LIMIT $5"
            );
            let (at, id) = page.position();
            let place = |token: &Token| Cursor { at: token.created_at, id: token.id.clone() };
            tx.page(&sql, params![&account, at, id, page.fetch()], &page, |mut row| token(&mut row), place)
        })
        .await
    }

    /// What decides about a token, and about the end user whom it speaks for if `end_user_id` is given.
    pub async fn standing(self, id: &str, end_user_id: Option<String>) -> Result<Option<TokenStanding>> {
        let id = id.to_owned();
        let rows = self.0;
        rows.look(move |tx| {
            let sql = format!(
                "SELECT {COLUMNS}, a.role, a.scopes, m.role
                 FROM tokens t
                 JOIN service_accounts a ON a.workspace_id = t.workspace_id AND a.id = t.service_account_id
                 LEFT JOIN memberships m ON m.workspace_id = t.workspace_id AND m.user_id = $3
                 WHERE t.workspace_id = $1 AND t.id = $2"
            );
            let found = tx.first(&sql, params![&id, end_user_id.as_deref()])?;
            found.map(|mut row| standing(&mut row)).transpose()
        })
        .await
    }

    /// Makes a token. Answers what `receipt` makes of it, which is what the idempotency key keeps.
    ///
    /// # Errors
    /// [`Error::Missing`](super::Error::Missing) if there is no such account; [`Refusal::KeyReused`](super::Refusal::KeyReused).
    pub async fn create<T>(
        self,
        new: Token,
        once: Option<OnceKey>,
        receipt: impl Fn(Token) -> T + Send + Sync + 'static,
    ) -> Result<T>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
    {
        let (rows, actor) = (self.0, self.0.actor());
        let made = rows.write_once(once, new.created_at, move |tx| {
            insert(tx, &new)?;
            let changes = json!({"service_account_id": &new.service_account_id, "scopes": &new.scopes});
            tx.audit(actor.as_deref(), Target { kind: "token", id: &new.id }, &changes)?;
            Ok(receipt(new.clone()))
        });
        made.await
    }

    /// Begins a token's next generation, which lives as long as the last was given; `None` if there is no such token. The last
    /// generation stays good for `grace_s` seconds, those before it end. Answers what `receipt` makes of the token, which is
    /// what the idempotency key keeps.
    ///
    /// # Errors
    /// [`Refusal::KeyReused`](super::Refusal::KeyReused).
    pub async fn rotate<T>(
        self,
        id: &str,
        grace_s: i64,
        now_ms: i64,
        once: Option<OnceKey>,
        receipt: impl Fn(Token) -> T + Send + Sync + 'static,
    ) -> Result<Option<T>>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
    {
        let (id, actor) = (id.to_owned(), self.0.actor());
        let rotated = self.0.write_found_once(once, now_ms, move |tx| {
            let Some(token) = rotate(tx, &id, now_ms, now_ms + grace_s * 1000)? else { return Ok(None) };
            tx.audit(actor.as_deref(), Target { kind: "token", id: &id }, &json!({"grace_s": grace_s}))?;
            Ok(Some(receipt(token)))
        });
        rotated.await
    }

    /// Deletes a token, which is refused from then on; false if it is not there.
    pub async fn delete(self, id: &str) -> Result<bool> {
        let (id, actor) = (id.to_owned(), self.0.actor());
        let rows = self.0;
        rows.write(move |tx| {
            let was_there = tx.execute("DELETE FROM tokens WHERE workspace_id = $1 AND id = $2", params![&id])? > 0;
            if was_there {
                tx.audit(actor.as_deref(), Target { kind: "token", id: &id }, &Json::Null)?;
                tx.end_credentials()?;
            }
            Ok(was_there)
        })
        .await
    }

    /// Notes that a token was used.
    pub async fn note_use(self, id: &str, now_ms: i64) -> Result<()> {
        let id = id.to_owned();
        // On the way of a turn: many may note the first use of one token at once.
        let rows = self.0;
        rows.write_turn(move |tx| {
            let sql = "UPDATE tokens SET last_used_at = $3
                WHERE workspace_id = $1 AND id = $2 AND (last_used_at IS NULL OR last_used_at < $3)";
            tx.execute_last(sql, params![&id, now_ms]).map(drop)
        })
        .await
    }
}

fn insert(tx: &mut Tx<'_>, new: &Token) -> Result<()> {
    let sql = "INSERT INTO tokens
        (workspace_id, id, service_account_id, scopes, generation, grace_until, expires_at, last_used_at, created_at, rotated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    tx.execute(
        sql,
        params![
            &new.id,
            &new.service_account_id,
            &new.scopes,
            new.generation,
            new.grace_until,
            new.expires_at,
            new.last_used_at,
            new.created_at,
            new.rotated_at
        ],
    )?;
    Ok(())
}

fn rotate(tx: &mut Tx<'_>, id: &str, now_ms: i64, grace_until: i64) -> Result<Option<Token>> {
    let sql = "UPDATE tokens SET generation = generation + 1, grace_until = $4,
            expires_at = $3 + expires_at - COALESCE(rotated_at, created_at), rotated_at = $3
        WHERE workspace_id = $1 AND id = $2";
    if tx.execute(sql, params![id, now_ms, grace_until])? == 0 {
        return Ok(None);
    }
    tx.end_credentials()?;
    by_id(tx, id)
}

fn by_id(tx: &mut Tx<'_>, id: &str) -> Result<Option<Token>> {
    let sql = format!("SELECT {COLUMNS} FROM tokens t WHERE t.workspace_id = $1 AND t.id = $2");
    tx.first(&sql, params![id])?.map(|mut row| token(&mut row)).transpose()
}

fn token(row: &mut Row) -> Result<Token> {
    Ok(Token {
        id: row.next_text()?,
        service_account_id: row.next_text()?,
        scopes: row.next_text()?,
        generation: row.next_int()?,
        grace_until: row.next_optional_int()?,
        expires_at: row.next_int()?,
        last_used_at: row.next_optional_int()?,
        created_at: row.next_int()?,
        rotated_at: row.next_optional_int()?,
    })
}

fn standing(row: &mut Row) -> Result<TokenStanding> {
    Ok(TokenStanding {
        token: token(row)?,
        account_role: row.next_text()?,
        account_scopes: row.next_text()?,
        end_user_role: row.next_optional_text()?,
    })
}
