//! `webhooks.list_events`: the events that webhooks get.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::error::Result;
use crate::http::{Caller, Json, Page, PageQuery, Paged, page_by_name};
use crate::store::events::{CATALOGUE, EventAudience};

/// A type of event that webhooks get.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WebhookEventType {
    /// The type, as `events` of a webhook and the field `type` of what is sent have it.
    #[schema(max_length = 64, example = "agent.updated")]
    name: String,
    /// What has happened.
    #[schema(max_length = 1024, example = "An agent was created, has a new version, or was deleted.")]
    description: String,
    /// When an event is emitted, and when none is.
    #[schema(max_length = 2048, example = "With each version of an agent, and when an agent is deleted.")]
    emitted: String,
}

/// List the types of events
///
/// By their names. The schema of what is sent is in the section `webhooks` of the OpenAPI document, under the same names.
#[utoipa::path(get, path = "/webhooks/events", operation_id = "webhooks.list_events", params(PageQuery),
    responses((status = 200, description = "A page of types of events.", body = Page<WebhookEventType>)))]
pub async fn handler(State(_): State<App>, _: Caller, Paged(request): Paged) -> Result<Json<Page<WebhookEventType>>> {
    let sent = CATALOGUE.iter().filter(|known| known.audience == EventAudience::All);
    let mut types: Vec<WebhookEventType> = sent
        .map(|known| WebhookEventType {
            name: known.name.to_owned(),
            description: known.description.to_owned(),
            emitted: known.emitted.to_owned(),
        })
        .collect();
    types.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(Json(Page::from_store(page_by_name(types, &request, |known| known.name.clone()), |known| known)))
}
