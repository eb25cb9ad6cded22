//! `auth.delete_account`

use astra_core::auth::Role;
use astra_core::params;
use serde_json::{Value, json};

use super::{EMAIL, PASSWORD, goes_on, has_ended, person, register, sign_in, text, with};
use crate::conversation::{ECHO, Talk};
use crate::support::{Ask, Gate, OnBackend, Reply, TestApp, TestBackend, both_backends};

fn delete(app: &TestApp, tokens: &Value) -> Ask {
    with(app, tokens).delete("/auth/me").json(&json!({"current_password": PASSWORD}))
}

/// How many rows of `table` are in the store.
async fn count(app: &TestApp, table: &str) -> i64 {
    let sql = format!("SELECT CAST(COUNT(*) AS BIGINT) FROM {table}");
    app.db().write(move |tx| tx.one(&sql, params![])?.next_int()).await.expect("a count")
}

/// Owners of the app's workspace who are people.
async fn owners(app: &TestApp) -> i64 {
    count(app, "memberships WHERE role = 'owner'").await
}

both_backends! {
    async fn removes_the_account_and_all_that_is_kept_of_it(talk: Talk) {
        let app = &talk.app;
        register(app).await;
        let bob = person(app, "bob@example.org", Role::Member).await;
        let memory = json!({"tier": "daily", "content": "Releases are made on Tuesdays."});
        let kept = with(app, &bob).post("/memory").json(&memory).await.expect(201);
        let question = json!({"agent_id": ECHO, "message": "Are you there?"});
        with(app, &bob).post("/chat").json(&question).await.expect(200);
        app.member().post("/chat").json(&question).await.expect(200);
        assert_eq!((count(app, "turns").await, count(app, "memories").await), (2, 1));
        delete(app, &bob).await.expect(204);
        has_ended(app, &bob).await;
        let grant = json!({"grant_type": "password", "username": "bob@example.org", "password": PASSWORD});
        app.anonymous().post("/auth/token").json(&grant).await.expect_oauth(400, "invalid_grant");
        assert_eq!((count(app, "turns").await, count(app, "memories").await), (1, 0));
        for table in ["users", "memberships", "families", "sign_in_networks"] {
            assert_eq!(count(app, table).await, 1, "{table}");
        }
        // The address is free, for another account.
        let again = person(app, "bob@example.org", Role::Member).await;
        assert_ne!(with(app, &again).get("/auth/me").await.expect(200)["id"], kept["user_id"]);
        // What the account did stays on record.
        let audit = "audit WHERE action = 'auth.delete_account'";
        let by_bob = format!("{audit} AND actor = '{0}' AND target_id = '{0}'", text(&kept, "user_id"));
        assert_eq!(count(app, &by_bob).await, 1);
    }

    async fn needs_the_password(app: TestApp) {
        register(&app).await;
        let bob = person(&app, "bob@example.org", Role::Member).await;
        let wrong = json!({"current_password": "wrong horse battery"});
        let problem = with(&app, &bob).delete("/auth/me").json(&wrong).await.expect_problem(422, "invalid_request");
        assert_eq!(problem["errors"][0]["pointer"], "/current_password");
        with(&app, &bob).delete("/auth/me").json(&json!({})).await.expect_problem(422, "invalid_request");
        goes_on(&app, &bob).await;
    }

    async fn leaves_each_workspace_an_owner(app: TestApp) {
        let ada = register(&app).await["tokens"].clone();
        let problem = delete(&app, &ada).await.expect_problem(409, "conflict");
        assert!(text(&problem, "detail").contains("last owner"), "{problem}");
        let elsewhere = sign_in(&app).await;
        let bob = person(&app, "bob@example.org", Role::Owner).await;
        delete(&app, &ada).await.expect(204);
        has_ended(&app, &elsewhere).await;
        delete(&app, &bob).await.expect_problem(409, "conflict");
        let grant = json!({"grant_type": "password", "username": EMAIL, "password": PASSWORD});
        app.anonymous().post("/auth/token").json(&grant).await.expect_oauth(400, "invalid_grant");
    }

    async fn leaves_an_owner_when_all_go_at_once(app: TestApp) {
        let ada = register(&app).await["tokens"].clone();
        let bob = person(&app, "bob@example.org", Role::Owner).await;
        let gone = async |tokens: &Value| delete(&app, tokens).await.status.as_u16();
        let (first, second) = tokio::join!(gone(&ada), gone(&bob));
        let mut statuses = [first, second];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 409]);
        assert_eq!(owners(&app).await, 1);
    }

    async fn waits_for_the_end_of_a_turn(talk: Talk) {
        let app = &talk.app;
        register(app).await;
        let bob = person(app, "bob@example.org", Role::Member).await;
        let gate = Gate::closed();
        talk.will(Reply::After(gate.clone(), "late".into()));
        let question = crate::conversation::question("hello");
        let mut stream = with(app, &bob).post("/chat/stream").json(&question).await;
        stream.next_event().await.expect("a turn that begins");
        delete(app, &bob).await.expect_problem(409, "conflict");
        with(app, &bob).get("/auth/me").await.expect(200);
        gate.open();
        stream.events().await;
        delete(app, &bob).await.expect(204);
    }
}

#[tokio::test]
async fn is_for_people_with_a_password() {
    let app = TestApp::new().await;
    let body = json!({"current_password": PASSWORD});
    app.member().delete("/auth/me").json(&body).await.expect_problem(409, "conflict");
    app.other_workspace().delete("/auth/me").json(&body).await.expect_problem(409, "conflict");
    app.scoped(Role::Viewer, "auth:read").delete("/auth/me").json(&body).await.expect_problem(403, "forbidden");
    app.anonymous().delete("/auth/me").json(&body).await.expect_problem(401, "unauthorized");
}

#[tokio::test]
async fn leaves_an_owner_when_all_go_at_once_by_two_gateways() {
    let Some(backend) = TestBackend::postgres().await else { return };
    let app = TestApp::on(backend).await;
    let ada = register(&app).await["tokens"].clone();
    let replica = app.replica().await;
    let bob = person(&app, "bob@example.org", Role::Owner).await;
    let there = replica.bearer(text(&bob, "access_token"));
    there.get("/auth/me").await.expect(200);
    let body = json!({"current_password": PASSWORD});
    let (first, second) = tokio::join!(async { delete(&app, &ada).await.status.as_u16() }, async {
        there.delete("/auth/me").json(&body).await.status.as_u16()
    },);
    let mut statuses = [first, second];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 409]);
    assert_eq!(owners(&app).await, 1);
}
