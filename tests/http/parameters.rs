//! Parameters in the query, the path and the headers, refused where they are not what the document says.

use http::Method;

use crate::support::{Ask, TestApp};

#[track_caller]
fn get(app: &TestApp, uri: &str) -> Ask {
    app.member().get(uri)
}

#[tokio::test]
async fn queries_are_held_to_their_schemas() {
    let app = TestApp::new().await;
    for (query, pointer) in [
        ("limit=0", "query/limit"),
        ("limit=201", "query/limit"),
        ("limit=5x", "query/limit"),
        ("limit=%2B5", "query/limit"),
        ("limit=007", "query/limit"),
        ("limit=5.5", "query/limit"),
        ("limit=1e400", "query/limit"),
        ("limit=", "query/limit"),
        ("limit", "query/limit"),
        ("limit=5&limit=5", "query/limit"),
        ("limit[]=5", "query/limit[]"),
        ("Limit=5", "query/Limit"),
        ("cursor=not%20base64", "query/cursor"),
        ("cursor=", "query/cursor"),
        ("status=open", "query/status"),
        ("x=1", "query/x"),
    ] {
        let problem = get(&app, &format!("/sessions?{query}")).await.expect_problem(422, "invalid_request");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{query}: {problem}");
    }
    for query in ["", "limit=1", "limit=200", "limit=5.0", "limit=1e1", "&&limit=5&", "status=active&limit=3"] {
        get(&app, &format!("/sessions?{query}")).await.expect(200);
    }
}

#[tokio::test]
async fn all_faults_are_told_at_once() {
    let app = TestApp::new().await;
    let problem = get(&app, "/sessions?limit=0&x=1&status=open").await.expect_problem(422, "invalid_request");
    assert_eq!(problem["errors"].as_array().map(Vec::len), Some(3), "{problem}");
}

#[tokio::test]
async fn a_cursor_of_our_alphabet_that_we_did_not_make_is_refused() {
    let app = TestApp::new().await;
    for cursor in ["abc", "MTIzNDU2", "MTp4_-", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTp4"] {
        let problem = get(&app, &format!("/sessions?cursor={cursor}")).await.expect_problem(400, "bad_request");
        assert!(problem["detail"].as_str().expect("text").contains("cursor"), "{problem}");
    }
}

#[tokio::test]
async fn what_is_no_utf8_is_malformed() {
    let app = TestApp::new().await;
    for uri in ["/sessions?cursor=%ff", "/sessions?%C3%28=1", "/sessions/%ff"] {
        get(&app, uri).await.expect_problem(400, "bad_request");
    }
    let key = app.member().post("/sessions").bytes_header("idempotency-key", b"\xff\xfe");
    key.json(&serde_json::json!({"agent_id": "assistant"})).await.expect_problem(400, "bad_request");
}

#[tokio::test]
async fn ids_of_another_form_are_refused_and_unknown_ones_not_found() {
    let app = TestApp::new().await;
    let long = "a".repeat(5_000);
    for id in ["x", "ses_", "ses_%00", "%00", "..", "ses_06A1B2C3D4E5F6G7H8J9K0MNPQ", &long, "trn_06a1b2c3d4e5q"] {
        let problem = get(&app, &format!("/sessions/{id}")).await.expect_problem(422, "invalid_request");
        assert_eq!(problem["errors"][0]["pointer"], "path/session_id", "{id}");
    }
    get(&app, "/sessions/ses_06a1b2c3d4e5q").await.expect_problem(404, "not_found");
    // A slash is not part of an id, however it is written.
    get(&app, "/sessions/ses%2F..").await.expect_problem(422, "invalid_request");
}

#[tokio::test]
async fn headers_are_held_to_their_schemas() {
    let app = TestApp::new().await;
    let body = serde_json::json!({"agent_id": "assistant"});
    for key in ["", "two words", &"k".repeat(300)] {
        let ask = app.member().post("/sessions").header("idempotency-key", key).json(&body);
        let problem = ask.await.expect_problem(422, "invalid_request");
        assert_eq!(problem["errors"][0]["pointer"], "header/Idempotency-Key", "{key:?}: {problem}");
    }
    // What the document does not speak of is nobody's business.
    app.member().get("/sessions").header("x-anything", "at all").await.expect(200);
}

#[tokio::test]
async fn head_is_get_without_a_body_and_with_its_permissions() {
    let app = TestApp::new().await;
    let head = app.viewer().ask(Method::HEAD, "/openapi.json").await;
    assert_eq!(head.status, 200);
    assert!(head.bytes.is_empty() && head.headers.contains_key("etag"));
    assert_eq!(app.anonymous().ask(Method::HEAD, "/openapi.json").await.status, 401);
    assert_eq!(app.viewer().ask(Method::HEAD, "/sessions").await.status, 403);
    assert_eq!(app.member().ask(Method::HEAD, "/sessions?x=1").await.status, 422);
    assert_eq!(app.member().ask(Method::HEAD, "/chat").await.status, 405);
}
