//! `webhooks.list_deliveries`: what was sent to a webhook, and what came of it.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::lookup::find;
use super::model::{Delivery, WebhookPath};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Page, PageQuery, Paged, Path, Query, instant};
use crate::store::{DELIVERIES_COUNTED_MAX, DeliveryFilter, DeliveryStatus};

/// Which deliveries to list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct DeliveriesQuery {
    /// Only deliveries of this status.
    #[param(example = "failed")]
    status: Option<DeliveryStatus>,
    /// Only deliveries that were made at this time or later.
    #[param(example = "2026-11-23T00:00:00Z")]
    from: Option<String>,
    /// Only deliveries that were made before this time.
    #[param(example = "2026-11-24T00:00:00Z")]
    to: Option<String>,
    /// Also counts the deliveries by this field, up to 10,000 of each of its values: those of the whole list, whatever the page
    /// and `status` are.
    #[param(inline, example = "status")]
    count_by: Option<DeliveryFacet>,
}

/// What deliveries are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryFacet {
    /// How far they are.
    Status,
}

/// A page of deliveries, newest first.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DeliveryPage {
    /// The deliveries.
    #[serde(flatten)]
    page: Page<Delivery>,
    /// How many deliveries there are of each status; null unless `count_by` asks for it.
    #[schema(max_items = 4)]
    counts: Option<Vec<DeliveryCount>>,
}

/// How many deliveries there are of a status.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DeliveryCount {
    /// The status.
    status: DeliveryStatus,
    /// How many deliveries have it; 10,000 for more.
    #[schema(minimum = 0, maximum = 10_000, example = 3)]
    count: u32,
    /// Whether there are not more.
    #[schema(example = true)]
    is_exact: bool,
}

/// List the deliveries of a webhook
///
/// Newest first. They are kept for `webhooks.keep_days` of the gateway's configuration after their end.
#[utoipa::path(get, path = "/webhooks/{webhook_id}/deliveries", operation_id = "webhooks.list_deliveries",
    params(WebhookPath, PageQuery, DeliveriesQuery),
    responses((status = 200, description = "A page of deliveries.", body = DeliveryPage)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(WebhookPath { webhook_id }): Path<WebhookPath>,
    Query(query): Query<DeliveriesQuery>,
    Paged(request): Paged,
) -> Result<Json<DeliveryPage>> {
    find(&app, &caller, webhook_id).await?;
    let (from_ms, to_ms) = (instant(query.from.as_deref(), "query/from")?, instant(query.to.as_deref(), "query/to")?);
    let filter = DeliveryFilter { status: query.status, from_ms, to_ms };
    let rows = app.store.rows(&caller.workspace);
    let page = rows.deliveries().page(webhook_id, filter, request).await.map_err(Error::store)?;
    let counts = match query.count_by {
        None => None,
        Some(DeliveryFacet::Status) => Some(rows.deliveries().count(webhook_id, filter).await.map_err(Error::store)?),
    };
    let count = |(status, found): (DeliveryStatus, u32)| DeliveryCount {
        status,
        count: found.min(DELIVERIES_COUNTED_MAX),
        is_exact: found <= DELIVERIES_COUNTED_MAX,
    };
    let counts = counts.map(|counts| counts.into_iter().map(count).collect());
    Ok(Json(DeliveryPage { page: Page::from_store(page, Delivery::from), counts }))
}
