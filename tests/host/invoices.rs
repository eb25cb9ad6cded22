//! A host with operations of every kind.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use astra_core::host::{Caller, Json, Path, Problem, Query, Routes, routes};
use astra_core::{Error, Result};
use axum::extract::State;
use axum::response::sse::{self, Sse};
use futures_util::stream::{self, Stream};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, OpenApi, ToSchema};

/// An invoice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Invoice {
    /// Its id.
    #[schema(min_length = 1, max_length = 32, pattern = "^[a-z0-9]+$", example = "i17")]
    pub(crate) id: String,
    /// What is owed; what we owe is negative.
    #[schema(example = -250)]
    pub(crate) cents: i32,
}

/// Something that happened to an invoice.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum InvoiceEvent {
    /// It was sent.
    Sent {
        /// Which one.
        #[schema(max_length = 32, example = "i17")]
        id: String,
    },
    /// It was paid.
    Paid {
        /// How much of it.
        #[schema(example = 250)]
        cents: i32,
    },
}

/// All invoices, each with its workspace.
#[derive(Clone, Default)]
pub(crate) struct Invoices(Arc<Mutex<Vec<(String, Invoice)>>>);

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct InvoicesQuery {
    /// How many at the most.
    #[param(minimum = 1, maximum = 10, example = 5)]
    limit: Option<usize>,
}

/// List the invoices
///
/// Those of the caller's workspace.
#[utoipa::path(get, path = "/invoices", operation_id = "invoices.list", params(InvoicesQuery), security(("bearer" = [])),
    responses((status = 200, description = "The invoices.", body = Vec<Invoice>)))]
async fn list(State(all): State<Invoices>, caller: Caller, Query(query): Query<InvoicesQuery>) -> Json<Vec<Invoice>> {
    let all = all.0.lock().unwrap_or_else(PoisonError::into_inner);
    let own = all.iter().filter(|(workspace, _)| workspace == caller.workspace.as_str());
    Json(own.take(query.limit.unwrap_or(10)).map(|(_, invoice)| invoice.clone()).collect())
}

/// Write an invoice
///
/// Its body is taken by axum's own extractor, as a host may.
#[utoipa::path(post, path = "/invoices", operation_id = "invoices.create",
    security(("bearer" = ["agents:read", "agents:write"])), extensions(("x-required-role" = json!("admin"))),
    request_body(content = Invoice, description = "The invoice.", example = json!({"id": "i17", "cents": -250})),
    responses((status = 201, description = "The invoice.", body = Invoice)))]
async fn create(
    State(all): State<Invoices>,
    caller: Caller,
    axum::Json(invoice): axum::Json<Invoice>,
) -> (StatusCode, axum::Json<Invoice>) {
    let mut all = all.0.lock().unwrap_or_else(PoisonError::into_inner);
    all.push((caller.workspace.as_str().to_owned(), invoice.clone()));
    (StatusCode::CREATED, axum::Json(invoice))
}

/// Get an invoice
///
/// Of the caller's workspace.
#[utoipa::path(get, path = "/invoices/{invoice_id}", operation_id = "invoices.get", security(("bearer" = ["agents:read"])),
    params(("invoice_id" = String, Path, description = "The invoice's id.", max_length = 32, pattern = "^[a-z0-9]+$", example = "i17")),
    responses((status = 200, description = "The invoice.", body = Invoice),
        (status = 404, description = "There is none.", body = Problem, content_type = "application/problem+json")))]
async fn get(State(all): State<Invoices>, caller: Caller, Path(id): Path<String>) -> Result<Json<Invoice>> {
    let all = all.0.lock().unwrap_or_else(PoisonError::into_inner);
    let own = all.iter().find(|(workspace, known)| workspace == caller.workspace.as_str() && known.id == id);
    own.map(|(_, invoice)| Json(invoice.clone())).ok_or_else(|| Error::not_found("invoice"))
}

/// Follow the invoices
///
/// A stream of what happens to them. One of its events is none that the document knows, if `lie` says so.
#[utoipa::path(get, path = "/invoices/{invoice_id}/events", operation_id = "invoices.follow", security(("bearer" = [])),
    params(("invoice_id" = String, Path, description = "The invoice's id.", max_length = 32, pattern = "^[a-z0-9]+$", example = "i17")),
    responses((status = 200, description = "The events.", body = InvoiceEvent, content_type = "text/event-stream")))]
async fn follow(Path(id): Path<String>) -> Sse<impl Stream<Item = std::result::Result<sse::Event, Infallible>>> {
    let is_lie = id == "lie";
    let event = |id: &str, name: &str, event: &InvoiceEvent| {
        let data = serde_json::to_string(event).unwrap_or_default();
        sse::Event::default().id(id).event(name).data(if is_lie { data.replace("250", "true") } else { data })
    };
    let events =
        [event("1", "sent", &InvoiceEvent::Sent { id }), event("2", "paid", &InvoiceEvent::Paid { cents: 250 })];
    Sse::new(stream::iter(events.map(Ok)))
}

/// Get the prices
///
/// Everybody may see them. What it answers depends on the wish: some of it is not what the document says.
#[utoipa::path(get, path = "/prices/{wish}", operation_id = "prices.get", security(()),
    params(("wish" = String, Path, description = "What to answer.", max_length = 32, pattern = "^[a-z]+$", example = "truth")),
    responses((status = 200, description = "The prices.", body = Invoice)))]
async fn prices(Path(wish): Path<String>) -> (StatusCode, axum::Json<serde_json::Value>) {
    let (status, body) = match wish.as_str() {
        "body" => (StatusCode::OK, json!({"id": "i1", "cents": "much"})),
        "status" => (StatusCode::IM_A_TEAPOT, json!({"id": "i1", "cents": 1})),
        "panic" => panic!("the host has a defect"),
        _ => (StatusCode::OK, json!({"id": "i1", "cents": 1})),
    };
    (status, axum::Json(body))
}

#[derive(OpenApi)]
#[openapi(tags(
    (name = "invoices", description = "What customers of this host owe."),
    (name = "prices", description = "What things cost at this host."),
))]
struct Document;

/// The host's operations.
pub(crate) fn routes() -> Routes {
    Routes::with_openapi(Document::openapi())
        .routes(routes!(list, create))
        .routes(routes!(get))
        .routes(routes!(follow))
        .routes(routes!(prices))
        .with_state(Invoices::default())
}
