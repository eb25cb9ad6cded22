//! Services beside the document: behind the gateway's layers, and judges of methods, parameters and bodies themselves.

use std::convert::Infallible;

use astra_core::auth::Role;
use astra_core::host::{CredentialPlace, Mount, Routes, Traits};
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, any_service};
use http::{HeaderMap, Method, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::{ServiceExt, service_fn};

use crate::faults::{assert_all, faults};
use crate::support::{TestApp, TestBackend};

/// Answers method, path and the size of the body.
async fn describe(request: Request) -> Result<Response, Infallible> {
    let line = format!("{} {}", request.method(), request.uri().path());
    Ok(match request.into_body().collect().await {
        Ok(body) => format!("{line} {}", body.to_bytes().len()).into_response(),
        Err(_) => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
    })
}

fn services() -> Routes {
    let own = Traits { credential: CredentialPlace::Own, body_bytes: Some(3 << 20), ..Traits::default() };
    Routes::new()
        .scope("rpc:call", "Calls procedures.", Role::Owner)
        .mount("/rpc", any_service(service_fn(describe)), Mount::for_callers("rpc", Role::Member, &["rpc:call"]))
        .mount("/rpc/{*rest}", any_service(service_fn(describe)), Mount::public("rpc").traits(own))
        .mount("/state", any(|| async { "fine" }), Mount::public("state"))
}

struct Answered {
    status: u16,
    headers: HeaderMap,
    text: String,
}

async fn ask(router: &Router, method: Method, uri: &str, token: Option<&str>, body: impl Into<Body>) -> Answered {
    let mut request = http::Request::builder().method(method).uri(uri).header("host", "localhost");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let response = router.clone().oneshot(request.body(body.into()).expect("a request")).await.expect("an answer");
    let (parts, body) = response.into_parts();
    let text = String::from_utf8(body.collect().await.expect("a body").to_bytes().to_vec()).expect("text");
    Answered { status: parts.status.as_u16(), headers: parts.headers, text }
}

async fn host() -> TestApp {
    TestApp::builder(TestBackend::sqlite()).routes(services()).open().await
}

#[tokio::test]
async fn a_service_has_callers_of_its_role_and_scopes() {
    let app = host().await;
    let router = app.standalone_router();
    let good = app.scoped(Role::Member, "rpc:call").token().await;
    for method in [Method::GET, Method::POST, Method::DELETE, Method::PATCH] {
        let answered = ask(&router, method.clone(), "/rpc?any=thing", Some(&good), "abc").await;
        assert_eq!((answered.status, answered.text.as_str()), (200, &*format!("{method} /rpc 3")));
        for header in ["x-request-id", "ratelimit", "x-content-type-options"] {
            assert!(answered.headers.contains_key(header), "{header}");
        }
        assert!(answered.headers["ratelimit"].to_str().is_ok_and(|text| text.starts_with("\"token\"")));
    }
    let status = async |token: Option<String>| {
        let answered = ask(&router, Method::POST, "/rpc", token.as_deref(), "").await;
        let problem: Value = serde_json::from_str(&answered.text).unwrap_or_default();
        (answered.status, problem["code"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(status(None).await, (401, "unauthorized".to_owned()));
    assert_eq!(status(Some("nonsense".to_owned())).await, (401, "unauthorized".to_owned()));
    assert_eq!(status(Some(app.scoped(Role::Viewer, "rpc:call").token().await)).await, (403, "forbidden".to_owned()));
    assert_eq!(
        status(Some(app.member().token().await)).await,
        (403, "forbidden".to_owned()),
        "by default it is an owner's"
    );
    assert_eq!(status(Some(app.owner().token().await)).await.0, 200);
}

#[tokio::test]
async fn a_service_may_check_its_own_credential_below_a_wildcard() {
    let app = host().await;
    let router = app.standalone_router();
    let answered = ask(&router, Method::PUT, "/rpc/a/b", None, vec![b'x'; 3 << 20]).await;
    assert_eq!((answered.status, answered.text.as_str()), (200, "PUT /rpc/a/b 3145728"));
    assert_eq!(ask(&router, Method::PUT, "/rpc/a/b", None, vec![b'x'; (3 << 20) + 1]).await.status, 413);
}

#[tokio::test]
async fn the_layers_of_operations_stand_before_it() {
    let builder = TestApp::builder(TestBackend::sqlite()).routes(services());
    let app = builder.config(|config| config.limits.address_requests_per_s = 3).open().await;
    let router = app.standalone_router();
    let large = ask(&router, Method::POST, "/state", None, vec![b'x'; 2 << 20]).await;
    assert_eq!(large.status, 413, "bodies are bounded as elsewhere");
    let request = http::Request::get("/state").header("host", "elsewhere.example");
    let foreign = router.clone().oneshot(request.body(Body::empty()).expect("a request")).await.expect("an answer");
    assert_eq!(foreign.status(), 421);
    assert_eq!(ask(&router, Method::GET, "/state", None, "").await.text, "fine");
    assert_eq!(ask(&router, Method::GET, "/state", None, "").await.status, 200);
    assert_eq!(ask(&router, Method::GET, "/state", None, "").await.status, 429);
}

#[tokio::test]
async fn the_document_does_not_have_it() {
    let json = host().await.viewer().get("/openapi.json").await.expect(200);
    assert!(!json["paths"].to_string().contains("/rpc") && !json["paths"].to_string().contains("/state"));
}

#[tokio::test]
async fn services_that_cannot_stand_where_they_are_put_are_faults() {
    let own = Traits { credential: CredentialPlace::Own, ..Traits::default() };
    let routes = services()
        .mount("/agents/{id}", any(|| async {}), Mount::public("a"))
        .mount("/docs/x", any(|| async {}), Mount::public("b"))
        .mount("/state", any(|| async {}), Mount::public("c"))
        .mount("/rpc/{*rest}/x", any(|| async {}), Mount::public("d"));
    assert_all(
        &faults(vec![routes]).await,
        &[
            "/agents/{id}: the path meets /agents/{agent_id}, which is the gateway's own",
            "/docs/x: the path is the gateway's own",
            "/state is registered twice",
            "/rpc/{*rest}/x: {*rest} is not {a_name} of a variable",
            "/rpc/{*rest}/x and /rpc/{*rest} are the same path",
        ],
    );
    let routes = Routes::new()
        .mount("/one", any(|| async {}), Mount::for_callers("one", Role::Viewer, &["rpc:call"]))
        .mount("/two", any(|| async {}), Mount::for_callers("two", Role::Viewer, &["chat:send"]).traits(own));
    assert_all(
        &faults(vec![routes]).await,
        &[
            "/one: it needs the scope \"rpc:call\", which no token can have",
            "/two: it checks its own credential, and needs another one",
        ],
    );
}
