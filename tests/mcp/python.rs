//! A server of the official Python SDK, as it is, as a program and over HTTP.

use std::process::{Child, Command};

use astra_core::tools::mcp::{McpServerSpec, McpServerState, McpServerStatus, McpStdio, McpTransport};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::client::{Client, http, names};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/mcp/python_server.py");

/// A process that ends with this.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// The interpreter that has the SDK.
fn python() -> Option<String> {
    let found = std::env::var("ASTRA_TEST_MCP_PYTHON").ok();
    if found.is_none() {
        println!("skipped: ASTRA_TEST_MCP_PYTHON is not set");
    }
    found
}

async fn judge(client: &Client, state: &McpServerState) {
    assert_eq!(state.protocol_version.as_deref(), Some("2026-07-28"));
    assert_eq!((state.server_name.as_deref(), state.server_version.as_deref()), (Some("python"), Some("1.0")));
    let expected = ["py__add", "py__people", "py__broken", "py__list_resources", "py__read_resource"];
    assert_eq!(names(state), expected);
    assert_eq!(client.said("py__add", json!({"a": 2, "b": 40})).await, "42");
    assert!(client.fault("py__add", json!({"a": "two"})).await.contains("do not fit"));
    let people = client.said("py__people", json!({})).await;
    assert!(people.contains("Ada") && people.contains("Bob"), "{people}");
    assert_eq!(client.fault("py__broken", json!({})).await, "Error executing tool broken");
    assert!(client.said("py__list_resources", json!({})).await.contains("memo://one"));
    assert_eq!(client.said("py__read_resource", json!({"uri": "memo://one"})).await, "Buy milk.");
    let missing: Value = json!({"uri": "memo://two"});
    assert!(!client.fault("py__read_resource", missing).await.is_empty());
}

#[tokio::test]
async fn as_a_program() {
    let Some(python) = python() else { return };
    let stdio = McpStdio { command: python, args: vec![SCRIPT.to_owned()], env: Vec::new() };
    let spec = McpServerSpec { name: "py".to_owned(), transport: McpTransport::Stdio(stdio), timeout: None };
    let (client, state) = Client::connected(spec).await;
    assert_eq!(state.status, McpServerStatus::Connected, "{state:?}");
    judge(&client, &state).await;
}

#[tokio::test]
async fn over_http() {
    let Some(python) = python() else { return };
    let port = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address").port();
    let server = Command::new(python).args([SCRIPT, &port.to_string()]).spawn().expect("it starts");
    let _server = Killed(server);
    // It takes a moment until it listens: the gateway tries again.
    let (client, _) = Client::connected(http("py", &format!("http://127.0.0.1:{port}/mcp"))).await;
    let state = client.until("py", |state| state.status == McpServerStatus::Connected).await;
    judge(&client, &state).await;
}
