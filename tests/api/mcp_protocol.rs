//! The MCP server's protocol: revisions, headers that repeat bodies, messages that are none, pages of other origins.

use serde_json::{Value, json};

use crate::conversation::ECHO;
use crate::mcp::{plain, sent, stateless, with_handshake};
use crate::support::{Ask, Caller, TestApp, TestBackend};

/// The code of the error of JSON-RPC that is answered with this status.
async fn error(ask: Ask, status: u16) -> Value {
    let answer = ask.await.expect(status);
    assert_eq!((&answer["jsonrpc"], answer.get("result")), (&json!("2.0"), None), "{answer}");
    answer["error"].clone()
}

fn of_version(caller: &Caller, version: &str, stated: &str, method: &str) -> Ask {
    let mut message = sent(method, json!({}));
    message["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"] = stated.into();
    plain(caller, &message).header("mcp-protocol-version", version).header("mcp-method", method)
}

#[tokio::test]
async fn discovery_says_what_there_is() {
    let app = TestApp::new().await;
    let result = stateless(&app.member(), "server/discover", json!({})).await.expect(200)["result"].clone();
    assert_eq!(result["supportedVersions"], json!(["2026-07-28", "2025-11-25", "2025-06-18"]));
    // No change of the list is announced.
    assert_eq!(result["capabilities"], json!({"tools": {}, "resources": {}}));
    assert_eq!(result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "astra");
    assert_eq!((&result["resultType"], &result["cacheScope"]), (&json!("complete"), &json!("private")));
}

#[tokio::test]
async fn a_request_is_of_a_revision_that_is_spoken() {
    let app = TestApp::new().await;
    let member = app.member();
    let unsupported = error(of_version(&member, "2099-01-01", "2099-01-01", "tools/list"), 400).await;
    assert_eq!((&unsupported["code"], &unsupported["data"]["requested"]), (&json!(-32022), &json!("2099-01-01")));
    assert_eq!(unsupported["data"]["supported"][0], "2026-07-28");
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
    let header = |version: &str| plain(&member, &list).header("mcp-protocol-version", version);
    assert_eq!(error(header("2024-11-05"), 400).await["code"], -32022);
    for good in ["2025-11-25", "2025-06-18"] {
        header(good).await.expect(200);
    }
    plain(&member, &list).await.expect(200);
    // What a revision does not have is not there.
    for (method, status) in
        [("initialize", 404), ("ping", 404), ("logging/setLevel", 404), ("resources/subscribe", 404)]
    {
        assert_eq!(error(stateless(&member, method, json!({})), status).await["code"], -32601, "{method}");
    }
    for method in ["server/discover", "resources/subscribe", "prompts/list", "logging/setLevel", "tasks/list", ""] {
        let answer = with_handshake(&member, "s", 1, method, json!({})).await;
        let status = answer.status.as_u16();
        let code = answer.json()["error"]["code"].clone();
        let expected = if method == "server/discover" { (400, json!(-32602)) } else { (200, json!(-32601)) };
        assert_eq!((status, code), expected, "{method}");
    }
    for (asked, agreed) in [("2025-06-18", "2025-06-18"), ("2026-07-28", "2025-11-25"), ("1999-01-01", "2025-11-25")] {
        let hello = json!({"jsonrpc": "2.0", "id": "a", "method": "initialize", "params": {"protocolVersion": asked}});
        let answer = plain(&member, &hello).await.expect(200);
        assert_eq!((&answer["result"]["protocolVersion"], &answer["id"]), (&json!(agreed), &json!("a")));
    }
}

#[tokio::test]
async fn headers_say_what_the_body_says() {
    let app = TestApp::new().await;
    let member = app.member();
    let mismatch = [
        of_version(&member, "2025-11-25", "2026-07-28", "tools/list"),
        of_version(&member, "2026-07-28", "2025-11-25", "tools/list"),
        of_version(&member, "2026-07-28", "2026-07-28", "tools/list").without("mcp-protocol-version"),
        of_version(&member, "2026-07-28", "2026-07-28", "tools/list").header("mcp-protocol-version", "2026-07-28"),
        of_version(&member, "2026-07-28", "2026-07-28", "tools/list").without("mcp-method"),
        of_version(&member, "2026-07-28", "2026-07-28", "tools/list")
            .without("mcp-method")
            .header("mcp-method", "TOOLS/LIST"),
        of_version(&member, "2026-07-28", "2026-07-28", "tools/list").header("mcp-method", "tools/list"),
        of_version(&member, "2026-07-28", "2026-07-28", "tools/list")
            .without("mcp-method")
            .bytes_header("mcp-method", b"\xff"),
        stateless(&member, "tools/call", json!({"name": ECHO})).without("mcp-name"),
        stateless(&member, "tools/call", json!({"name": ECHO})).without("mcp-name").header("mcp-name", "other"),
        stateless(&member, "tools/call", json!({"name": ECHO}))
            .without("mcp-name")
            .header("mcp-name", "=?base64?YXNz?="),
        stateless(&member, "tools/call", json!({"name": ECHO})).without("mcp-name").header("mcp-name", "=?base64?!?="),
    ];
    for (place, ask) in mismatch.into_iter().enumerate() {
        assert_eq!(error(ask, 400).await["code"], -32020, "{place}");
    }
    let encoded = stateless(&member, "tools/call", json!({"name": ECHO, "arguments": {}})).without("mcp-name");
    let answer = encoded.header("mcp-name", "=?base64?YXNzaXN0YW50?=").await.expect(200);
    assert_eq!(answer["result"]["isError"], true, "the call came in: {answer}");
    stateless(&member, "tools/list", json!({}))
        .header("last-event-id", "9")
        .header("mcp-session-id", "s")
        .await
        .expect(200);
    for missing in ["io.modelcontextprotocol/protocolVersion", "io.modelcontextprotocol/clientCapabilities", "_meta"] {
        let mut message = sent("tools/list", json!({}));
        let params = message["params"].as_object_mut().expect("params");
        if params.remove(missing).is_none() {
            params["_meta"].as_object_mut().expect("an object").remove(missing);
        }
        let ask =
            plain(&member, &message).header("mcp-protocol-version", "2026-07-28").header("mcp-method", "tools/list");
        assert_eq!(error(ask, 400).await["code"], -32602, "{missing}");
    }
}

#[tokio::test]
async fn a_body_is_one_message() {
    let app = TestApp::new().await;
    let member = app.member();
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(50_000), close.repeat(50_000));
    let bodies: Vec<(String, i64)> = vec![
        (String::new(), -32700),
        ("nonsense".into(), -32700),
        (deep("[", "]"), -32700),
        (deep("{\"a\":", "}"), -32700),
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":".into(), -32700),
        ("\u{feff}{}".into(), -32700),
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"id\":2}".into(), -32600),
        ("[]".into(), -32600),
        ("[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]".into(), -32600),
        ("null".into(), -32600),
        ("7".into(), -32600),
        ("{}".into(), -32600),
        ("{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"ping\"}".into(), -32600),
        ("{\"id\":1,\"method\":\"ping\"}".into(), -32600),
        ("{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}".into(), -32600),
        ("{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"ping\"}".into(), -32600),
        ("{\"jsonrpc\":\"2.0\",\"id\":1e400,\"method\":\"ping\"}".into(), -32700),
        ("{\"jsonrpc\":\"2.0\",\"id\":18446744073709551615,\"method\":\"ping\"}".into(), -32600),
        ("{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"ping\"}".into(), -32600),
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}".into(), -32600),
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}".into(), -32600),
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{}}".into(), -32600),
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":[]}".into(), -32602),
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":null}".into(), -32602),
    ];
    for (body, code) in bodies {
        let shown: String = body.chars().take(80).collect();
        let found = error(member.post("/mcp").body("application/json", body), 400).await;
        assert_eq!(found["code"], code, "{shown}: {found}");
    }
    let many = member.post("/mcp").body("application/json", format!("[{}0]", "0,".repeat(100_000)));
    many.await.expect_problem(413, "payload_too_large");
    let bytes = member.post("/mcp").body("application/json", b"{\"jsonrpc\":\"2.0\",\"id\":\"\xff\"}".to_vec());
    assert_eq!(error(bytes, 400).await["code"], -32700);
    for id in [json!(i64::MIN), json!("x".repeat(10_000)), json!("\u{0}")] {
        let answer = plain(&member, &json!({"jsonrpc": "2.0", "id": id, "method": "ping"})).await.expect(200);
        assert_eq!(answer["id"], id);
    }
    for method in ["notifications/initialized", "notifications/nonsense", "tools/call", ""] {
        let answer = plain(&member, &json!({"jsonrpc": "2.0", "method": method})).await;
        assert_eq!((answer.status.as_u16(), answer.bytes.len()), (202, 0), "{method}");
    }
}

#[tokio::test]
async fn only_posts_of_json_are_read() {
    let app = TestApp::builder(TestBackend::sqlite()).config(|config| config.limits.body_bytes = 4096).open().await;
    let member = app.member();
    for ask in [member.get("/mcp").header("accept", "text/event-stream"), member.delete("/mcp"), member.put("/mcp")] {
        let answer = ask.header("mcp-session-id", "s").await;
        assert_eq!(answer.header("allow"), "POST");
        answer.expect_problem(405, "method_not_allowed");
    }
    let ping = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"});
    for accept in ["application/json", "text/event-stream", "text/html", "application/json, text/event-stream;q=0"] {
        let ask = member.post("/mcp").header("accept", accept).json(&ping);
        ask.await.expect_problem(406, "not_acceptable");
    }
    for accept in ["*/*", "text/event-stream, application/json;q=0.1", "application/*, text/*"] {
        member.post("/mcp").header("accept", accept).json(&ping).await.expect(200);
    }
    member.post("/mcp").json(&ping).await.expect(200);
    for media_type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""] {
        let ask = member.post("/mcp").body(media_type, ping.to_string());
        ask.await.expect_problem(415, "unsupported_media_type");
    }
    let ask = member.post("/mcp").header("content-encoding", "gzip").json(&ping);
    ask.await.expect_problem(415, "unsupported_media_type");
    let large = json!({"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {"x": "x".repeat(5000)}});
    member.post("/mcp").json(&large).await.expect_problem(413, "payload_too_large");
    let long = "s".repeat(200);
    with_handshake(&member, &long, 1, "tools/call", json!({"name": ECHO})).await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn pages_of_other_origins_are_refused() {
    let builder = TestApp::builder(TestBackend::sqlite()).config(|config| {
        config.allowed_origins = vec!["https://page.example".into()];
        config.public_url = "https://astra.example/gateway".parse().ok();
    });
    let app = builder.open().await;
    let ask = |origin: &str| stateless(&app.member(), "tools/list", json!({})).header("origin", origin);
    for origin in ["http://localhost", "https://LOCALHOST", "https://page.example", "https://astra.example"] {
        ask(origin).await.expect(200);
    }
    for origin in [
        "http://evil.example",
        "http://localhost:9",
        "http://localhost.evil.example",
        "http://page.example",
        "https://astra.example.evil.example",
        "https://astra.exampl",
        "null",
        "",
    ] {
        ask(origin).await.expect_problem(403, "forbidden");
    }
}
