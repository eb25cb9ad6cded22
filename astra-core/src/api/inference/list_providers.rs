//! `inference.list_providers`: who can be asked, and how they are doing.

use axum::extract::State;

use super::model::Provider;
use crate::app::App;
use crate::error::Result;
use crate::http::{Json, Page, PageQuery, Paged, page_by_name};

/// List providers
///
/// All configured providers and all presets, sorted by name. The counts cover this gateway process since its start, for
/// all workspaces.
#[utoipa::path(get, path = "/inference/providers", operation_id = "inference.list_providers",
    params(PageQuery),
    responses((status = 200, description = "The providers.", body = Page<Provider>,
        example = json!({"data": [{
            "name": "openai", "is_configured": true, "protocol": "openai", "base_url": "https://api.openai.com/v1",
            "default_model": "gpt-4.1-mini", "circuit": "closed", "requests": 1024, "errors": 3, "latency_p50_ms": 412.5,
            "last_error": {"kind": "rate_limited", "at": "2026-11-23T21:07:00.000Z"},
        }], "next_cursor": null}))))]
pub async fn handler(State(app): State<App>, Paged(request): Paged) -> Result<Json<Page<Provider>>> {
    let found = page_by_name(app.providers.statuses(), &request, |status| status.name.clone());
    Ok(Json(Page::from_store(found, Provider::from)))
}
