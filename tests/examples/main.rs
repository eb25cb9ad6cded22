//! The examples do what they say. Each is taken in as it stands, and served on a port of its own.

#![expect(clippy::disallowed_methods, clippy::expect_used, reason = "a test that cannot go on fails")]

#[expect(dead_code, reason = "the test serves on another port than the example's main")]
#[path = "../../examples/custom_provider.rs"]
mod custom_provider;
#[expect(dead_code, reason = "the test serves on another port than the example's main")]
#[path = "../../examples/embed.rs"]
mod embed;
#[expect(dead_code, reason = "the test serves on another port than the example's main")]
#[path = "../../examples/embed_routes.rs"]
mod embed_routes;
#[expect(dead_code, reason = "the test has a folder of its own")]
#[path = "../../examples/job.rs"]
mod job;
#[expect(dead_code, reason = "the test serves on another port than the example's main")]
#[path = "../../examples/mcp_conformance.rs"]
mod mcp_conformance;
#[expect(dead_code, reason = "the test serves on another port than the example's main")]
#[path = "../../examples/tool.rs"]
mod tool;

use std::net::SocketAddr;

use astra_core::{Config, Gateway};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

fn configured() -> (TempDir, Config) {
    let folder = tempfile::tempdir().expect("a folder");
    let config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
    (folder, config)
}

async fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    (listener, address)
}

/// Sends a request; answers the head and the body.
async fn exchange(address: SocketAddr, head: &str, body: &str) -> (String, String) {
    let mut connection = TcpStream::connect(address).await.expect("it listens");
    let length = body.len();
    let request = format!("{head}\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}");
    connection.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.expect("answered");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    (head.to_owned(), body.to_owned())
}

#[tokio::test]
async fn a_host_serves_the_gateways_operations_beside_its_own_routes() {
    let (_folder, config) = configured();
    let (listener, address) = listener().await;
    let gateway = Gateway::open(config).await.expect("a gateway");
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let stopped = async { drop(stopped.await) };
    let serving =
        tokio::spawn(async move { embed::serve(gateway, listener, stopped).await.map_err(|fault| fault.to_string()) });
    let (_, hello) = exchange(address, "GET /hello HTTP/1.1", "").await;
    assert_eq!(hello, "Hello from the host.");
    let (_, health) = exchange(address, "GET /health HTTP/1.1", "").await;
    assert_eq!(serde_json::from_str::<Value>(&health).expect("JSON")["status"], "ok");
    let (head, _) = exchange(address, "GET /openapi.json HTTP/1.1", "").await;
    assert!(head.starts_with("HTTP/1.1 401"), "the gateway's routes keep their guard: {head}");
    let (head, _) = exchange(address, "GET /nowhere HTTP/1.1", "").await;
    assert!(head.starts_with("HTTP/1.1 404") && !head.contains("problem+json"), "unknown paths are the host's: {head}");
    stop.send(()).expect("it waits for this");
    serving.await.expect("it ends").expect("it served");
    assert!(TcpStream::connect(address).await.is_err(), "it has stopped");
}

#[tokio::test]
async fn a_hosts_own_operations_stand_in_the_document_and_under_the_contract() {
    let (_folder, config) = configured();
    let (listener, address) = listener().await;
    let gateway = Gateway::builder(config).routes(embed_routes::notes()).open().await.expect("a gateway");
    let token = custom_provider::token(&gateway).await.expect("a token");
    assert_eq!(astra_core::testing::document_rules(&gateway.openapi()), [""; 0]);
    tokio::spawn(gateway.run(listener, std::future::pending()));
    let ask =
        |line: &str| format!("{line} HTTP/1.1\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json");
    let note = r#"{"text":"Hello."}"#;
    let (head, body) = exchange(address, &ask("POST /notes"), note).await;
    assert!(head.starts_with("HTTP/1.1 200") && body == note, "{head}\n{body}");
    let (head, _) = exchange(address, &ask("POST /notes"), note).await;
    assert!(head.starts_with("HTTP/1.1 409"), "{head}");
    let (_, notes) = exchange(address, &ask("GET /notes?limit=1"), "").await;
    assert_eq!(notes, format!("[{note}]"));
    let (head, body) = exchange(address, &ask("GET /notes?limit=0"), "").await;
    assert!(head.starts_with("HTTP/1.1 422") && body.contains("query/limit"), "{head}\n{body}");
    let (head, _) = exchange(address, "GET /notes HTTP/1.1", "").await;
    assert!(head.starts_with("HTTP/1.1 401"), "{head}");
    let (_, document) = exchange(address, &ask("GET /openapi.json?tag=notes"), "").await;
    let document: Value = serde_json::from_str(&document).expect("JSON");
    assert_eq!(document["paths"]["/notes"]["post"]["x-required-role"], "viewer", "its scope decides");
}

#[tokio::test]
async fn an_agent_speaks_through_the_hosts_provider() {
    let (_folder, config) = configured();
    let (listener, address) = listener().await;
    let gateway = custom_provider::open(config).await.expect("a gateway");
    let token = custom_provider::token(&gateway).await.expect("a token");
    tokio::spawn(gateway.run(listener, std::future::pending()));
    let ask =
        |path: &str| format!("POST {path} HTTP/1.1\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json");
    let question = r#"{"agent_id": "loud", "message": "good morning"}"#;
    let (head, answer) = exchange(address, &ask("/chat"), question).await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}\n{answer}");
    let answer: Value = serde_json::from_str(&answer).expect("JSON");
    assert_eq!(answer["content"], "GOOD MORNING!");
    assert!(answer["usage"]["output_tokens"].as_u64().expect("a count") > 0, "{answer}");
    let (_, stream) = exchange(address, &ask("/chat/stream"), question).await;
    assert!(stream.contains(r#""delta":"GOOD "#) && stream.contains("event: done"), "{stream}");
}

#[tokio::test]
async fn an_agent_calls_the_hosts_tool() {
    let (_folder, config) = configured();
    let (listener, address) = listener().await;
    let gateway = tool::open(config).await.expect("a gateway");
    let token = custom_provider::token(&gateway).await.expect("a token");
    tokio::spawn(gateway.run(listener, std::future::pending()));
    let head = format!("POST /chat HTTP/1.1\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json");
    for (arguments, is_error, told) in
        [(r#"{\"grams\": 750}"#, false, r#"{"cents":475}"#), (r#"{\"grams\": 0}"#, true, "/grams: 0 is less than")]
    {
        let question = format!(r#"{{"agent_id": "clerk", "message": "/tool postage {arguments}"}}"#);
        let (status, answer) = exchange(address, &head, &question).await;
        assert!(status.starts_with("HTTP/1.1 200"), "{status}\n{answer}");
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        assert_eq!(answer["tool_calls"][0]["is_error"], is_error, "{answer}");
        assert!(answer["content"].as_str().is_some_and(|content| content.contains(told)), "{answer}");
    }
}

#[tokio::test]
async fn a_host_keeps_jobs_and_runs_them() {
    let (_folder, config) = configured();
    let builder = Gateway::builder(config).job(job::SendWelcome);
    let gateway = builder.open().await.expect("a gateway");
    let done = job::welcome(&gateway, "Ada").await.expect("a job");
    assert_eq!(done.status, astra_core::store::JobStatus::Succeeded);
    assert_eq!(done.result.as_deref(), Some(r#""sent: Welcome, Ada!""#));
    gateway.shutdown(std::time::Duration::from_secs(5)).await;
}

#[tokio::test]
async fn a_host_offers_its_tools_to_mcp_clients() {
    let (_folder, config) = configured();
    let (listener, address) = listener().await;
    let gateway = mcp_conformance::open(config).await.expect("a gateway");
    let serving = tokio::spawn(gateway.run(listener, std::future::pending()));
    let head = "POST /mcp HTTP/1.1\r\nContent-Type: application/json\r\nMCP-Protocol-Version: 2025-11-25";
    let call = |name: &str| {
        let meta = "\"_meta\":{\"progressToken\":7}";
        format!("{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{{\"name\":\"{name}\",{meta}}}}}")
    };
    let (_, list) = exchange(address, head, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}").await;
    for name in ["test_simple_text", "test_error_handling", "json_schema_2020_12_tool", "$anchor", "x-mcp-header"] {
        assert!(list.contains(&format!("\"{name}\"")), "{name}: {list}");
    }
    let (_, answer) = exchange(address, head, &call("test_simple_text")).await;
    assert!(answer.contains("This is a simple text response") && answer.contains("\"isError\":false"), "{answer}");
    let (_, failed) = exchange(address, head, &call("test_error_handling")).await;
    assert!(failed.contains("intentionally") && failed.contains("\"isError\":true"), "{failed}");
    let (_, reported) = exchange(address, head, &call("test_tool_with_progress")).await;
    assert_eq!(reported.matches("\"progressToken\":7").count(), 3, "{reported}");
    let (_, unfit) = exchange(address, head, &call("test_x_mcp_header")).await;
    assert!(unfit.contains("\"isError\":true") && unfit.contains("region"), "{unfit}");
    let (_, own) = exchange(address, head, &call("current_time")).await;
    assert!(own.contains("-32602"), "the gateway's own tools are its agents': {own}");
    serving.abort();
}
