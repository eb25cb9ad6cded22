//! `channels.create`: people meet agents on a platform.

use axum::extract::State;
use axum::response::Response;

use super::lookup::{refused, shown};
use super::model::{Channel, CreateChannel};
use crate::app::App;
use crate::channels::NewChannel;
use crate::error::Result;
use crate::http::{Caller, Idempotency, IdempotencyHeader, Json, Problem, created, tagged};

/// Create a channel
///
/// The platform calls the channel's `webhook_url` from then on; `set_up` says what must be done there, and
/// `channels.check` asks the platform whether the credentials are good. Secrets are sealed at rest and never shown. The
/// URLs of the platform's settings lead to public addresses, or to where `outbound` of the gateway's configuration
/// allows.
#[utoipa::path(post, path = "/channels", operation_id = "channels.create", params(IdempotencyHeader),
    request_body(content = CreateChannel, description = "The channel.", example = json!({
        "name": "Support", "agent_id": "support",
        "platform": {"kind": "generic", "url": "https://chat.example.com/astra",
            "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
    })),
    responses(
        (status = 201, description = "The channel.", body = Channel, headers(
            ("ETag" = String, description = "The channel's state, for `If-Match`."),
            ("Location" = String, description = "Where the channel is."))),
        (status = 409, description = "The workspace has as many channels as it may have.",
            body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Idempotency(once): Idempotency,
    Json(CreateChannel { settings, platform }): Json<CreateChannel>,
) -> Result<Response> {
    let (kind, values, root) = platform.into_parts();
    let new = NewChannel { kind, settings, values, root, created_by: caller.subject.to_string() };
    let made = app.channels.create(&caller.rows(&app), new, once).await.map_err(refused)?;
    let (location, revision) = (format!("/channels/{}", made.id), made.revision());
    Ok(tagged(revision, created(&location, shown(&app, made))))
}
