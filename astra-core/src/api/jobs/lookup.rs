//! Jobs on their way into the store, and what it refuses.

use serde_json::Value;

use crate::app::App;
use crate::auth::{Role, access};
use crate::error::{Code, Error, FieldError, Result};
use crate::http::Caller;
use crate::store::{self, JobRefusal, NewJob, Refusal};
use crate::work::PayloadRefusal;

/// A job of the type `kind` about `payload` that the caller may enqueue.
///
/// # Errors
/// 403 if the caller may not; 422 for a type that callers do not enqueue, and for a payload that does not fit it.
pub fn prepared(app: &App, caller: &Caller, kind: &str, payload: &Value) -> Result<NewJob> {
    let prepared = app.jobs.prepare(kind, payload).map_err(unfit);
    // Whoever may not enqueue a type is not told what its payloads must be.
    permit(app, caller, kind)?;
    prepared
}

/// 403 unless the caller may enqueue jobs of the type `kind`: some need another scope than that of the operation, and the role
/// that the scope's operations need.
fn permit(app: &App, caller: &Caller, kind: &str) -> Result<()> {
    let scope = app.jobs.types().get(kind).filter(|kind| kind.is_public).and_then(|kind| kind.scope);
    let Some(name) = scope else { return Ok(()) };
    let forbidden = |what: &str| Err(Error::forbidden(format!("Jobs of the type `{kind}` need {what}.")));
    // A scope that is none of the gateway's or the host's is one that no caller has.
    let Some(scope) = app.authority.scopes().find(name).filter(|scope| caller.scopes.covers(*scope)) else {
        return forbidden(&format!("the scope `{name}`"));
    };
    let needs = access::needs().filter(|(_, scopes)| scopes.covers(scope));
    match needs.map(|(role, _)| role).min() {
        Some(role) if caller.role < role => forbidden(&format!("the role `{}`", Role::as_str(role))),
        _ => Ok(()),
    }
}

/// Why a job is not made.
fn unfit(refusal: PayloadRefusal) -> Error {
    match refusal {
        PayloadRefusal::UnknownType => Error::field("/type", "There is no type of jobs of this name."),
        PayloadRefusal::TooLarge => Error::new(Code::PayloadTooLarge, "A payload has at most 1 MiB as JSON."),
        PayloadRefusal::Unfit(faults) => {
            let mut error = Error::new(Code::InvalidRequest, "The payload does not fit the type of the job.");
            let field = |(pointer, detail)| FieldError { pointer: format!("/payload{pointer}"), detail };
            error.fields = faults.into_iter().map(field).collect();
            error
        }
    }
}

/// What the store refuses to do with a job.
pub fn refused(fault: store::Error) -> Error {
    let store::Error::Refused(Refusal::Job(refusal)) = fault else { return Error::store(fault) };
    match refusal {
        JobRefusal::PayloadTooLarge => unfit(PayloadRefusal::TooLarge),
        JobRefusal::KeyTooLong => Error::field("/dedupe_key", "has more than 255 bytes"),
        JobRefusal::KeyTaken => Error::conflict("An unfinished job has this dedupe_key."),
        JobRefusal::Finished => Error::conflict("The job has ended already."),
        JobRefusal::NotFinished => Error::conflict("The job has not ended yet: cancel it first, or wait."),
        JobRefusal::LeaseLost | JobRefusal::ResultTooLarge | JobRefusal::TooManySteps => Error::store(fault),
    }
}
