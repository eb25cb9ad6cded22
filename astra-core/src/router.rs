//! Table of contents: the groups, then the layers that every request passes, each with its reason.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{MethodRouter, any, get};
use serde_json::Value;

use crate::api::{self, Operations};
use crate::app::App;
use crate::auth::{Role, Scope, ScopeTable};
use crate::config::LimitsConfig;
use crate::error::{Error, Result};
use crate::host;
#[cfg(any(feature = "console", feature = "docs"))]
use crate::http::IfNoneMatch;
use crate::http::PathCounts;
#[cfg(feature = "console")]
use crate::http::console;
use crate::http::contract::{self, Contract, Declared, Gate, Mount, PathContract, enforce};
#[cfg(feature = "docs")]
use crate::http::docs;
use crate::http::fallback;
use crate::http::host_header::{self, Hosts};
use crate::http::limit::{self, Limits};
use crate::http::mcp::{self, McpServer};
use crate::http::metrics;
use crate::http::origin::{self, Origins};
use crate::http::record::{self, Recorder};
use crate::http::{Caller, TraceParent};
use crate::openapi as document;

/// All operations, one line a group.
fn operations() -> Operations {
    let operations = Operations::new(document::frame());
    let operations = api::health::routes(operations);
    let operations = api::auth::routes(operations);
    let operations = api::agents::routes(operations);
    let operations = api::sessions::routes(operations);
    let operations = api::chat::routes(operations);
    let operations = api::memory::routes(operations);
    let operations = api::memory_profiles::routes(operations);
    let operations = api::tools::routes(operations);
    let operations = api::jobs::routes(operations);
    let operations = api::traces::routes(operations);
    let operations = api::workspaces::routes(operations);
    let operations = api::skills::routes(operations);
    let operations = api::inference::routes(operations);
    let operations = api::cron::routes(operations);
    let operations = api::webhooks::routes(operations);
    let operations = api::admin::routes(operations);
    let operations = api::spec::routes(operations);
    let metrics = Mount::for_callers("metrics", Role::Owner, &[Scope::AdminRead.as_str()]);
    let operations = operations.mount("/metrics", readable(get(metrics::answer)), metrics);
    #[cfg(feature = "docs")]
    let operations = reference(operations);
    #[cfg(feature = "console")]
    let operations = for_people(operations);
    mcp(operations)
}

/// The agents as an MCP server: for those who may ask agents.
fn mcp(operations: Operations) -> Operations {
    let server = Arc::new(McpServer::default());
    let answer = move |State(app): State<App>, caller: Caller, TraceParent(parent): TraceParent, request: Request| {
        let server = Arc::clone(&server);
        async move { mcp::serve(&server, &app, &caller, parent, request).await }
    };
    operations.mount("/mcp", any(answer), Mount::for_callers("mcp", Role::Member, &["chat:send"]))
}

/// The OpenAPI 3.1 document of this version: of the routes alone, without configuration, store or network.
///
/// # Errors
/// If the routes and the table of permissions contradict each other, which the tests exclude.
pub fn openapi() -> Result<Value> {
    let Finished { document, faults, .. } = finished(&[], &LimitsConfig::default());
    if faults.is_empty() { Ok(document) } else { Err(Error::internal(faults.join("; "))) }
}

/// Handlers by the paths of the document.
type Handlers = Vec<(String, MethodRouter<App>)>;

/// The operations with the contract that guards them.
pub struct Routes {
    /// What is served, and how it is judged.
    pub contract: Contract,
    handlers: Handlers,
}

/// Makes the document of a gateway with `limits`, with the operations of a host program, and reads it into what judges requests;
/// answers the document too.
///
/// # Errors
/// All that is wrong with the operations, and what the document says of them and this program cannot enforce.
pub fn routes(host: &[host::Routes], limits: &LimitsConfig) -> std::result::Result<(Routes, Value), Vec<String>> {
    let Finished { document, mut handlers, mounts, hosts, scopes, traits, faults } = finished(host, limits);
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut contract = contract::compile(&document, &hosts, &traits, Arc::new(scopes))?;
    let mut faults = Vec::new();
    for (path, service, mount) in mounts {
        match contract::mounted(&path, &mount, &contract.scopes) {
            Ok(mounted) => contract.paths.push(Arc::new(mounted)),
            Err(fault) => faults.push(fault),
        }
        handlers.push((path, service));
    }
    if faults.is_empty() { Ok((Routes { contract, handlers }, document)) } else { Err(faults) }
}

struct Finished {
    document: Value,
    handlers: Handlers,
    mounts: Vec<(String, MethodRouter<App>, Mount)>,
    /// The paths of operations that a host program brought.
    hosts: BTreeSet<String>,
    scopes: ScopeTable,
    traits: Declared,
    faults: Vec<String>,
}

fn finished(host: &[host::Routes], limits: &LimitsConfig) -> Finished {
    let Operations { document, mut handlers, mut mounts, mut faults } = operations();
    let mut document = serde_json::to_value(document).unwrap_or_else(|fault| {
        faults.push(format!("the document cannot be written: {fault}"));
        Value::Null
    });
    let scopes = host::table(host, &mut faults);
    host::describe(&mut document, &scopes);
    let mounted = mounts.iter().map(|(path, ..)| path.clone());
    let own = host::join(&mut document, host, &scopes, mounted, &mut faults);
    let hosts: BTreeSet<String> = own.handlers.iter().map(|(path, _)| path.clone()).collect();
    handlers.extend(own.handlers);
    mounts.extend(own.mounts);
    let traits = contract::complete(&mut document, &hosts, &scopes, limits.body_bytes, &mut faults);
    if !hosts.is_empty() {
        faults.extend(contract::dangling(&document));
    }
    // Several passes may stumble over the same thing.
    let mut seen = BTreeSet::new();
    faults.retain(|fault| seen.insert(fault.clone()));
    Finished { document, handlers, mounts, hosts, scopes, traits, faults }
}

/// What stands before all that is served.
#[derive(Clone)]
pub struct Door {
    /// The quotas.
    pub limits: Arc<Limits>,
    /// The names that the gateway answers to.
    pub hosts: Hosts,
}

/// The gateway's routes, to nest or merge into a host's router. Unknown paths are the host's.
#[expect(clippy::disallowed_methods, reason = "the one place where operations become routes, each behind its contract")]
pub fn router(routes: &Routes, app: &App, door: &Door) -> Router {
    let mut router = Router::new();
    for (template, handlers) in &routes.handlers {
        // A path without a contract cannot come about, and if it did it would not be served.
        let Some(path) = routes.contract.path(template) else { continue };
        router = router.route(template, guarded(handlers.clone(), path, app, door));
    }
    router.with_state(app.clone())
}

/// The layers of one path.
struct Guard {
    recorder: Recorder,
    hosts: Hosts,
    origins: Origins,
    gate: Gate,
}

fn recorder(path: Option<&Arc<PathContract>>, app: &App, door: &Door) -> Recorder {
    let counts = PathCounts::new(&app.metrics, path.map(AsRef::as_ref));
    Recorder { ids: app.ids.clone(), path: path.cloned(), counts, limits: Arc::clone(&door.limits) }
}

fn guarded(handlers: MethodRouter<App>, path: &Arc<PathContract>, app: &App, door: &Door) -> MethodRouter<App> {
    let guard = Guard {
        recorder: recorder(Some(path), app, door),
        hosts: door.hosts.clone(),
        origins: Origins::new(&app.config.allowed_origins),
        gate: Gate { path: Arc::clone(path), app: app.clone(), limits: Arc::clone(&door.limits) },
    };
    // Bodies are bounded by the contract, and here beyond what axum's extractors allow.
    let handlers = if path.has_own_limit() { handlers.layer(DefaultBodyLimit::disable()) } else { handlers };
    handlers.layer::<_, Infallible>(from_fn_with_state(Arc::new(guard), pass))
}

/// The layers, outermost first. They are one to axum, which takes a box and a copy of the route for each.
async fn pass(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    let gate = &guard.gate;
    // A defect in one request is that request's problem; nothing reaches a handler but what the document describes, from
    // callers whom it admits.
    let enforced = |request| record::contain(enforce(gate, request, next));
    // A flood is refused before it costs a signature check.
    let limited = |request| limit::by_address(&gate.limits, Some(&gate.path), request, enforced);
    // A page of an allowed origin may read refusals too.
    let shared = |request| origin::share(&guard.origins, Some(&gate.path), request, limited);
    // A page cannot come here by a name of its own.
    let invited = |request| host_header::admit(&guard.hosts, request, shared);
    // Whichever layer refuses, the operation's clients can read it.
    let shaped = |request| contract::shape(&gate.path, request, invited);
    // Every answer has its id, its log line and the body of its refusal.
    record::record(&guard.recorder, request, shaped).await
}

/// The router of a gateway that stands alone: unknown paths get a problem too, and `/` leads to the console or the reference.
#[expect(clippy::disallowed_methods, reason = "what is no operation: the way to the pages, and unknown paths")]
pub fn standalone(router: Router, app: &App, door: &Door) -> Router {
    #[cfg(any(feature = "console", feature = "docs"))]
    let router = router.route("/", beside(readable(get(fallback::root)), app, door));
    router.fallback_service(beside(any(fallback::not_found), app, door))
}

/// The API reference: files for a browser, not operations. They are the same for every caller and say nothing of this
/// gateway, so that they are public.
#[cfg(feature = "docs")]
fn reference(operations: Operations) -> Operations {
    let operations = docs::ASSETS.into_iter().fold(operations, |operations, asset| {
        let answer = move |known: IfNoneMatch, request: Request| asset.answer(known, request);
        operations.mount(asset.path, readable(get(answer)), Mount::public("docs"))
    });
    operations.mount("/docs/", readable(get(docs::redirect)), Mount::public("docs"))
}

/// The console: a page for a browser and its files, public for the same reasons.
#[cfg(feature = "console")]
fn for_people(operations: Operations) -> Operations {
    console::PATHS.into_iter().fold(operations, |operations, path| {
        operations.mount(path, readable(get(console::answer)), Mount::public("console"))
    })
}

/// Other methods than GET get a problem.
fn readable<S: Clone + Send + Sync + 'static>(file: MethodRouter<S>) -> MethodRouter<S> {
    file.fallback(fallback::method_not_allowed)
}

/// The layers of what stands beside the contract; their reasons are those of [`pass`].
fn beside(handlers: MethodRouter, app: &App, door: &Door) -> MethodRouter {
    let recorder = recorder(None, app, door);
    let layers = Arc::new((recorder, door.hosts.clone(), Origins::new(&app.config.allowed_origins)));
    handlers.layer::<_, Infallible>(from_fn_with_state(layers, pass_beside))
}

async fn pass_beside(State(layers): State<Arc<(Recorder, Hosts, Origins)>>, request: Request, next: Next) -> Response {
    let (recorder, hosts, origins) = layers.as_ref();
    let contained = |request| record::contain(next.run(request));
    let limited = |request| limit::by_address(&recorder.limits, None, request, contained);
    let shared = |request| origin::share(origins, None, request, limited);
    let invited = |request| host_header::admit(hosts, request, shared);
    record::record(recorder, request, invited).await
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
