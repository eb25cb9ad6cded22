//! `workspaces.put_member`

use astra_core::auth::Role;
use serde_json::{Value, json};

use super::{count, elsewhere, here, hides_from_others, id_of, turns_away};
use crate::auth::{person, register, with};
use crate::conversation::text;
use crate::support::{Ask, Caller, OnBackend, TestApp, TestBackend, both_backends};

fn put(caller: &Caller, app: &TestApp, user_id: &str, role: &str) -> Ask {
    caller.put(&format!("{}/members/{user_id}", here(app))).json(&json!({"role": role}))
}

both_backends! {
    async fn gives_and_takes_rights(app: TestApp) {
        let ada = register(&app).await["tokens"].clone();
        let bob = person(&app, "bob@example.org", Role::Admin).await;
        let id = id_of(&app, &bob).await;
        let new = json!({"id": "own", "model": {"provider": "echo"}});
        with(&app, &bob).post("/agents").json(&new).await.expect(201);
        let changed = put(&with(&app, &ada), &app, &id, "viewer").await.expect(200);
        assert_eq!((&changed["user_id"], &changed["role"]), (&json!(id), &json!("viewer")));
        with(&app, &bob).delete("/agents/own").await.expect_problem(403, "forbidden");
        assert_eq!(with(&app, &bob).get("/auth/me").await.expect(200)["role"], "viewer");
        // What it is already is no change.
        put(&with(&app, &ada), &app, &id, "viewer").await.expect(200);
        assert_eq!(count(&app, "audit WHERE action = 'workspaces.put_member'").await, 1);
        put(&with(&app, &ada), &app, &id, "owner").await.expect(200);
        let grant = json!({"grant_type": "password", "username": "bob@example.org", "password": crate::auth::PASSWORD});
        let again = app.anonymous().post("/auth/token").json(&grant).await.expect(200);
        assert_eq!(with(&app, &again).get("/auth/me").await.expect(200)["role"], "owner");
    }

    async fn nobody_goes_above_its_own_role(app: TestApp) {
        let ada = register(&app).await["tokens"].clone();
        let (bob, eve) = (person(&app, "bob@example.org", Role::Admin).await, person(&app, "eve@example.org", Role::Member).await);
        let (ada_id, bob_id, eve_id) = (id_of(&app, &ada).await, id_of(&app, &bob).await, id_of(&app, &eve).await);
        let admin = with(&app, &bob);
        for (user_id, role) in [(&ada_id, "admin"), (&ada_id, "owner"), (&eve_id, "owner"), (&bob_id, "owner")] {
            put(&admin, &app, user_id, role).await.expect_problem(403, "forbidden");
        }
        put(&admin, &app, &eve_id, "admin").await.expect(200);
        put(&admin, &app, &bob_id, "member").await.expect(200);
        put(&admin, &app, &eve_id, "viewer").await.expect_problem(403, "forbidden");
        // A service account manages members as its role allows.
        put(&app.admin(), &app, &eve_id, "viewer").await.expect(200);
    }

    async fn an_owner_is_left(app: TestApp) {
        let ada = register(&app).await["tokens"].clone();
        let id = id_of(&app, &ada).await;
        let problem = put(&with(&app, &ada), &app, &id, "admin").await.expect_problem(409, "conflict");
        assert!(text(&problem, "detail").contains("last owner"));
        // Who owns another workspace is no owner here.
        elsewhere(&app, &ada).await;
        put(&with(&app, &ada), &app, &id, "admin").await.expect_problem(409, "conflict");
        person(&app, "bob@example.org", Role::Owner).await;
        put(&with(&app, &ada), &app, &id, "admin").await.expect(200);
    }

    async fn an_owner_is_left_when_all_are_lowered_at_once(app: TestApp) {
        let ada = register(&app).await["tokens"].clone();
        let bob = person(&app, "bob@example.org", Role::Owner).await;
        let (ada_id, bob_id) = (id_of(&app, &ada).await, id_of(&app, &bob).await);
        let lowered = async |tokens: &Value, id: &str| put(&with(&app, tokens), &app, id, "viewer").await.status.as_u16();
        let (first, second) = tokio::join!(lowered(&ada, &ada_id), lowered(&bob, &bob_id));
        let mut statuses = [first, second];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
        assert_eq!(count(&app, "memberships WHERE role = 'owner'").await, 1);
    }

    async fn of_two_who_lower_each_other_the_second_has_lost_its_right(app: TestApp) {
        let ada = register(&app).await["tokens"].clone();
        let bob = person(&app, "bob@example.org", Role::Owner).await;
        let (ada_id, bob_id) = (id_of(&app, &ada).await, id_of(&app, &bob).await);
        let lowered = async |tokens: &Value, id: &str| put(&with(&app, tokens), &app, id, "viewer").await.status.as_u16();
        let (first, second) = tokio::join!(lowered(&ada, &bob_id), lowered(&bob, &ada_id));
        let mut statuses = [first, second];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 403]);
        assert_eq!(count(&app, "memberships WHERE role = 'owner'").await, 1);
    }

    async fn who_is_no_member_is_not_found(app: TestApp) {
        let ada = register(&app).await["tokens"].clone();
        let (path, there) = elsewhere(&app, &ada).await;
        let bob = person(&app, "bob@example.org", Role::Member).await;
        let id = id_of(&app, &bob).await;
        with(&app, &there).put(&format!("{path}/members/{id}")).json(&json!({"role": "viewer"})).await.expect_problem(404, "not_found");
        for id in ["usr_0000000000001", "nobody", text(&app.admin().get("/auth/me").await.expect(200), "id")] {
            put(&app.owner(), &app, id, "viewer").await.expect_problem(404, "not_found");
        }
        hides_from_others(&app, |caller, path| caller.put(&format!("{path}/members/{id}")).json(&json!({"role": "viewer"}))).await;
    }
}

#[tokio::test]
async fn is_for_admins_and_roles() {
    let app = TestApp::new().await;
    turns_away(&app, Role::Admin, |caller| put(caller, &app, "usr_0000000000001", "viewer")).await;
    for wrong in [json!({}), json!({"role": "king"}), json!({"role": "viewer", "email": "a@b"})] {
        let path = format!("{}/members/usr_0000000000001", here(&app));
        app.owner().put(&path).json(&wrong).await.expect_problem(422, "invalid_request");
    }
}

#[tokio::test]
async fn holds_in_other_gateways() {
    let Some(backend) = TestBackend::postgres().await else { return };
    let app = TestApp::on(backend).await;
    let ada = register(&app).await["tokens"].clone();
    let bob = person(&app, "bob@example.org", Role::Admin).await;
    let replica = app.replica().await;
    let caller = replica.bearer(text(&bob, "access_token"));
    assert_eq!(caller.get("/auth/me").await.expect(200)["role"], "admin");
    put(&with(&app, &ada), &app, &id_of(&app, &bob).await, "viewer").await.expect(200);
    // A gateway that never learns of it hangs the test.
    while caller.get("/auth/me").await.expect(200)["role"] != "viewer" {
        tokio::task::yield_now().await;
    }
}
