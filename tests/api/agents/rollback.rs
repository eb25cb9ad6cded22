//! `agents.rollback`

use serde_json::json;

use super::make;
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn makes_a_new_version_of_an_old_one(app: TestApp) {
        let made = make(&app, "a", "one").await;
        app.admin().put("/agents/a").json(&json!({"system_prompt": "two"})).await.expect(200);
        let answer = app.owner().post("/agents/a/rollback/1").await;
        let tag = answer.header("etag").to_owned();
        let rolled = answer.expect(200);
        assert_eq!((&rolled["version"], &rolled["system_prompt"]), (&json!(3), &json!("one")));
        assert_eq!(rolled["metadata"], made["metadata"]);
        assert_eq!(app.viewer().get("/agents/a").await.header("etag"), tag);
        assert_eq!(app.viewer().get("/agents/a/versions/3/diff?against=1").await.expect(200), json!([]));
        assert_eq!(app.viewer().get("/agents/a/versions/2").await.expect(200)["definition"]["system_prompt"], "two");
    }

    async fn rolls_back_once_for_one_idempotency_key(app: TestApp) {
        make(&app, "a", "one").await;
        let ask = |path: &str| app.admin().post(path).header("idempotency-key", "key-1");
        let first = ask("/agents/a/rollback/1").await.expect(200);
        assert_eq!(ask("/agents/a/rollback/1").await.expect(200), first);
        assert_eq!(app.viewer().get("/agents/a").await.expect(200)["version"], 2);
        ask("/agents/a/rollback/2").await.expect_problem(422, "idempotency_key_reused");
    }

    async fn is_not_for_another_workspace(app: TestApp) {
        make(&app, "a", "one").await;
        app.other_workspace().post("/agents/a/rollback/1").await.expect_problem(404, "not_found");
        assert_eq!(app.viewer().get("/agents/a").await.expect(200)["version"], 1);
    }
}

#[tokio::test]
async fn refuses_what_is_not_there() {
    let app = TestApp::new().await;
    app.admin().post("/agents/assistant/rollback/2").await.expect_problem(404, "not_found");
    app.admin().post("/agents/b/rollback/1").await.expect_problem(404, "not_found");
    app.member().post("/agents/assistant/rollback/1").await.expect_problem(403, "forbidden");
    app.anonymous().post("/agents/assistant/rollback/1").await.expect_problem(401, "unauthorized");
}
