//! `Accept`: who can read nothing of what an operation answers is told so, before anything happens.

use serde_json::json;

use crate::support::TestApp;

#[tokio::test]
async fn what_nobody_can_read_is_not_answered() {
    let app = TestApp::new().await;
    for wish in
        ["application/xml", "text/html", "text/*, image/png;q=0.9", "application/*;q=0, */*", "text/event-stream"]
    {
        app.viewer().get("/agents").header("accept", wish).await.expect_problem(406, "not_acceptable");
    }
    let session = json!({"agent_id": "assistant"});
    app.member()
        .post("/sessions")
        .header("accept", "text/html")
        .json(&session)
        .await
        .expect_problem(406, "not_acceptable");
    assert_eq!(app.member().get("/sessions").await.expect(200)["data"], json!([]), "nothing has happened");
    app.anonymous().get("/agents").header("accept", "text/html").await.expect_problem(401, "unauthorized");
    let problem =
        app.anonymous().get("/health").header("accept", "text/html").await.expect_problem(406, "not_acceptable");
    assert!(problem["detail"].as_str().expect("text").contains("application/json"), "{problem}");
}

#[tokio::test]
async fn what_can_be_read_or_is_not_understood_is_answered() {
    let app = TestApp::new().await;
    for wish in
        ["*/*", "application/json", "application/*", "text/html, application/xhtml+xml, */*;q=0.8", "", "nonsense"]
    {
        app.viewer().get("/agents").header("accept", wish).await.expect(200);
    }
    app.viewer().get("/openapi.yaml").header("accept", "application/yaml").await.expect(200);
    app.viewer().get("/openapi.yaml").header("accept", "text/html").await.expect_problem(406, "not_acceptable");
    let question = json!({"agent_id": "assistant", "message": "Hello"});
    // `curl --json` says that it accepts JSON alone.
    for wish in ["text/event-stream", "application/json"] {
        app.member().post("/chat/stream").header("accept", wish).json(&question).await.expect(200);
    }
    // Where success has no body there is nothing to be read.
    let session = app.member().post("/sessions").json(&json!({"agent_id": "assistant"})).await.expect(201);
    let path = format!("/sessions/{}", session["id"].as_str().expect("an id"));
    app.member().delete(&path).header("accept", "application/json").await.expect(204);
}

#[tokio::test]
async fn openais_clients_ask_for_json_and_get_a_stream() {
    let app = TestApp::new().await;
    let body = json!({"model": "assistant", "messages": [{"role": "user", "content": "Hello"}], "stream": true});
    let ask = |wish: &str| app.member().post("/v1/chat/completions").header("accept", wish).json(&body);
    ask("application/json").await.expect(200);
    ask("text/event-stream").await.expect(200);
    let refused = ask("text/html").await.expect(406);
    assert_eq!(refused["error"]["code"], "not_acceptable", "{refused}");
}
