//! MCP servers of several gateways and starts: what one has connected, all have. The server is another gateway, whose agents are
//! its tools.

use std::time::Duration;

use astra_core::config::{Config, Secret};
use astra_core::store::Rows;
use astra_core::tools::mcp::{McpHttp, McpServerSpec, McpTransport};
use serde_json::{Value, json};

use crate::support::{Caller, Listening, TestApp, TestAppBuilder, TestBackend, both_backends};
use crate::tools::{SERVERS, http_server, names};

/// The tool that the server offers, as the gateway under test names it.
const TOOL: &str = "up__helper";
const UP: &str = "/tools/servers/up";

/// A gateway that is an MCP server.
struct Server {
    listening: Listening,
    token: String,
    _app: TestApp,
}

impl Server {
    async fn start() -> Self {
        let mut app = TestApp::builder(TestBackend::sqlite()).agent("helper", json!({})).open().await;
        let token = app.member().token().await;
        let listening = app.listen().await;
        Self { listening, token, _app: app }
    }

    fn url(&self) -> String {
        format!("http://{}/mcp", self.listening.address)
    }

    /// What connects it.
    fn description(&self) -> Value {
        let authorization = format!("Bearer {}", self.token);
        json!({"name": "up", "transport": {"type": "http", "url": self.url(), "headers": {"Authorization": authorization}}})
    }
}

/// A gateway that may reach this machine.
fn builder(backend: TestBackend) -> TestAppBuilder {
    TestApp::builder(backend).config(|config| {
        config.outbound.allowed_networks = vec!["127.0.0.0/8".parse().expect("a network")];
        config.outbound.allowed_ports = vec!["1-65535".parse().expect("ports")];
    })
}

/// Waits until the caller's workspace has the server's tool, or has it no more.
async fn until(caller: &Caller, has_tool: bool) {
    loop {
        let tools = caller.get("/tools").await.expect(200);
        if names(&tools).contains(&TOOL) == has_tool {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Waits until the server `up` has this status.
async fn status(caller: &Caller, status: &str) -> Value {
    loop {
        let server = caller.get(UP).await.expect(200);
        if server["status"] == status {
            return server;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

both_backends! {
    async fn its_tools_are_the_workspaces_until_it_is_disconnected(backend: TestBackend) {
        let (server, app) = (Server::start().await, builder(backend).open().await);
        app.admin().post(SERVERS).json(&server.description()).await.expect(201);
        until(&app.admin(), true).await;
        let found = status(&app.admin(), "connected").await;
        assert_eq!((&found["tools"][0]["name"], &found["error"]), (&json!(TOOL), &Value::Null));
        let tool = app.viewer().get(&format!("/tools/{TOOL}")).await.expect(200);
        assert_eq!(tool["source"], "mcp");
        assert!(!names(&app.other_workspace().get("/tools").await.expect(200)).contains(&TOOL));
        let call = json!({"arguments": {"message": "hello"}});
        let called = app.admin().post(&format!("/tools/{TOOL}/invoke")).json(&call).await.expect(200);
        assert_eq!((&called["is_error"], called["content"].as_str().is_some_and(|text| text.contains("hello"))), (&json!(false), true), "{called}");
        app.admin().delete(UP).await.expect(204);
        assert!(!names(&app.admin().get("/tools").await.expect(200)).contains(&TOOL), "it is gone at once");
    }

    async fn it_is_there_again_after_a_restart(backend: TestBackend) {
        let (server, app) = (Server::start().await, builder(backend).open().await);
        app.admin().post(SERVERS).json(&server.description()).await.expect(201);
        until(&app.admin(), true).await;
        let app = builder(app.close()).open().await;
        until(&app.admin(), true).await;
        // A row that another program has removed goes with the next look at the store.
        app.store().mcp_servers().delete("up").await.expect("an answer");
        app.gateway().mcp_directory().follow().await.expect("it follows");
        assert!(!names(&app.admin().get("/tools").await.expect(200)).contains(&TOOL));
    }

    async fn another_one_of_the_same_name_takes_its_place(backend: TestBackend) {
        let (first, second, app) = (Server::start().await, Server::start().await, builder(backend).open().await);
        app.admin().post(SERVERS).json(&first.description()).await.expect(201);
        until(&app.admin(), true).await;
        // Within one millisecond, and unnoticed by this gateway.
        let rows: Rows = app.store();
        rows.mcp_servers().delete("up").await.expect("an answer");
        let there = app.gateway().mcp_directory();
        let config = json!({"url": second.url(), "headers": {"Authorization": "Bearer nonsense"}});
        let config = serde_json::from_value(config).expect("a server");
        there.connect(&rows, "up", &config, "usr_1", 0, None).await.expect("it is connected");
        assert!(!names(&app.admin().get("/tools").await.expect(200)).contains(&TOOL));
        let failed = status(&app.admin(), "failed").await;
        assert!(failed["error"].is_string() && !failed.to_string().contains("nonsense"), "{failed}");
    }
}

#[tokio::test]
async fn what_one_gateway_connects_and_disconnects_the_others_do_too() {
    let Some(backend) = TestBackend::postgres().await else { return };
    let (server, app) = (Server::start().await, builder(backend).open().await);
    let replica = app.replica().await;
    let there = replica.bearer(&app.admin().token().await);
    app.admin().post(SERVERS).json(&server.description()).await.expect(201);
    until(&there, true).await;
    status(&there, "connected").await;
    there.delete(UP).await.expect(204);
    until(&app.admin(), false).await;
    there.post(SERVERS).json(&server.description()).await.expect(201);
    until(&app.admin(), true).await;
    until(&there, true).await;
    replica.gateway().shutdown(Duration::from_secs(5)).await;
}

#[tokio::test]
async fn a_server_of_the_configuration_is_everyones_and_may_be_within_the_network() {
    let server = Server::start().await;
    let configured = |config: &mut Config| {
        let headers = json!({"Authorization": format!("Bearer {}", server.token)});
        let section = json!({"servers": {"up": {"url": server.url(), "headers": headers}}});
        config.mcp = serde_json::from_value(section).expect("a section");
    };
    let app = TestApp::builder(TestBackend::sqlite()).config(configured).open().await;
    until(&app.admin(), true).await;
    until(&app.other_workspace(), true).await;
    assert_eq!(status(&app.other_workspace(), "connected").await["origin"], "configuration");
}

#[tokio::test]
async fn what_cannot_be_connected_after_a_restart_says_why_and_can_be_removed() {
    let secret = |config: &mut Config| config.auth.jwt_secret = Some(Secret::new("kZ4vQ9rT2xWm7LpB0sYdHf6JcN1gUe8A"));
    let allowed = |config: &mut Config| config.mcp.allow_stdio = vec!["no-such-program".into()];
    let app = TestApp::builder(TestBackend::sqlite()).config(secret).config(allowed).open().await;
    let program = json!({"name": "program", "transport": {"type": "stdio", "command": "no-such-program"}});
    app.admin().post(SERVERS).json(&program).await.expect(201);
    let app = TestApp::builder(app.close()).config(secret).open().await;
    let failed = app.admin().get("/tools/servers/program").await.expect(200);
    assert_eq!((&failed["status"], &failed["next_try_at"]), (&json!("failed"), &Value::Null));
    assert!(failed["error"].as_str().is_some_and(|error| error.contains("mcp.allow_stdio")), "{failed}");
    app.admin().post(SERVERS).json(&http_server("up")).await.expect(201);
    let other = |config: &mut Config| {
        config.master_key = Some(Secret::new("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="));
    };
    let app = TestApp::builder(app.close()).config(secret).config(other).open().await;
    let failed = app.admin().get(UP).await.expect(200);
    assert!(failed["error"].as_str().is_some_and(|error| error.contains("another master key")), "{failed}");
    for name in ["up", "program"] {
        app.admin().delete(&format!("/tools/servers/{name}")).await.expect(204);
    }
    assert_eq!(app.admin().get(SERVERS).await.expect(200)["data"], json!([]));
}

#[tokio::test]
async fn the_configuration_comes_first() {
    let backend = TestBackend::sqlite();
    let app = TestApp::builder(backend).open().await;
    app.admin().post(SERVERS).json(&http_server("up")).await.expect(201);
    let configured = |config: &mut Config| {
        let section = json!({"servers": {"up": {"url": "http://127.0.0.1:9/mcp"}}});
        config.mcp = serde_json::from_value(section).expect("a section");
    };
    let app = TestApp::builder(app.close()).config(configured).open().await;
    let listed = app.admin().get(SERVERS).await.expect(200);
    assert_eq!((names(&listed), &listed["data"][0]["origin"]), (vec!["up"], &json!("configuration")));
    let app = TestApp::builder(app.close()).open().await;
    assert_eq!(app.admin().get(UP).await.expect(200)["origin"], "workspace");
}

#[tokio::test]
async fn what_the_host_program_connects_is_listed_and_stays() {
    let app = TestApp::new().await;
    let url = "http://127.0.0.1:9/hidden".to_owned();
    let http = McpHttp { url, headers: Vec::new(), oauth: None, is_trusted: true };
    let spec = McpServerSpec { name: "up".into(), transport: McpTransport::Http(http), timeout: None };
    let workspace = app.authority().first_workspace();
    app.gateway().mcp_servers().connect(Some(workspace), spec).expect("it is connected");
    let found = app.admin().get(UP).await.expect(200);
    assert_eq!(
        (&found["origin"], &found["address"], &found["created_by"]),
        (&json!("workspace"), &Value::Null, &Value::Null)
    );
    assert_eq!(names(&app.admin().get(SERVERS).await.expect(200)), ["up"]);
    app.admin().post(SERVERS).json(&http_server("up")).await.expect_problem(409, "conflict");
    app.admin().delete(UP).await.expect_problem(409, "conflict");
    app.other_workspace().get(UP).await.expect_problem(404, "not_found");
}
