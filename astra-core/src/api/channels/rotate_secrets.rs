//! `channels.rotate_secrets`: other secrets, and time to change over.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lookup::{find, missing, refused, shown};
use super::model::{Channel, ChannelPath};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, IfMatch, IfMatchHeader, Json, Path, Problem, tagged};

/// Other secrets of a channel.
#[derive(Deserialize, Serialize, ToSchema)]
pub struct RotateChannelSecrets {
    /// The new values by the names of the secrets; those that are left out stay.
    #[schema(example = json!({"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}))]
    secrets: BTreeMap<String, String>,
}

impl std::fmt::Debug for RotateChannelSecrets {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_set().entries(self.secrets.keys()).finish()
    }
}

/// Rotate the secrets of a channel
///
/// What the gateway sends carries the new secrets at once. What the platform sends is believed for 24 hours by the ones
/// before them as well, so that it can change over at any time in between. An empty value ends an optional secret at
/// once.
#[utoipa::path(post, path = "/channels/{channel_id}/rotate-secrets", operation_id = "channels.rotate_secrets",
    params(ChannelPath, IfMatchHeader),
    request_body(content = RotateChannelSecrets, description = "The new secrets.",
        example = json!({"secrets": {"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}})),
    responses(
        (status = 200, description = "The channel.", body = Channel, headers(
            ("ETag" = String, description = "The channel's state, for `If-Match`."))),
        (status = 409, description = "The channel's secrets were sealed with another master key.",
            body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(ChannelPath { channel_id }): Path<ChannelPath>,
    IfMatch(precondition): IfMatch,
    Json(RotateChannelSecrets { secrets }): Json<RotateChannelSecrets>,
) -> Result<Response> {
    let present = find(&app, &caller, channel_id).await?;
    precondition.check(present.revision()).map_err(Error::store)?;
    let changed = app.channels.rotate_secrets(&caller.rows(&app), present, secrets).await.map_err(refused)?;
    let changed = changed.ok_or_else(missing)?;
    Ok(tagged(changed.revision(), Json(shown(&app, changed))))
}
