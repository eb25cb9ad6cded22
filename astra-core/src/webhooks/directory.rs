//! The webhooks of a gateway, as callers see and change them.

use std::fmt;
use std::sync::Arc;

use super::body;
use super::check::{WebhookFault, check};
use super::dispatch::Dispatcher;
use super::headers::{HeaderSecrets, open, seal, secret_key};
use super::recovery::{Recover, WebhookRecovery};
use super::signature::SigningSecret;
use crate::auth::{MasterKey, MasterKeyError};
use crate::clock::{Clock, rfc3339};
use crate::ids::{IdMaker, JobId, WebhookId};
use crate::outbound::GuardedClient;
use crate::store::{
    self, NewDelivery, OnceKey, Precondition, Refusal, Rows, StoredDelivery, StoredWebhook, WebhookChange,
    WebhookRefusal, WebhookSecretStamp, WebhookSettings, WorkspaceId,
};
use crate::work::{Base, Job as _, Scheduler};

/// Most webhooks of a workspace.
pub const WEBHOOKS_MAX: u32 = 50;
/// Most secrets of a webhook that sign at the same time.
const SECRETS_MAX: usize = 5;
/// How long the secret before the newest one signs too, in milliseconds.
const GRACE_MS: i64 = 24 * 3_600_000;

/// The webhooks of a gateway.
pub struct WebhookDirectory {
    clock: Arc<dyn Clock>,
    ids: IdMaker,
    master_key: MasterKey,
    /// Says which URLs may be called.
    guard: GuardedClient,
}

/// A webhook with the secret that receivers need.
#[derive(Debug, Clone)]
pub struct RevealedWebhook {
    /// The webhook.
    pub webhook: StoredWebhook,
    /// Its newest secret.
    pub secret: SigningSecret,
}

/// Why a webhook or a delivery is not made or not changed.
#[derive(Debug)]
pub enum WebhookError {
    /// What is said of it cannot work.
    Faults(Vec<WebhookFault>),
    /// Its headers were sealed with another master key.
    OtherKey,
    /// The store refuses it.
    Refused(WebhookRefusal),
    /// It cannot be sealed.
    Sealing(MasterKeyError),
    /// What is to be done cannot be written down.
    Unwritable(serde_json::Error),
    /// The store's.
    Store(store::Error),
}

/// A result of the directory.
type Result<T> = std::result::Result<T, WebhookError>;

impl WebhookDirectory {
    /// The webhooks of the base's store, whose deliveries are sent for as long as the gateway runs.
    ///
    /// # Errors
    /// The store's.
    pub async fn open(base: &Base, master_key: MasterKey, scheduler: &Arc<Scheduler>) -> store::Result<Self> {
        Dispatcher::open(base, master_key.clone(), scheduler).await?;
        let guard = GuardedClient::new(&base.config.outbound);
        Ok(Self { clock: Arc::clone(&base.clock), ids: base.ids.clone(), master_key, guard })
    }

    /// Makes a webhook of the workspace of `rows`; it gets the events from now on.
    ///
    /// # Errors
    /// See [`WebhookError`].
    pub async fn create(
        &self,
        rows: &Rows,
        settings: WebhookSettings,
        headers: &HeaderSecrets,
        created_by: &str,
        once: Option<OnceKey>,
    ) -> Result<RevealedWebhook> {
        self.check(&settings, headers)?;
        let (id, now_ms) = (self.ids.id(), self.clock.now_ms());
        let new = StoredWebhook {
            id,
            version: 1,
            settings,
            header_names: headers.keys().cloned().collect(),
            sealed: self.seal(rows.workspace(), id, headers)?,
            secrets: vec![WebhookSecretStamp { number: 1, created_at_ms: now_ms, until_ms: None }],
            disabled: None,
            failures: 0,
            failing_since_ms: None,
            last_success_ms: None,
            from_position: 0,
            created_at_ms: now_ms,
            updated_at_ms: now_ms,
            created_by: created_by.to_owned(),
        };
        let made = rows.webhooks().create(new, WEBHOOKS_MAX, once).await?;
        Ok(self.reveal(rows.workspace(), made))
    }

    /// The headers of a webhook of the workspace of `rows`.
    ///
    /// # Errors
    /// [`WebhookError::OtherKey`].
    pub fn headers(&self, rows: &Rows, webhook: &StoredWebhook) -> Result<HeaderSecrets> {
        open(&self.master_key, rows.workspace(), webhook.id, &webhook.sealed).ok_or(WebhookError::OtherKey)
    }

    /// Lets a webhook have these settings and headers from now on; `None` if it is not there.
    ///
    /// # Errors
    /// See [`WebhookError`].
    pub async fn update(
        &self,
        rows: &Rows,
        id: WebhookId,
        settings: WebhookSettings,
        headers: &HeaderSecrets,
        precondition: Precondition,
    ) -> Result<Option<StoredWebhook>> {
        self.check(&settings, headers)?;
        let change = WebhookChange {
            id,
            settings,
            header_names: headers.keys().cloned().collect(),
            sealed: self.seal(rows.workspace(), id, headers)?,
            now_ms: self.clock.now_ms(),
        };
        Ok(rows.webhooks().update(change, precondition).await?)
    }

    /// Gives a webhook another secret; the one before signs too for 24 hours. `None` if it is not there.
    ///
    /// # Errors
    /// See [`WebhookError`].
    pub async fn rotate(&self, rows: &Rows, id: WebhookId, once: Option<OnceKey>) -> Result<Option<RevealedWebhook>> {
        let now_ms = self.clock.now_ms();
        let rotated = rows.webhooks().rotate(id, now_ms + GRACE_MS, SECRETS_MAX, now_ms, once).await?;
        Ok(rotated.map(|webhook| self.reveal(rows.workspace(), webhook)))
    }

    /// Sends a test to a webhook, once, whether it is on or off; `None` if it is not there.
    ///
    /// # Errors
    /// The store's.
    pub async fn test(&self, rows: &Rows, id: WebhookId, once: Option<OnceKey>) -> Result<Option<StoredDelivery>> {
        let (event_id, now_ms) = (self.ids.id(), self.clock.now_ms());
        let (event, body) = body::test(id, event_id, now_ms);
        let new = NewDelivery { id: self.ids.id(), webhook: id, event_id, event, body, is_test: true, now_ms };
        Ok(rows.deliveries().create(new, once).await?)
    }

    /// Begins a job of `subject` that sends again what failed of a webhook between two times, in milliseconds since the epoch; `None` if the
    /// webhook is not there.
    ///
    /// # Errors
    /// [`WebhookRefusal::Disabled`]; the store's.
    pub async fn recover(
        &self,
        rows: &Rows,
        webhook_id: WebhookId,
        (from_ms, to_ms): (i64, i64),
        subject: &str,
        once: Option<OnceKey>,
    ) -> Result<Option<JobId>> {
        let payload = WebhookRecovery { webhook_id, from: rfc3339(from_ms), to: rfc3339(to_ms) };
        let job = Recover::job(&payload).map_err(WebhookError::Unwritable)?.public().subject(subject, self.ids.key());
        let (id, now_ms) = (self.ids.id(), self.clock.now_ms());
        Ok(rows.deliveries().begin_recovery(webhook_id, id, job, now_ms, once).await?)
    }

    fn check(&self, settings: &WebhookSettings, headers: &HeaderSecrets) -> Result<()> {
        let faults = check(settings, headers, &self.guard);
        if faults.is_empty() { Ok(()) } else { Err(WebhookError::Faults(faults)) }
    }

    fn seal(&self, workspace: &WorkspaceId, id: WebhookId, headers: &HeaderSecrets) -> Result<Vec<u8>> {
        seal(&self.master_key, workspace, id, headers).map_err(WebhookError::Sealing)
    }

    fn reveal(&self, workspace: &WorkspaceId, webhook: StoredWebhook) -> RevealedWebhook {
        let number = webhook.secrets.last().map_or(1, |secret| secret.number);
        let secret = SigningSecret::new(secret_key(&self.master_key, workspace, webhook.id, number));
        RevealedWebhook { webhook, secret }
    }
}

impl From<store::Error> for WebhookError {
    fn from(fault: store::Error) -> Self {
        match fault {
            store::Error::Refused(Refusal::Webhook(refusal)) => Self::Refused(refusal),
            fault => Self::Store(fault),
        }
    }
}

impl fmt::Display for WebhookError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Faults(_) => formatter.write_str("The webhook is not valid."),
            Self::OtherKey => formatter.write_str(
                "The webhook's headers were sealed with another master key: delete the webhook and create it again.",
            ),
            Self::Refused(WebhookRefusal::TooMany) => {
                write!(formatter, "The workspace has {WEBHOOKS_MAX} webhooks: delete one of them.")
            }
            Self::Refused(WebhookRefusal::TooManySecrets) => {
                write!(formatter, "{SECRETS_MAX} secrets of this webhook sign: wait until the oldest one has ended.")
            }
            Self::Refused(WebhookRefusal::Disabled) => {
                formatter.write_str("The webhook is switched off: set is_enabled to true first.")
            }
            Self::Refused(WebhookRefusal::LeaseLost) => formatter.write_str("Another gateway has the delivery."),
            Self::Sealing(fault) => write!(formatter, "the headers cannot be sealed: {fault}"),
            Self::Unwritable(fault) => fault.fmt(formatter),
            Self::Store(fault) => fault.fmt(formatter),
        }
    }
}

impl std::error::Error for WebhookError {}
