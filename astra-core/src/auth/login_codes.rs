//! Login codes: by which a browser gets a sign-in of its own from what has proved already whom it belongs to. A code
//! stands in the fragment of an address, which browsers send to no server; it is good once, and for a minute.

use super::authority::Authority;
use super::by::By;
use super::email::normalise_email;
use super::error::{Error, OAuthError, Result};
use super::identity::{Identity, Principal};
use super::oauth::{Granted, unknown_role};
use super::random::{hash, secret};
use super::request_source::RequestSource;
use super::role::Role;
use crate::store::accounts::Member;
use crate::store::{self, NewLoginCode, Rows};

/// How long a code is good, in seconds.
const LIFE_S: i64 = 60;
const FOR_PEOPLE: &str = "Only people who signed in make login codes: a service account's token is used as it is.";
const NOT_GOOD: &str =
    "The login code is not good: it was used, is older than a minute, or its sign-in or account has ended.";

/// A login code that was just made.
#[derive(Debug, Clone)]
pub struct IssuedLoginCode {
    /// The code: letters, digits, `-` and `_`.
    pub code: String,
    /// When it ends, in milliseconds since the epoch.
    pub expires_at: i64,
}

impl Authority {
    /// Makes a code that signs the caller in once more: to the same workspace, with no scope that its token lacks,
    /// until its own sign-in would end at the latest. The code ends with that sign-in.
    ///
    /// # Errors
    /// [`Error::Conflict`] for a caller who is no person who signed in; [`Error::Unauthorized`] if its sign-in has
    /// ended.
    pub async fn create_login_code(&self, by: impl Into<By<'_>>) -> Result<IssuedLoginCode> {
        let by = by.into();
        let Principal::User { family_id } = &by.principal else { return Err(Error::Conflict(FOR_PEOPLE.into())) };
        let ended = || Error::Unauthorized("The sign-in has ended.");
        let rows = self.rows(by);
        let present = rows.families().standing(family_id).await?.ok_or_else(ended)?;
        let new = Right {
            user_id: &by.subject,
            family_id: Some(family_id.clone()),
            scopes: Some(self.scopes().text(by.scopes)),
            ends_at: present.ends_at,
        };
        self.keep_login_code(&rows, new).await?.ok_or_else(ended)
    }

    /// Makes a code for the account of an e-mail address in the caller's workspace: for the operator, whose command
    /// line speaks for all accounts there.
    ///
    /// # Errors
    /// [`Error::NotFound`] if no account of the workspace has the address; [`Error::Invalid`].
    pub async fn create_login_code_for(&self, operator: &Identity, email: &str) -> Result<IssuedLoginCode> {
        let missing = || Error::NotFound("account");
        let email = normalise_email(email)?;
        let rows = self.store().rows(&operator.workspace);
        let member = rows.accounts().find_by_email(&email).await?.ok_or_else(missing)?;
        self.keep_login_code(&rows, Right::of(&member)).await?.ok_or_else(missing)
    }

    /// Makes a code for a person whom the identity provider has just vouched for; `None` if it has left the workspace.
    pub(super) async fn login_code_of(&self, member: &Member) -> Result<Option<IssuedLoginCode>> {
        let rows = self.store().rows(&member.workspace);
        self.keep_login_code(&rows, Right::of(member)).await
    }

    /// Signs in the person whom `code` is for, from `from`. A code is used up by that, also if it is refused for its
    /// scope.
    ///
    /// # Errors
    /// [`OAuthError::InvalidGrant`], one text for all that may be wrong with a code; [`OAuthError::InvalidScope`].
    pub async fn sign_in_by_code(&self, code: &str, scope: Option<&str>, from: &RequestSource) -> Result<Granted> {
        let used = self.store().use_login_code(hash(code), self.now_ms()).await?;
        let used = used.ok_or(Error::Grant(OAuthError::InvalidGrant(NOT_GOOD)))?;
        let role = used.member.role.parse::<Role>().map_err(|()| unknown_role())?;
        let usual = self.scopes().default_of(role);
        let held = used.scopes.map_or(usual, |scopes| self.scopes().known(&scopes).intersection(usual));
        let scopes = self.narrowed(held, scope)?;
        self.begin_family_until(&used.member, (role, scopes), from, used.ends_at).await
    }

    /// Keeps a new code, of which the store knows the hash alone; `None` if the person is no member of the workspace.
    async fn keep_login_code(&self, rows: &Rows, right: Right<'_>) -> Result<Option<IssuedLoginCode>> {
        let code = secret().map_err(store::Error::broken)?;
        let expires_at = self.now_ms().saturating_add(LIFE_S * 1_000);
        let new = NewLoginCode {
            code_hash: hash(&code),
            user_id: right.user_id.to_owned(),
            family_id: right.family_id,
            scopes: right.scopes,
            ends_at: right.ends_at,
            expires_at,
        };
        match rows.login_codes().create(new).await {
            Ok(true) => Ok(Some(IssuedLoginCode { code, expires_at })),
            // The account may have been deleted meanwhile.
            Ok(false) | Err(store::Error::Missing(_)) => Ok(None),
            Err(fault) => Err(fault.into()),
        }
    }
}

/// What a code gives.
struct Right<'a> {
    user_id: &'a str,
    family_id: Option<String>,
    scopes: Option<String>,
    ends_at: i64,
}

impl<'a> Right<'a> {
    /// All that a sign-in of the person would have.
    fn of(member: &'a Member) -> Self {
        Self { user_id: &member.user_id, family_id: None, scopes: None, ends_at: i64::MAX }
    }
}
