//! `channels.update`: change which agents answer whom.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::lookup::{find, missing, refused, shown};
use super::model::{Channel, ChannelPath, ChannelUpdate};
use crate::app::App;
use crate::channels::ChannelError;
use crate::error::{Error, Result};
use crate::http::{Caller, IfMatch, IfMatchHeader, Json, MergePatch, Path, tagged};
use crate::store::{self, Precondition, Refusal};

/// How often a change is made anew that others got in the way of.
const ATTEMPTS: u32 = 8;

/// The changes: a field that is left out stays, and null sets its default. In `platform_settings`, null sets a
/// setting's default; a list is replaced as a whole.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(value_type = ChannelUpdate)]
pub struct UpdateChannel(MergePatch<ChannelUpdate>);

/// Update a channel
///
/// JSON Merge Patch (RFC 7396). Messages that wait are answered as the channel is then. The platform itself cannot be
/// changed, nor can secrets: `channels.rotate_secrets` does that.
#[utoipa::path(patch, path = "/channels/{channel_id}", operation_id = "channels.update", params(ChannelPath, IfMatchHeader),
    request_body(content = UpdateChannel, description = "What to change.", example = json!({"groups": "all"})),
    responses((status = 200, description = "The channel.", body = Channel, headers(
        ("ETag" = String, description = "The channel's state, for `If-Match`.")))))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(ChannelPath { channel_id: id }): Path<ChannelPath>,
    IfMatch(precondition): IfMatch,
    Json(UpdateChannel(patch)): Json<UpdateChannel>,
) -> Result<Response> {
    let rows = caller.rows(&app);
    let mut attempts = 0..ATTEMPTS;
    loop {
        let present = find(&app, &caller, id).await?;
        precondition.check(present.revision()).map_err(Error::store)?;
        let (settings, platform_settings) = (present.settings.clone(), present.fields.clone());
        let wanted = patch.apply(&ChannelUpdate { settings, platform_settings })?;
        // What was patched must still be the present state.
        let unchanged = Precondition::OneOf(vec![present.revision()]);
        let ChannelUpdate { settings, platform_settings } = wanted;
        match app.channels.update(&rows, &present, settings, platform_settings, unchanged).await {
            Ok(Some(channel)) => {
                return Ok(tagged(channel.revision(), Json(shown(&app, channel))));
            }
            Ok(None) => return Err(missing()),
            Err(ChannelError::Store(store::Error::Refused(Refusal::Stale))) if attempts.next().is_some() => {}
            Err(fault) => return Err(refused(fault)),
        }
    }
}
