//! Channels: on which platform, which agents answer whom, and how that went lately. Secrets come here sealed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::actor::Target;
use super::channel_settings::ChannelSettings;
use super::db::Db;
use super::error::{ChannelRefusal, Error, Result};
use super::idempotency::OnceKey;
use super::page::{Cursor, Page, PageRequest};
use super::precondition::{Precondition, Revision};
use super::rows::Rows;
use super::tx::Tx;
use super::value::Row;
use super::workspace::WorkspaceId;
use crate::ids::ChannelId;
use crate::params;

/// When a secret was set, and until when the one before it verifies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelSecretStamp {
    /// Milliseconds since the epoch.
    pub set_at_ms: i64,
    /// Milliseconds since the epoch; `None` if there is none before it.
    pub previous_until_ms: Option<i64>,
}

/// A channel as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredChannel {
    /// `chn_...`
    pub id: ChannelId,
    /// The platform's name.
    pub kind: String,
    /// 1, 2, 3, ...: grows with each change of what callers see, but for how the channel is.
    pub version: u32,
    /// Which agents answer whom.
    pub settings: ChannelSettings,
    /// The platform's settings.
    pub fields: BTreeMap<String, String>,
    /// The secrets, sealed. No receipt of an idempotency key has them.
    #[serde(skip)]
    pub sealed: Vec<u8>,
    /// When they were set, by their names.
    pub secrets: BTreeMap<String, ChannelSecretStamp>,
    /// Who the bot is, as JSON.
    pub identity: Option<String>,
    /// What failed last, and when, in milliseconds since the epoch.
    pub last_error: Option<(String, i64)>,
    /// Since when nothing that is sent succeeds.
    pub failing_since_ms: Option<i64>,
    /// When it was made, in milliseconds since the epoch.
    pub created_at_ms: i64,
    /// When a caller last changed it.
    pub updated_at_ms: i64,
    /// `usr_...` or `svc_...`
    pub created_by: String,
}

/// What a channel is from now on.
#[derive(Debug, Clone)]
pub struct ChannelChange {
    /// Which one.
    pub id: ChannelId,
    /// Which agents answer whom.
    pub settings: ChannelSettings,
    /// The platform's settings.
    pub fields: BTreeMap<String, String>,
    /// Other secrets, sealed, with their times.
    pub secrets: Option<(Vec<u8>, BTreeMap<String, ChannelSecretStamp>)>,
    /// Now, in milliseconds since the epoch.
    pub now_ms: i64,
}

impl StoredChannel {
    /// The state that an `If-Match` names.
    #[must_use]
    pub const fn revision(&self) -> Revision {
        Revision { version: self.version, updated_at_ms: self.updated_at_ms }
    }
}

pub(super) const COLUMNS: &str =
    "c.id, c.kind, c.version, c.settings, c.fields, c.sealed, c.secrets, c.identity, c.last_error,
    c.last_error_ms, c.failing_since_ms, c.created_at_ms, c.updated_at_ms, c.created_by";

/// The channels of a workspace.
#[derive(Clone, Copy)]
pub struct Channels<'a>(pub(super) &'a Rows);

impl Db {
    /// A channel of any workspace, and whose it is: its platform knows no more than its id.
    pub async fn channel(&self, id: ChannelId) -> Result<Option<(WorkspaceId, StoredChannel)>> {
        self.read(move |tx| {
            let sql = format!(
                "SELECT w.number, w.id, {COLUMNS} FROM channels c JOIN workspaces w ON w.number = c.workspace_id
                WHERE c.id = $1"
            );
            let Some(mut row) = tx.first(&sql, params![id])? else { return Ok(None) };
            let workspace = WorkspaceId::new(row.next_int()?, &row.next_text()?);
            Ok(Some((workspace, read(&mut row)?)))
        })
        .await
    }
}

impl Channels<'_> {
    /// A channel.
    pub async fn find(self, id: ChannelId) -> Result<Option<StoredChannel>> {
        self.0.read(move |tx| find(tx, id, "")).await
    }

    /// Channels, newest first.
    pub async fn page(self, request: PageRequest) -> Result<Page<StoredChannel>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM channels c WHERE c.workspace_id = $1 AND c.id < $2 ORDER BY c.id DESC LIMIT $3"
        );
        self.0
            .list(move |tx| {
                let place = |channel: &StoredChannel| Cursor { at: channel.id.key(), id: String::new() };
                let params = params![request.position().0, request.fetch()];
                tx.page(&sql, params, &request, |mut row| read(&mut row), place)
            })
            .await
    }

    /// Keeps a channel. A workspace has at most `channels_max`.
    ///
    /// # Errors
    /// [`ChannelRefusal::TooMany`]; [`Refusal::KeyReused`](super::Refusal::KeyReused).
    pub async fn create(self, new: StoredChannel, channels_max: u32, once: Option<OnceKey>) -> Result<StoredChannel> {
        let (actor, now_ms) = (self.0.actor(), new.created_at_ms);
        self.0
            .write_once(once, now_ms, move |tx| {
                let count = tx.one("SELECT COUNT(*) FROM channels WHERE workspace_id = $1", params![])?.next_int()?;
                if count >= i64::from(channels_max) {
                    return Err(ChannelRefusal::TooMany.into());
                }
                insert(tx, &new)?;
                let made = shown(&new)?;
                tx.audit_change(actor.as_deref(), target(&new.id.to_string()), &made, [&Json::Null, &made])?;
                Ok(new.clone())
            })
            .await
    }

    /// Changes a channel; `None` if it is not there.
    ///
    /// # Errors
    /// [`Refusal::Stale`](super::Refusal::Stale) if `precondition` does not hold.
    pub async fn update(self, change: ChannelChange, precondition: Precondition) -> Result<Option<StoredChannel>> {
        let actor = self.0.actor();
        self.0
            .write(move |tx| {
                let Some(present) = find(tx, change.id, tx.lock())? else { return Ok(None) };
                precondition.check(present.revision())?;
                let (sealed, secrets) = match &change.secrets {
                    Some((sealed, stamps)) => (sealed.as_slice(), stamps),
                    None => (present.sealed.as_slice(), &present.secrets),
                };
                let sql =
                    "UPDATE channels SET version = version + 1, settings = $3, fields = $4, sealed = $5, secrets = $6,
                    updated_at_ms = $7 WHERE workspace_id = $1 AND id = $2";
                let (settings, fields) = (written(&change.settings)?, written(&change.fields)?);
                let secrets = written(secrets)?;
                tx.execute(sql, params![change.id, &settings, &fields, sealed, &secrets, change.now_ms])?;
                let Some(changed) = find(tx, change.id, "")? else { return Ok(None) };
                let (before, after) = (shown(&present)?, shown(&changed)?);
                tx.audit_change(actor.as_deref(), target(&change.id.to_string()), &after, [&before, &after])?;
                Ok(Some(changed))
            })
            .await
    }

    /// Keeps who the bot is, as JSON; false if the channel is not there.
    pub async fn identify(self, id: ChannelId, identity: String) -> Result<bool> {
        self.0
            .write(move |tx| {
                let sql = "UPDATE channels SET identity = $3 WHERE workspace_id = $1 AND id = $2";
                Ok(tx.execute(sql, params![id, &identity])? == 1)
            })
            .await
    }

    /// Removes a channel with its people, places and codes; false if it is not there. What came and was sent goes
    /// later, and is not answered any more.
    ///
    /// # Errors
    /// [`Refusal::Stale`](super::Refusal::Stale) if `precondition` does not hold.
    pub async fn delete(self, id: ChannelId, precondition: Precondition) -> Result<bool> {
        let actor = self.0.actor();
        self.0
            .write(move |tx| {
                let Some(present) = find(tx, id, tx.lock())? else { return Ok(false) };
                precondition.check(present.revision())?;
                tx.execute("DELETE FROM channels WHERE workspace_id = $1 AND id = $2", params![id])?;
                for table in ["channel_conversations", "channel_users", "channel_places", "channel_link_codes"] {
                    let sql = format!("DELETE FROM {table} WHERE workspace_id = $1 AND channel_id = $2");
                    tx.execute(&sql, params![id])?;
                }
                let before = shown(&present)?;
                tx.audit_change(actor.as_deref(), target(&id.to_string()), &Json::Null, [&before, &Json::Null])?;
                Ok(true)
            })
            .await
    }
}

const fn target(id: &str) -> Target<'_> {
    Target { kind: "channel", id }
}

/// What the audit says of a channel: of secrets their names and times.
fn shown(channel: &StoredChannel) -> Result<Json> {
    let mut shown = serde_json::to_value(&channel.settings).map_err(Error::broken)?;
    shown["kind"] = json!(channel.kind);
    shown["platform_settings"] = json!(channel.fields);
    shown["secrets"] = serde_json::to_value(&channel.secrets).map_err(Error::broken)?;
    Ok(shown)
}

pub(super) fn written<T: Serialize + ?Sized>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(Error::broken)
}

fn insert(tx: &mut Tx<'_>, new: &StoredChannel) -> Result<()> {
    let sql = "INSERT INTO channels (workspace_id, id, kind, version, settings, fields, sealed, secrets, identity,
            created_at_ms, updated_at_ms, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    let (settings, fields, secrets) = (written(&new.settings)?, written(&new.fields)?, written(&new.secrets)?);
    let params = params![
        new.id,
        &new.kind,
        new.version,
        &settings,
        &fields,
        new.sealed.as_slice(),
        &secrets,
        &new.identity,
        new.created_at_ms,
        new.updated_at_ms,
        &new.created_by
    ];
    tx.execute(sql, params).map(drop)
}

/// A channel of the transaction's workspace. `lock` is the end of the statement.
pub(super) fn find(tx: &mut Tx<'_>, id: ChannelId, lock: &str) -> Result<Option<StoredChannel>> {
    let sql = format!("SELECT {COLUMNS} FROM channels c WHERE c.workspace_id = $1 AND c.id = $2{lock}");
    tx.first(&sql, params![id])?.map(|mut row| read(&mut row)).transpose()
}

/// Reads what [`COLUMNS`] answers.
pub(super) fn read(row: &mut Row) -> Result<StoredChannel> {
    let (id, kind, version, settings) = (row.next_id()?, row.next_text()?, row.next_count()?, row.next_json()?);
    let (fields, sealed, secrets) = (row.next_json()?, row.next_bytes()?, row.next_json()?);
    let identity = row.next_optional_text()?;
    let (last_error, last_error_ms) = (row.next_optional_text()?, row.next_optional_int()?);
    Ok(StoredChannel {
        id,
        kind,
        version,
        settings,
        fields,
        sealed,
        secrets,
        identity,
        last_error: last_error.zip(last_error_ms),
        failing_since_ms: row.next_optional_int()?,
        created_at_ms: row.next_int()?,
        updated_at_ms: row.next_int()?,
        created_by: row.next_text()?,
    })
}
