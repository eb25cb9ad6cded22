//! A real server over HTTP, of each revision: what it offers, what its tools answer, and what becomes of it when it changes,
//! stops and comes back.

use std::future::Future as _;
use std::time::Duration;

use astra_core::store::WorkspaceId;
use astra_core::tools::ToolOrigin;
use astra_core::tools::ToolSource as _;
use astra_core::tools::mcp::{McpRefusal, McpServerOrigin, McpServerStatus, McpTransportKind};
use astra_core::{ToolContext, TraceContext};
use rmcp::model::ProtocolVersion;
use serde_json::json;
use tokio::net::TcpListener;

use crate::client::{Client, error, http, names};
use crate::fixture::{Fixture, tool};

const REVISIONS: [(&[ProtocolVersion], &str); 3] = [
    (ProtocolVersion::KNOWN_VERSIONS, "2026-07-28"),
    (&[ProtocolVersion::V_2025_06_18, ProtocolVersion::V_2025_11_25], "2025-11-25"),
    (&[ProtocolVersion::V_2025_03_26], "2025-03-26"),
];

#[tokio::test]
async fn a_server_of_each_revision_offers_its_tools_and_answers() {
    for (versions, revision) in REVISIONS {
        let fixture = Fixture::new(versions);
        let server = fixture.listen().await;
        let (client, state) = Client::connected(http("crm", &server.url)).await;
        assert_eq!((state.status, state.error.as_deref()), (McpServerStatus::Connected, None), "{revision}");
        assert_eq!(state.protocol_version.as_deref(), Some(revision));
        assert_eq!((state.server_name.as_deref(), state.server_version.as_deref()), (Some("fixture"), Some("1.2.3")));
        assert_eq!((state.origin, state.transport), (McpServerOrigin::Configuration, McpTransportKind::Http));
        let expected = ["crm__echo", "crm__fail", "crm__refuse", "crm__wait", "crm__things"];
        assert_eq!(
            names(&state),
            [&expected[..], &["crm__list_resources", "crm__read_resource"]].concat(),
            "{revision}"
        );
        let echo = client.tool("crm__echo");
        assert_eq!((echo.origin, echo.annotations.read_only), (ToolOrigin::Mcp, true));
        assert!(client.tool("crm__fail").annotations.destructive, "nothing else is said of it");

        assert_eq!(client.said("crm__echo", json!({"text": "Grüße"})).await, "Grüße");
        assert!(client.fault("crm__echo", json!({})).await.contains("do not fit"), "it is not asked then");
        assert_eq!(client.fault("crm__fail", json!({})).await, "It is broken.");
        assert_eq!(
            client.fault("crm__refuse", json!({})).await,
            "The server answers with an error: no such thing (-32602)"
        );
        let things = "Here:\n[image image/png of 3 bytes, which is not shown]\nthe text of a";
        assert_eq!(client.said("crm__things", json!({})).await, things);
        assert_eq!(client.said("crm__list_resources", json!({})).await, "- memo://one (one): A memo. On two lines.\n");
        assert_eq!(client.said("crm__read_resource", json!({"uri": "memo://one"})).await, "Buy milk.");
        let missing = client.fault("crm__read_resource", json!({"uri": "memo://two"})).await;
        assert!(missing.contains("there is no such memo"), "{missing}");
    }
}

#[tokio::test]
async fn a_changed_list_is_read_again_and_what_cannot_be_used_is_left_out() {
    for (versions, revision) in REVISIONS {
        let fixture = Fixture::new(versions);
        let server = fixture.listen().await;
        let (client, _) = Client::connected(http("crm", &server.url)).await;
        let before = client.tool("crm__echo");
        fixture.change(|tools| {
            tools.clear();
            tools.push(tool("echo", json!({"type": "object", "required": ["other"]})));
            tools.push(tool("users.list", json!({"type": "object"})));
            tools.push(tool("users/list", json!({"type": "object"})));
            tools.push(tool("circle", json!({"type": "object", "properties": {"a": {"$ref": "#"}}})));
            tools.push(tool(
                "remote",
                json!({"type": "object", "properties": {"a": {"$ref": "http://169.254.169.254/"}}}),
            ));
        });
        let state = client.until("crm", |state| state.tools.iter().any(|tool| tool.remote_name == "remote")).await;
        assert_eq!(
            names(&state),
            ["crm__echo", "crm__users_list", "crm__list_resources", "crm__read_resource"],
            "{revision}"
        );
        let fault = |name: &str| {
            let tool = state.tools.iter().find(|tool| tool.remote_name == name).expect("it is said");
            tool.fault.clone().unwrap_or_default()
        };
        assert_eq!(fault("users/list"), "another tool of the server has the same name");
        assert!(fault("circle").contains("refers to itself in a circle"), "{}", fault("circle"));
        assert!(fault("remote").contains("refers to `http://169.254.169.254/`"), "{}", fault("remote"));
        // A turn that has begun goes on with what it was offered.
        assert!(before.faults(json!({"text": "a"}).as_object().expect("an object")).is_empty());
        assert!(!client.tool("crm__echo").faults(json!({"text": "a"}).as_object().expect("an object")).is_empty());
    }
}

#[tokio::test]
async fn a_call_that_is_given_up_ends_at_the_server() {
    for (versions, _) in REVISIONS {
        let fixture = Fixture::new(versions);
        let server = fixture.listen().await;
        let (client, _) = Client::connected(http("crm", &server.url)).await;
        let mut call = Box::pin(client.call("crm__wait", json!({})));
        tokio::select! {
            outcome = &mut call => panic!("{outcome:?}"),
            () = fixture.begun.notified() => {}
        }
        drop(call);
        tokio::time::timeout(Duration::from_secs(30), fixture.given_up.notified()).await.expect("it is told");
        assert_eq!(client.said("crm__echo", json!({"text": "on"})).await, "on");
    }
}

#[tokio::test]
async fn a_servers_own_time_out_ends_its_calls() {
    let fixture = Fixture::new(ProtocolVersion::KNOWN_VERSIONS);
    let server = fixture.listen().await;
    let mut spec = http("crm", &server.url);
    spec.timeout = Some(Duration::from_millis(50));
    let (client, _) = Client::connected(spec).await;
    assert_eq!(client.fault("crm__wait", json!({})).await, "The tool did not answer within 0.05 s.");
    tokio::time::timeout(Duration::from_secs(30), fixture.given_up.notified()).await.expect("it is told");
}

#[tokio::test]
async fn a_server_that_stops_is_connected_again_when_it_is_back() {
    for (versions, revision) in REVISIONS {
        let fixture = Fixture::new(versions);
        let server = fixture.listen().await;
        let (client, _) = Client::connected(http("crm", &server.url)).await;
        let (mut hanging, stopping) = (Box::pin(client.call("crm__wait", json!({}))), fixture.begun.notified());
        tokio::select! {
            outcome = &mut hanging => panic!("{outcome:?}"),
            () = stopping => server.stop(),
        }
        let address = server.address;
        drop(server);
        assert!(tokio::time::timeout(Duration::from_secs(30), hanging).await.expect("it ends").is_error, "{revision}");
        // Each call that meets the broken connection lets it be looked after.
        while client.servers.state(&client.workspace, "crm").expect("a state").status == McpServerStatus::Connected {
            client.fault("crm__echo", json!({"text": "a"})).await;
        }
        let state = client.until("crm", |state| state.status == McpServerStatus::Failed).await;
        assert!(error(&state).contains("cannot be") && state.next_try_ms > Some(state.since_ms), "{state:?}");
        assert!(names(&state).contains(&"crm__echo"), "what it had is still known");
        assert_eq!(client.fault("crm__echo", json!({"text": "a"})).await, "The MCP server `crm` is not connected.");
        let listener = TcpListener::bind(address).await.expect("the same port");
        let _again = fixture.listen_at(listener);
        client.until("crm", |state| state.status == McpServerStatus::Connected).await;
        assert_eq!(client.said("crm__echo", json!({"text": "back"})).await, "back");
    }
}

#[tokio::test]
async fn a_server_belongs_to_its_workspace_and_a_configured_one_to_all() {
    let fixture = Fixture::new(ProtocolVersion::KNOWN_VERSIONS);
    let server = fixture.listen().await;
    let client = Client::new();
    let (one, two) = (WorkspaceId::named("one"), WorkspaceId::named("two"));
    client.servers.connect(Some(&one), http("own", &server.url)).expect("connected");
    client.servers.connect(None, http("all", &server.url)).expect("connected");
    client.until("own", |state| state.status == McpServerStatus::Connected).await;
    client.until("all", |state| state.status == McpServerStatus::Connected).await;
    let of = |workspace: &WorkspaceId| -> Vec<String> {
        client.servers.states(workspace).into_iter().map(|state| state.name).collect()
    };
    assert_eq!((of(&one), of(&two)), (vec!["all".to_owned(), "own".to_owned()], vec!["all".to_owned()]));
    assert!(client.servers.state(&two, "own").is_none());
    let has =
        |workspace: &WorkspaceId, name: &str| client.servers.tools(workspace).iter().any(|tool| tool.name() == name);
    assert!(has(&one, "own__echo") && !has(&two, "own__echo") && has(&one, "all__echo") && has(&two, "all__echo"));
    let refused = client.servers.connect(Some(&two), http("all", &server.url));
    assert_eq!(refused, Err(McpRefusal::NameTaken));
    assert!(matches!(client.servers.connect(Some(&two), http("a__b", &server.url)), Err(McpRefusal::Name(_))));

    assert!(!client.servers.disconnect(Some(&two), "own") && !client.servers.disconnect(None, "own"));
    let held = client.tool("own__echo");
    assert!(client.servers.disconnect(Some(&one), "own") && !client.servers.disconnect(Some(&one), "own"));
    assert!(!has(&one, "own__echo") && client.servers.state(&one, "own").is_none());
    drop(held);
    // The same name again is a new server, and one that is connected twice is the second one.
    client.servers.connect(Some(&one), http("own", "http://127.0.0.1:1/")).expect("connected");
    client.servers.connect(Some(&one), http("own", &server.url)).expect("connected");
    client.until("own", |state| state.status == McpServerStatus::Connected).await;
    let names: Vec<String> = (0..40).map(|number| format!("s{number}")).collect();
    let refusals =
        names.iter().filter_map(|name| client.servers.connect(Some(&two), http(name, "http://127.0.0.1:1/")).err());
    assert_eq!(refusals.collect::<Vec<_>>(), vec![McpRefusal::TooMany; 8]);
}

#[tokio::test]
async fn calls_run_side_by_side() {
    let fixture = Fixture::new(ProtocolVersion::KNOWN_VERSIONS);
    let server = fixture.listen().await;
    let (client, _) = Client::connected(http("crm", &server.url)).await;
    let mut waiting = Box::pin(client.call("crm__wait", json!({})));
    tokio::select! {
        outcome = &mut waiting => panic!("{outcome:?}"),
        () = fixture.begun.notified() => {}
    }
    let said = futures_util::future::join_all((0..20).map(|number| {
        let client = &client;
        async move { client.said("crm__echo", json!({"text": number.to_string()})).await }
    }));
    let said = said.await;
    assert_eq!(said, (0..20).map(|number| number.to_string()).collect::<Vec<_>>());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(waiting.as_mut().poll(&mut context).is_pending());
}

#[tokio::test]
async fn a_call_says_its_place_in_a_distributed_trace() {
    for (versions, revision) in REVISIONS {
        let fixture = Fixture::new(versions);
        let server = fixture.listen().await;
        let (client, _) = Client::connected(http("crm", &server.url)).await;
        client.said("crm__echo", json!({"text": "a"})).await;
        assert!(fixture.meta.lock().expect("the meta")["traceparent"].is_null(), "{revision}");
        let mut context = ToolContext::new(client.workspace.clone(), "usr_1", "call_1");
        let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        context.trace = TraceContext::parse(parent);
        assert!(!client.call_in("crm__echo", json!({"text": "a"}), &context).await.is_error);
        assert_eq!(fixture.meta.lock().expect("the meta")["traceparent"], parent, "{revision}");
    }
}
