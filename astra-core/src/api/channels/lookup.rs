//! Channels in the store: looked up, shown, refused; and what platforms are answered.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};

use super::model::Channel;
use crate::app::App;
use crate::channels::{ChannelError, ChannelFault, NotReceived, Reply, Unverified};
use crate::error::{Code, Error, FieldError, Result};
use crate::http::Caller;
use crate::ids::ChannelId;
use crate::store::StoredChannel;

/// A channel of the caller's workspace.
///
/// # Errors
/// 404 if there is no such thing.
pub async fn find(app: &App, caller: &Caller, id: ChannelId) -> Result<StoredChannel> {
    let found = app.store.rows(&caller.workspace).channels().find(id).await.map_err(Error::store)?;
    found.ok_or_else(missing)
}

/// 404 of a channel.
pub fn missing() -> Error {
    Error::not_found("channel")
}

/// A channel as callers see it.
pub fn shown(app: &App, stored: StoredChannel) -> Channel {
    let set_up = match app.channels.platform(&stored.kind) {
        Ok(platform) => platform.set_up(&app.channels.without_secrets(&stored)),
        // What is wrong stands in the place of what is to be done.
        Err(fault) => vec![fault.to_string()],
    };
    let webhook_url = app.channels.webhook_url(stored.id);
    Channel::new(stored, webhook_url, set_up)
}

/// Why a channel is not made or not changed.
pub fn refused(fault: ChannelError) -> Error {
    let message = fault.to_string();
    match fault {
        ChannelError::Faults(faults) => {
            let mut error = Error::new(Code::InvalidRequest, message);
            let field = |fault: ChannelFault| FieldError { pointer: fault.pointer, detail: fault.detail };
            error.fields = faults.into_iter().map(field).collect();
            error
        }
        ChannelError::NoPlatform(_) => Error::field("/platform/kind", message),
        ChannelError::OtherKey | ChannelError::Refused(_) => Error::conflict(message),
        ChannelError::Sealing(_) => Error::internal(fault),
        ChannelError::Store(fault) => Error::store(fault),
    }
}

/// Why a request of a platform is not taken. Who cannot prove itself learns nothing else.
pub fn not_received(fault: NotReceived) -> Error {
    match fault {
        NotReceived::NoChannel | NotReceived::Unverified(Unverified::NotOffered) => missing(),
        NotReceived::Unverified(_) => {
            Error::new(Code::Unauthorized, "The request does not prove that it is of the channel's platform.")
        }
        NotReceived::Unreadable(why) => Error::new(Code::BadRequest, format!("The request cannot be read: {why}")),
        NotReceived::Channel(ChannelError::Store(fault)) => Error::store(fault),
        // The platform sends it again when the operator has mended it.
        NotReceived::Channel(fault) => Error::new(Code::Unavailable, "The channel cannot be used.").caused_by(fault),
    }
}

/// What a platform is answered.
pub fn answer(reply: Reply) -> Response {
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() = StatusCode::OK;
    let media_type = if reply.media_type.is_empty() { "text/plain; charset=utf-8" } else { reply.media_type };
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}
