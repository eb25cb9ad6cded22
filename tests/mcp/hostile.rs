//! Servers that were made to hurt: none of them hurts anything but its own calls.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use astra_core::tools::mcp::{McpServerState, McpServerStatus};
use axum::response::Response;
use rmcp::model::ProtocolVersion;
use serde_json::{Value, json};

use crate::client::{Client, error, header, http, names, with};
use crate::fake::{Asked, Fake, any_tool, broken, endless, event_response, json_response, status, text_response};
use crate::fixture::Fixture;

/// Why a server that answers so to its first request is not connected.
async fn refusal(answer: impl Fn(&Asked) -> Response + Send + Sync + 'static) -> String {
    let fake = Fake::start(answer).await;
    let (_client, state) = Client::connected(http("bad", &fake.url)).await;
    error(&state).to_owned()
}

#[tokio::test]
async fn what_is_no_server_of_the_protocol_is_said_in_a_sentence() {
    let html = || text_response(200, "text/html", "<h1>Hello</h1>");
    assert_eq!(
        refusal(move |_| html()).await,
        "The server answers with something that is neither JSON nor a stream of events."
    );
    assert_eq!(
        refusal(|_| text_response(200, "application/json", "{}")).await,
        "The server sends something that is no message of MCP."
    );
    assert_eq!(
        refusal(|_| text_response(200, "application/json", &"[".repeat(1 << 20))).await,
        "The server sends something that is no message of MCP."
    );
    assert_eq!(refusal(|_| status(500)).await, "The server answers with status 500.");
    assert_eq!(refusal(|_| status(404)).await, "The server answers with status 404.");
    assert_eq!(refusal(|_| status(403)).await, "The server refuses the gateway's credentials (status 403).");
    let refused = refusal(|asked| asked.error(-32000, "not today")).await;
    assert_eq!(refused, "The server refuses the handshake: not today");
    let odd = |asked: &Asked| match asked.name() {
        "initialize" => asked.result(json!({"protocolVersion": "2025-11-25"})),
        _ => asked.error(-32601, "not known"),
    };
    assert_eq!(refusal(odd).await, "The server sends something that is no message of MCP.");
}

#[tokio::test]
async fn no_redirect_is_followed_and_what_the_guard_refuses_is_not_asked() {
    let redirect = |_: &Asked| {
        let response = Response::builder().status(307).header("location", "http://169.254.169.254/latest/meta-data");
        response.body(axum::body::Body::empty()).expect("a response")
    };
    assert_eq!(refusal(redirect).await, "The server answers with a redirect, which is not followed.");

    let fixture = Fixture::new(ProtocolVersion::KNOWN_VERSIONS);
    let server = fixture.listen().await;
    let (client, state) = Client::connected(with(http("own", &server.url), |http| http.is_trusted = false)).await;
    assert!(error(&state).contains("may not be reached"), "{state:?}");
    for url in ["http://169.254.169.254/", "http://[fd00:ec2::254]/", "ftp://a/", "http://u:p@127.0.0.1/", "nothing"] {
        client.servers.connect(None, http("bad", url)).expect("its URL is looked at when it is connected");
        let state = client.tried("bad").await;
        assert!(error(&state).starts_with("The server cannot be asked: th"), "{url}: {state:?}");
        client.servers.disconnect(None, "bad");
    }
}

#[tokio::test]
async fn bytes_without_end_are_not_read() {
    for (kind, piece) in [
        ("application/json", "\"aaaaaaa"),
        ("application/json", "[[[[[[[["),
        ("text/event-stream", "data: aa"),
        ("text/event-stream", "data: aaaaaaaaa\n"),
        ("text/event-stream", ": comment comment comment\n"),
    ] {
        let sent = Arc::<AtomicU64>::default();
        let counted = Arc::clone(&sent);
        let fake = Fake::start(move |_| endless(kind, piece, &counted)).await;
        let (_client, state) = Client::connected(http("bad", &fake.url)).await;
        assert_eq!(error(&state), "The server sends more bytes than are read.", "{kind} {piece}");
        assert!(sent.load(Ordering::SeqCst) < 40 << 20, "{kind} {piece}: {sent:?}");
    }
}

#[tokio::test]
async fn a_call_ends_however_badly_it_is_answered_and_others_go_on() {
    let fixture = Fixture::new(ProtocolVersion::KNOWN_VERSIONS);
    let good = fixture.listen().await;
    let sent = Arc::<AtomicU64>::default();
    let fake = Fake::start(move |asked| match (asked.name(), asked.body["params"]["name"].as_str()) {
        ("tools/call", Some("breaks")) => broken("application/json", "{\"jsonrpc\": \"2.0\","),
        ("tools/call", Some("ends")) => event_response(&[], false),
        ("tools/call", Some("grows")) => endless("application/json", "\"aaaaaaa", &sent),
        ("tools/call", Some("streams")) => endless("text/event-stream", ": nothing\n\n", &sent),
        ("tools/call", Some("other")) => {
            event_response(&[json!({"jsonrpc": "2.0", "id": "other", "result": {"content": []}})], false)
        }
        ("tools/call", Some("odd")) => asked.result(json!({"tools": 1})),
        ("tools/call", Some("nul")) => asked.result(json!({"content": [{"type": "text", "text": "a\u{0}b"}]})),
        ("tools/call", Some("asks")) => asked.result(json!({
            "resultType": "input_required",
            "inputRequests": {"a": {"method": "elicitation/create", "params": {"message": "?", "requestedSchema": {"type": "object", "properties": {}}}}},
        })),
        ("tools/call", _) => asked.result(json!({"content": [{"type": "text", "text": "well"}]})),
        _ => asked.handshake(
            ["breaks", "ends", "grows", "streams", "other", "odd", "nul", "asks", "works"].map(any_tool).to_vec().into(),
        ),
    })
    .await;
    let (client, state) = Client::connected(http("bad", &fake.url)).await;
    assert_eq!((state.status, state.protocol_version.as_deref()), (McpServerStatus::Connected, Some("2025-11-25")));
    client.servers.connect(None, http("crm", &good.url)).expect("connected");
    client.tried("crm").await;
    for name in ["breaks", "ends", "grows", "streams", "other", "odd", "nul", "asks"] {
        let name = format!("bad__{name}");
        let (fault, said) =
            tokio::join!(client.fault(&name, json!({})), client.said("crm__echo", json!({"text": "a"})));
        assert!(!fault.is_empty() && fault.len() < 200 && said == "a", "{name}: {fault}");
        client.until("bad", |state| state.status == McpServerStatus::Connected).await;
        assert_eq!(client.said("bad__works", json!({})).await, "well", "after {name}");
    }
}

/// A server whose list of tools is what `answer` says.
async fn listing(answer: impl Fn(&Asked) -> Value + Send + Sync + 'static) -> (Fake, McpServerState) {
    let fake = Fake::start(move |asked| match asked.name() {
        "tools/list" => asked.result(answer(asked)),
        _ => asked.handshake(json!([])),
    })
    .await;
    let (_client, state) = Client::connected(http("bad", &fake.url)).await;
    assert_eq!(state.status, McpServerStatus::Connected, "{state:?}");
    (fake, state)
}

#[tokio::test]
async fn lists_are_bounded() {
    let warning = |state: McpServerState| state.warning.expect("a warning");
    let (fake, state) = listing(|_| json!({"tools": [any_tool("a")], "nextCursor": "again"})).await;
    assert!(warning(state).contains("leads back") && fake.count("tools/list") == 2);
    let (fake, state) = listing(|asked| {
        json!({"tools": [], "nextCursor": format!("{}x", asked.body["params"]["cursor"].as_str().unwrap_or_default())})
    })
    .await;
    assert!(warning(state).contains("more than 64 pages") && fake.count("tools/list") == 64);
    let many: Vec<Value> = (0..1_000).map(|number| any_tool(&format!("t{number}"))).collect();
    let (_, state) = listing(move |_| json!({"tools": many})).await;
    assert!(names(&state).len() == 256 && warning(state).contains("more than 256 tools"));
    let large =
        |number: u32| json!({"name": format!("t{number}"), "description": "a".repeat(12 << 10), "inputSchema": {}});
    let (_, state) = listing(move |_| json!({"tools": (0..200).map(large).collect::<Vec<_>>()})).await;
    assert!(names(&state).len() < 200 && warning(state).contains("bytes"));
}

#[tokio::test]
async fn a_tool_that_is_none_is_left_out_and_a_name_that_is_none_is_mapped() {
    let (_, state) = listing(|_| {
        json!({"tools": [
            any_tool("good"),
            {"name": "no_schema"},
            {"name": "true", "inputSchema": true},
            {"name": 1, "inputSchema": {}},
            "nothing",
            {"name": "", "inputSchema": {}},
            {"name": "a\u{202e}b\n", "inputSchema": {}},
            {"name": "n".repeat(100_000), "inputSchema": {}},
            {"name": "list", "inputSchema": {"type": "array"}},
            {"name": "long", "description": "d".repeat(20_000), "inputSchema": {}},
        ]})
    })
    .await;
    assert_eq!(state.tools.len(), 10, "{state:?}");
    assert_eq!(names(&state)[..2], ["bad__good", "bad__"]);
    assert!(names(&state).contains(&"bad__a_b_") && names(&state).iter().all(|name| name.len() <= 64));
    let left_out: Vec<&str> =
        state.tools.iter().filter(|tool| tool.name.is_none()).map(|tool| tool.remote_name.as_str()).collect();
    assert_eq!(left_out, ["no_schema", "true", "", "", "list", "long"]);
    assert!(
        state.tools.iter().all(|tool| tool.name.is_some() == tool.fault.is_none() && tool.remote_name.len() < 2_000)
    );
}

#[tokio::test]
async fn what_a_server_asks_for_is_refused_and_what_it_repeats_is_left() {
    let request = |id: u32, method: &str| json!({"jsonrpc": "2.0", "id": id, "method": method, "params": {"messages": [], "maxTokens": 1, "message": "?", "requestedSchema": {"type": "object", "properties": {}}}});
    let floods = Arc::<AtomicBool>::default();
    let flooding = Arc::clone(&floods);
    let fake = Fake::start(move |asked| match asked.name() {
        "tools/call" if flooding.load(Ordering::SeqCst) => {
            let requests: Vec<Value> = (0..5_000).map(|id| request(id, "ping")).collect();
            event_response(&requests, true)
        }
        "tools/call" => {
            let result = json!({"jsonrpc": "2.0", "id": asked.body["id"], "result": {"content": [{"type": "text", "text": "well"}]}});
            let methods = ["sampling/createMessage", "elicitation/create", "roots/list", "no/such", "ping"];
            let requests = methods.iter().zip(1..).map(|(method, id)| request(id, method));
            let notification = json!({"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "info", "data": "hello"}});
            event_response(&requests.chain([notification, result]).collect::<Vec<_>>(), false)
        }
        _ => asked.handshake(json!([any_tool("ask")])),
    })
    .await;
    let (client, _) = Client::connected(http("bad", &fake.url)).await;
    assert_eq!(client.said("bad__ask", json!({})).await, "well");
    let answers = || -> Vec<(u64, i64)> {
        let asked = fake.asked.lock().expect("what was asked");
        let answers = asked.iter().filter(|asked| asked.body["method"].is_null() && asked.body["id"].is_u64());
        let code = |body: &Value| body["error"]["code"].as_i64().unwrap_or_default();
        let mut answers: Vec<_> =
            answers.map(|asked| (asked.body["id"].as_u64().expect("an id"), code(&asked.body))).collect();
        answers.sort_unstable();
        answers
    };
    while answers().len() < 5 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    assert_eq!(answers(), [(1, -32601), (2, -32601), (3, -32601), (4, -32601), (5, 0)]);
    floods.store(true, Ordering::SeqCst);
    assert_eq!(
        client.fault("bad__ask", json!({})).await,
        "The server sends too many messages that were not asked for."
    );
    let state = client.until("bad", |state| state.status != McpServerStatus::Connected).await;
    assert_eq!(state.error.as_deref(), Some("The server sends too many messages that were not asked for."));
}

#[tokio::test]
async fn no_secret_is_in_a_state_or_in_a_failure() {
    let fake = Fake::start(|asked| {
        let told = asked.headers.get("x-key").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        match asked.name() {
            "tools/call" => asked.error(-32000, &format!("the key {told} is no good")),
            "tools/list" if told == "first-secret" => asked.error(-32000, &format!("the key {told} is no good")),
            _ => asked.handshake(json!([any_tool("a")])),
        }
    })
    .await;
    let keyed = |key: &'static str| with(http("bad", &fake.url), |http| http.headers = vec![header("X-Key", key)]);
    let (client, state) = Client::connected(keyed("first-secret")).await;
    assert_eq!(error(&state), "The server answers with an error: the key *** is no good (-32000)");
    client.servers.connect(None, keyed("other-secret")).expect("connected");
    client.tried("bad").await;
    let fault = client.fault("bad__a", json!({})).await;
    assert_eq!(fault, "The server answers with an error: the key *** is no good (-32000)");
    assert!(!format!("{:?}", keyed("other-secret")).contains("secret"));
    // A header that frames the request is not sent.
    client
        .servers
        .connect(None, with(http("bad", &fake.url), |http| http.headers = vec![header("Host", "a")]))
        .expect("connected");
    assert_eq!(error(&client.tried("bad").await), "A header of the server cannot be sent.");
}

#[tokio::test]
async fn a_session_that_the_server_forgot_is_begun_again() {
    let forgets = Arc::<AtomicBool>::default();
    let forgetting = Arc::clone(&forgets);
    let fake = Fake::start(move |asked| match asked.name() {
        "initialize" => {
            forgetting.store(false, Ordering::SeqCst);
            let mut response = asked.handshake(json!([]));
            response.headers_mut().insert("mcp-session-id", "a".parse().expect("a value"));
            response
        }
        "tools/call" if forgetting.load(Ordering::SeqCst) => status(404),
        "tools/list" if forgetting.load(Ordering::SeqCst) => status(404),
        "tools/call" => asked.result(json!({"content": [{"type": "text", "text": "well"}]})),
        _ if asked.body["method"].is_null() && asked.headers.get("mcp-session-id").is_none() => {
            json_response(400, &json!({}))
        }
        _ => asked.handshake(json!([any_tool("a")])),
    })
    .await;
    let (client, _) = Client::connected(http("bad", &fake.url)).await;
    assert_eq!(client.said("bad__a", json!({})).await, "well");
    forgets.store(true, Ordering::SeqCst);
    assert_eq!(client.fault("bad__a", json!({})).await, "The server has ended the session.");
    while fake.count("initialize") < 2 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    client.until("bad", |state| state.status == McpServerStatus::Connected).await;
    assert_eq!(client.said("bad__a", json!({})).await, "well");
}
