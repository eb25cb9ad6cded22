//! The document and the router, both ways: nothing documented that is not served, nothing served that is not documented.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;

use crate::support::{TestApp, document};

/// What is served beside the contract: for people with a browser the console and the API reference, each with its files, the
/// metrics, and the MCP server, whose protocol is not of the document.
fn is_beside(path: &str) -> bool {
    let is_page = |page: &str| path.strip_prefix(page).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    path == "/metrics" || path == "/mcp" || is_page("/docs") || is_page("/console")
}

type Methods = BTreeMap<String, BTreeSet<String>>;

#[tokio::test]
async fn what_axum_routes_is_what_the_document_says() {
    let app = TestApp::new().await;
    let mut routed = routed(&format!("{:?}", app.gateway_router()));
    routed.retain(|path, _| !is_beside(path));
    assert_eq!(routed, documented());
}

#[tokio::test]
async fn a_route_that_is_not_documented_would_be_seen() {
    let app = TestApp::new().await;
    #[expect(clippy::disallowed_methods, reason = "the very thing that the test before must find")]
    let rogue = app.gateway_router().route("/rogue", axum::routing::get(|| async {}).post(|| async {}));
    let routed = routed(&format!("{rogue:?}"));
    assert_eq!(routed["/rogue"], BTreeSet::from(["GET".to_owned(), "POST".to_owned()]));
}

#[tokio::test]
async fn other_methods_are_refused_with_those_that_are_not() {
    let app = TestApp::new().await;
    for (path, methods) in documented() {
        let mut allowed = methods;
        if allowed.contains("GET") {
            allowed.insert("HEAD".to_owned());
        }
        for name in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"] {
            if allowed.contains(name) {
                continue;
            }
            let method = Method::from_bytes(name.as_bytes()).expect("a method");
            let answer = app.owner().ask(method, &path.replace(['{', '}'], "")).await;
            assert_eq!(answer.status, 405, "{name} {path}");
            let told: BTreeSet<String> = answer.header("allow").split(", ").map(str::to_owned).collect();
            assert_eq!(told, allowed, "{name} {path}");
        }
    }
}

#[tokio::test]
async fn other_paths_are_not_found() {
    let app = TestApp::new().await;
    for path in ["/nothing", "/health/", "/health/live/", "/openapi", "/%00", "/..%2f..%2fetc/passwd"] {
        app.owner().get(path).await.expect_problem(404, "not_found");
    }
}

fn documented() -> Methods {
    let mut methods = Methods::new();
    for (path, method, _) in document().operations() {
        methods.entry(path.to_owned()).or_default().insert(method);
    }
    methods
}

/// What axum holds, read from its debug output: `RouteId(0): "/health"` and
/// `RouteId(0): MethodRouter(MethodRouter { get: BoxedHandler, head: None, .. allow_header: .. })`.
fn routed(debug: &str) -> Methods {
    let (own, _) = debug.split_once("fallback_router:").unwrap_or((debug, ""));
    let entries = || own.split("RouteId(").filter_map(|part| part.split_once("): "));
    let paths: BTreeMap<&str, &str> =
        entries().filter_map(|(number, rest)| Some((number, rest.strip_prefix('"')?.split('"').next()?))).collect();
    let mut methods = Methods::new();
    for (number, rest) in entries() {
        let names = if let Some((handlers, _)) = rest.split_once("allow_header") {
            let fields = handlers.split(['{', ',']).filter_map(|field| field.trim().split_once(": "));
            let set = fields.filter(|(name, value)| *value != "None" && *name != "fallback");
            set.map(|(name, _)| name.to_uppercase()).collect()
        } else if rest.starts_with("Route(") {
            BTreeSet::from(["SERVICE".to_owned()])
        } else {
            continue;
        };
        methods.insert(paths[number].to_owned(), names);
    }
    assert!(methods.len() > 3, "axum prints routes otherwise now: {own}");
    methods
}
