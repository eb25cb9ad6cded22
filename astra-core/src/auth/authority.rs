//! The gateway's own authority over credentials: it issues them, verifies them and ends them. What it knows is in the
//! store, so that several gateways and the command line beside them are of one mind.

use std::sync::{Arc, PoisonError, RwLock};

use futures_util::future::BoxFuture;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use tokio::sync::Mutex;

use super::error::{Error, Result};
use super::identity::{Identity, Principal};
use super::keys::{self, KeyRing};
use super::limits::AttemptLimit;
use super::master_key::MasterKey;
use super::oidc::OidcProvider;
use super::password::Passwords;
use super::random;
use super::role::Role;
use super::scope_table::ScopeTable;
use super::signatures;
use super::token::{self, Claims, Signed};
use super::verified::{Verified, VerifiedTokens};
use crate::clock::{Clock, Monotonic};
use crate::config::{AuthConfig, Config};
use crate::ids::{IdKind, IdMaker};
use crate::store::{self, Db, WorkspaceId};
use crate::tasks::{TaskGroup, TaskKind};

const NOTES: TaskKind = TaskKind::new("tokens.note_use");
const FIRST_WORKSPACE: &str = "default";
/// One text for all that is wrong with a token.
const NOT_GOOD: &str = "The token is not valid, has expired or was revoked.";

/// Everything about credentials.
pub struct Authority {
    store: Db,
    config: AuthConfig,
    master_key: MasterKey,
    clock: Arc<dyn Clock>,
    monotonic: Monotonic,
    ids: IdMaker,
    workspace: WorkspaceId,
    scopes: Arc<ScopeTable>,
    ring: RwLock<Arc<KeyRing>>,
    loading: Mutex<()>,
    passwords: Passwords,
    attempts: AttemptLimit,
    verified: VerifiedTokens,
    oidc: Option<OidcProvider>,
    notes: TaskGroup,
}

impl Authority {
    /// Takes up its work on a migrated store: makes the first workspace and the first signing key if they are missing.
    ///
    /// # Errors
    /// [`store::Error::Incompatible`] if the store's keys were sealed with another master key.
    pub async fn open(
        store: Db,
        config: &Config,
        master_key: MasterKey,
        clock: Arc<dyn Clock>,
        ids: IdMaker,
    ) -> store::Result<Self> {
        signatures::choose();
        let now_ms = clock.now_ms();
        let workspace = store.ensure_first_workspace(ids.make(IdKind::Workspace), FIRST_WORKSPACE, now_ms).await?;
        let ring = keys::load(&store, &config.auth, &master_key, now_ms).await?;
        Ok(Self {
            store,
            passwords: Passwords::new(config.auth.password_cost)?,
            attempts: AttemptLimit::new(&config.limits),
            config: config.auth.clone(),
            master_key,
            monotonic: Monotonic::new(&clock),
            oidc: OidcProvider::open(config, &clock),
            clock,
            ids,
            workspace,
            scopes: Arc::default(),
            ring: RwLock::new(Arc::new(ring)),
            loading: Mutex::new(()),
            verified: VerifiedTokens::default(),
            notes: TaskGroup::new(NOTES),
        })
    }

    /// The same with the scopes of a gateway whose host program declares some. Without them a host's scopes do not count.
    #[must_use]
    pub fn with_scopes(self, scopes: Arc<ScopeTable>) -> Self {
        Self { scopes, ..self }
    }

    /// The scopes that credentials may have.
    #[must_use]
    pub fn scopes(&self) -> &ScopeTable {
        &self.scopes
    }

    /// Who presents `token`.
    ///
    /// # Errors
    /// [`Error::Unauthorized`] for whatever is wrong with it; [`Error::Store`] if that cannot be found out.
    pub async fn verify(&self, token: &str) -> Result<Arc<Identity>> {
        Ok(Arc::clone(&self.examine(token).await?.identity))
    }

    /// The operator of this installation, whom the command line on the gateway's own store speaks for.
    #[must_use]
    pub fn operator(&self) -> Identity {
        Identity {
            workspace: self.workspace.clone(),
            principal: Principal::Host,
            subject: "operator".into(),
            role: Role::Owner,
            scopes: self.scopes.all(),
            expires_at_ms: None,
        }
    }

    /// The workspace that registration leads to.
    #[must_use]
    pub const fn first_workspace(&self) -> &WorkspaceId {
        &self.workspace
    }

    /// Waits until everything that was noted beside requests is in the store.
    pub async fn settle(&self) {
        self.notes.wait().await;
    }

    /// The tasks that note what was used, beside requests.
    #[must_use]
    pub const fn notes(&self) -> &TaskGroup {
        &self.notes
    }

    async fn examine(&self, token: &str) -> Result<Arc<Verified>> {
        let now_ms = self.clock.now_ms();
        let epoch = self.store.auth_epoch().await?;
        let hash = random::hash(token);
        let verified = match self.verified.get(&hash, epoch, now_ms) {
            Some(verified) => verified,
            None => {
                let claims = self.read(token, epoch, now_ms).await?;
                let standing = self.standing(&claims, epoch, now_ms).await?;
                let verified = Arc::new(standing.ok_or(Error::Unauthorized(NOT_GOOD))?);
                self.verified.put(hash, Arc::clone(&verified), now_ms);
                verified
            }
        };
        self.note_use(&verified, now_ms);
        Ok(verified)
    }

    /// The claims of a token that is well signed and within its time.
    pub(super) async fn read(&self, token: &str, epoch: i64, now_ms: i64) -> Result<Claims> {
        let refused = || Error::Unauthorized(NOT_GOOD);
        let kid = token::key_name(token).ok_or_else(refused)?;
        let mut ring = self.ring_of(epoch).await?;
        if ring.find(&kid).is_none() {
            // Another gateway may have made the key a moment ago.
            ring = self.ring_of(self.store.auth_epoch_now().await?).await?;
        }
        let key = ring.find(&kid).ok_or_else(refused)?;
        token::verify(key, &self.config, token, now_ms).ok_or_else(refused)
    }

    /// Signs `claims` with the present key.
    pub(super) async fn sign(&self, claims: &Claims) -> Result<String> {
        Ok(token::sign(self.ring().await?.signing()?, claims)?)
    }

    /// Signs again what was signed before, which gives the same token as long as the ring has its key.
    pub(super) async fn sign_again(&self, signed: &Signed) -> Result<String> {
        let ring = self.ring().await?;
        let key = ring.find(&signed.kid).map_or_else(|| ring.signing(), Ok)?;
        Ok(token::sign(key, &signed.claims)?)
    }

    /// The keys as they are now.
    pub(super) async fn ring(&self) -> store::Result<Arc<KeyRing>> {
        self.ring_of(self.store.auth_epoch().await?).await
    }

    async fn ring_of(&self, epoch: i64) -> store::Result<Arc<KeyRing>> {
        if let Some(ring) = self.ring_at(epoch) {
            return Ok(ring);
        }
        let _alone = self.loading.lock().await;
        if let Some(ring) = self.ring_at(epoch) {
            return Ok(ring);
        }
        let ring = Arc::new(keys::load(&self.store, &self.config, &self.master_key, self.clock.now_ms()).await?);
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&ring);
        Ok(ring)
    }

    fn ring_at(&self, epoch: i64) -> Option<Arc<KeyRing>> {
        let ring = self.ring.read().unwrap_or_else(PoisonError::into_inner);
        (ring.epoch == epoch).then(|| Arc::clone(&ring))
    }

    /// Notes beside the request that a service account's token was used.
    fn note_use(&self, verified: &Verified, now_ms: i64) {
        let Some(noted) = verified.noted.as_ref().filter(|noted| noted.is_due(now_ms)) else { return };
        let store = self.store.rows(&verified.identity.workspace);
        let token_id = noted.token_id.clone();
        self.notes.spawn(async move {
            if let Err(fault) = store.tokens().note_use(&token_id, now_ms).await {
                tracing::warn!(error = %fault, token.id = token_id, "a token's use was not noted");
            }
        });
    }

    pub(super) const fn store(&self) -> &Db {
        &self.store
    }
    pub(super) const fn config(&self) -> &AuthConfig {
        &self.config
    }
    pub(super) const fn master_key(&self) -> &MasterKey {
        &self.master_key
    }
    pub(super) const fn passwords(&self) -> &Passwords {
        &self.passwords
    }
    pub(super) const fn oidc(&self) -> Option<&OidcProvider> {
        self.oidc.as_ref()
    }
    pub(super) const fn attempts(&self) -> &AttemptLimit {
        &self.attempts
    }
    pub(super) fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }
    /// For limits and waits, which a wall clock that is set back must not lengthen.
    pub(super) fn monotonic_ms(&self) -> i64 {
        self.monotonic.now_ms()
    }
    pub(super) fn key(&self) -> i64 {
        self.ids.key()
    }

    pub(super) fn id(&self, kind: IdKind) -> String {
        self.ids.make(kind)
    }
}

impl super::Authenticator for Authority {
    fn authenticate<'a>(&'a self, headers: &'a HeaderMap) -> BoxFuture<'a, Result<Arc<Identity>>> {
        Box::pin(async move { self.verify(bearer(headers)?).await })
    }
}

/// The token of the one `Authorization: Bearer` header.
///
/// # Errors
/// [`Error::Unauthorized`] if there is none, or more than one.
pub fn bearer(headers: &HeaderMap) -> Result<&str> {
    let mut found = headers.get_all(AUTHORIZATION).iter();
    let header = found.next().ok_or(Error::Unauthorized("Send a token: Authorization: Bearer <token>."))?;
    let token = header.to_str().ok().and_then(|text| text.split_once(' '));
    match (token, found.next()) {
        (Some((scheme, token)), None) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim()),
        _ => Err(Error::Unauthorized("Send one token: Authorization: Bearer <token>.")),
    }
}
