//! Scopes that a host declares: given, narrowed, shown and checked as the gateway's own are, and kept by name.

use std::sync::Arc;

use astra_core::auth::{Authenticator, Error, Identity, Principal, Role, ScopeSet};
use astra_core::host::{Json, Routes, routes};
use astra_core::store::WorkspaceId;
use astra_core::testing::document_rules;
use astra_core::{Gateway, Job, JobContext, JobError};
use futures_util::future::BoxFuture;
use http::HeaderMap;
use serde_json::{Value, json};
use utoipa::OpenApi;

use crate::support::{OnBackend, TestApp, TestBackend, both_backends};

/// Cancels receipts later.
struct CancelReceipts;

impl Job for CancelReceipts {
    type Payload = Value;
    type Output = ();
    const NAME: &'static str = "receipts.cancel";
    const SCOPE: Option<&'static str> = Some("receipts:cancel");

    fn payload_schema() -> Value {
        json!({"type": "object"})
    }

    async fn run(&self, _payload: Value, _context: JobContext) -> Result<(), JobError> {
        Ok(())
    }
}

/// A type of job may need a scope of the host.
#[tokio::test]
async fn a_job_needs_the_scope_that_its_type_names() {
    let builder =
        TestApp::builder(TestBackend::sqlite()).routes(receipts()).host(|builder| builder.job(CancelReceipts));
    let app = builder.open().await;
    let enqueue = async |scopes: &str| {
        app.scoped(Role::Member, scopes).post("/jobs").json(&json!({"type": "receipts.cancel"})).await
    };
    enqueue("jobs:write,receipts:read").await.expect_problem(403, "forbidden");
    enqueue("jobs:write,receipts:cancel").await.expect(202);
}

const ACCOUNTS: &str = "/auth/service-accounts";

/// List the receipts
///
/// For readers of receipts.
#[utoipa::path(get, path = "/receipts", operation_id = "receipts.list", security(("bearer" = ["receipts:read"])),
    responses((status = 200, description = "The receipts.", body = Vec<String>)))]
async fn list() -> Json<Vec<String>> {
    Json(vec!["r1".to_owned()])
}

/// Cancel the receipts
///
/// For callers who may also send messages to agents.
#[utoipa::path(post, path = "/receipts/cancel", operation_id = "receipts.cancel",
    security(("bearer" = ["receipts:cancel", "chat:send"])), responses((status = 204, description = "Cancelled.")))]
async fn cancel() -> http::StatusCode {
    http::StatusCode::NO_CONTENT
}

#[derive(OpenApi)]
#[openapi(tags((name = "receipts", description = "What customers of this host paid.")))]
struct Document;

/// Scopes by role, and one that is given by name only.
fn receipts() -> Routes {
    Routes::with_openapi(Document::openapi())
        .scope("receipts:read", "Reads receipts.", Role::Viewer)
        .scope("receipts:write", "Writes receipts.", Role::Admin)
        .scope("receipts:cancel", "Cancels receipts.", None)
        .routes(routes!(list))
        .routes(routes!(cancel))
}

/// A gateway with them.
struct Host(TestApp);

impl OnBackend for Host {
    async fn on(backend: TestBackend) -> Self {
        Self(TestApp::builder(backend).routes(receipts()).open().await)
    }
}

/// A service account with `scopes`, and a token of it.
async fn issued(app: &TestApp, scopes: &Value) -> (Value, String) {
    let new = json!({"name": "till", "role": "viewer", "scopes": scopes});
    let account = app.owner().post(ACCOUNTS).json(&new).await.expect(201);
    let tokens = format!("{ACCOUNTS}/{}/tokens", account["id"].as_str().expect("an id"));
    let token = app.owner().post(&tokens).json(&json!({})).await.expect(201);
    assert_eq!(&token["token"]["scopes"], scopes);
    (account, token["secret"].as_str().expect("a secret").to_owned())
}

fn path_of(account: &Value) -> String {
    format!("{ACCOUNTS}/{}", account["id"].as_str().expect("an id"))
}

both_backends! {
    async fn a_scope_is_given_shown_and_checked(host: Host) {
        let app = host.0;
        let scopes = json!(["auth:read", "receipts:read"]);
        let (account, secret) = issued(&app, &scopes).await;
        assert_eq!(account["scopes"], scopes);
        let till = app.bearer(&secret);
        till.get("/receipts").await.expect(200);
        assert_eq!(till.get("/auth/me").await.expect(200)["scopes"], scopes);
        let problem = till.post("/receipts/cancel").await.expect_problem(403, "forbidden");
        assert_eq!(
            problem["detail"],
            "This operation needs the scope chat:send receipts:cancel, which the credential does not have."
        );
        // What the account loses, its tokens lose at once.
        let less = json!({"scopes": ["auth:read"]});
        app.owner().patch(&path_of(&account)).json(&less).await.expect(200);
        till.get("/receipts").await.expect_problem(403, "forbidden");
    }

    async fn a_scope_that_is_no_longer_declared_does_not_count_and_is_kept(host: Host) {
        let (account, secret) = issued(&host.0, &json!(["auth:read", "receipts:read"])).await;
        // The same store under a program without receipts.
        let app = TestApp::builder(host.0.close()).open().await;
        let till = app.bearer(&secret);
        assert_eq!(till.get("/auth/me").await.expect(200)["scopes"], json!(["auth:read"]));
        assert_eq!(app.owner().get(&path_of(&account)).await.expect(200)["scopes"], json!(["auth:read"]));
        let tokens = format!("{}/tokens", path_of(&account));
        let listed = app.owner().get(&tokens).await.expect(200);
        assert_eq!(listed["data"][0]["scopes"], json!(["auth:read"]));
        drop(till);
        // Another number for the same name: what counts is the name.
        let moved = Routes::new().scope("till:open", "Opens the till.", Role::Viewer);
        let app = TestApp::builder(app.close()).routes(moved).routes(receipts()).open().await;
        let till = app.bearer(&secret);
        till.get("/receipts").await.expect(200);
        assert_eq!(till.get("/auth/me").await.expect(200)["scopes"], json!(["auth:read", "receipts:read"]));
    }
}

async fn host() -> TestApp {
    Host::on(TestBackend::sqlite()).await.0
}

#[tokio::test]
async fn roles_have_the_scopes_that_are_declared_for_them() {
    let app = host().await;
    let scopes = async |role: Role| app.role(role).get("/auth/me").await.expect(200)["scopes"].clone();
    let has = |scopes: &Value, name: &str| scopes.as_array().expect("a list").contains(&json!(name));
    let (viewer, admin, owner) = (scopes(Role::Viewer).await, scopes(Role::Admin).await, scopes(Role::Owner).await);
    assert!(has(&viewer, "receipts:read") && !has(&viewer, "receipts:write"), "{viewer}");
    assert!(has(&admin, "receipts:read") && has(&admin, "receipts:write"), "{admin}");
    assert!(!has(&owner, "receipts:cancel"), "{owner}");
    app.viewer().get("/receipts").await.expect(200);
    app.owner().post("/receipts/cancel").await.expect_problem(403, "forbidden");
    assert_eq!(app.scoped(Role::Viewer, "receipts:cancel,chat:send").post("/receipts/cancel").await.status, 204);
}

#[tokio::test]
async fn a_person_signs_in_with_them_and_narrows_them() {
    let app = host().await;
    let account =
        json!({"email": "ada@example.org", "password": "correct horse battery", "setup_code": app.setup_code()});
    app.anonymous().post("/auth/register").json(&account).await.expect(201);
    let grant = async |scope: Option<&str>| {
        let mut grant =
            json!({"grant_type": "password", "username": "ada@example.org", "password": "correct horse battery"});
        if let Some(scope) = scope {
            grant["scope"] = scope.into();
        }
        app.anonymous().post("/auth/token").json(&grant).await
    };
    let all = grant(None).await.expect(200);
    let words: Vec<&str> = all["scope"].as_str().expect("scopes").split(' ').collect();
    assert!(words.contains(&"receipts:write") && !words.contains(&"receipts:cancel"), "{words:?}");
    let narrow = grant(Some("receipts:read")).await.expect(200);
    assert_eq!(narrow["scope"], "receipts:read");
    let caller = app.bearer(narrow["access_token"].as_str().expect("a token"));
    caller.get("/receipts").await.expect(200);
    caller.get("/auth/me").await.expect_problem(403, "forbidden");
    grant(Some("receipts:cancel")).await.expect_oauth(400, "invalid_scope");
    grant(Some("receipts:print")).await.expect_oauth(400, "invalid_scope");
}

#[tokio::test]
async fn no_caller_gives_what_it_does_not_have() {
    let app = host().await;
    let new =
        |scope: &str| json!({"name": format!("a {}", scope.replace(':', " ")), "role": "viewer", "scopes": [scope]});
    let problem = app.admin().post(ACCOUNTS).json(&new("receipts:cancel")).await.expect_problem(403, "forbidden");
    assert!(problem["detail"].as_str().is_some_and(|text| text.contains("receipts:cancel")), "{problem}");
    // An owner with a token that is not narrowed gives every scope.
    app.owner().post(ACCOUNTS).json(&new("receipts:cancel")).await.expect(201);
    app.scoped(Role::Owner, "auth:write")
        .post(ACCOUNTS)
        .json(&new("receipts:read"))
        .await
        .expect_problem(403, "forbidden");
    let unknown = app.owner().post(ACCOUNTS).json(&new("receipts:print")).await.expect_problem(422, "invalid_request");
    assert_eq!(unknown["errors"][0]["pointer"], "/scopes/0");
    assert!(unknown["errors"][0]["detail"].as_str().is_some_and(|text| text.contains("receipts:cancel")), "{unknown}");
}

#[tokio::test]
async fn the_document_has_the_scopes_with_their_descriptions() {
    let json = host().await.viewer().get("/openapi.json").await.expect(200);
    assert_eq!(document_rules(&json), [""; 0]);
    let names = &json["components"]["schemas"]["ScopeName"];
    let listed = names["enum"].as_array().expect("names");
    assert_eq!(listed[listed.len() - 3..], [json!("receipts:read"), json!("receipts:write"), json!("receipts:cancel")]);
    let text = names["description"].as_str().expect("a description");
    assert!(text.contains("\n- `receipts:read`: Reads receipts.\n- `receipts:write`: Writes receipts."), "{text}");
    let operation = &json["paths"]["/receipts"]["get"];
    assert_eq!(operation["security"], json!([{"bearer": ["receipts:read"]}]));
    assert!(operation["description"].as_str().is_some_and(|text| text.ends_with("and the scope `receipts:read`.")));
    let cancel = &json["paths"]["/receipts/cancel"]["post"];
    assert_eq!(
        cancel["security"],
        json!([{"bearer": ["chat:send", "receipts:cancel"]}]),
        "the gateway's own come first"
    );
}

#[tokio::test]
async fn a_reader_gets_the_operations_of_its_scopes() {
    let app = host().await;
    let mine = async |scopes: &str| {
        let part = app.scoped(Role::Viewer, scopes).get("/openapi.json?mine=true").await.expect(200);
        part["paths"].as_object().expect("paths").keys().filter(|path| path.starts_with("/receipts")).count()
    };
    assert_eq!(mine("spec:read").await, 0);
    assert_eq!(mine("spec:read,receipts:read").await, 1);
    assert_eq!(mine("spec:read,receipts:read,receipts:cancel,chat:send").await, 2);
}

/// A host's users: the scopes of each are in a header.
struct HostUsers(astra_core::auth::ScopeTable);

impl Authenticator for HostUsers {
    fn authenticate<'a>(&'a self, headers: &'a HeaderMap) -> BoxFuture<'a, Result<Arc<Identity>, Error>> {
        let scopes = headers.get("x-scopes").and_then(|scopes| scopes.to_str().ok());
        let scopes = scopes.map_or(ScopeSet::default(), |scopes| self.0.known(scopes));
        let identity = Identity {
            workspace: WorkspaceId::named("wsp_host"),
            principal: Principal::Host,
            subject: "usr_ada".to_owned(),
            role: Role::Member,
            scopes,
            expires_at_ms: None,
        };
        Box::pin(async { Ok(Arc::new(identity)) })
    }
}

#[tokio::test]
async fn an_authenticator_of_the_host_gives_them() {
    let scopes = Gateway::builder(TestBackend::sqlite().config()).routes(receipts()).scopes().expect("good scopes");
    let app = TestApp::builder(TestBackend::sqlite()).routes(receipts()).authenticator(HostUsers(scopes)).open().await;
    let get = |scopes: &'static str| app.anonymous().get("/receipts").header("x-scopes", scopes);
    get("receipts:read").await.expect(200);
    get("receipts:write").await.expect_problem(403, "forbidden");
}
