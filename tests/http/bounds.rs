//! Bodies that are within the limit of bytes and beyond all others: each is refused by its bound, before what is in it is
//! looked at.

use serde_json::{Value, json};

use crate::support::{TestApp, TestBackend};

const JSON: &str = "application/json";

/// A list of `count` times `item`, as JSON.
fn list(item: &str, count: usize) -> String {
    format!("[{}]", vec![item; count].join(","))
}

fn pointers(problem: &Value) -> Vec<&str> {
    let errors = problem["errors"].as_array().expect("errors");
    errors.iter().map(|error| error["pointer"].as_str().expect("a pointer")).collect()
}

#[tokio::test]
async fn a_long_list_is_refused_by_its_length() {
    let app = TestApp::new().await;
    for (uri, body, pointer) in [
        ("/chat", format!(r#"{{"agent_id": "assistant", "message": {}}}"#, list("{}", 90_000)), "/message"),
        ("/chat", format!(r#"{{"agent_id": "assistant", "message": {}}}"#, list("[]", 65)), "/message"),
        ("/auth/service-accounts", format!(r#"{{"name": "a", "scopes": {}}}"#, list("{}", 90_000)), "/scopes"),
        ("/agents", format!(r#"{{"id": "a", "model": {{"fallbacks": {}}}}}"#, list("{}", 90_000)), "/model/fallbacks"),
    ] {
        let problem = app.owner().post(uri).body(JSON, body).await.expect_problem(422, "invalid_request");
        assert_eq!(pointers(&problem), [pointer], "{problem}");
        assert!(problem["errors"][0]["detail"].as_str().expect("text").contains("are allowed"), "{problem}");
    }
}

#[tokio::test]
async fn a_fault_deep_in_a_long_list_is_still_pointed_at() {
    let app = TestApp::new().await;
    let mut parts = vec![json!({"type": "text", "text": "x"}); 64];
    parts[61]["text"] = 7.into();
    let ask = app.member().post("/chat").json(&json!({"agent_id": "assistant", "message": parts}));
    let problem = ask.await.expect_problem(422, "invalid_request");
    assert_eq!(pointers(&problem), ["/message/61/text"], "{problem}");
}

#[tokio::test]
async fn a_body_of_very_many_values_is_too_large() {
    let app = TestApp::new().await;
    for item in ["{}", "1", "[[]]"] {
        let body = format!(r#"{{"agent_id": "assistant", "message": {}}}"#, list(item, 150_000));
        app.member().post("/chat").body(JSON, body).await.expect_problem(413, "payload_too_large");
    }
}

#[tokio::test]
async fn a_doubled_name_is_refused_wherever_it_is() {
    let app = TestApp::new().await;
    for (body, pointer) in [
        (r#"{"agent_id": "assistant", "agent_id": "other"}"#, "/agent_id"),
        (r#"{"agent_id": "assistant", "metadata": {"a": [{"b": 1, "b": 1}]}}"#, "/metadata/a/0/b"),
    ] {
        let problem = app.member().post("/sessions").body(JSON, body).await.expect_problem(422, "invalid_request");
        assert_eq!(pointers(&problem), [pointer], "{problem}");
    }
}

#[tokio::test]
async fn metadata_is_small_wherever_it_is_taken() {
    let app = TestApp::new().await;
    // Beyond 16 KiB by a field, and by very many small ones: within a list, which no other bound holds.
    for metadata in [json!({"k": "x".repeat(16_400)}), json!({"k": vec![1; 9_000]})] {
        let (member, admin) = (app.member(), app.admin());
        for (caller, uri, body) in [
            (&member, "/sessions", json!({"agent_id": "assistant", "metadata": metadata})),
            (&member, "/chat", json!({"agent_id": "assistant", "message": "x", "metadata": metadata})),
            (&member, "/chat/stream", json!({"agent_id": "assistant", "message": "x", "metadata": metadata})),
            (&admin, "/agents", json!({"id": "big", "metadata": metadata})),
        ] {
            let problem = caller.post(uri).json(&body).await.expect_problem(422, "invalid_request");
            assert_eq!(pointers(&problem), ["/metadata"], "{uri}: {problem}");
        }
        let session =
            member.post("/sessions").json(&json!({"agent_id": "assistant", "metadata": {"a": "x".repeat(9_000)}}));
        let session = format!("/sessions/{}", session.await.expect(201)["id"].as_str().expect("an id"));
        let grown = member.patch(&session).json(&json!({"metadata": {"b": "x".repeat(9_000)}})).await;
        assert_eq!(pointers(&grown.expect_problem(422, "invalid_request")), ["/metadata"]);
        let whole = member.patch(&session).json(&json!({"metadata": {"a": null, "b": "x".repeat(9_000)}})).await;
        whole.expect(200);
    }
}

#[tokio::test]
async fn a_body_of_which_nothing_is_required_may_be_left_out() {
    let app = TestApp::new().await;
    let (member, admin) = (app.member(), app.admin());
    let session = member.post("/sessions").json(&json!({"agent_id": "assistant"})).await.expect(201);
    let fork = format!("/sessions/{}/fork", session["id"].as_str().expect("an id"));
    member.post(&fork).await.expect(201);
    member.post(&fork).body(JSON, "").await.expect(201);
    let account = admin.post("/auth/service-accounts").json(&json!({"name": "a", "role": "member"})).await.expect(201);
    let tokens = format!("/auth/service-accounts/{}/tokens", account["id"].as_str().expect("an id"));
    let issued = admin.post(&tokens).await.expect(201);
    let rotate = format!("/auth/tokens/{}/rotate", issued["token"]["id"].as_str().expect("an id"));
    admin.post(&rotate).await.expect(200);
    // What is there is held to its media type, and what is required is not made up.
    member.post(&fork).body(JSON, "{}").without("content-type").await.expect_problem(415, "unsupported_media_type");
    member.post("/sessions").await.expect_problem(415, "unsupported_media_type");
    let bodies = |id: &str| {
        let document = astra_core::openapi().unwrap_or_else(|fault| panic!("{fault}"));
        let paths = document["paths"].as_object().expect("paths").clone();
        let mut operations = paths.values().flat_map(|path| path.as_object().expect("a path").values());
        operations.find(|operation| operation["operationId"] == id).expect("it is there")["requestBody"]["required"]
            .clone()
    };
    for (id, is_required) in [
        ("sessions.fork", false),
        ("auth.rotate_token", false),
        ("auth.issue_token", false),
        ("sessions.create", true),
        ("sessions.update", true),
        ("agents.replace", true),
    ] {
        assert_eq!(bodies(id), is_required, "{id}");
    }
}

#[tokio::test]
async fn what_only_the_body_bounds_follows_the_configured_limit() {
    let image = |length: usize| {
        let url = format!("data:image/png;base64,{}", "A".repeat(length));
        json!({"agent_id": "echo", "message": [{"type": "image_url", "image_url": {"url": url}}]})
    };
    let ask = |length: usize| json!({"agent_id": "echo", "message": "x".repeat(length)});
    for body_bytes in [4_000, 8 << 20] {
        let limit = |config: &mut astra_core::Config| config.limits.body_bytes = body_bytes;
        let app = TestApp::builder(TestBackend::sqlite()).agent("echo", json!({"model": {"provider": "echo"}}));
        let app = app.config(limit).open().await;
        let length = body_bytes - 200;
        for body in [image(length), ask(length)] {
            let answer = app.member().post("/chat").json(&body).await;
            // The model may find it too long; the contract does not.
            assert!(!answer.text().contains("/message"), "{body_bytes}: {}", answer.text());
        }
        for body in [image(body_bytes), ask(body_bytes)] {
            app.member().post("/chat").json(&body).await.expect_problem(413, "payload_too_large");
        }
        let document: Value = app.owner().get("/openapi.json").await.json();
        assert_eq!(document["components"]["schemas"]["ImageUrl"]["properties"]["url"]["maxLength"], body_bytes);
        assert_eq!(document["components"]["schemas"]["MessageText"]["maxLength"], body_bytes);
    }
}

#[tokio::test]
async fn a_blank_question_is_none() {
    let app = TestApp::new().await;
    let parts = json!([{"type": "text", "text": " "}, {"type": "text", "text": "\u{a0}\n"}]);
    for message in [json!(" "), json!("\t\n"), json!("\u{2003}"), parts] {
        for uri in ["/chat", "/chat/stream"] {
            let ask = app.member().post(uri).json(&json!({"agent_id": "assistant", "message": message}));
            let problem = ask.await.expect_problem(422, "invalid_request");
            assert_eq!(pointers(&problem), ["/message"], "{uri} {message}");
        }
    }
}
