//! Table of contents: the groups, then the layers that every request passes, each with its reason.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, any};
#[cfg(feature = "docs")]
use axum::{extract::Request, routing::get};
use serde_json::Value;
use tower_http::catch_panic::CatchPanicLayer;

use crate::api::{self, Operations};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::contract::{self, Contract, Gate, PathContract, enforce};
use crate::http::fallback;
use crate::http::limit::{self, Limits};
use crate::http::origin::{self, Origins};
use crate::http::trace::{self, Recorder};
#[cfg(feature = "docs")]
use crate::http::{IfNoneMatch, docs};
use crate::openapi as document;

/// All operations, one line a group.
fn operations() -> Operations {
    let operations = Operations::new(document::frame());
    let operations = api::health::routes(operations);
    let operations = api::auth::routes(operations);
    let operations = api::agents::routes(operations);
    let operations = api::sessions::routes(operations);
    let operations = api::chat::routes(operations);
    let operations = api::inference::routes(operations);
    api::spec::routes(operations)
}

/// The OpenAPI 3.1 document of this version: of the routes alone, without configuration, store or network.
///
/// # Errors
/// If the routes and the table of permissions contradict each other, which the tests exclude.
pub fn openapi() -> Result<Value> {
    finished(operations()).map(|(document, _)| document)
}

/// Handlers by the paths of the document.
type Handlers = Vec<(String, MethodRouter<App>)>;

/// The operations with the contract that guards them.
pub struct Routes {
    /// What is served, and how it is judged.
    pub contract: Contract,
    handlers: Handlers,
}

/// Makes the document and reads it into what judges requests.
///
/// # Errors
/// As [`openapi`].
pub fn routes() -> Result<Routes> {
    let (document, handlers) = finished(operations())?;
    let contract = contract::compile(document).map_err(Error::internal)?;
    Ok(Routes { contract, handlers })
}

fn finished(operations: Operations) -> Result<(Value, Handlers)> {
    let raw = serde_json::to_value(operations.document).map_err(Error::internal)?;
    let document = match contract::finish(raw) {
        Ok(document) if operations.faults.is_empty() => document,
        Ok(_) => return Err(Error::internal(operations.faults.join("; "))),
        Err(faults) => return Err(Error::internal([operations.faults, faults].concat().join("; "))),
    };
    Ok((document, operations.handlers))
}

/// The gateway's routes, to nest or merge into a host's router. Unknown paths are the host's.
#[expect(clippy::disallowed_methods, reason = "the one place where operations become routes, each behind its contract")]
pub fn router(routes: &Routes, app: &App, limits: &Arc<Limits>) -> Router {
    let mut router = Router::new();
    for (template, handlers) in &routes.handlers {
        // A path without a contract cannot come about, and if it did it would not be served.
        let Some(path) = routes.contract.path(template) else { continue };
        router = router.route(template, guarded(handlers.clone(), path, app, limits));
    }
    let router = router.with_state(app.clone());
    #[cfg(feature = "docs")]
    let router = reference(router, app, limits);
    router
}

/// The layers, innermost first.
fn guarded(
    handlers: MethodRouter<App>,
    path: &Arc<PathContract>,
    app: &App,
    limits: &Arc<Limits>,
) -> MethodRouter<App> {
    let gate = Gate::new(Arc::clone(path), app.clone(), Arc::clone(limits));
    let origins = Origins::new(&app.config.allowed_origins);
    handlers
        // Nothing reaches a handler but what the document describes, from callers whom it admits.
        .layer::<_, Infallible>(from_fn_with_state(gate, enforce))
        // A defect in one request is that request's problem.
        .layer::<_, Infallible>(CatchPanicLayer::custom(trace::panicked))
        // A flood is refused before it costs a signature check.
        .layer::<_, Infallible>(from_fn_with_state((Arc::clone(limits), Some(Arc::clone(path))), limit::by_address))
        // A page of an allowed origin may read refusals too.
        .layer::<_, Infallible>(from_fn_with_state((origins, Arc::clone(path)), origin::share))
        // Outermost, so that every answer has its id, its log line and the body of its refusal.
        .layer::<_, Infallible>(from_fn_with_state(Recorder { ids: app.ids.clone(), path: Some(Arc::clone(path)) }, trace::record))
}

/// The router of a gateway that stands alone: unknown paths get a problem too, and `/` leads to the reference.
#[expect(clippy::disallowed_methods, reason = "what is no operation: the way to the reference, and unknown paths")]
pub fn standalone(router: Router, app: &App, limits: &Arc<Limits>) -> Router {
    #[cfg(feature = "docs")]
    let router = router.route("/", beside(readable(get(docs::redirect)), app, limits));
    router.fallback_service(beside(any(fallback::not_found), app, limits))
}

/// The API reference: files for a browser, not operations. They are the same for everybody and say nothing of this
/// gateway, so that the contract has nothing to guard here.
#[cfg(feature = "docs")]
#[expect(clippy::disallowed_methods, reason = "files for a browser are no operations")]
fn reference(router: Router, app: &App, limits: &Arc<Limits>) -> Router {
    let router = docs::ASSETS.into_iter().fold(router, |router, asset| {
        let answer = move |known: IfNoneMatch, request: Request| asset.answer(known, request);
        router.route(asset.path, beside(readable(get(answer)), app, limits))
    });
    router.route("/docs/", beside(readable(get(docs::redirect)), app, limits))
}

/// Other methods than GET get a problem.
#[cfg(feature = "docs")]
fn readable(file: MethodRouter) -> MethodRouter {
    file.fallback(fallback::method_not_allowed)
}

/// The layers of what stands beside the contract; their reasons are those of [`guarded`].
fn beside(handlers: MethodRouter, app: &App, limits: &Arc<Limits>) -> MethodRouter {
    handlers
        .layer::<_, Infallible>(CatchPanicLayer::custom(trace::panicked))
        .layer::<_, Infallible>(from_fn_with_state((Arc::clone(limits), None), limit::by_address))
        .layer::<_, Infallible>(from_fn_with_state(Recorder { ids: app.ids.clone(), path: None }, trace::record))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_routes_and_the_table_agree() {
        let document = openapi().unwrap_or_else(|fault| panic!("{:?}", fault.source));
        assert!(document["paths"]["/health"]["get"].is_object());
    }
}
