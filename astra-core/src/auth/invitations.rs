//! Invitations: who makes one, and who joins a workspace by its code. A code is made of the master key and the id of its
//! invitation, so that a request that is repeated shows the same one, and the store keeps its hash alone.

use super::authority::Authority;
use super::by::By;
use super::email::normalise_email;
use super::error::{Error, Result};
use super::identity::{Identity, Principal};
use super::membership::{ROLE_ORDER, check_person, manager, refused};
use super::random::hash;
use super::role::Role;
use super::service_accounts::may_give_role;
use super::setup::{CODE_CHARACTERS, readable};
use crate::ids::IdKind;
use crate::store::{self, InvitationCode, JoinedWorkspace, OnceKey, Page, PageRequest, Refusal, StoredInvitation};

/// Most invitations of a workspace that are open at the same time.
const OPEN_MAX: u32 = 1_000;
/// How long an invitation is good by default, in seconds: seven days.
const LIFE_S: u32 = 7 * 24 * 3_600;
/// The shortest life of an invitation, in seconds.
const LIFE_MIN_S: u32 = 60;
/// The longest life of an invitation, in seconds: thirty days.
const LIFE_MAX_S: u32 = 30 * 24 * 3_600;
/// One text for all that may be wrong with a code.
const NOT_GOOD: &str = "The invitation is not good: it has expired, was used or revoked, is for another e-mail address, or its maker may no longer invite to its role. Ask for another one.";

/// An invitation to be made.
#[derive(Debug, Clone)]
pub struct NewInvitation {
    /// The role that it gives.
    pub role: Role,
    /// The e-mail address of the only account that may accept it.
    pub email: Option<String>,
    /// How long it is good, in seconds.
    pub expires_in_s: Option<u32>,
}

/// An invitation with its code.
#[derive(Debug, Clone)]
pub struct IssuedInvitation {
    /// The invitation.
    pub invitation: StoredInvitation,
    /// Its code.
    pub code: String,
}

impl Authority {
    /// The open invitations to the caller's workspace, newest first.
    ///
    /// # Errors
    /// [`Error::Store`]
    pub async fn list_invitations(&self, by: &Identity, page: PageRequest) -> Result<Page<StoredInvitation>> {
        Ok(self.store().rows(&by.workspace).invitations().page(self.now_ms(), page).await?)
    }

    /// Makes an invitation to the caller's workspace.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for a higher role than the caller's; [`Error::Invalid`]; [`Error::Conflict`] for a user of a host
    /// program, and if as many invitations are open as may be.
    pub async fn create_invitation(
        &self,
        by: impl Into<By<'_>>,
        new: NewInvitation,
        once: Option<OnceKey>,
    ) -> Result<IssuedInvitation> {
        let by = by.into();
        if matches!(by.principal, Principal::Host) {
            return Err(Error::Conflict("The host program decides who belongs to its workspaces.".into()));
        }
        may_give_role(&by, new.role)?;
        let life_s = new.expires_in_s.unwrap_or(LIFE_S);
        if !(LIFE_MIN_S..=LIFE_MAX_S).contains(&life_s) {
            let detail = format!("must lie between {LIFE_MIN_S} and {LIFE_MAX_S} seconds");
            return Err(Error::Invalid { pointer: "/expires_in_s", detail });
        }
        let now_ms = self.now_ms();
        let invitation = StoredInvitation {
            id: self.id(IdKind::Invitation),
            role: new.role.as_str().into(),
            email: new.email.as_deref().map(normalise_email).transpose()?,
            created_by: by.subject.clone(),
            created_at: now_ms,
            expires_at: now_ms.saturating_add(i64::from(life_s) * 1_000),
        };
        let code_hash = hash(&self.code_of(&invitation.id));
        let rows = self.rows(by);
        let made = rows.invitations().create(invitation, code_hash, (manager(&by), OPEN_MAX), once).await;
        let invitation = made.map_err(|fault| match fault {
            store::Error::Refused(Refusal::Invitation(_)) => {
                Error::Conflict(format!("{OPEN_MAX} invitations to the workspace are open: revoke one first."))
            }
            fault => refused(fault),
        })?;
        Ok(IssuedInvitation { code: self.code_of(&invitation.id), invitation })
    }

    /// Revokes an open invitation to the caller's workspace.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] if it gives a higher role than the caller's.
    pub async fn revoke_invitation(&self, by: impl Into<By<'_>>, id: &str) -> Result<()> {
        let by = by.into();
        let revoked = self.rows(by).invitations().delete(id, manager(&by), self.now_ms()).await;
        let revoked = revoked.map_err(|fault| match refused(fault) {
            Error::Forbidden(_) => Error::Forbidden(
                "The invitation gives a higher role than yours: only one with that role revokes it.".into(),
            ),
            fault => fault,
        })?;
        if revoked { Ok(()) } else { Err(Error::NotFound("invitation")) }
    }

    /// Lets the caller join the workspace of an invitation. Who belongs to it already stays what it is, and the invitation is
    /// still good.
    ///
    /// # Errors
    /// [`Error::Forbidden`] if the code is not good, and for a caller who is no person who signed in.
    pub async fn accept_invitation(
        &self,
        by: impl Into<By<'_>>,
        code: &str,
        once: Option<OnceKey>,
    ) -> Result<JoinedWorkspace> {
        let by = by.into();
        check_person(&by)?;
        let accepted = self.rows(by).invitations().accept(self.invitation_code(code), &by.subject, once).await;
        accepted.map_err(invitation_refused)
    }

    /// A code as the store looks for it.
    pub(super) fn invitation_code(&self, code: &str) -> InvitationCode {
        let hash = hash(&code.trim().to_ascii_lowercase());
        InvitationCode { hash, order: ROLE_ORDER, now_ms: self.now_ms() }
    }

    /// The code of the invitation of this id: 100 bits that cannot be found without the master key.
    fn code_of(&self, id: &str) -> String {
        let derived = self.master_key().derive("invitation", &[id.as_bytes()]);
        readable(&derived[..CODE_CHARACTERS])
    }
}

/// A refusal of the store to let a person join by a code.
pub(super) fn invitation_refused(fault: store::Error) -> Error {
    match fault {
        store::Error::Refused(Refusal::Invitation(_)) => Error::Forbidden(NOT_GOOD.into()),
        fault => Error::Store(fault),
    }
}
