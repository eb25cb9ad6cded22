//! `workspaces.create`

use astra_core::auth::Role;
use serde_json::json;

use super::{count, id_of, turns_away};
use crate::auth::{person, register, with};
use crate::conversation::text;
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn makes_a_workspace_whose_owner_is_the_caller(app: TestApp) {
        register(&app).await;
        let bob = person(&app, "bob@example.org", Role::Viewer).await;
        let answer = with(&app, &bob).post("/workspaces").json(&json!({"name": "Support"})).await;
        let (location, etag) = (answer.header("location").to_owned(), answer.header("etag").to_owned());
        let made = answer.expect(201);
        assert_eq!((&made["name"], &made["role"], &made["is_current"]), (&json!("Support"), &json!("owner"), &json!(false)));
        assert_eq!(location, format!("/workspaces/{}", text(&made, "id")));
        // It is another one than the token's.
        with(&app, &bob).get(&location).await.expect_problem(404, "not_found");
        let there = with(&app, &bob).post(&format!("{location}/switch")).json(&json!({})).await.expect(200);
        let answer = with(&app, &there).get(&location).await;
        assert_eq!(answer.header("etag"), etag);
        answer.expect(200);
        assert_eq!(with(&app, &there).get("/auth/me").await.expect(200)["role"], "owner");
        assert_eq!(with(&app, &there).get("/agents").await.expect(200)["data"], json!([]));
        let audit = with(&app, &there).get("/admin/audit").await.expect(200);
        assert_eq!(audit["data"][0]["operation"], "workspaces.create");
        assert_eq!(audit["data"][0]["actor"], json!(id_of(&app, &bob).await));
    }

    async fn makes_one_for_one_idempotency_key(app: TestApp) {
        let ada = register(&app).await["tokens"].clone();
        let ask = |name: &str| with(&app, &ada).post("/workspaces").header("idempotency-key", "key-1").json(&json!({"name": name}));
        let first = ask("Support").await.expect(201);
        assert_eq!(ask("Support").await.expect(201), first);
        ask("Other").await.expect_problem(422, "idempotency_key_reused");
        assert_eq!(count(&app, "workspaces").await, 2);
    }
}

#[tokio::test]
async fn is_for_people_who_signed_in() {
    let app = TestApp::new().await;
    let new = json!({"name": "Support"});
    app.owner().post("/workspaces").json(&new).await.expect_problem(403, "forbidden");
    turns_away(&app, Role::Viewer, |caller| caller.post("/workspaces").json(&new)).await;
}

#[tokio::test]
async fn refuses_what_is_no_name_and_more_than_a_person_may_own() {
    let app = TestApp::new().await;
    let ada = register(&app).await["tokens"].clone();
    for wrong in [json!({}), json!({"name": ""}), json!({"name": "a\nb"}), json!({"name": "x".repeat(129)})] {
        let problem = with(&app, &ada).post("/workspaces").json(&wrong).await.expect_problem(422, "invalid_request");
        assert_eq!(problem["errors"][0]["pointer"], "/name");
    }
    for number in 1..100 {
        with(&app, &ada).post("/workspaces").json(&json!({"name": format!("{number}")})).await.expect(201);
    }
    with(&app, &ada).post("/workspaces").json(&json!({"name": "one more"})).await.expect_problem(409, "conflict");
}
