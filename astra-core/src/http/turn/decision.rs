//! A person's decision on a call, whichever way it comes: by an operation of its own, in a frame, as the answer of a client.

use super::approval::{Approval, DecideApproval};
use crate::app::App;
use crate::auth::access::{APPROVE, DENY};
use crate::error::{Code, Error, Result};
use crate::http::Caller;
use crate::ids::ApprovalId;
use crate::store::{ApprovalStatus, Decided, Decision};

/// Decides on a call. The same decision of the same caller again is answered as the first one.
///
/// # Errors
/// 404 if there is no such approval; 409 if it was decided on otherwise, its time is over, or its turn has ended.
pub async fn decide(
    app: &App,
    caller: &Caller,
    id: ApprovalId,
    is_approved: bool,
    body: DecideApproval,
) -> Result<Approval> {
    let decided_by = caller.subject.clone();
    let note = body.note.filter(|note| !note.trim().is_empty());
    let decision = Decision { is_approved, decided_by, note, now_ms: app.now_ms() };
    let decided = app.engine.decide(&caller.rows(app), id, decision).await.map_err(Error::engine)?;
    let before = match decided.ok_or_else(|| Error::not_found("approval"))? {
        Decided::Now(approval) => return Ok(approval.into()),
        Decided::Before(approval) => approval,
    };
    let wanted = if is_approved { ApprovalStatus::Approved } else { ApprovalStatus::Denied };
    if before.status == wanted && before.decided_by.as_ref() == Some(&caller.subject) {
        return Ok(before.into());
    }
    let by = before.decided_by.as_deref().unwrap_or_default();
    Err(match before.status {
        ApprovalStatus::Approved => Error::conflict(format!("{by} has approved the call.")),
        ApprovalStatus::Denied => Error::conflict(format!("{by} has denied the call.")),
        ApprovalStatus::Cancelled => Error::conflict("The turn has ended before the decision."),
        ApprovalStatus::Pending | ApprovalStatus::Expired => {
            Error::new(Code::Expired, "The call is denied: no decision came in time.")
        }
    })
}

/// As [`decide`], within another operation: the credential must be good for the one that decides, which is what is on record.
///
/// # Errors
/// 403, and those of [`decide`].
pub async fn decide_within(
    app: &App,
    caller: &Caller,
    id: ApprovalId,
    is_approved: bool,
    body: DecideApproval,
) -> Result<Approval> {
    let caller = caller.within(app, if is_approved { APPROVE } else { DENY })?;
    decide(app, &caller, id, is_approved, body).await
}

/// Whether the caller may decide on calls.
#[must_use]
pub fn may_decide(app: &App, caller: &Caller) -> bool {
    [APPROVE, DENY].into_iter().all(|operation| caller.within(app, operation).is_ok())
}
