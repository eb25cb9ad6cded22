//! `webhooks.get_delivery`: what was sent, and what came of each attempt.

use axum::extract::State;

use super::model::{DeliveryDetails, DeliveryPath};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Path};

/// Get a delivery
///
/// With what is sent, and of each attempt status, latency and the first KiB of the answer.
#[utoipa::path(get, path = "/webhooks/{webhook_id}/deliveries/{delivery_id}", operation_id = "webhooks.get_delivery",
    params(DeliveryPath), responses((status = 200, description = "The delivery.", body = DeliveryDetails)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(DeliveryPath { webhook_id, delivery_id }): Path<DeliveryPath>,
) -> Result<Json<DeliveryDetails>> {
    let rows = app.store.rows(&caller.workspace);
    // Deliveries of a webhook that was deleted are not shown.
    super::lookup::find(&app, &caller, webhook_id).await?;
    let found = rows.deliveries().find(webhook_id, delivery_id).await.map_err(Error::store)?;
    found.map(|found| Json(found.into())).ok_or_else(|| Error::not_found("delivery"))
}
