//! Tokens of service accounts: issue, rotate, revoke. Used by the API and by `astra token`.

use serde::{Deserialize, Serialize};

use super::authority::Authority;
use super::by::By;
use super::error::{Error, Result};
use super::identity::Identity;
use super::role::Role;
use super::scope::ScopeSet;
use super::service_accounts::NewServiceAccount;
use super::token::{Claims, Signed, TokenKind};
use crate::ids;
use crate::store::service_accounts::ServiceAccount;
use crate::store::tokens::Token;
use crate::store::{self, OnceKey, Page, PageRequest};

/// How long a token is good if nothing else is asked for, in seconds: 90 days.
pub const TOKEN_LIFE_S: i64 = 90 * 24 * 3600;
/// The longest that a token may be good, in seconds: 10 years.
pub const TOKEN_LIFE_MAX_S: i64 = 10 * 365 * 24 * 3600;
/// The shortest that a token may be good, in seconds.
pub const TOKEN_LIFE_MIN_S: i64 = 60;
/// The longest that a rotated token may stay good, in seconds: 7 days.
pub const GRACE_MAX_S: i64 = 7 * 24 * 3600;

/// A token, with the secret that is shown this once.
#[derive(Debug, Clone)]
pub struct IssuedToken {
    /// What the gateway stores about it.
    pub token: Token,
    /// The token itself.
    pub secret: String,
}

/// What is remembered of an issued token under its idempotency key: enough to sign it again, but not the token.
#[derive(Clone, Serialize, Deserialize)]
struct Receipt {
    token: Token,
    signed: Signed,
}

impl Authority {
    /// Issues a token to a service account, good for `expires_in_s` seconds, with the account's scopes or fewer.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] if the account has a higher role than the caller, or the token would
    /// have scopes that the caller lacks; [`Error::Invalid`] for scopes that the account lacks, or a time out of bounds.
    pub async fn issue_token(
        &self,
        by: impl Into<By<'_>>,
        service_account_id: &str,
        scopes: Option<ScopeSet>,
        expires_in_s: Option<i64>,
        once: Option<OnceKey>,
    ) -> Result<IssuedToken> {
        let by = by.into();
        let account = self.managed_account(&by, service_account_id).await?;
        let held = self.scopes().known(&account.scopes);
        let scopes = scopes.unwrap_or(held);
        if !held.covers(scopes) {
            let missing = self.scopes().text(scopes.minus(held));
            let detail = format!("names what the service account does not have: {missing}");
            return Err(Error::Invalid { pointer: "/scopes", detail });
        }
        self.may_give_scopes(&by, scopes)?;
        let life_s = life(expires_in_s)?;
        let now_ms = self.now_ms();
        let token = Token {
            id: self.id(ids::IdKind::Token),
            service_account_id: account.id.clone(),
            scopes: self.scopes().text(scopes),
            generation: 1,
            grace_until: None,
            expires_at: now_ms + life_s * 1000,
            last_used_at: None,
            created_at: now_ms,
            rotated_at: None,
        };
        let seal = self.sealer(&by, &account).await?;
        let made = self.rows(by).tokens().create(token, once, move |token| seal.receipt(token, now_ms)).await;
        let receipt = made.map_err(|fault| match fault {
            store::Error::Missing(_) => Error::NotFound("service account"),
            fault => Error::Store(fault),
        })?;
        self.reveal(receipt).await
    }

    /// Issues a token to the service account `new.name`, which is made if it is missing.
    ///
    /// # Errors
    /// As [`Self::issue_token`]; [`Error::Conflict`] if the account is there and has another role.
    pub async fn issue_named_token(
        &self,
        by: &Identity,
        new: NewServiceAccount,
        expires_in_s: Option<i64>,
    ) -> Result<IssuedToken> {
        let scopes = new.scopes;
        // Before the account is made: a refusal should leave nothing behind.
        life(expires_in_s)?;
        let account = match self.service_account_by_name(by, &new.name).await? {
            Some(account) if account.role == new.role.as_str() => account,
            Some(account) => {
                return Err(Error::Conflict(format!(
                    "The service account {} exists and has the role {}: give that role, or another name.",
                    account.name, account.role
                )));
            }
            None => self.create_service_account(by, new, None).await?,
        };
        self.issue_token(by, &account.id, scopes, expires_in_s, None).await
    }

    /// Gives a token a new secret, good for as long as the last was given. The last one stays good for `grace_s`
    /// seconds, and no longer than it was; all before it end.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] as in [`Self::issue_token`]; [`Error::Invalid`].
    pub async fn rotate_token(
        &self,
        by: impl Into<By<'_>>,
        token_id: &str,
        grace_s: i64,
        once: Option<OnceKey>,
    ) -> Result<IssuedToken> {
        let by = by.into();
        if !(0..=GRACE_MAX_S).contains(&grace_s) {
            let detail = format!("must lie between 0 and {GRACE_MAX_S} seconds");
            return Err(Error::Invalid { pointer: "/grace_s", detail });
        }
        let (token, account) = self.managed_token(&by, token_id).await?;
        let account_scopes = self.scopes().known(&account.scopes);
        self.may_give_scopes(&by, self.scopes().known(&token.scopes).intersection(account_scopes))?;
        let now_ms = self.now_ms();
        let seal = self.sealer(&by, &account).await?;
        let rows = self.rows(by);
        let receipt = move |token| seal.receipt(token, now_ms);
        let rotated = rows.tokens().rotate(&token.id, grace_s, now_ms, once, receipt).await?;
        self.reveal(rotated.ok_or(Error::NotFound("token"))?).await
    }

    /// Deletes a token, which is refused from the next request on.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] if its account has a higher role than the caller.
    pub async fn revoke_token(&self, by: impl Into<By<'_>>, token_id: &str) -> Result<()> {
        let by = by.into();
        self.managed_token(&by, token_id).await?;
        let was_there = self.rows(by).tokens().delete(token_id).await?;
        if was_there { Ok(()) } else { Err(Error::NotFound("token")) }
    }

    /// A service account's tokens, newest first.
    ///
    /// # Errors
    /// [`Error::NotFound`]
    pub async fn list_tokens(&self, by: &Identity, service_account_id: &str, page: PageRequest) -> Result<Page<Token>> {
        let account = self.service_account(by, service_account_id).await?;
        Ok(self.store().rows(&by.workspace).tokens().page(&account.id, page).await?)
    }

    async fn managed_token(&self, by: &Identity, token_id: &str) -> Result<(Token, ServiceAccount)> {
        let token = self.store().rows(&by.workspace).tokens().find(token_id).await?.ok_or(Error::NotFound("token"))?;
        let account = self.managed_account(by, &token.service_account_id).await.map_err(|fault| match fault {
            Error::NotFound(_) => Error::NotFound("token"),
            fault => fault,
        })?;
        Ok((token, account))
    }

    async fn sealer(&self, by: &Identity, account: &ServiceAccount) -> Result<Sealer> {
        let role = account.role.parse::<Role>();
        let role = role.map_err(|()| store::Error::Broken("a service account has an unknown role".into()))?;
        Ok(Sealer {
            issuer: self.config().issuer.clone(),
            audience: self.config().audience.clone(),
            workspace: by.workspace.as_str().to_owned(),
            role,
            kid: self.signing_kid().await?,
        })
    }

    async fn reveal(&self, receipt: Receipt) -> Result<IssuedToken> {
        Ok(IssuedToken { secret: self.sign_again(&receipt.signed).await?, token: receipt.token })
    }
}

/// How long a token shall be good, in seconds.
fn life(expires_in_s: Option<i64>) -> Result<i64> {
    let life_s = expires_in_s.unwrap_or(TOKEN_LIFE_S);
    if (TOKEN_LIFE_MIN_S..=TOKEN_LIFE_MAX_S).contains(&life_s) {
        return Ok(life_s);
    }
    let detail = format!("must lie between {TOKEN_LIFE_MIN_S} and {TOKEN_LIFE_MAX_S} seconds");
    Err(Error::Invalid { pointer: "/expires_in", detail })
}

/// What the claims of a token need besides its row.
struct Sealer {
    issuer: String,
    audience: String,
    workspace: String,
    role: Role,
    kid: String,
}

impl Sealer {
    fn receipt(&self, token: Token, now_ms: i64) -> Receipt {
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub: token.service_account_id.clone(),
            wsp: self.workspace.clone(),
            typ: TokenKind::Service,
            role: self.role,
            scope: token.scopes.clone(),
            jti: token.id.clone(),
            generation: token.generation,
            iat: now_ms.div_euclid(1000),
            exp: token.expires_at.div_euclid(1000),
            nbf: None,
            act: None,
        };
        Receipt { token, signed: Signed { claims, kid: self.kid.clone() } }
    }
}
