//! Webhooks: where a workspace's events are sent, which of them, and how that went lately. What is secret of them comes here
//! sealed, or is not kept at all: the secrets that sign are made from the master key.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::actor::Target;
use super::deliveries::fail_waiting;
use super::error::{Error, Result, WebhookRefusal};
use super::events::WebhookDisabledReason;
use super::idempotency::OnceKey;
use super::page::{Cursor, Page, PageRequest};
use super::precondition::{Precondition, Revision};
use super::rows::Rows;
use super::signals::Signal;
use super::tx::Tx;
use super::value::Row;
use super::webhook_settings::WebhookSettings;
use crate::ids::WebhookId;
use crate::params;

/// A secret that signs, by the number from which the master key makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookSecretStamp {
    /// 1, 2, 3, ...
    pub number: u32,
    /// When it was made, in milliseconds since the epoch.
    pub created_at_ms: i64,
    /// Until when it signs; `None` for the newest one.
    pub until_ms: Option<i64>,
}

/// A webhook as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredWebhook {
    /// `hok_...`
    pub id: WebhookId,
    /// 1, 2, 3, ...: grows with each change of what callers see, but for how deliveries go.
    pub version: u32,
    /// Where events are sent, and which.
    pub settings: WebhookSettings,
    /// The names of the headers of each request.
    pub header_names: Vec<String>,
    /// The headers, sealed. No receipt of an idempotency key has them.
    #[serde(skip)]
    pub sealed: Vec<u8>,
    /// The secrets that sign, the newest one last.
    pub secrets: Vec<WebhookSecretStamp>,
    /// Why and when the gateway has switched it off, in milliseconds since the epoch.
    pub disabled: Option<(WebhookDisabledReason, i64)>,
    /// How often it has failed since the last success.
    pub failures: u32,
    /// Since when it fails, in milliseconds since the epoch.
    pub failing_since_ms: Option<i64>,
    /// The last success, to the minute, in milliseconds since the epoch.
    pub last_success_ms: Option<i64>,
    /// It gets the events behind this position of the log: that at which it was made, or switched on last.
    pub from_position: i64,
    /// When it was made, in milliseconds since the epoch.
    pub created_at_ms: i64,
    /// When it last changed, in milliseconds since the epoch.
    pub updated_at_ms: i64,
    /// `usr_...` or `svc_...`
    pub created_by: String,
}

/// What a webhook is from now on.
#[derive(Debug, Clone)]
pub struct WebhookChange {
    /// Which one.
    pub id: WebhookId,
    /// Where events are sent, and which.
    pub settings: WebhookSettings,
    /// The names of the headers of each request.
    pub header_names: Vec<String>,
    /// The headers, sealed.
    pub sealed: Vec<u8>,
    /// Now, in milliseconds since the epoch.
    pub now_ms: i64,
}

impl StoredWebhook {
    /// The state that an `If-Match` names.
    #[must_use]
    pub const fn revision(&self) -> Revision {
        Revision { version: self.version, updated_at_ms: self.updated_at_ms }
    }
}

/// The columns of a webhook `h`.
pub(super) const COLUMNS: &str =
    "h.id, h.version, h.is_enabled, h.settings, h.header_names, h.sealed, h.secrets, h.disabled_reason, h.disabled_at_ms,
    h.failures, h.failing_since_ms, h.last_success_ms, h.from_position, h.created_at_ms, h.updated_at_ms, h.created_by";

/// The webhooks of a workspace.
#[derive(Clone, Copy)]
pub struct Webhooks<'a>(pub(super) &'a Rows);

impl Webhooks<'_> {
    /// A webhook.
    pub async fn find(self, id: WebhookId) -> Result<Option<StoredWebhook>> {
        self.0.read(move |tx| find(tx, id, "")).await
    }

    /// Webhooks, newest first.
    pub async fn page(self, request: PageRequest) -> Result<Page<StoredWebhook>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM webhooks h WHERE h.workspace_id = $1 AND h.id < $2 ORDER BY h.id DESC LIMIT $3"
        );
        self.0
            .list(move |tx| {
                let place = |webhook: &StoredWebhook| Cursor { at: webhook.id.key(), id: String::new() };
                let params = params![request.position().0, request.fetch()];
                tx.page(&sql, params, &request, |mut row| read(&mut row), place)
            })
            .await
    }

    /// Keeps a webhook; it gets the events from now on. A workspace has at most `webhooks_max`.
    ///
    /// # Errors
    /// [`WebhookRefusal::TooMany`]; [`Refusal::KeyReused`](super::Refusal::KeyReused).
    pub async fn create(self, new: StoredWebhook, webhooks_max: u32, once: Option<OnceKey>) -> Result<StoredWebhook> {
        let actor = self.0.actor();
        let now_ms = new.created_at_ms;
        let kept = self
            .0
            .write_once(once, now_ms, move |tx| {
                let count = tx.one("SELECT COUNT(*) FROM webhooks WHERE workspace_id = $1", params![])?.next_int()?;
                if count >= i64::from(webhooks_max) {
                    return Err(WebhookRefusal::TooMany.into());
                }
                if count == 0 {
                    follow_from_now(tx)?;
                }
                insert(tx, &new)?;
                let made = shown(&new.settings, &new.header_names)?;
                tx.audit_change(actor.as_deref(), target(&new.id.to_string()), &made, [&Json::Null, &made])?;
                tx.announce(Signal::EventReaders);
                Ok(new.clone())
            })
            .await?;
        self.note_reader(&kept);
        Ok(kept)
    }

    /// Changes a webhook; `None` if it is not there. One that is switched off has no deliveries that wait.
    ///
    /// # Errors
    /// [`Refusal::Stale`](super::Refusal::Stale) if `precondition` does not hold.
    pub async fn update(self, change: WebhookChange, precondition: Precondition) -> Result<Option<StoredWebhook>> {
        let actor = self.0.actor();
        let changed = self
            .0
            .write(move |tx| {
                let Some(present) = find(tx, change.id, tx.lock())? else { return Ok(None) };
                precondition.check(present.revision())?;
                write_change(tx, &present, &change)?;
                let before = shown(&present.settings, &present.header_names)?;
                let after = shown(&change.settings, &change.header_names)?;
                tx.audit_change(actor.as_deref(), target(&change.id.to_string()), &after, [&before, &after])?;
                tx.announce(Signal::EventReaders);
                find(tx, change.id, "")
            })
            .await?;
        changed.iter().for_each(|webhook| self.note_reader(webhook));
        Ok(changed)
    }

    /// Events of turns are written from now on if the webhook asks for them.
    fn note_reader(self, webhook: &StoredWebhook) {
        if webhook.settings.wants_turns() {
            self.0.db().add_event_reader(self.0.workspace());
        }
    }

    /// Gives a webhook another secret; the one before signs too until `until_ms`. `None` if it is not there.
    ///
    /// # Errors
    /// [`WebhookRefusal::TooManySecrets`] if `secrets_max` sign already; [`Refusal::KeyReused`](super::Refusal::KeyReused).
    pub async fn rotate(
        self,
        id: WebhookId,
        until_ms: i64,
        secrets_max: usize,
        now_ms: i64,
        once: Option<OnceKey>,
    ) -> Result<Option<StoredWebhook>> {
        let actor = self.0.actor();
        self.0
            .write_found_once(once, now_ms, move |tx| {
                let Some(mut webhook) = find(tx, id, tx.lock())? else { return Ok(None) };
                let newest = webhook.secrets.iter().map(|secret| secret.number).max().unwrap_or(0);
                webhook.secrets.retain(|secret| secret.until_ms.is_none_or(|until_ms| until_ms > now_ms));
                if webhook.secrets.len() >= secrets_max {
                    return Err(WebhookRefusal::TooManySecrets.into());
                }
                webhook.secrets.iter_mut().for_each(|secret| secret.until_ms = secret.until_ms.or(Some(until_ms)));
                let added = WebhookSecretStamp { number: newest + 1, created_at_ms: now_ms, until_ms: None };
                webhook.secrets.push(added);
                (webhook.version, webhook.updated_at_ms) = (webhook.version + 1, now_ms);
                let sql = "UPDATE webhooks SET secrets = $3, version = $4, updated_at_ms = $5
                    WHERE workspace_id = $1 AND id = $2";
                tx.execute(sql, params![id, &written(&webhook.secrets)?, webhook.version, now_ms])?;
                tx.audit(actor.as_deref(), target(&id.to_string()), &json!({"secret": newest + 1}))?;
                Ok(Some(webhook))
            })
            .await
    }

    /// Removes a webhook; false if it is not there. What waits is not sent any more.
    ///
    /// # Errors
    /// [`Refusal::Stale`](super::Refusal::Stale) if `precondition` does not hold.
    pub async fn delete(self, id: WebhookId, precondition: Precondition, now_ms: i64) -> Result<bool> {
        let actor = self.0.actor();
        self.0
            .write(move |tx| {
                let Some(present) = find(tx, id, tx.lock())? else { return Ok(false) };
                precondition.check(present.revision())?;
                tx.execute("DELETE FROM webhooks WHERE workspace_id = $1 AND id = $2", params![id])?;
                fail_waiting(tx, id, "The webhook was deleted.", now_ms)?;
                let before = shown(&present.settings, &present.header_names)?;
                tx.audit_change(actor.as_deref(), target(&id.to_string()), &Json::Null, [&before, &Json::Null])?;
                tx.announce(Signal::EventReaders);
                Ok(true)
            })
            .await
    }
}

const fn target(id: &str) -> Target<'_> {
    Target { kind: "webhook", id }
}

/// What the audit says of a webhook.
fn shown(settings: &WebhookSettings, header_names: &[String]) -> Result<Json> {
    let mut shown = serde_json::to_value(settings).map_err(Error::broken)?;
    shown["header_names"] = json!(header_names);
    Ok(shown)
}

fn written<T: Serialize + ?Sized>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(Error::broken)
}

/// The events of a workspace that has its first webhook become deliveries from now on.
fn follow_from_now(tx: &mut Tx<'_>) -> Result<()> {
    let sql = "INSERT INTO webhook_heads (workspace_id, position)
        VALUES ($1, COALESCE((SELECT e.position FROM event_heads e WHERE e.workspace_id = $1), 0))
        ON CONFLICT (workspace_id) DO UPDATE SET position = excluded.position";
    tx.execute(sql, params![]).map(drop)
}

fn insert(tx: &mut Tx<'_>, new: &StoredWebhook) -> Result<()> {
    let sql = "INSERT INTO webhooks (workspace_id, id, version, is_enabled, settings, header_names, sealed, secrets, failures,
            created_at_ms, updated_at_ms, created_by, wants_turns, from_position)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10, $11, $12,
            COALESCE((SELECT e.position FROM event_heads e WHERE e.workspace_id = $1), 0))";
    let (settings, header_names) = (written(&new.settings)?, written(&new.header_names)?);
    let secrets = written(&new.secrets)?;
    let params = params![
        new.id,
        new.version,
        new.settings.is_enabled,
        &settings,
        &header_names,
        new.sealed.as_slice(),
        &secrets,
        new.created_at_ms,
        new.updated_at_ms,
        &new.created_by,
        new.settings.wants_turns()
    ];
    tx.execute(sql, params).map(drop)
}

fn write_change(tx: &mut Tx<'_>, present: &StoredWebhook, change: &WebhookChange) -> Result<()> {
    let sql =
        "UPDATE webhooks SET version = version + 1, is_enabled = $3, settings = $4, header_names = $5, sealed = $6,
            updated_at_ms = $7, wants_turns = $8 WHERE workspace_id = $1 AND id = $2";
    let (settings, header_names) = (written(&change.settings)?, written(&change.header_names)?);
    let params = params![
        change.id,
        change.settings.is_enabled,
        &settings,
        &header_names,
        change.sealed.as_slice(),
        change.now_ms,
        change.settings.wants_turns()
    ];
    tx.execute(sql, params)?;
    match (present.settings.is_enabled, change.settings.is_enabled) {
        (true, false) => fail_waiting(tx, change.id, "The webhook was switched off.", change.now_ms).map(drop),
        (false, true) => {
            let sql = "UPDATE webhooks SET disabled_reason = NULL, disabled_at_ms = NULL, failures = 0, failing_since_ms = NULL,
                    from_position = COALESCE((SELECT e.position FROM event_heads e WHERE e.workspace_id = $1), 0)
                WHERE workspace_id = $1 AND id = $2";
            tx.execute(sql, params![change.id]).map(drop)
        }
        _ => Ok(()),
    }
}

/// A webhook of the transaction's workspace. `lock` is the end of the statement.
pub(super) fn find(tx: &mut Tx<'_>, id: WebhookId, lock: &str) -> Result<Option<StoredWebhook>> {
    let sql = format!("SELECT {COLUMNS} FROM webhooks h WHERE h.workspace_id = $1 AND h.id = $2{lock}");
    tx.first(&sql, params![id])?.map(|mut row| read(&mut row)).transpose()
}

/// All webhooks of the transaction's workspace: it has a bounded number.
pub(super) fn all(tx: &mut Tx<'_>) -> Result<Vec<StoredWebhook>> {
    let sql = format!("SELECT {COLUMNS} FROM webhooks h WHERE h.workspace_id = $1 ORDER BY h.id");
    tx.query(&sql, params![])?.iter_mut().map(read).collect()
}

/// The word of a reason in the store.
pub(super) const fn reason_word(reason: WebhookDisabledReason) -> &'static str {
    match reason {
        WebhookDisabledReason::Gone => "gone",
        WebhookDisabledReason::Failing => "failing",
    }
}

fn read_reason(text: &str) -> Result<WebhookDisabledReason> {
    let all = [WebhookDisabledReason::Gone, WebhookDisabledReason::Failing];
    let found = all.into_iter().find(|reason| reason_word(*reason) == text);
    found.ok_or_else(|| Error::broken("an unknown reason why a webhook is off"))
}

/// Reads what [`COLUMNS`] answers.
pub(super) fn read(row: &mut Row) -> Result<StoredWebhook> {
    let (id, version, is_enabled) = (row.next_id()?, row.next_count()?, row.next_truth()?);
    let settings = WebhookSettings { is_enabled, ..row.next_json()? };
    let (header_names, sealed, secrets) = (row.next_json()?, row.next_bytes()?, row.next_json()?);
    let (reason, disabled_at_ms) = (row.next_optional_text()?, row.next_optional_int()?);
    let reason = reason.as_deref().map(read_reason).transpose()?;
    Ok(StoredWebhook {
        id,
        version,
        settings,
        header_names,
        sealed,
        secrets,
        disabled: reason.zip(disabled_at_ms),
        failures: row.next_count()?,
        failing_since_ms: row.next_optional_int()?,
        last_success_ms: row.next_optional_int()?,
        from_position: row.next_int()?,
        created_at_ms: row.next_int()?,
        updated_at_ms: row.next_int()?,
        created_by: row.next_text()?,
    })
}
