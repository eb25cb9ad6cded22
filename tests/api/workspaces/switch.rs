//! `workspaces.switch`

use astra_core::auth::Role;
use serde_json::{Value, json};

use super::{elsewhere, here, turns_away};
use crate::auth::{goes_on, has_ended, person, register, with};
use crate::conversation::text;
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn signs_in_to_another_own_workspace_and_leaves_the_present_one(app: TestApp) {
        let ada = register(&app).await["tokens"].clone();
        let (path, there) = elsewhere(&app, &ada).await;
        let me = with(&app, &there).get("/auth/me").await.expect(200);
        assert_eq!((format!("/workspaces/{}", text(&me, "workspace_id")), &me["role"]), (path, &json!("owner")));
        let here = goes_on(&app, &ada).await;
        let there = goes_on(&app, &there).await;
        let listed = with(&app, &here).get("/auth/me/sign-ins").await.expect(200);
        assert_eq!(listed["data"].as_array().expect("data").len(), 2);
        with(&app, &there).post("/auth/logout").await.expect(204);
        has_ended(&app, &there).await;
        goes_on(&app, &here).await;
    }

    async fn to_a_workspace_of_others_there_is_none(app: TestApp) {
        let ada = register(&app).await["tokens"].clone();
        let bob = person(&app, "bob@example.org", Role::Member).await;
        let (path, _) = elsewhere(&app, &ada).await;
        for path in [path.as_str(), "/workspaces/wsp_000000000000f", "/workspaces/nothing"] {
            for caller in [with(&app, &bob), app.owner(), app.other_workspace()] {
                caller.post(&format!("{path}/switch")).json(&json!({})).await.expect_problem(404, "not_found");
            }
        }
        with(&app, &bob).post(&format!("{}/switch", here(&app))).json(&json!({})).await.expect_problem(409, "conflict");
        app.member().post(&format!("{}/switch", here(&app))).json(&json!({})).await.expect_problem(409, "conflict");
    }

    async fn gives_a_narrowed_token_no_more_scopes(app: TestApp) {
        let ada = register(&app).await["tokens"].clone();
        let (path, _) = elsewhere(&app, &ada).await;
        let switch = async |tokens: &Value, body: Value| with(&app, tokens).post(&format!("{path}/switch")).json(&body).await;
        let asked = switch(&ada, json!({"scope": "agents:read workspaces:read"})).await.expect(200);
        assert_eq!(asked["scope"], "agents:read workspaces:read");
        switch(&ada, json!({"scope": "agents:fly"})).await.expect_problem(400, "invalid_scope");
        let narrow = json!({"grant_type": "password", "username": crate::auth::EMAIL, "password": crate::auth::PASSWORD,
            "scope": "auth:read workspaces:write"});
        let narrow = app.anonymous().post("/auth/token").json(&narrow).await.expect(200);
        assert_eq!(switch(&narrow, json!({})).await.expect(200)["scope"], "auth:read workspaces:write");
        switch(&narrow, json!({"scope": "agents:read"})).await.expect_problem(400, "invalid_scope");
    }

    async fn does_not_outlive_the_sign_in_that_it_came_from(app: TestApp) {
        let ada = register(&app).await["tokens"].clone();
        app.clock.advance_ms(86_400_000);
        let refresh = json!({"refresh_token": ada["refresh_token"]});
        let ada = app.anonymous().post("/auth/refresh").json(&refresh).await.expect(200);
        elsewhere(&app, &ada).await;
        let listed = with(&app, &ada).get("/auth/me/sign-ins").await.expect(200);
        assert_eq!(listed["data"][0]["ends_at"], listed["data"][1]["ends_at"]);
    }
}

#[tokio::test]
async fn needs_a_credential_with_the_scope() {
    let app = TestApp::new().await;
    turns_away(&app, Role::Viewer, |caller| caller.post(&format!("{}/switch", here(&app))).json(&json!({}))).await;
}
