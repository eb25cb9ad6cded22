//! Sessions in the store: looked up, refused.

use crate::app::App;
use crate::content::METADATA_BYTES_MAX;
use crate::engine;
use crate::error::{Error, Result};
use crate::http::Caller;
use crate::ids::SessionId;
use crate::store::{self, Refusal, Rows, SessionRefusal};

/// A session that the caller may see, and its workspace's rows.
///
/// # Errors
/// 404 for anything else.
pub async fn visible_session(app: &App, caller: &Caller, session_id: SessionId) -> Result<(Rows, store::Session)> {
    let rows = app.store.rows(&caller.workspace);
    let session = rows.sessions().find(session_id, caller.sees()).await.map_err(Error::store)?;
    Ok((rows, session.ok_or_else(|| Error::not_found("session"))?))
}

/// What the store refuses to do with a session.
pub fn refused(fault: store::Error) -> Error {
    let store::Error::Refused(Refusal::Session(refusal)) = fault else { return Error::store(fault) };
    match refusal {
        SessionRefusal::Busy => Error::engine(engine::Error::Busy),
        SessionRefusal::Archived => Error::engine(engine::Error::Archived),
        SessionRefusal::NoSuchMessage => {
            Error::field("/message_id", "The session has no such message, or the message is part of its summary.")
        }
        SessionRefusal::MetadataTooLarge => Error::field(
            "/metadata",
            format!("has more than {METADATA_BYTES_MAX} bytes as JSON together with what is there"),
        ),
    }
}
