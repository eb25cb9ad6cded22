//! `workspaces.accept_invitation`

use astra_core::auth::Role;
use serde_json::{Value, json};

use super::{count, elsewhere, here, id_of, invited, turns_away};
use crate::auth::{person, register, with};
use crate::support::{Ask, OnBackend, TestApp, TestBackend, both_backends};

const PATH: &str = "/workspaces/invitations/accept";

fn accept(app: &TestApp, tokens: &Value, code: &str) -> Ask {
    with(app, tokens).post(PATH).json(&json!({"code": code}))
}

/// A workspace of Ada's, and a person who does not belong to it.
async fn ada_and_bob(app: &TestApp) -> (String, Value, Value) {
    let ada = register(app).await["tokens"].clone();
    let bob = person(app, "bob@example.org", Role::Viewer).await;
    let (path, there) = elsewhere(app, &ada).await;
    (path, there, bob)
}

both_backends! {
    async fn lets_an_account_join_once(app: TestApp) {
        let (path, there, bob) = ada_and_bob(&app).await;
        let code = invited(&app, (&path, &there), &json!({"role": "admin"})).await;
        // How a person writes it does not matter.
        let typed = format!(" {} ", code.to_uppercase()).trim().to_owned();
        let joined = accept(&app, &bob, &typed).await.expect(200);
        assert_eq!((format!("/workspaces/{}", joined["id"].as_str().expect("an id")), &joined["role"]), (path.clone(), &json!("admin")));
        let tokens = with(&app, &bob).post(&format!("{path}/switch")).json(&json!({})).await.expect(200);
        assert_eq!(with(&app, &tokens).get("/auth/me").await.expect(200)["role"], "admin");
        let eve = person(&app, "eve@example.org", Role::Viewer).await;
        accept(&app, &eve, &code).await.expect_problem(403, "forbidden");
        let audit = with(&app, &there).get("/admin/audit?operation=workspaces.accept_invitation").await.expect(200);
        assert_eq!(audit["data"][0]["changes"], json!({"user_id": id_of(&app, &bob).await, "role": "admin"}));
        assert_eq!(count(&app, "invitations").await, 0);
    }

    async fn is_won_by_one_of_two(app: TestApp) {
        let (path, there, bob) = ada_and_bob(&app).await;
        let eve = person(&app, "eve@example.org", Role::Viewer).await;
        let code = invited(&app, (&path, &there), &json!({"role": "member"})).await;
        let accepted = async |tokens: &Value| accept(&app, tokens, &code).await.status.as_u16();
        let (first, second) = tokio::join!(accepted(&bob), accepted(&eve));
        let mut statuses = [first, second];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 403]);
        assert_eq!(count(&app, "memberships WHERE role = 'member'").await, 1);
    }

    async fn leaves_a_member_what_it_is(app: TestApp) {
        let (path, there, bob) = ada_and_bob(&app).await;
        let code = invited(&app, (&path, &there), &json!({"role": "viewer"})).await;
        assert_eq!(accept(&app, &there, &code).await.expect(200)["role"], "owner");
        accept(&app, &bob, &code).await.expect(200);
    }

    async fn refuses_all_that_is_not_good_with_one_answer(app: TestApp) {
        let (path, there, bob) = ada_and_bob(&app).await;
        let old = invited(&app, (&path, &there), &json!({"role": "member", "expires_in_s": 60})).await;
        app.clock.advance_ms(60_000);
        let bound = invited(&app, (&path, &there), &json!({"role": "member", "email": "eve@example.org"})).await;
        let revoked = with(&app, &there).post(&format!("{path}/invitations")).json(&json!({"role": "member"})).await.expect(201);
        let id = revoked["invitation"]["id"].as_str().expect("an id");
        with(&app, &there).delete(&format!("{path}/invitations/{id}")).await.expect(204);
        let mut details = Vec::new();
        for code in [&old, &bound, revoked["code"].as_str().expect("a code"), "7k3mf-q9x2c-01vbn-h8rjt"] {
            let problem = accept(&app, &bob, code).await.expect_problem(403, "forbidden");
            details.push(problem["detail"].clone());
        }
        details.dedup();
        assert_eq!(details.len(), 1, "{details:?}");
        let eve = person(&app, "eve@example.org", Role::Viewer).await;
        accept(&app, &eve, &bound).await.expect(200);
    }

    async fn needs_a_maker_who_may_still_invite(app: TestApp) {
        let (path, there, bob) = ada_and_bob(&app).await;
        let code = invited(&app, (&path, &there), &json!({"role": "admin"})).await;
        accept(&app, &bob, &code).await.expect(200);
        let admin = with(&app, &bob).post(&format!("{path}/switch")).json(&json!({})).await.expect(200);
        let code = invited(&app, (&path, &admin), &json!({"role": "viewer"})).await;
        let eve = person(&app, "eve@example.org", Role::Viewer).await;
        let member = format!("{path}/members/{}", id_of(&app, &bob).await);
        with(&app, &there).put(&member).json(&json!({"role": "member"})).await.expect(200);
        accept(&app, &eve, &code).await.expect_problem(403, "forbidden");
        with(&app, &there).put(&member).json(&json!({"role": "admin"})).await.expect(200);
        accept(&app, &eve, &code).await.expect(200);
        let mallory = person(&app, "mallory@example.org", Role::Viewer).await;
        let code = invited(&app, (&path, &admin), &json!({"role": "viewer"})).await;
        with(&app, &there).delete(&member).await.expect(204);
        accept(&app, &mallory, &code).await.expect_problem(403, "forbidden");
    }

    async fn answers_one_idempotency_key_once(app: TestApp) {
        let (path, there, bob) = ada_and_bob(&app).await;
        let code = invited(&app, (&path, &there), &json!({"role": "member"})).await;
        let ask = || accept(&app, &bob, &code).header("idempotency-key", "key-1");
        let first = ask().await.expect(200);
        assert_eq!(ask().await.expect(200), first);
    }
}

#[tokio::test]
async fn is_for_people_who_signed_in() {
    let app = TestApp::new().await;
    register(&app).await;
    let made =
        app.admin().post(&format!("{}/invitations", here(&app))).json(&json!({"role": "member"})).await.expect(201);
    app.other_workspace().post(PATH).json(&json!({"code": made["code"]})).await.expect_problem(403, "forbidden");
    turns_away(&app, Role::Viewer, |caller| caller.post(PATH).json(&json!({"code": "x"}))).await;
    app.owner().post(PATH).json(&json!({})).await.expect_problem(422, "invalid_request");
}

#[tokio::test]
async fn is_won_by_one_of_two_gateways() {
    let Some(backend) = TestBackend::postgres().await else { return };
    let app = TestApp::on(backend).await;
    let (path, there, bob) = ada_and_bob(&app).await;
    let eve = person(&app, "eve@example.org", Role::Viewer).await;
    let code = invited(&app, (&path, &there), &json!({"role": "member"})).await;
    let replica = app.replica().await;
    let other = replica.bearer(eve["access_token"].as_str().expect("a token"));
    let body = json!({"code": code});
    let (first, second) = tokio::join!(async { accept(&app, &bob, &code).await.status.as_u16() }, async {
        other.post(PATH).json(&body).await.status.as_u16()
    },);
    let mut statuses = [first, second];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 403]);
}
