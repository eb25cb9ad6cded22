//! The gateway within a host program: beside its routes, below a prefix, with its users.

use std::sync::Arc;
use std::time::Duration;

use astra_core::Gateway;
use astra_core::auth::{Authenticator, Error, Identity, Principal, Role, ScopeTable};
use astra_core::store::WorkspaceId;
use astra_core::work::TaskState;
use axum::Router;
use axum::body::Body;
use axum::routing::get;
use futures_util::future::BoxFuture;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::{Gate, Reply, TestApp, TestBackend, Upstream};

/// The host knows its users by a header of its own.
struct HostUsers;

impl Authenticator for HostUsers {
    fn authenticate<'a>(&'a self, headers: &'a HeaderMap) -> BoxFuture<'a, Result<Arc<Identity>, Error>> {
        let name = headers.get("x-host-user").and_then(|name| name.to_str().ok());
        let identity = name.map(|name| Identity {
            workspace: WorkspaceId::named("wsp_host"),
            principal: Principal::Host,
            subject: format!("usr_{name}"),
            role: Role::Member,
            scopes: ScopeTable::default().default_of(Role::Member),
            expires_at_ms: None,
        });
        Box::pin(async { identity.map(Arc::new).ok_or(Error::Unauthorized("The host knows nobody of this name.")) })
    }
}

async fn ask(router: &Router, uri: &str, user: Option<&str>) -> (StatusCode, Value) {
    let mut request = Request::get(uri);
    if let Some(user) = user {
        request = request.header("x-host-user", user);
    }
    let request = request.body(Body::empty()).expect("a request");
    let response = router.clone().oneshot(request).await.expect("an answer");
    let status = response.status();
    let bytes = response.into_body().collect().await.expect("a body").to_bytes();
    let text = || Value::String(String::from_utf8_lossy(&bytes).into_owned());
    (status, serde_json::from_slice(&bytes).unwrap_or_else(|_| text()))
}

#[expect(clippy::disallowed_methods, reason = "the host's own routes are its own business")]
fn host() -> Router {
    Router::new()
        .route("/", get(|| async { "the host" }))
        .fallback(|| async { (StatusCode::NOT_FOUND, "the host's 404") })
}

async fn gateway(backend: &TestBackend) -> Gateway {
    Gateway::builder(backend.config()).authenticator(HostUsers).open().await.expect("the gateway opens")
}

#[tokio::test]
async fn it_stands_beside_the_hosts_routes() {
    let backend = TestBackend::sqlite();
    #[expect(clippy::disallowed_methods, reason = "as a host does it")]
    let router = host().merge(gateway(&backend).await.router());
    assert_eq!(ask(&router, "/", None).await, (StatusCode::OK, "the host".into()));
    assert_eq!(ask(&router, "/health", None).await.1["status"], "ok");
    assert_eq!(ask(&router, "/sessions", None).await.0, 401);
    assert_eq!(ask(&router, "/sessions", Some("ada")).await.1["data"], serde_json::json!([]));
    assert_eq!(ask(&router, "/nothing", None).await, (StatusCode::NOT_FOUND, "the host's 404".into()));
}

#[tokio::test]
async fn it_works_below_a_prefix() {
    let backend = TestBackend::sqlite();
    #[expect(clippy::disallowed_methods, reason = "as a host does it")]
    let router = host().nest("/gateway", gateway(&backend).await.router());
    assert_eq!(ask(&router, "/gateway/health", None).await.1["status"], "ok");
    assert_eq!(ask(&router, "/gateway/sessions?x=1", Some("ada")).await.0, 422);
    let (status, problem) = ask(&router, "/gateway/sessions/nonsense", Some("ada")).await;
    assert_eq!((status.as_u16(), &problem["errors"][0]["pointer"]), (422, &"path/session_id".into()));
    assert_eq!(ask(&router, "/gateway/nothing", None).await, (StatusCode::NOT_FOUND, "the host's 404".into()));
    assert_eq!(ask(&router, "/health", None).await.0, 404);
}

#[tokio::test]
async fn its_users_are_the_hosts_and_its_roles_are_ours() {
    let app = TestApp::builder(TestBackend::sqlite()).authenticator(HostUsers).open().await;
    let ask = |uri: &str| app.anonymous().get(uri).header("x-host-user", "ada");
    ask("/sessions").await.expect(200);
    app.anonymous()
        .post("/inference/providers/echo/check")
        .header("x-host-user", "ada")
        .await
        .expect_problem(403, "forbidden");
    // Who hands in an authenticator decides alone: the gateway's own tokens are worth nothing then.
    app.owner().get("/sessions").await.expect_problem(401, "unauthorized");
}

#[tokio::test]
async fn a_host_that_merges_the_routes_can_end_turns() {
    let (gate, upstream) = (Gate::closed(), Upstream::start().await);
    upstream.will(Reply::After(gate.clone(), "in time".into()));
    upstream.will(Reply::Hang);
    let builder = TestApp::builder(TestBackend::sqlite()).upstream("slow", &upstream.url());
    let app = builder.agent("slow", json!({"model": {"provider": "slow"}})).open().await;
    let member = app.member();
    let ask = |place: &str| {
        let question = json!({"agent_id": "slow", "message": "hello", "surface_id": place});
        member.post("/chat").json(&question).into_future()
    };
    let second = async {
        upstream.wait_for(1).await;
        ask("two").await
    };
    let host = async {
        upstream.wait_for(2).await;
        app.gateway().shutdown(Duration::from_millis(500)).await;
    };
    let others = async {
        while app.anonymous().get("/health/ready").await.status != 503 {
            tokio::task::yield_now().await;
        }
        ask("three").await.expect_problem(503, "unavailable");
        gate.open();
    };
    let (first, second, (), ()) = tokio::join!(ask("one"), second, host, others);
    assert_eq!(first.expect(200)["content"], "in time");
    second.expect_problem(503, "interrupted");
    let left: Vec<_> = app.supervisor().tasks().into_iter().filter(|task| task.state != TaskState::Ended).collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(app.supervisor().groups().iter().all(|group| group.running == 0));
    app.gateway().shutdown(Duration::ZERO).await;
}

#[test]
fn the_document_needs_no_gateway() {
    assert_eq!(astra_core::openapi().expect("a document")["info"]["title"], "Astra");
}
