//! Writes that take place once: the effect of a request and its answer are recorded in one transaction under its key.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::db::{Db, SWEEP_ROWS};
use super::error::{Error, Refusal, Result};
use super::mode::{Mode, OnDouble};
use super::rows::Rows;
use super::tx::Tx;
use super::value::Row;
use crate::params;

/// How long a key is remembered, in milliseconds: 24 hours.
pub const KEY_LIFE_MS: i64 = 24 * 3600 * 1000;

/// An `Idempotency-Key` and what it stands for.
#[derive(Debug, Clone)]
pub struct OnceKey {
    /// Whose key it is, `usr_...` or `svc_...`: the same key of another caller is another key.
    pub caller: String,
    /// The caller's key.
    pub key: String,
    /// A hash of the operation, the URL and the body: a key that comes with another one is refused.
    pub request_hash: String,
}

impl Rows {
    /// Runs `work` as [`Rows::write`] does, but only the first time that `once` is seen; later it answers what the
    /// first time answered.
    ///
    /// # Errors
    /// [`Refusal::KeyReused`] if the key came with another request before.
    pub(super) async fn write_once<T>(
        &self,
        once: Option<OnceKey>,
        now_ms: i64,
        work: impl Fn(&mut Tx<'_>) -> Result<T> + Send + Sync + 'static,
    ) -> Result<T>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
    {
        self.once(Mode::Write, once, now_ms, work, |_| true).await
    }

    /// As [`Rows::write_once`], for work whose subject may not be there: an answer of `None` is not recorded, so that a later
    /// request with the key is run.
    ///
    /// # Errors
    /// [`Refusal::KeyReused`] if the key came with another request before.
    pub(super) async fn write_found_once<T>(
        &self,
        once: Option<OnceKey>,
        now_ms: i64,
        work: impl Fn(&mut Tx<'_>) -> Result<Option<T>> + Send + Sync + 'static,
    ) -> Result<Option<T>>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
    {
        self.once(Mode::Write, once, now_ms, work, Option::is_some).await
    }

    /// As [`Rows::write_found_once`], for work that [`Rows::write_locking`] takes.
    pub(super) async fn lock_found_once<T>(
        &self,
        once: Option<OnceKey>,
        now_ms: i64,
        work: impl Fn(&mut Tx<'_>) -> Result<Option<T>> + Send + Sync + 'static,
    ) -> Result<Option<T>>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
    {
        self.once(Mode::Lock, once, now_ms, work, Option::is_some).await
    }

    /// As [`Rows::write_once`], for work that [`Rows::write_locking`] takes.
    pub(super) async fn lock_once<T>(
        &self,
        once: Option<OnceKey>,
        now_ms: i64,
        work: impl Fn(&mut Tx<'_>) -> Result<T> + Send + Sync + 'static,
    ) -> Result<T>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
    {
        self.once(Mode::Lock, once, now_ms, work, |_| true).await
    }

    async fn once<T>(
        &self,
        mode: Mode,
        once: Option<OnceKey>,
        now_ms: i64,
        work: impl Fn(&mut Tx<'_>) -> Result<T> + Send + Sync + 'static,
        is_recorded: fn(&T) -> bool,
    ) -> Result<T>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
    {
        let Some(once) = once else { return self.db().dispatch(Some(self.workspace().clone()), mode, work).await };
        self.db()
            .dispatch(Some(self.workspace().clone()), mode, move |tx| {
                if let Some(answer) = claim(tx, &once, now_ms)? {
                    return serde_json::from_str(&answer).map_err(Error::broken);
                }
                let answer = work(tx)?;
                if !is_recorded(&answer) {
                    return release(tx, &once).map(|()| answer);
                }
                record(tx, &once, &serde_json::to_string(&answer).map_err(Error::broken)?)?;
                Ok(answer)
            })
            .await
    }
}

/// The idempotency keys of a workspace.
#[derive(Clone, Copy)]
pub struct IdempotencyKeys<'a>(pub(super) &'a Rows);

impl IdempotencyKeys<'_> {
    /// What the first request of this key made, if there was one.
    ///
    /// # Errors
    /// [`Refusal::KeyReused`] if the key came with another request.
    pub async fn answer(self, once: OnceKey, now_ms: i64) -> Result<Option<String>> {
        let rows = self.0;
        rows.read(move |tx| {
            let taken = "SELECT request_hash, answer FROM idempotency_keys
                WHERE workspace_id = $1 AND caller = $2 AND key = $3 AND created_at >= $4";
            let taken = tx.first(taken, params![&once.caller, &once.key, now_ms - KEY_LIFE_MS])?;
            taken.map(|mut row| same_answer(&mut row, &once)).transpose()
        })
        .await
    }
}

impl Db {
    /// Removes keys of all workspaces whose life is over, at most [`SWEEP_ROWS`] of them, so that no other write waits long;
    /// answers how many. `own_ms` is what this gateway's clock shows.
    pub async fn delete_old_idempotency_keys(&self, own_ms: i64) -> Result<u64> {
        self.write(move |tx| {
            let before_ms = tx.shared_time_ms(own_ms)? - KEY_LIFE_MS;
            let sql = "DELETE FROM idempotency_keys WHERE (workspace_id, caller, key) IN
                (SELECT workspace_id, caller, key FROM idempotency_keys WHERE created_at < $1 ORDER BY created_at LIMIT $2)";
            tx.execute(sql, params![before_ms, SWEEP_ROWS])
        })
        .await
    }
}

/// Takes the key for this transaction; or, if it was taken before, answers what [`record`] wrote. Another transaction
/// with the same key waits for this one.
pub(super) fn claim(tx: &mut Tx<'_>, once: &OnceKey, now_ms: i64) -> Result<Option<String>> {
    claim_ahead(tx, once, now_ms)?;
    claimed(tx, once, now_ms)
}

const CLAIM: &str = "INSERT INTO idempotency_keys (workspace_id, caller, key, request_hash, answer, created_at)
    VALUES ($1, $2, $3, $4, '', $5) ON CONFLICT (workspace_id, caller, key) DO NOTHING";

/// The first half of [`claim`], whose answer [`claimed`] gives: what is said ahead between the two comes behind it.
pub(super) fn claim_ahead(tx: &mut Tx<'_>, once: &OnceKey, now_ms: i64) -> Result<()> {
    let expired =
        "DELETE FROM idempotency_keys WHERE workspace_id = $1 AND caller = $2 AND key = $3 AND created_at < $4";
    tx.later(expired, params![&once.caller, &once.key, now_ms - KEY_LIFE_MS], OnDouble::Fails)?;
    tx.ahead(CLAIM, params![&once.caller, &once.key, &once.request_hash, now_ms])
}

/// The second half of [`claim`].
pub(super) fn claimed(tx: &mut Tx<'_>, once: &OnceKey, now_ms: i64) -> Result<Option<String>> {
    if tx.execute(CLAIM, params![&once.caller, &once.key, &once.request_hash, now_ms])? == 1 {
        return Ok(None);
    }
    let taken = "SELECT request_hash, answer FROM idempotency_keys
        WHERE workspace_id = $1 AND caller = $2 AND key = $3";
    same_answer(&mut tx.one(taken, params![&once.caller, &once.key])?, once).map(Some)
}

/// The answer in a key's row, if the row is of the same request.
fn same_answer(row: &mut Row, once: &OnceKey) -> Result<String> {
    if row.next_text()? == once.request_hash { row.next_text() } else { Err(Error::Refused(Refusal::KeyReused)) }
}

/// Gives a claimed key back, as if it had not been used.
fn release(tx: &mut Tx<'_>, once: &OnceKey) -> Result<()> {
    let sql = "DELETE FROM idempotency_keys WHERE workspace_id = $1 AND caller = $2 AND key = $3";
    tx.execute(sql, params![&once.caller, &once.key]).map(drop)
}

/// Writes down what a claimed key's request made.
pub(super) fn record(tx: &mut Tx<'_>, once: &OnceKey, answer: &str) -> Result<()> {
    let update = "UPDATE idempotency_keys SET answer = $4 WHERE workspace_id = $1 AND caller = $2 AND key = $3";
    tx.later(update, params![&once.caller, &once.key, answer], OnDouble::Fails)
}
