//! Servers that are programs: a real one, and what a program can do that is none.

use std::path::Path;
use std::time::Duration;

use astra_core::config::Secret;
use astra_core::tools::mcp::{McpServerSpec, McpServerStatus, McpStdio, McpTransport, McpTransportKind};
use astra_core::work::Supervisor;
use serde_json::json;

use crate::client::{Client, error, names};

fn program(name: &str, command: impl Into<String>, args: &[&str]) -> McpServerSpec {
    let args = args.iter().map(|&arg| arg.to_owned()).collect();
    let env = vec![("API_KEY".to_owned(), Secret::new("of the server"))];
    let stdio = McpStdio { command: command.into(), args, env };
    McpServerSpec { name: name.to_owned(), transport: McpTransport::Stdio(stdio), timeout: None }
}

fn shell(script: &str) -> McpServerSpec {
    program("bad", "sh", &["-c", script])
}

/// The real server, which is this test binary.
fn real() -> McpServerSpec {
    let test = std::env::current_exe().expect("this test");
    let args = ["--exact", "stdio_server::program", "--ignored", "--nocapture"];
    program("own", test.to_str().expect("a path"), &args)
}

async fn is_gone(process: &str) {
    // A process that has ended and was not waited for yet is a zombie.
    let runs = || {
        let status = std::fs::read_to_string(Path::new("/proc").join(process).join("status")).unwrap_or_default();
        !status.is_empty() && !status.contains("State:\tZ")
    };
    let waited = async {
        while runs() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waited).await.expect("it is killed");
}

#[tokio::test]
async fn a_program_is_asked_and_inherits_path_and_home_alone() {
    let (client, state) = Client::connected(real()).await;
    assert_eq!((state.status, state.transport), (McpServerStatus::Connected, McpTransportKind::Stdio), "{state:?}");
    assert_eq!(state.protocol_version.as_deref(), Some("2026-07-28"));
    assert_eq!(names(&state), ["own__environment", "own__start", "own__die", "own__say"]);
    let environment = client.said("own__environment", json!({})).await;
    let mut inherited: Vec<&str> = environment.lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
    inherited.sort_unstable();
    assert_eq!(inherited, ["API_KEY", "HOME", "PATH"], "{environment}");
    assert!(environment.contains("API_KEY=of the server\n"));
    assert_eq!(client.said("own__say", json!({})).await, "well");
}

#[tokio::test]
async fn a_program_is_killed_with_what_it_started_when_it_is_disconnected_and_when_the_gateway_stops() {
    for stops in [false, true] {
        let (client, _) = Client::connected(real()).await;
        let supervisor = Supervisor::default();
        supervisor.include(client.servers.tasks());
        let started = client.said("own__start", json!({})).await;
        let (server, child) = started.split_once(' ').expect("two numbers");
        if stops {
            assert!(supervisor.shutdown(Duration::from_secs(30)).await);
        } else {
            assert!(client.servers.disconnect(None, "own"));
        }
        is_gone(server).await;
        is_gone(child).await;
    }
}

#[tokio::test]
async fn a_program_that_dies_in_the_middle_of_a_call_is_started_again() {
    let (client, _) = Client::connected(real()).await;
    let first = client.said("own__start", json!({})).await;
    let (server, child) = first.split_once(' ').expect("two numbers");
    assert!(client.call("own__die", json!({})).await.is_error);
    is_gone(server).await;
    is_gone(child).await;
    let state = client.until("own", |state| state.status != McpServerStatus::Connected).await;
    client.until("own", |state| state.status == McpServerStatus::Connected).await;
    assert!(state.error.is_none_or(|error| error == "The program has ended (exit status: 7)."));
    let second = client.said("own__start", json!({})).await;
    assert_ne!(first, second);
    assert!(client.servers.disconnect(None, "own"));
    is_gone(second.split_once(' ').expect("two numbers").1).await;
}

#[tokio::test]
async fn what_is_no_server_is_left_and_said() {
    let refusal = async |spec: McpServerSpec| {
        let (_client, state) = Client::connected(spec).await;
        error(&state).to_owned()
    };
    let missing = refusal(program("bad", "/no/such/program", &[])).await;
    assert_eq!(missing, "The program cannot be started: entity not found.");
    assert_eq!(refusal(shell("exit 3")).await, "The program has ended (exit status: 3).");
    assert_eq!(refusal(shell("kill -9 $$")).await, "The program has ended (signal: 9 (SIGKILL)).");
    // Its output is closed, and it stays.
    assert_eq!(refusal(shell("exec >&-; sleep 1000")).await, "The connection to the server broke.");
    let endless = "while :; do printf '%065536d' 0; done";
    assert_eq!(refusal(shell(endless)).await, "The server writes a line of more bytes than are read.");
    let chatter =
        "yes '{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{\"level\":\"info\",\"data\":1}}'";
    assert_eq!(refusal(shell(chatter)).await, "The server sends too many messages that were not asked for.");
    let asking = "yes '{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}'";
    assert_eq!(refusal(shell(asking)).await, "The server sends too many messages that were not asked for.");
}

#[tokio::test]
async fn words_for_the_log_without_end_hurt_nothing() {
    // What is no JSON is passed over, as other clients do.
    let script = r#"
        yes 'a word for the log' >&2 &
        echo 'Starting up.'
        while read -r line; do
            id=$(printf '%s' "$line" | sed -n 's/.*"id":\([0-9]*\).*/\1/p')
            case "$line" in
                *initialize\"*) printf '{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"sh","version":"0"}}}\n' "$id" ;;
                *tools/list*) printf '{"jsonrpc":"2.0","id":%s,"result":{"tools":[{"name":"a","inputSchema":{"type":"object"}}]}}\n' "$id" ;;
                *tools/call*) printf '{"jsonrpc":"2.0","id":%s,"result":{"content":[{"type":"text","text":"well"}]}}\n' "$id" ;;
                *server/discover*) printf '{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"no"}}\n' "$id" ;;
            esac
        done
    "#;
    let (client, state) = Client::connected(shell(script)).await;
    assert_eq!(
        (state.status, state.protocol_version.as_deref()),
        (McpServerStatus::Connected, Some("2025-06-18")),
        "{state:?}"
    );
    for _ in 0..3 {
        assert_eq!(client.said("bad__a", json!({})).await, "well");
    }
}
