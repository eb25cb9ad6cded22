//! Accounts of people: how one is made, and what is known of it.

use std::sync::Arc;

use super::authority::Authority;
use super::by::Request;
use super::email::normalise_email;
use super::error::{Error, Result};
use super::invitations::invitation_refused;
use super::oauth::{Granted, unknown_role};
use super::password::{CHARACTERS_MAX, CHARACTERS_MIN};
use super::request_source::RequestSource;
use super::role::Role;
use crate::ids::IdKind;
use crate::store::accounts::{Admission, Member, NewUser};
use crate::store::{self, AccountRefusal, Actor, InvitationCode, InvitationRefusal, Refusal};

const OWNED: &str = "The gateway has its owner: a set-up code makes no other one. Leave `setup_code` out.";
const UNOWNED: &str = "The gateway has no owner yet, and the first account is the owner's: send the set-up code as `setup_code`. `astra serve` prints it when it starts; `astra account create EMAIL --role owner` needs none.";
const BOTH: &str = "cannot be sent beside an invitation: leave one of them out";
const CLOSED: &str = "Registration is closed: the gateway has its owner. Ask for an invitation, or let the operator set auth.open_registration.";

/// A person who wants an account.
#[derive(Debug, Clone)]
pub struct Registration {
    /// The e-mail address; compared without regard to case.
    pub email: String,
    /// 12 to 1,024 characters.
    pub password: String,
    /// For people.
    pub display_name: Option<String>,
    /// The code that makes the account the first owner's; needed as long as there is no owner, and refused afterwards.
    pub setup_code: Option<String>,
    /// The code of an invitation, which makes the account a member of its workspace.
    pub invitation: Option<String>,
}

/// By what people sign in and get accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignInOptions {
    /// Whether there is an owner; if not, the set-up code makes one.
    pub has_owner: bool,
    /// Whether registration needs no invitation.
    pub is_registration_open: bool,
    /// Whether people sign in with an identity provider.
    pub has_identity_provider: bool,
}

/// By what right an account is made.
enum Right {
    Admission(Admission),
    Invitation(InvitationCode),
}

impl Right {
    /// What the audit says the person came with.
    const fn credential(&self) -> &'static str {
        match self {
            Self::Admission(Admission::Owner(_)) => "setup_code",
            Self::Admission(Admission::Member) => "open_registration",
            Self::Invitation(_) => "invitation",
        }
    }
}

impl Authority {
    /// By what people sign in and get accounts here.
    ///
    /// # Errors
    /// [`Error::Store`]
    pub async fn sign_in_options(&self) -> Result<SignInOptions> {
        let has_owner = self.store().has_owner().await?;
        let is_registration_open = has_owner && self.config().open_registration;
        Ok(SignInOptions { has_owner, is_registration_open, has_identity_provider: self.oidc().is_some() })
    }

    /// Makes an account, for the request `request` from `from`, and signs it in: in the workspace of its invitation; else in
    /// the first one, as its owner by the set-up code as long as there is none, afterwards as a member if registration is open.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without the set-up code, by an invitation that is not good, or if registration is closed;
    /// [`Error::TooManyAttempts`]; [`Error::Conflict`] if the e-mail is taken; [`Error::Invalid`]; [`Error::Overloaded`].
    pub async fn register(
        &self,
        new: Registration,
        request: Request<'_>,
        from: &RequestSource,
    ) -> Result<(Member, Granted)> {
        let email = normalise_email(&new.email)?;
        check_password(&new.password, "/password")?;
        // Before the password is hashed: a closed door should cost nothing.
        let id = self.id(IdKind::User);
        let right = match &new.invitation {
            Some(_) if new.setup_code.is_some() => {
                return Err(Error::Invalid { pointer: "/setup_code", detail: BOTH.into() });
            }
            Some(code) => Right::Invitation(self.invited(code, &email).await?),
            None => Right::Admission(self.admission(new.setup_code.as_deref(), from).await?),
        };
        let user = NewUser {
            id,
            email,
            display_name: new.display_name,
            password_hash: self.passwords().hash(new.password).await?,
            created_at: self.now_ms(),
        };
        let actor = self.newcomer(&user.id, right.credential(), request, from);
        let rows = self.store().rows(self.first_workspace());
        let registered = match right {
            Right::Admission(admission) => rows.changed_by(actor).accounts().register(user, admission).await,
            Right::Invitation(code) => rows.invitations().register(code, user, actor).await,
        };
        let member = registered.map_err(|fault| match fault {
            // Another one was faster, or another gateway over the same store has made another code.
            store::Error::Refused(Refusal::Account(refusal)) => Error::Forbidden(match refusal {
                AccountRefusal::NoOwner | AccountRefusal::WrongSetupCode => UNOWNED.into(),
                AccountRefusal::OwnerExists | AccountRefusal::LastOwner => OWNED.into(),
            }),
            fault @ store::Error::Refused(Refusal::Invitation(_)) => invitation_refused(fault),
            fault => email_taken(fault),
        })?;
        let role = member.role.parse::<Role>().map_err(|()| unknown_role())?;
        let granted = self.begin_family(&member, role, self.scopes().default_of(role), from).await?;
        Ok((member, granted))
    }

    /// The code of an invitation, if that is good for this e-mail.
    async fn invited(&self, code: &str, email: &str) -> Result<InvitationCode> {
        let code = self.invitation_code(code);
        if self.store().is_invitation(code, email).await? {
            Ok(code)
        } else {
            Err(invitation_refused(InvitationRefusal::NotGood.into()))
        }
    }

    /// The person of this id, who joins by a request, in the audit.
    pub(super) fn newcomer(&self, id: &str, credential: &str, request: Request<'_>, from: &RequestSource) -> Actor {
        Actor {
            subject: id.to_owned(),
            subject_number: self.key(),
            credential: credential.to_owned(),
            address: from.ip(),
            key: self.key(),
            action: request.operation.to_owned(),
            request_id: Arc::clone(request.id),
            at_ms: self.now_ms(),
        }
    }

    /// By what right an account is registered.
    async fn admission(&self, setup_code: Option<&str>, from: &RequestSource) -> Result<Admission> {
        let refused = |text: &str| Err(Error::Forbidden(text.into()));
        match (self.store().has_owner().await?, setup_code) {
            (false, Some(code)) => self.checked_setup_code(code, from.network()).await.map(Admission::Owner),
            (false, None) => refused(UNOWNED),
            (true, _) if !self.config().open_registration => refused(CLOSED),
            (true, Some(_)) => refused(OWNED),
            (true, None) => Ok(Admission::Member),
        }
    }
}

/// A refusal of the store to keep an account.
pub(super) fn email_taken(fault: store::Error) -> Error {
    match fault {
        store::Error::Unique(_) => Error::Conflict("An account with this e-mail address exists: sign in.".into()),
        fault => Error::Store(fault),
    }
}

/// Refuses a new password that is too short or too long; `pointer` is where it stands in the request.
pub(super) fn check_password(password: &str, pointer: &'static str) -> Result<()> {
    let length = password.chars().count();
    if (CHARACTERS_MIN..=CHARACTERS_MAX).contains(&length) {
        return Ok(());
    }
    let detail = format!("has {length} characters; a password has {CHARACTERS_MIN} to {CHARACTERS_MAX}");
    Err(Error::Invalid { pointer, detail })
}
