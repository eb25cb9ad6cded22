//! In whose name a job asks agents: its owner's, with the rights that the owner has at that time.

use std::sync::Arc;

use crate::auth::{Authority, Role, Scope};
use crate::engine::TurnCaller;
use crate::store::VisibleTo;
use crate::work::{JobContext, JobError};

/// The owners of jobs.
#[derive(Clone)]
pub struct Owners {
    authority: Arc<Authority>,
    /// Whether callers are users of the host program, whose roles the gateway does not keep.
    are_of_host: bool,
}

impl Owners {
    /// Owners that `authority` knows; those that it does not know act as members if they are users of the host program, and
    /// not at all otherwise.
    #[must_use]
    pub const fn new(authority: Arc<Authority>, are_of_host: bool) -> Self {
        Self { authority, are_of_host }
    }

    /// The owner of a job as one who asks agents. A job without an owner is the program's own.
    ///
    /// # Errors
    /// [`JobError::Fail`] if the owner may not ask agents any more.
    pub(super) async fn caller(&self, context: &JobContext) -> Result<TurnCaller, JobError> {
        let workspace = context.rows().workspace();
        let (user_id, visible_to): (Arc<str>, _) = match context.user_id() {
            None => (Arc::from(self.authority.operator().subject), VisibleTo::All),
            Some(owner) => {
                let rights = self.authority.rights_of(workspace, owner).await?;
                let role = match rights {
                    Some(rights) if rights.scopes.contains(Scope::ChatSend) => rights.role,
                    None if self.are_of_host => Role::Member,
                    _ => Role::Viewer,
                };
                if role < Role::Member {
                    return Err(JobError::fail(format!("the owner of the job, {owner}, may not ask agents any more")));
                }
                let owner: Arc<str> = Arc::from(owner);
                let sees = if role >= Role::Admin { VisibleTo::All } else { VisibleTo::Only(Arc::clone(&owner)) };
                (owner, sees)
            }
        };
        Ok(TurnCaller {
            workspace: workspace.clone(),
            credential: user_id.to_string(),
            user_id,
            visible_to,
            request_id: Arc::from(context.id().to_string()),
        })
    }
}
