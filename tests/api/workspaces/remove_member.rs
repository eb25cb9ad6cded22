//! `workspaces.remove_member`

use astra_core::auth::Role;
use serde_json::{Value, json};

use super::{count, elsewhere, here, hides_from_others, id_of, invited};
use crate::auth::{PASSWORD, goes_on, has_ended, person, register, with};
use crate::conversation::text;
use crate::support::{Ask, OnBackend, TestApp, TestBackend, both_backends};

fn remove(app: &TestApp, tokens: &Value, user_id: &str) -> Ask {
    with(app, tokens).delete(&format!("{}/members/{user_id}", here(app)))
}

both_backends! {
    async fn ends_the_sign_ins_in_the_workspace_and_no_others(app: TestApp) {
        let ada = register(&app).await["tokens"].clone();
        let bob = person(&app, "bob@example.org", Role::Admin).await;
        let id = id_of(&app, &bob).await;
        let (_, there) = elsewhere(&app, &bob).await;
        remove(&app, &ada, &id).await.expect(204);
        has_ended(&app, &bob).await;
        goes_on(&app, &there).await;
        remove(&app, &ada, &id).await.expect_problem(404, "not_found");
        // The account signs in to what it still belongs to.
        let grant = json!({"grant_type": "password", "username": "bob@example.org", "password": PASSWORD});
        let again = app.anonymous().post("/auth/token").json(&grant).await.expect(200);
        assert_eq!(with(&app, &again).get("/auth/me").await.expect(200)["role"], "owner");
        assert_eq!(count(&app, &format!("audit WHERE action = 'workspaces.remove_member' AND target_id = '{id}'")).await, 1);
    }

    async fn an_account_ends_with_its_only_workspace(app: TestApp) {
        let ada = register(&app).await["tokens"].clone();
        let bob = person(&app, "bob@example.org", Role::Member).await;
        remove(&app, &ada, &id_of(&app, &bob).await).await.expect(204);
        has_ended(&app, &bob).await;
        let grant = json!({"grant_type": "password", "username": "bob@example.org", "password": PASSWORD});
        app.anonymous().post("/auth/token").json(&grant).await.expect_oauth(400, "invalid_grant");
        for table in ["users", "memberships", "families"] {
            assert_eq!(count(&app, table).await, 1, "{table}");
        }
        // The address is free.
        let code = invited(&app, (&here(&app), &ada), &json!({"role": "member"})).await;
        let account = json!({"email": "bob@example.org", "password": PASSWORD, "invitation": code});
        app.anonymous().post("/auth/register").json(&account).await.expect(201);
    }

    async fn a_member_leaves_by_itself_but_not_its_only_workspace(app: TestApp) {
        register(&app).await;
        let bob = person(&app, "bob@example.org", Role::Viewer).await;
        let id = id_of(&app, &bob).await;
        let problem = remove(&app, &bob, &id).await.expect_problem(409, "conflict");
        assert!(text(&problem, "detail").contains("auth.delete_account"));
        elsewhere(&app, &bob).await;
        remove(&app, &bob, &id).await.expect(204);
        has_ended(&app, &bob).await;
    }

    async fn nobody_removes_one_of_a_higher_role(app: TestApp) {
        let ada = register(&app).await["tokens"].clone();
        let (bob, eve) = (person(&app, "bob@example.org", Role::Admin).await, person(&app, "eve@example.org", Role::Member).await);
        let (ada_id, bob_id) = (id_of(&app, &ada).await, id_of(&app, &bob).await);
        remove(&app, &bob, &ada_id).await.expect_problem(403, "forbidden");
        remove(&app, &eve, &bob_id).await.expect_problem(403, "forbidden");
        remove(&app, &bob, &id_of(&app, &eve).await).await.expect(204);
        goes_on(&app, &ada).await;
    }

    async fn an_owner_is_left_when_all_leave_at_once(app: TestApp) {
        let ada = register(&app).await["tokens"].clone();
        remove(&app, &ada, &id_of(&app, &ada).await).await.expect_problem(409, "conflict");
        let bob = person(&app, "bob@example.org", Role::Owner).await;
        elsewhere(&app, &ada).await;
        elsewhere(&app, &bob).await;
        let (ada_id, bob_id) = (id_of(&app, &ada).await, id_of(&app, &bob).await);
        let left = async |tokens: &Value, id: &str| remove(&app, tokens, id).await.status.as_u16();
        let (first, second) = tokio::join!(left(&ada, &ada_id), left(&bob, &bob_id));
        let mut statuses = [first, second];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 409]);
        let number = app.store().workspace().number();
        assert_eq!(count(&app, &format!("memberships WHERE role = 'owner' AND workspace_id = {number}")).await, 1);
    }

    async fn an_end_user_stays_removed(app: TestApp) {
        let new = json!({"name": "shop", "role": "member", "scopes": ["users:act", "chat:send", "auth:read"]});
        let account = app.owner().post("/auth/service-accounts").json(&new).await.expect(201);
        let tokens = format!("/auth/service-accounts/{}/tokens", text(&account, "id"));
        let secret = app.owner().post(&tokens).json(&json!({})).await.expect(201)["secret"].clone();
        let exchange = json!({"grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "client_id": "shop",
            "client_secret": secret, "subject_token": "customer-7", "subject_token_type": "urn:astra:params:oauth:token-type:end-user-id"});
        let customer = app.anonymous().post("/auth/token").json(&exchange).await.expect(200);
        let id = id_of(&app, &customer).await;
        app.owner().delete(&format!("{}/members/{id}", here(&app))).await.expect(204);
        with(&app, &customer).get("/auth/me").await.expect_problem(401, "unauthorized");
        app.anonymous().post("/auth/token").json(&exchange).await.expect_oauth(400, "invalid_grant");
    }

    async fn is_hidden_from_others(app: TestApp) {
        register(&app).await;
        let id = id_of(&app, &person(&app, "bob@example.org", Role::Member).await).await;
        hides_from_others(&app, |caller, path| caller.delete(&format!("{path}/members/{id}"))).await;
        let path = format!("{}/members/{id}", here(&app));
        app.anonymous().delete(&path).await.expect_problem(401, "unauthorized");
        app.member().delete(&path).await.expect_problem(403, "forbidden");
        app.scoped(Role::Owner, "workspaces:read").delete(&path).await.expect_problem(403, "forbidden");
    }
}

#[tokio::test]
async fn an_owner_is_left_when_all_leave_at_once_by_two_gateways() {
    let Some(backend) = TestBackend::postgres().await else { return };
    let app = TestApp::on(backend).await;
    let ada = register(&app).await["tokens"].clone();
    let bob = person(&app, "bob@example.org", Role::Owner).await;
    let (_, _) = (elsewhere(&app, &ada).await, elsewhere(&app, &bob).await);
    let (ada_id, bob_id) = (id_of(&app, &ada).await, id_of(&app, &bob).await);
    let replica = app.replica().await;
    let there = replica.bearer(text(&bob, "access_token"));
    there.get("/auth/me").await.expect(200);
    let path = format!("{}/members/{bob_id}", here(&app));
    let (first, second) = tokio::join!(async { remove(&app, &ada, &ada_id).await.status.as_u16() }, async {
        there.delete(&path).await.status.as_u16()
    },);
    let mut statuses = [first, second];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 409]);
}
