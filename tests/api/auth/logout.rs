//! `auth.logout`

use serde_json::json;

use super::{register, sign_in, with};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn ends_the_callers_sign_in_and_no_other(app: TestApp) {
        let here = register(&app).await["tokens"].clone();
        let there = sign_in(&app).await;
        with(&app, &here).get("/auth/me").await.expect(200);
        with(&app, &here).post("/auth/logout").await.expect(204);
        with(&app, &here).get("/auth/me").await.expect_problem(401, "unauthorized");
        with(&app, &here).post("/auth/logout").await.expect_problem(401, "unauthorized");
        let refresh = json!({"refresh_token": here["refresh_token"]});
        app.anonymous().post("/auth/refresh").json(&refresh).await.expect_problem(400, "invalid_grant");
        with(&app, &there).get("/auth/me").await.expect(200);
    }
}

#[tokio::test]
async fn is_for_people() {
    let app = TestApp::new().await;
    app.viewer().post("/auth/logout").await.expect_problem(409, "conflict");
    app.viewer().get("/auth/me").await.expect(200);
    app.anonymous().post("/auth/logout").await.expect_problem(401, "unauthorized");
}
