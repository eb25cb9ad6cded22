//! `tools.connect_server`

use std::future::IntoFuture;

use astra_core::auth::Role;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{SERVERS, http_server, pointers, stdio_server};
use crate::support::{TestApp, TestBackend, both_backends};

/// What no answer, no row and no log may repeat.
const SECRETS: [&str; 5] = ["hidden-path", "hidden-query", "hidden-header", "hidden-client", "hidden-token"];

/// A server whose description is full of secrets.
fn secretive() -> Value {
    json!({"name": "crm", "timeout_s": 7, "transport": {
        "type": "http", "url": "https://mcp.example/hidden-path?key=hidden-query", "headers": {"X-Key": "hidden-header"},
        "oauth": {"token_url": "https://id.example/hidden-token", "client_id": "astra", "client_secret": "hidden-client", "scope": "read"},
    }})
}

both_backends! {
    async fn keeps_a_server_without_waiting_for_it(app: TestApp) {
        let answer = app.admin().post(SERVERS).json(&http_server("crm")).await;
        assert_eq!(answer.header("location"), "/tools/servers/crm");
        let made = answer.expect(201);
        assert_eq!((&made["name"], &made["origin"], &made["transport"]), (&json!("crm"), &json!("workspace"), &json!("http")));
        assert_eq!((&made["status"], &made["error"], &made["tools"]), (&json!("connecting"), &Value::Null, &json!([])));
        assert_eq!(made["created_at"], "2026-11-23T21:00:00.000Z");
        assert_eq!(made["created_by"], app.admin().get("/auth/me").await.expect(200)["id"]);
        assert_eq!(app.admin().get("/tools/servers/crm").await.expect(200)["created_by"], made["created_by"]);
    }

    async fn no_secret_is_shown_nor_kept_as_it_is(app: TestApp) {
        let made = app.admin().post(SERVERS).header("idempotency-key", "k").json(&secretive()).await.expect(201);
        assert_eq!((&made["address"], &made["header_names"], &made["timeout_s"]), (&json!("https://mcp.example"), &json!(["X-Key"]), &json!(7)));
        assert_eq!(made["oauth"], json!({"address": "https://id.example", "client_id": "astra", "scope": "read"}));
        let mut seen = made.to_string() + &app.admin().get(SERVERS).await.expect(200).to_string();
        for table in ["audit", "idempotency_keys", "outbox"] {
            let column = match table { "audit" => "changes", "outbox" => "data", _ => "answer" };
            let sql = format!("SELECT {column} FROM {table} WHERE workspace_id = $1");
            let store = app.store();
            let rows = store.read(move |tx| tx.query(&sql, &[])?.iter_mut().map(|row| row.next_optional_text()).collect::<Result<Vec<_>, _>>());
            seen += &format!("{:?}", rows.await.expect("rows"));
        }
        assert!(seen.contains("https://mcp.example"), "{seen}");
        assert!(SECRETS.iter().all(|secret| !seen.contains(secret)), "{seen}");
        let sealed = app.store().mcp_servers().find("crm").await.expect("a row").expect("it is there").sealed;
        assert!(!String::from_utf8_lossy(&sealed).contains("hidden"));
    }

    async fn connects_one_server_for_one_idempotency_key(app: TestApp) {
        let ask = |body: Value| app.admin().post(SERVERS).header("idempotency-key", "key-1").json(&body);
        let first = ask(http_server("crm")).await.expect(201);
        app.clock.advance_ms(1000);
        let second = ask(http_server("crm")).await;
        assert_eq!(second.header("location"), "/tools/servers/crm");
        assert_eq!(second.expect(201), first);
        ask(http_server("other")).await.expect_problem(422, "idempotency_key_reused");
        assert_eq!(app.admin().get(SERVERS).await.expect(200)["data"].as_array().map(Vec::len), Some(1));
    }

    async fn of_many_at_once_one_has_the_name(app: TestApp) {
        let admin = app.admin();
        let asks = (0..6).map(|_| admin.post(SERVERS).json(&http_server("crm")).into_future());
        let answers: Vec<u16> = join_all(asks).await.iter().map(|answer| answer.status.as_u16()).collect();
        assert_eq!(answers.iter().filter(|status| **status == 201).count(), 1, "{answers:?}");
        assert_eq!(answers.iter().filter(|status| **status == 409).count(), 5, "{answers:?}");
        app.other_workspace().post(SERVERS).json(&http_server("crm")).await.expect(201);
    }

    async fn a_workspace_has_a_bounded_number(app: TestApp) {
        for number in 0..32 {
            app.admin().post(SERVERS).json(&http_server(&format!("s{number}"))).await.expect(201);
        }
        let problem = app.admin().post(SERVERS).json(&http_server("more")).await.expect_problem(409, "conflict");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("has 32 MCP servers")), "{problem}");
        app.other_workspace().post(SERVERS).json(&http_server("more")).await.expect(201);
        app.admin().delete("/tools/servers/s0").await.expect(204);
        app.admin().post(SERVERS).json(&http_server("more")).await.expect(201);
    }
}

#[tokio::test]
async fn refuses_what_cannot_work_and_says_where() {
    let app = TestApp::new().await;
    let http = |change: Value| {
        let mut server = http_server("crm");
        let transport = server["transport"].as_object_mut().expect("an object");
        transport.extend(change.as_object().expect("an object").clone());
        server
    };
    let oauth = json!({"token_url": "https://id.example/token", "client_id": "a", "client_secret": "b"});
    let inward = json!({"token_url": "http://127.0.0.1/token", "client_id": "a", "client_secret": "b"});
    let cases = [
        (http(json!({"url": "http://169.254.169.254/latest/meta-data"})), "/transport/url"),
        (http(json!({"url": "http://127.0.0.1:3000/mcp"})), "/transport/url"),
        (http(json!({"url": "http://2130706433/mcp"})), "/transport/url"),
        (http(json!({"url": "http://0x7f.1/mcp"})), "/transport/url"),
        (http(json!({"url": "http://[::1]/mcp"})), "/transport/url"),
        (http(json!({"url": "http://[::ffff:10.0.0.1]/mcp"})), "/transport/url"),
        (http(json!({"url": "https://mcp.example:22/mcp"})), "/transport/url"),
        (http(json!({"url": "file:///etc/passwd"})), "/transport/url"),
        (http(json!({"url": "https://user:word@mcp.example/mcp"})), "/transport/url"),
        (http(json!({"url": "https://mcp.example/mcp#part"})), "/transport/url"),
        (http(json!({"url": "https://mcp.example/\r\nHost: a"})), "/transport/url"),
        (http(json!({"url": "not a URL"})), "/transport/url"),
        (http(json!({"url": ""})), "/transport/url"),
        (http(json!({"headers": {"X-A": "b\r\nX-C: d"}})), "/transport/headers/X-A"),
        (http(json!({"headers": {"X-A\r\nX-B": "c"}})), "/transport/headers/X-A\u{fffd}\u{fffd}X-B"),
        (http(json!({"headers": {"Transfer-Encoding": "chunked"}})), "/transport/headers/Transfer-Encoding"),
        (http(json!({"headers": {"host": "a.example"}})), "/transport/headers/host"),
        (http(json!({"headers": {"mcp-session-id": "a"}})), "/transport/headers/mcp-session-id"),
        (http(json!({"headers": {"Authorization": "a", "authorization": "b"}})), "/transport/headers/authorization"),
        (http(json!({"headers": {"Authorization": "a"}, "oauth": oauth})), "/transport/headers/Authorization"),
        (http(json!({"headers": {"X-A/B~": "b"}})), "/transport/headers/X-A~1B~0"),
        (http(json!({"oauth": inward})), "/transport/oauth/token_url"),
        (http(json!({"command": "npx"})), "/transport/command"),
        (http(json!({"headers": {"X-A": 1}})), "/transport/headers/X-A"),
        (json!({"name": "crm", "transport": {"type": "http"}}), "/transport/url"),
        (json!({"name": "crm"}), "/transport"),
        (json!({"name": "a__b", "transport": http_server("a")["transport"]}), "/name"),
        (json!({"name": "A", "transport": http_server("a")["transport"]}), "/name"),
        (json!({"name": "a".repeat(33), "transport": http_server("a")["transport"]}), "/name"),
        (json!({"name": "a", "transport": http_server("a")["transport"], "timeout_s": 601}), "/timeout_s"),
        (json!({"name": "a", "transport": http_server("a")["transport"], "trusted": true}), "/trusted"),
    ];
    for (body, pointer) in cases {
        let problem = app.admin().post(SERVERS).json(&body).await.expect_problem(422, "invalid_request");
        assert_eq!(pointers(&problem), [pointer], "{body}: {problem}");
    }
    assert_eq!(app.admin().get(SERVERS).await.expect(200)["data"], json!([]));
}

#[tokio::test]
async fn what_is_sent_is_not_repeated_in_a_refusal() {
    let app = TestApp::new().await;
    let mut body = secretive();
    body["transport"]["url"] = "https://127.0.0.1/hidden-path?key=hidden-query".into();
    body["transport"]["headers"] = json!({"X-Key": "hidden-header\n"});
    body["transport"]["oauth"]["token_url"] = "https://127.0.0.1/hidden-token".into();
    let problem = app.admin().post(SERVERS).json(&body).await.expect_problem(422, "invalid_request");
    assert_eq!(pointers(&problem).len(), 3, "{problem}");
    assert!(!problem.to_string().contains("hidden"), "{problem}");
}

#[tokio::test]
async fn runs_no_program_that_the_configuration_does_not_list() {
    let app = TestApp::new().await;
    let problem = app.admin().post(SERVERS).json(&stdio_server("a", "npx")).await.expect_problem(403, "forbidden");
    assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("mcp.allow_stdio")), "{problem}");
    let builder = TestApp::builder(TestBackend::sqlite());
    let app = builder.config(|config| config.mcp.allow_stdio = vec!["no-such-program".into()]).open().await;
    for command in ["npx", "/bin/no-such-program", "no-such-program ", "./no-such-program", "NO-SUCH-PROGRAM"] {
        app.admin().post(SERVERS).json(&stdio_server("a", command)).await.expect_problem(403, "forbidden");
    }
    for variable in ["PATH", "LD_PRELOAD", "Ld_Library_Path", "DYLD_INSERT_LIBRARIES", "A=B", ""] {
        let mut server = stdio_server("a", "no-such-program");
        server["transport"]["env"] = json!({variable: "b"});
        let problem = app.admin().post(SERVERS).json(&server).await.expect_problem(422, "invalid_request");
        assert_eq!(pointers(&problem), [format!("/transport/env/{variable}")]);
    }
    let made = app.admin().post(SERVERS).json(&stdio_server("a", "no-such-program")).await.expect(201);
    assert_eq!(
        (&made["transport"], &made["address"], &made["env_names"]),
        (&json!("stdio"), &json!("no-such-program"), &json!(["KEY"]))
    );
    assert!(!made.to_string().contains("hidden"), "{made}");
}

#[tokio::test]
async fn refuses_bodies_that_are_none() {
    let app = TestApp::new().await;
    app.admin().post(SERVERS).body("application/json", "{\"name\":").await.expect_problem(400, "bad_request");
    app.admin().post(SERVERS).body("text/plain", "{}").await.expect_problem(415, "unsupported_media_type");
    let mut large = http_server("crm");
    large["transport"]["headers"] = json!({"X-A": "x".repeat(2 << 20)});
    app.admin().post(SERVERS).json(&large).await.expect_problem(413, "payload_too_large");
    large["transport"]["headers"] = json!({"X-A": "x".repeat(20_000)});
    app.admin().post(SERVERS).json(&large).await.expect_problem(422, "invalid_request");
    large["transport"]["headers"] = (0..101).map(|number| (format!("X-{number}"), json!("a"))).collect();
    app.admin().post(SERVERS).json(&large).await.expect_problem(422, "invalid_request");
}

#[tokio::test]
async fn is_for_admins() {
    let app = TestApp::new().await;
    let server = http_server("crm");
    app.anonymous().post(SERVERS).json(&server).await.expect_problem(401, "unauthorized");
    app.member().post(SERVERS).json(&server).await.expect_problem(403, "forbidden");
    app.scoped(Role::Admin, "tools:read").post(SERVERS).json(&server).await.expect_problem(403, "forbidden");
    assert_eq!(app.admin().get(SERVERS).await.expect(200)["data"], json!([]));
}
