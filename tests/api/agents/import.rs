//! `agents.import`

use serde_json::{Value, json};

use super::{make, pointers};
use crate::support::{TestApp, both_backends};

const PATH: &str = "/agents/import";

fn file(id: &str, definition: &Value) -> Value {
    json!({"format": "astra.agent.v1", "id": id, "definition": definition})
}

both_backends! {
    async fn makes_the_agent_of_the_file(app: TestApp) {
        make(&app, "a", "one").await;
        let mut file = app.admin().get("/agents/a/export").await.expect(200);
        app.admin().post(PATH).json(&file).await.expect_problem(409, "conflict");
        file["id"] = "b".into();
        let answer = app.owner().post(PATH).json(&file).await;
        assert_eq!(answer.header("location"), "/agents/b");
        let made = answer.expect(201);
        assert_eq!((&made["version"], &made["system_prompt"]), (&json!(1), &json!("one")));
        assert_eq!(app.viewer().get("/agents/b").await.expect(200), made);
    }

    async fn imports_once_for_one_idempotency_key(app: TestApp) {
        let ask = |id: &str| app.admin().post(PATH).header("idempotency-key", "key-1").json(&file(id, &json!({})));
        let first = ask("b").await.expect(201);
        assert_eq!(ask("b").await.expect(201), first);
        ask("c").await.expect_problem(422, "idempotency_key_reused");
    }

    async fn imports_into_the_callers_workspace(app: TestApp) {
        app.other_workspace().post(PATH).json(&file("theirs", &json!({}))).await.expect(201);
        app.viewer().get("/agents/theirs").await.expect_problem(404, "not_found");
    }
}

#[tokio::test]
async fn refuses_what_cannot_work_here() {
    let app = TestApp::new().await;
    let elsewhere = file("b", &json!({"model": {"provider": "nowhere"}, "system_prompt": "{{"}));
    let problem = app.admin().post(PATH).json(&elsewhere).await.expect_problem(422, "invalid_request");
    assert_eq!(pointers(&problem), ["/definition/system_prompt", "/definition/model/provider"]);
    let other = json!({"format": "astra.agent.v2", "id": "b", "definition": {}});
    let problem = app.admin().post(PATH).json(&other).await.expect_problem(422, "invalid_request");
    assert_eq!(pointers(&problem), ["/format"]);
    app.admin().post(PATH).json(&json!({"id": "b"})).await.expect_problem(422, "invalid_request");
    app.member().post(PATH).json(&file("b", &json!({}))).await.expect_problem(403, "forbidden");
    app.anonymous().post(PATH).json(&file("b", &json!({}))).await.expect_problem(401, "unauthorized");
    app.viewer().get("/agents/b").await.expect_problem(404, "not_found");
}
