//! The grants of the token endpoint: a password, a refresh token, a service account's secret, and the exchange of a
//! service account's token for one of an end user.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::authority::Authority;
use super::email::normalise_email;
use super::error::{Error, OAuthError, Result};
use super::identity::Identity;
use super::random::{hash, secret};
use super::request_source::RequestSource;
use super::role::Role;
use super::scope::{Scope, ScopeSet};
use super::token::{Actor, Claims, TokenKind};
use crate::ids;
use crate::store::accounts::{EndUser, Member};
use crate::store::families::{Exchange, Exchanged, FamilyStanding, NewFamily};
use crate::store::{self, WorkspaceId};

/// The highest role of an application's end user.
const END_USER_ROLE: Role = Role::Member;
const WRONG_PASSWORD: &str = "The e-mail address or the password is wrong.";
const NOT_REFRESHABLE: &str = "The refresh token is not valid, has expired, or was used before: sign in again.";

/// What a grant gives.
#[derive(Debug, Clone)]
pub struct Granted {
    /// A bearer token.
    pub access_token: String,
    /// How long it is good, in seconds.
    pub expires_in_s: i64,
    /// Its scopes, separated by spaces.
    pub scope: String,
    /// Good for one exchange; for people only.
    pub refresh_token: Option<String>,
}

/// Who authenticates a client at the token endpoint, and how.
#[derive(Debug, Clone)]
pub enum ClientCredential {
    /// A service account's id or name, and one of its tokens.
    Secret {
        /// `svc_...`, or the name.
        id: String,
        /// The token.
        secret: String,
    },
    /// One of its tokens, as the request's bearer.
    Bearer(String),
}

/// Whom a token is about, besides what the authority fills in itself.
struct Subject<'a> {
    workspace: &'a WorkspaceId,
    sub: String,
    kind: TokenKind,
    role: Role,
    scopes: ScopeSet,
    jti: String,
    generation: i64,
    actor: Option<Actor>,
    /// The credential that this one came from, and must not outlive, in milliseconds since the epoch.
    ends_at_ms: Option<i64>,
}

impl Authority {
    /// Signs a person in whose request comes from `from`. Attempts that fail are limited by account and network, and
    /// by account alone where the account has never signed in from.
    ///
    /// # Errors
    /// [`OAuthError::InvalidGrant`], the same after the same work whether the account or the password is wrong;
    /// [`OAuthError::InvalidScope`]; [`Error::TooManyAttempts`]; [`Error::Overloaded`].
    pub async fn sign_in(
        &self,
        email: &str,
        password: String,
        scope: Option<&str>,
        from: &RequestSource,
    ) -> Result<Granted> {
        // What is no address has no account; it is counted, looked up and hashed like any other.
        let email = normalise_email(email).unwrap_or_else(|_| email.chars().take(256).collect());
        let attempt = self.attempt(&email, from.network()).await?;
        let (member, password_hash) = self.store().find_account_by_email(&email).await?.unzip();
        let verified = self.passwords().verify(password, password_hash).await;
        if !matches!(verified, Ok(false)) {
            self.attempts().forgive(attempt);
        }
        let known = member.as_ref().map(|member| member.user_id.clone());
        let Some(member) = member.filter(|_| matches!(verified, Ok(true))) else {
            verified?;
            self.note_refused_sign_in(&email, known.as_deref(), "wrong account or password");
            return Err(Error::Grant(OAuthError::InvalidGrant(WRONG_PASSWORD)));
        };
        let role = member.role.parse::<Role>().map_err(|()| unknown_role())?;
        let scopes = self.narrowed(self.scopes().default_of(role), scope)?;
        self.begin_family(&member, role, scopes, from).await
    }

    /// The first pair of tokens of a sign-in from `from`, whose network is known from then on.
    pub(super) async fn begin_family(
        &self,
        member: &Member,
        role: Role,
        scopes: ScopeSet,
        from: &RequestSource,
    ) -> Result<Granted> {
        self.begin_family_until(member, (role, scopes), from, i64::MAX).await
    }

    /// As [`Self::begin_family`], for a sign-in that ends at `end_ms` at the latest, in milliseconds since the epoch.
    pub(super) async fn begin_family_until(
        &self,
        member: &Member,
        (role, scopes): (Role, ScopeSet),
        from: &RequestSource,
        end_ms: i64,
    ) -> Result<Granted> {
        let now_ms = self.now_ms();
        let ends_at = now_ms.saturating_add(milliseconds(self.config().sign_in_ttl_s)).min(end_ms);
        let (shared, newest) = (secret().map_err(store::Error::broken)?, secret().map_err(store::Error::broken)?);
        let family = NewFamily {
            id: self.id(ids::IdKind::Family),
            user_id: member.user_id.clone(),
            scopes: self.scopes().text(scopes),
            family_hash: hash(&shared),
            secret_hash: hash(&newest),
            expires_at: now_ms.saturating_add(milliseconds(self.config().refresh_token_ttl_s)).min(ends_at),
            ends_at,
            created_at: now_ms,
            address: from.address(),
            program: from.program(),
        };
        let refresh_token = format!("{}.{shared}.{newest}", family.id);
        let jti = family.id.clone();
        // The account may have been deleted since its password was checked.
        let deleted = |fault| match fault {
            store::Error::Missing(_) => Error::Grant(OAuthError::InvalidGrant(WRONG_PASSWORD)),
            fault => Error::Store(fault),
        };
        self.store().rows(&member.workspace).families().create(family).await.map_err(deleted)?;
        let network_hash = self.network_hash(from.network());
        self.store().note_sign_in_network(&member.user_id, network_hash, now_ms).await.map_err(deleted)?;
        let subject = Subject::user(&member.workspace, member.user_id.clone(), role, scopes, jti, ends_at);
        let mut granted = self.grant(subject).await?;
        granted.refresh_token = Some(refresh_token);
        Ok(granted)
    }

    /// A new pair for a refresh token from `from`, which is used up. A second use within `auth.refresh_grace_s`, while its successor is
    /// the newest, gives a pair with the same successor; a later one ends the whole family. Access tokens that the family
    /// had before stay good until their own end, which is `auth.access_token_ttl_s` away at the most.
    ///
    /// # Errors
    /// [`OAuthError::InvalidGrant`]; [`OAuthError::InvalidScope`], which leaves the refresh token as it was.
    pub async fn refresh(&self, refresh_token: &str, scope: Option<&str>, from: &RequestSource) -> Result<Granted> {
        let refused = || Error::Grant(OAuthError::InvalidGrant(NOT_REFRESHABLE));
        let mut parts = refresh_token.split('.');
        let (Some(family_id), Some(shared), Some(newest), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(refused());
        };
        // The same for the same token: of two that ask at once, neither gets a token that the other's makes worthless.
        let parts = [family_id.as_bytes(), shared.as_bytes(), newest.as_bytes()];
        let next = URL_SAFE_NO_PAD.encode(self.master_key().derive("refresh-token", &parts));
        let now_ms = self.now_ms();
        let exchange = Exchange {
            family_id: family_id.to_owned(),
            family_hash: hash(shared),
            secret_hash: hash(newest),
            next_secret_hash: hash(&next),
            next_expires_at: now_ms.saturating_add(milliseconds(self.config().refresh_token_ttl_s)),
            grace_ms: milliseconds(self.config().refresh_grace_s),
            now_ms,
            address: from.address(),
        };
        // A scope that cannot be had must not cost the refresh token.
        if let (Some(_), Some(family)) = (scope, self.store().find_family(&exchange).await?) {
            self.narrowed(self.usable(&family)?.1, scope)?;
        }
        let family = match self.store().exchange_refresh_token(exchange).await? {
            Exchanged::Renewed(family) => family,
            Exchanged::Reused => {
                tracing::warn!(family.id = family_id, "a refresh token was used twice: its family is ended");
                return Err(refused());
            }
            Exchanged::Unknown => return Err(refused()),
        };
        let (role, held) = self.usable(&family)?;
        let scopes = self.narrowed(held, scope)?;
        let jti = family_id.to_owned();
        let subject = Subject::user(&family.workspace, family.user_id, role, scopes, jti, family.ends_at);
        let mut granted = self.grant(subject).await?;
        granted.refresh_token = Some(format!("{family_id}.{shared}.{next}"));
        Ok(granted)
    }

    /// A short-lived token for a service account.
    ///
    /// # Errors
    /// [`OAuthError::InvalidClient`], [`OAuthError::InvalidScope`].
    pub async fn client_token(&self, client: ClientCredential, scope: Option<&str>) -> Result<Granted> {
        let (claims, client) = self.client(client).await?;
        let scopes = self.narrowed(client.scopes, scope)?;
        self.grant(Subject {
            workspace: &client.workspace,
            sub: client.subject.clone(),
            kind: TokenKind::Client,
            role: client.role,
            scopes,
            jti: claims.jti,
            generation: claims.generation,
            actor: None,
            ends_at_ms: client.expires_at_ms,
        })
        .await
    }

    /// A short-lived token for an end user of a service account's application (RFC 8693), who is made at first sight.
    /// `subject` is the end user's id in that application; the same id of another application is another user.
    ///
    /// # Errors
    /// [`OAuthError::InvalidClient`]; [`OAuthError::UnauthorizedClient`] without the scope `users:act`;
    /// [`OAuthError::InvalidScope`]; [`OAuthError::InvalidGrant`] if the end user was removed from the workspace.
    pub async fn end_user_token(
        &self,
        client: ClientCredential,
        subject: String,
        scope: Option<&str>,
    ) -> Result<Granted> {
        let (claims, client) = self.client(client).await?;
        if !client.scopes.contains(Scope::UsersAct) {
            let text = "The service account's token needs the scope users:act.";
            return Err(Error::Grant(OAuthError::UnauthorizedClient(text)));
        }
        let role = client.role.min(END_USER_ROLE);
        let held = client.scopes.intersection(self.scopes().default_of(role));
        let scopes = self.narrowed(held, scope)?;
        let end_user = EndUser {
            id: self.id(ids::IdKind::User),
            issuer: client.subject.clone(),
            subject,
            role: END_USER_ROLE.as_str().into(),
            created_at: self.now_ms(),
        };
        let member = self.store().rows(&client.workspace).accounts().ensure_end_user(end_user).await?;
        let removed = || Error::Grant(OAuthError::InvalidGrant("The end user was removed from the workspace."));
        let member = member.ok_or_else(removed)?;
        let own_role = member.role.parse::<Role>().map_err(|()| unknown_role())?;
        self.grant(Subject {
            workspace: &client.workspace,
            sub: member.user_id,
            kind: TokenKind::EndUser,
            role: role.min(own_role),
            scopes,
            jti: claims.jti,
            generation: claims.generation,
            actor: Some(Actor { sub: client.subject.clone() }),
            ends_at_ms: client.expires_at_ms,
        })
        .await
    }

    /// The service account whose own token a client presents. A token that came from such a token does not count, or a
    /// stolen one could renew itself for ever.
    async fn client(&self, credential: ClientCredential) -> Result<(Claims, Arc<Identity>)> {
        let refused = || Error::Grant(OAuthError::InvalidClient);
        let (id, token) = match credential {
            ClientCredential::Secret { id, secret } => (Some(id), secret),
            ClientCredential::Bearer(token) => (None, token),
        };
        let not_good = |fault| match fault {
            Error::Unauthorized(_) => refused(),
            fault => fault,
        };
        let identity = self.verify(&token).await.map_err(not_good)?;
        let epoch = self.store().auth_epoch().await?;
        let claims = self.read(&token, epoch, self.now_ms()).await.map_err(not_good)?;
        if claims.typ != TokenKind::Service {
            return Err(refused());
        }
        let Some(id) = id.filter(|id| *id != identity.subject) else { return Ok((claims, identity)) };
        let by_name = self.store().rows(&identity.workspace).service_accounts().find_by_name(&id).await?;
        by_name.filter(|account| account.id == identity.subject).map(|_| (claims, identity)).ok_or_else(refused)
    }

    async fn grant(&self, subject: Subject<'_>) -> Result<Granted> {
        let now_s = self.now_ms().div_euclid(1000);
        let ttl_s = i64::try_from(self.config().access_token_ttl_s).unwrap_or(i64::MAX);
        let ends_at_s = subject.ends_at_ms.map_or(i64::MAX, |ends_at_ms| ends_at_ms.div_euclid(1000));
        let exp = now_s.saturating_add(ttl_s).min(ends_at_s);
        let claims = Claims {
            iss: self.config().issuer.clone(),
            aud: self.config().audience.clone(),
            sub: subject.sub,
            wsp: subject.workspace.as_str().to_owned(),
            typ: subject.kind,
            role: subject.role,
            scope: self.scopes().text(subject.scopes),
            jti: subject.jti,
            generation: subject.generation,
            iat: now_s,
            exp,
            nbf: None,
            act: subject.actor,
        };
        let access_token = self.sign(&claims).await?;
        Ok(Granted { access_token, expires_in_s: exp - now_s, scope: claims.scope, refresh_token: None })
    }

    /// A family's role now, and what of its scopes is of use to that role.
    fn usable(&self, family: &FamilyStanding) -> Result<(Role, ScopeSet)> {
        let role = family.role.parse::<Role>().map_err(|()| unknown_role())?;
        Ok((role, self.scopes().known(&family.scopes).intersection(self.scopes().default_of(role))))
    }

    /// What of `held` was asked for; all of it if nothing was named.
    pub(super) fn narrowed(&self, held: ScopeSet, wanted: Option<&str>) -> Result<ScopeSet> {
        let Some(wanted) = wanted else { return Ok(held) };
        let wanted = self.scopes().parse(wanted);
        let wanted =
            wanted.map_err(|word| Error::Grant(OAuthError::InvalidScope(format!("Unknown scope {word:?}."))))?;
        if held.covers(wanted) {
            Ok(wanted)
        } else {
            Err(OAuthError::missing_scopes(&self.scopes().text(wanted.minus(held))))
        }
    }
}

impl<'a> Subject<'a> {
    const fn user(
        workspace: &'a WorkspaceId,
        sub: String,
        role: Role,
        scopes: ScopeSet,
        jti: String,
        ends_at_ms: i64,
    ) -> Self {
        let ends_at_ms = Some(ends_at_ms);
        Self { workspace, sub, kind: TokenKind::User, role, scopes, jti, generation: 0, actor: None, ends_at_ms }
    }
}

fn milliseconds(seconds: u64) -> i64 {
    i64::try_from(seconds.saturating_mul(1000)).unwrap_or(i64::MAX)
}

pub(super) fn unknown_role() -> Error {
    store::Error::Broken("an account has a role that this version does not know".into()).into()
}
