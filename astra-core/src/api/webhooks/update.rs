//! `webhooks.update`: change where events are sent, and which.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::lookup::{find, missing, refused};
use super::model::{CreateWebhook, Webhook, WebhookPath};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, IfMatch, IfMatchHeader, Json, MergePatch, Path, Problem, tagged};
use crate::store::{self, Precondition, Refusal};
use crate::webhooks::WebhookError;

/// How often a change is made anew that others got in the way of.
const ATTEMPTS: u32 = 8;

/// The changes: a field that is left out stays, and null sets its default. In `headers`, null removes a header; a list is
/// replaced as a whole.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(value_type = CreateWebhook)]
pub struct UpdateWebhook(MergePatch<CreateWebhook>);

/// Update a webhook
///
/// JSON Merge Patch (RFC 7396). What is on its way is sent as it was made, to the URL that the webhook has then. A webhook that
/// is switched off ends its deliveries that wait as failed; `webhooks.recover` sends them when it is on again.
#[utoipa::path(patch, path = "/webhooks/{webhook_id}", operation_id = "webhooks.update", params(WebhookPath, IfMatchHeader),
    request_body(content = UpdateWebhook, description = "What to change.", example = json!({"description": "For the help desk."})),
    responses(
        (status = 200, description = "The webhook.", body = Webhook, headers(
            ("ETag" = String, description = "The webhook's state, for `If-Match`."))),
        (status = 409, description = "Its headers were sealed with another master key.",
            body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(WebhookPath { webhook_id: id }): Path<WebhookPath>,
    IfMatch(precondition): IfMatch,
    Json(UpdateWebhook(patch)): Json<UpdateWebhook>,
) -> Result<Response> {
    let rows = caller.rows(&app);
    let mut attempts = 0..ATTEMPTS;
    loop {
        let present = find(&app, &caller, id).await?;
        precondition.check(present.revision()).map_err(Error::store)?;
        let revision = present.revision();
        let headers = app.webhooks.headers(&rows, &present).map_err(refused)?;
        let wanted = patch.apply(&CreateWebhook { settings: present.settings, headers })?;
        // What was patched must still be the present state.
        let unchanged = Precondition::OneOf(vec![revision]);
        match app.webhooks.update(&rows, id, wanted.settings, &wanted.headers, unchanged).await {
            Ok(Some(webhook)) => return Ok(tagged(webhook.revision(), Json(Webhook::from(webhook)))),
            Ok(None) => return Err(missing()),
            Err(WebhookError::Store(store::Error::Refused(Refusal::Stale))) if attempts.next().is_some() => {}
            Err(fault) => return Err(refused(fault)),
        }
    }
}
