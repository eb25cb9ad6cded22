//! The channels of a gateway, as callers see and change them.

use std::collections::BTreeMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::check::{ChannelFault, check, check_together, divide};
use super::connection::{Connection, Identity, webhook_url};
use super::error::{CHANNELS_MAX, ChannelError};
use super::field::{SecretValues, Secrets, Settings};
use super::outgoing::{HttpAnswer, HttpCall};
use super::pace::Pace;
use super::platform::Platform;
use super::registry::{Platforms, built_in};
use super::sealing::{self, Stamps};
use super::tokens::Known;
use super::transport::Transport;
use crate::auth::{MasterKey, MasterKeyError};
use crate::clock::Clock;
use crate::ids::{ChannelId, IdMaker};
use crate::outbound::GuardedClient;
use crate::store::{
    ChannelChange, ChannelFailure, ChannelSettings, Db, OnceKey, Precondition, Rows, StoredChannel, WorkspaceId,
};
use crate::work::Base;

/// How long a code that links a person to an account is good, in milliseconds.
const LINK_LIFE_MS: i64 = 10 * 60_000;
/// Connections to each platform's host that stay open.
const IDLE_MAX: usize = 8;

/// The channels of a gateway.
pub struct ChannelDirectory {
    pub(super) store: Db,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: IdMaker,
    pub(super) platforms: Platforms,
    pub(super) transport: Transport,
    pub(super) known: Known,
    pub(super) pace: Pace,
    master_key: MasterKey,
    guard: GuardedClient,
    public_url: Option<String>,
}

/// A channel to be made.
#[derive(Clone)]
pub struct NewChannel {
    /// Its platform.
    pub kind: String,
    /// Which agents answer whom.
    pub settings: ChannelSettings,
    /// What the platform needs, settings and secrets.
    pub values: BTreeMap<String, String>,
    /// Where that stands in the request, as a JSON Pointer.
    pub root: &'static str,
    /// `usr_...` or `svc_...`
    pub created_by: String,
}

/// What a check of a channel has come to.
#[derive(Debug, Clone)]
pub struct Checked {
    /// Who the bot is; the fault if the platform does not take the credentials, or none can be asked.
    pub identity: Result<Identity, String>,
    /// Whether the webhook's URL is entered at the platform: `None` if people must enter it.
    pub entered: Option<Result<(), String>>,
}

/// A result of the directory.
type Result<T, E = ChannelError> = std::result::Result<T, E>;

impl ChannelDirectory {
    /// The channels of the base's store.
    #[must_use]
    pub fn new(base: &Base, master_key: MasterKey, platforms: Platforms) -> Self {
        let guard = GuardedClient::new(&base.config.outbound).with_clock(Arc::clone(&base.clock));
        Self {
            store: base.store.clone(),
            clock: Arc::clone(&base.clock),
            ids: base.ids.clone(),
            platforms,
            transport: Transport::new(guard.clone().keeping(IDLE_MAX), Arc::clone(&base.clock)),
            known: Known::default(),
            pace: Pace::default(),
            master_key,
            guard,
            public_url: base.config.public_url.as_ref().map(|url| url.as_str().to_owned()),
        }
    }

    /// The platform of a channel.
    ///
    /// # Errors
    /// [`ChannelError::NoPlatform`].
    pub fn platform(&self, kind: &str) -> Result<&Arc<dyn Platform>> {
        self.platforms.get(kind).ok_or_else(|| ChannelError::NoPlatform(kind.to_owned()))
    }

    /// All platforms, by their names, and whether the host program has brought them.
    pub fn platforms(&self) -> impl Iterator<Item = (&dyn Platform, bool)> {
        let own: Vec<&'static str> = built_in().iter().map(|platform| platform.kind()).collect();
        self.platforms.all().map(move |platform| (platform, !own.contains(&platform.kind())))
    }

    /// Where the platform calls a channel.
    #[must_use]
    pub fn webhook_url(&self, id: ChannelId) -> String {
        webhook_url(self.public_url.as_deref(), id)
    }

    /// Makes a channel of the workspace of `rows`.
    ///
    /// # Errors
    /// See [`ChannelError`].
    pub async fn create(&self, rows: &Rows, new: NewChannel, once: Option<OnceKey>) -> Result<StoredChannel> {
        let platform = self.platform(&new.kind)?;
        let (id, now_ms) = (self.ids.id(), self.clock.now_ms());
        let (settings, values) = divide(platform.as_ref(), &new.values);
        let mut faults = check(platform.as_ref(), &new.values, new.root, true, &self.guard);
        faults.extend(check_together(platform.as_ref(), &settings, new.root));
        refuse(faults)?;
        let (mut secrets, mut stamps) = (Secrets::default(), Stamps::new());
        sealing::rotate(&mut secrets, &mut stamps, values, now_ms);
        let made = StoredChannel {
            id,
            kind: new.kind,
            version: 1,
            settings: new.settings,
            fields: settings.0,
            sealed: self.seal(rows.workspace(), id, &secrets)?,
            secrets: stamps,
            identity: None,
            last_error: None,
            failing_since_ms: None,
            created_at_ms: now_ms,
            updated_at_ms: now_ms,
            created_by: new.created_by,
        };
        Ok(rows.channels().create(made, CHANNELS_MAX, once).await?)
    }

    /// Lets a channel have these settings from now on; `None` if it is not there.
    ///
    /// # Errors
    /// See [`ChannelError`].
    pub async fn update(
        &self,
        rows: &Rows,
        present: &StoredChannel,
        settings: ChannelSettings,
        fields: BTreeMap<String, String>,
        precondition: Precondition,
    ) -> Result<Option<StoredChannel>> {
        let platform = self.platform(&present.kind)?;
        let is_secret = |name: &str| platform.fields().iter().any(|field| field.name == name && field.is_secret);
        let secret = fields.keys().find(|name| is_secret(name));
        if let Some(name) = secret {
            let detail = "is a secret: channels.rotate_secrets changes it";
            return Err(ChannelError::Faults(vec![ChannelFault::new(format!("/platform_settings/{name}"), detail)]));
        }
        let (fields, _) = divide(platform.as_ref(), &fields);
        let mut faults = check(platform.as_ref(), &fields.0, "/platform_settings", false, &self.guard);
        let is_missing = |name: &&str| fields.get(name).is_empty();
        let required = platform.fields().iter().filter(|field| field.is_required && !field.is_secret);
        let missing = required.map(|field| field.name).filter(is_missing);
        faults.extend(missing.map(|name| ChannelFault::new(format!("/platform_settings/{name}"), "must be given")));
        faults.extend(check_together(platform.as_ref(), &fields, "/platform_settings"));
        refuse(faults)?;
        let now_ms = self.clock.now_ms();
        let change = ChannelChange { id: present.id, settings, fields: fields.0, secrets: None, now_ms };
        let changed = rows.channels().update(change, precondition).await?;
        self.known.forget(present.id);
        Ok(changed)
    }

    /// Gives a channel other secrets. Those before them verify for another 24 hours, so that the platform can change
    /// over at any time in between; what is sent carries the new ones at once. `None` if the channel is not there.
    ///
    /// # Errors
    /// See [`ChannelError`].
    pub async fn rotate_secrets(
        &self,
        rows: &Rows,
        present: StoredChannel,
        values: BTreeMap<String, String>,
    ) -> Result<Option<StoredChannel>> {
        let platform = self.platform(&present.kind)?;
        let mut faults = check(platform.as_ref(), &values, "/secrets", false, &self.guard);
        let settings = platform.fields().iter().filter(|field| !field.is_secret && values.contains_key(field.name));
        faults.extend(settings.map(|field| {
            let detail = "is no secret: channels.update changes it";
            ChannelFault::new(format!("/secrets/{}", field.name), detail)
        }));
        refuse(faults)?;
        let (id, now_ms) = (present.id, self.clock.now_ms());
        let (mut secrets, mut stamps) = (self.secrets(rows.workspace(), &present)?, present.secrets.clone());
        sealing::rotate(&mut secrets, &mut stamps, SecretValues(values), now_ms);
        let sealed = self.seal(rows.workspace(), id, &secrets)?;
        let unchanged = Precondition::OneOf(vec![present.revision()]);
        let (settings, fields) = (present.settings, present.fields);
        let change = ChannelChange { id, settings, fields, secrets: Some((sealed, stamps)), now_ms };
        let changed = rows.channels().update(change, unchanged).await?;
        self.known.forget(id);
        Ok(changed)
    }

    /// Asks the platform whether the channel's credentials are good, keeps who its bot is, and enters the webhook's URL
    /// where the platform lets that be done.
    ///
    /// # Errors
    /// See [`ChannelError`]; what the platform refuses is in the answer.
    pub async fn check(&self, rows: &Rows, channel: &StoredChannel) -> Result<Checked> {
        let platform = Arc::clone(self.platform(&channel.kind)?);
        let mut connection = self.connection(rows.workspace(), channel)?;
        let identity = self.identify(platform.as_ref(), &mut connection).await;
        match &identity {
            Ok(identity) => {
                let text = serde_json::to_string(identity).unwrap_or_default();
                rows.channels().identify(channel.id, text).await?;
            }
            Err(error) => self.note(rows.workspace(), channel.id, error, true).await?,
        }
        let url = connection.webhook_url();
        let call = self.public_url.as_ref().and_then(|_| platform.enter_webhook(&connection, &url));
        let entered = match call {
            Some(call) if identity.is_ok() => Some(self.enter(platform.as_ref(), &connection, call).await),
            _ => None,
        };
        Ok(Checked { identity, entered })
    }

    async fn enter(&self, platform: &dyn Platform, connection: &Connection, call: HttpCall) -> Result<(), String> {
        for call in [Some(call), platform.enter_commands(connection)].into_iter().flatten() {
            let answer = self.transport.call(call).await.map_err(|fault| fault.reason().to_owned())?;
            platform.read_entered(connection, &answer)?;
        }
        Ok(())
    }

    async fn identify(&self, platform: &dyn Platform, connection: &mut Connection) -> Result<Identity, String> {
        self.known.fill(platform, connection, &self.transport).await.map_err(|sent| reason(&sent))?;
        let Some(call) = platform.check(connection, self.clock.now_ms()) else { return Ok(Identity::default()) };
        let read = |answer: HttpAnswer| platform.read_check(connection, &answer);
        self.transport.call(call).await.map_err(|fault| fault.reason().to_owned()).and_then(read)
    }

    /// A new code that links whoever of the channel's people says `/link CODE` in a direct message, once and within ten
    /// minutes, to the account `user_id`; and until when it is good, in milliseconds since the epoch.
    ///
    /// # Errors
    /// See [`ChannelError`].
    pub async fn offer_link(&self, rows: &Rows, channel: ChannelId, user_id: &str) -> Result<(String, i64)> {
        let mut bytes = [0_u8; 10];
        getrandom::fill(&mut bytes).map_err(|fault| ChannelError::Sealing(MasterKeyError::Random(fault)))?;
        let code = readable(bytes);
        let expires_at_ms = self.clock.now_ms() + LINK_LIFE_MS;
        rows.channel_people().offer_link(channel, user_id.to_owned(), hash_of(&code), expires_at_ms).await?;
        Ok((code, expires_at_ms))
    }

    /// The channel as its platform sees it.
    ///
    /// # Errors
    /// [`ChannelError::OtherKey`].
    pub fn connection(&self, workspace: &WorkspaceId, channel: &StoredChannel) -> Result<Connection> {
        Ok(Connection { secrets: self.secrets(workspace, channel)?, ..self.without_secrets(channel) })
    }

    /// The channel as its platform sees it, but for its secrets: for what is said of it.
    #[must_use]
    pub fn without_secrets(&self, channel: &StoredChannel) -> Connection {
        Connection {
            id: channel.id,
            settings: Settings(channel.fields.clone()),
            secrets: Secrets::default(),
            identity: channel.identity.as_deref().and_then(|text| serde_json::from_str(text).ok()),
            token: None,
            public_url: self.public_url.clone(),
        }
    }

    /// Keeps what failed on a channel.
    pub(super) async fn note(
        &self,
        workspace: &WorkspaceId,
        id: ChannelId,
        error: &str,
        is_failing: bool,
    ) -> crate::store::Result<()> {
        let (event_id, now_ms) = (self.ids.id(), self.clock.now_ms());
        let failure = ChannelFailure { error: error.to_owned(), is_failing, event_id, now_ms };
        self.store.note_channel_fault(workspace, id, failure).await
    }

    fn secrets(&self, workspace: &WorkspaceId, channel: &StoredChannel) -> Result<Secrets> {
        let now_ms = self.clock.now_ms();
        let opened = sealing::open(&self.master_key, workspace, channel.id, &channel.sealed, &channel.secrets, now_ms);
        opened.ok_or(ChannelError::OtherKey)
    }

    fn seal(&self, workspace: &WorkspaceId, id: ChannelId, secrets: &Secrets) -> Result<Vec<u8>> {
        sealing::seal(&self.master_key, workspace, id, secrets).map_err(ChannelError::Sealing)
    }
}

fn refuse(faults: Vec<ChannelFault>) -> Result<()> {
    if faults.is_empty() { Ok(()) } else { Err(ChannelError::Faults(faults)) }
}

/// Why something is not sent.
pub(super) fn reason(sent: &super::outgoing::Sent) -> String {
    use super::outgoing::Sent;
    match sent {
        Sent::Done { .. } => String::new(),
        Sent::RateLimited { after } => format!("the platform asks for a pause of {} s", after.as_secs()),
        Sent::NotTaken { reason } | Sent::Refused { reason, .. } | Sent::Unknown { reason } => reason.clone(),
    }
}

/// 16 characters of Crockford's base 32, which can be read aloud.
fn readable(bytes: [u8; 10]) -> String {
    const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let number = bytes.iter().fold(0_u128, |number, byte| (number << 8) | u128::from(*byte));
    let digit = |place: u32| char::from(DIGITS[usize::try_from((number >> (5 * place)) & 31).unwrap_or(0)]);
    (0..16).rev().map(digit).collect()
}

/// What the store keeps of a code.
pub(super) fn hash_of(code: &str) -> Vec<u8> {
    Sha256::digest(code.trim().to_ascii_lowercase()).to_vec()
}
