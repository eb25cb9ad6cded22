//! What a verified credential says.

use super::role::Role;
use super::scope::ScopeSet;
use crate::store::WorkspaceId;

/// Who is calling, in which workspace, and what it may do.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The workspace, which no request can choose.
    pub workspace: WorkspaceId,
    /// Who.
    pub principal: Principal,
    /// `usr_...` or `svc_...`: who owns sessions and appears as author.
    pub subject: String,
    /// The role in this workspace.
    pub role: Role,
    /// The credential's scopes.
    pub scopes: ScopeSet,
    /// When the credential ends, in milliseconds since the epoch; `None` if it does not.
    pub expires_at_ms: Option<i64>,
}

impl Identity {
    /// What the credential belongs to, by which its requests, turns and streams are counted: a sign-in with all the tokens
    /// that came of it, a service account's token, an end user.
    #[must_use]
    pub fn credential(&self) -> &str {
        match &self.principal {
            Principal::User { family_id } => family_id,
            Principal::ServiceAccount { token_id } => token_id,
            Principal::EndUser { .. } | Principal::Host => &self.subject,
        }
    }

    /// What the credential lives and dies with, for logs: the sign-in (`fam_...`), the service account's token
    /// (`tok_...`), or the subject where the host program vouches. It is never a secret.
    #[must_use]
    pub fn credential_id(&self) -> &str {
        match &self.principal {
            Principal::User { family_id } => family_id,
            Principal::EndUser { token_id, .. } | Principal::ServiceAccount { token_id } => token_id,
            Principal::Host => &self.subject,
        }
    }
}

/// The kind of caller, with what its credential belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// A person, signed in; the family of refresh tokens.
    User {
        /// `fam_...`
        family_id: String,
    },
    /// An end user of an application, vouched for by its service account.
    EndUser {
        /// `svc_...`
        service_account_id: String,
        /// The token of the service account that it came from, `tok_...`
        token_id: String,
    },
    /// A service account, by one of its tokens.
    ServiceAccount {
        /// `tok_...`
        token_id: String,
    },
    /// A user of the host program, by its authenticator.
    Host,
}
