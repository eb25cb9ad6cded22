//! `auth.register`

use futures_util::future::join_all;
use serde_json::json;

use super::{EMAIL, PASSWORD, open_app, register, sign_in, text, with};
use crate::support::{TestApp, TestBackend, both_backends};

both_backends! {
    async fn makes_the_first_account_the_owner_and_signs_it_in(app: TestApp) {
        let account = json!({"email": "Ada@Example.ORG", "password": PASSWORD, "display_name": "Ada", "setup_code": app.setup_code()});
        let answer = app.anonymous().post("/auth/register").json(&account).await;
        assert_eq!(answer.header("location"), "/auth/me");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(!answer.text().contains(PASSWORD));
        let made = answer.expect(201);
        assert_eq!(made["user"]["role"], "owner");
        assert_eq!(made["user"]["email"], EMAIL);
        let me = with(&app, &made["tokens"]).get("/auth/me").await.expect(200);
        assert_eq!(me["id"], made["user"]["id"]);
        assert_eq!(me["role"], "owner");
        assert_eq!(me["display_name"], "Ada");
        sign_in(&app).await;
    }

    async fn needs_the_set_up_code_for_the_first_owner(app: TestApp) {
        let account = |code: Option<&str>| match code {
            None => json!({"email": EMAIL, "password": PASSWORD}),
            Some(code) => json!({"email": EMAIL, "password": PASSWORD, "setup_code": code}),
        };
        let ask = |code: Option<&str>| app.anonymous().post("/auth/register").json(&account(code));
        let refused = ask(None).await.expect_problem(403, "forbidden");
        assert!(text(&refused, "detail").contains("`astra serve` prints it"), "{refused}");
        let right = app.setup_code();
        let wrong = format!("{}0", &right[..right.len() - 1]);
        for wrong in [wrong.as_str(), &right[1..], "x"] {
            if wrong != right {
                ask(Some(wrong)).await.expect_problem(403, "forbidden");
            }
        }
        assert_eq!(ask(Some(right)).await.expect(201)["user"]["role"], "owner");
        let again = json!({"email": "bob@example.org", "password": PASSWORD, "setup_code": right});
        app.anonymous().post("/auth/register").json(&again).await.expect_problem(403, "forbidden");
    }

    async fn is_closed_by_an_owner_of_any_kind(app: TestApp) {
        let code = app.setup_code();
        // The first use of the owner's badge makes an owning service account.
        app.admin().get("/auth/me").await.expect(200);
        app.owner().get("/auth/me").await.expect(200);
        for account in [
            json!({"email": EMAIL, "password": PASSWORD, "setup_code": code}),
            json!({"email": EMAIL, "password": PASSWORD}),
        ] {
            app.anonymous().post("/auth/register").json(&account).await.expect_problem(403, "forbidden");
        }
    }

    async fn is_not_closed_by_an_admin_nor_opened_by_one(app: TestApp) {
        app.admin().get("/auth/me").await.expect(200);
        let account = json!({"email": EMAIL, "password": PASSWORD});
        app.anonymous().post("/auth/register").json(&account).await.expect_problem(403, "forbidden");
        register(&app).await;
    }

    async fn is_closed_by_a_service_account_that_becomes_owner(app: TestApp) {
        use astra_core::auth::{NewServiceAccount, Role, ServiceAccountChange};
        let (authority, code) = (app.authority(), app.setup_code());
        let operator = authority.operator();
        let new = NewServiceAccount { name: "ops".into(), role: Role::Admin, scopes: None };
        let made = authority.create_service_account(&operator, new, None).await.expect("an account");
        let change = |role| ServiceAccountChange { role: Some(role), ..ServiceAccountChange::default() };
        authority.update_service_account(&operator, &made.id, change(Role::Owner)).await.expect("changed");
        // The code has ended for good: it is worth nothing when that owner has gone.
        authority.delete_service_account(&operator, &made.id).await.expect("deleted");
        let account = json!({"email": EMAIL, "password": PASSWORD, "setup_code": code});
        app.anonymous().post("/auth/register").json(&account).await.expect_problem(403, "forbidden");
    }

    async fn takes_the_newest_code_alone(app: TestApp) {
        let old = app.setup_code().to_owned();
        let new = app.authority().begin_setup().await.expect("an answer").expect("there is no owner");
        assert_ne!(old, new);
        let account = |code: &str| json!({"email": EMAIL, "password": PASSWORD, "setup_code": code});
        app.anonymous().post("/auth/register").json(&account(&old)).await.expect_problem(403, "forbidden");
        app.anonymous().post("/auth/register").json(&account(&new)).await.expect(201);
        assert_eq!(app.authority().begin_setup().await.expect("an answer"), None);
    }

    async fn is_closed_after_the_first_account(app: TestApp) {
        register(&app).await;
        let second = json!({"email": "bob@example.org", "password": PASSWORD});
        let refused = app.anonymous().post("/auth/register").json(&second).await.expect_problem(403, "forbidden");
        assert!(text(&refused, "detail").contains("auth.open_registration"));
        // The door is as closed to whoever has an account: who has one is not told here.
        let again = json!({"email": EMAIL, "password": PASSWORD});
        app.anonymous().post("/auth/register").json(&again).await.expect_problem(403, "forbidden");
    }

    async fn is_in_the_audit_with_what_the_person_came_with(app: TestApp) {
        let ada = register(&app).await;
        let audit = app.owner().get("/admin/audit?operation=auth.register").await.expect(200);
        let entry = &audit["data"][0];
        assert_eq!((&entry["actor"], &entry["target_id"]), (&ada["user"]["id"], &ada["user"]["id"]));
        assert_eq!((&entry["credential_id"], &entry["changes"]), (&json!("setup_code"), &json!({"role": "owner"})));
    }

    async fn joins_a_workspace_by_an_invitation_although_it_is_closed(app: TestApp) {
        register(&app).await;
        let path = format!("/workspaces/{}/invitations", app.store().workspace().as_str());
        let made = app.owner().post(&path).json(&json!({"role": "admin"})).await.expect(201);
        let account = |email: &str| json!({"email": email, "password": PASSWORD, "invitation": made["code"]});
        // An account that is there joins another way, and the invitation is still good.
        app.anonymous().post("/auth/register").json(&account(EMAIL)).await.expect_problem(409, "conflict");
        let bob = app.anonymous().post("/auth/register").json(&account("bob@example.org")).await.expect(201);
        assert_eq!((&bob["user"]["role"], with(&app, &bob["tokens"]).get("/auth/me").await.expect(200)["role"].clone()), (&json!("admin"), json!("admin")));
        let refused = app.anonymous().post("/auth/register").json(&account("eve@example.org")).await;
        let refused = refused.expect_problem(403, "forbidden");
        assert!(text(&refused, "detail").contains("invitation"), "{refused}");
        let audit = app.owner().get("/admin/audit?operation=auth.register").await.expect(200);
        assert_eq!((&audit["data"][0]["actor"], &audit["data"][0]["target_id"]), (&bob["user"]["id"], &made["invitation"]["id"]));
    }

    async fn takes_an_invitation_once_however_many_come_with_it(app: TestApp) {
        register(&app).await;
        let path = format!("/workspaces/{}/invitations", app.store().workspace().as_str());
        let made = app.owner().post(&path).json(&json!({"role": "member"})).await.expect(201);
        let asked = (0..4).map(|number| {
            let account = json!({"email": format!("user{number}@example.org"), "password": PASSWORD, "invitation": made["code"]});
            let ask = app.anonymous().post("/auth/register").json(&account);
            async move { ask.await.status.as_u16() }
        });
        let mut statuses = join_all(asked).await;
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 403, 403, 403]);
    }

    async fn has_one_owner_however_many_are_first(app: TestApp) {
        let anybody = app.anonymous();
        let asked = (0..8).map(|number| {
            let email = format!("user{number}@example.org");
            let account = json!({"email": email, "password": PASSWORD, "setup_code": app.setup_code()});
            let ask = anybody.post("/auth/register").json(&account);
            async move { ask.await.status.as_u16() }
        });
        let mut statuses = join_all(asked).await;
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 403, 403, 403, 403, 403, 403, 403]);
    }
}

#[tokio::test]
async fn takes_an_invitation_for_its_address_alone_and_no_other_code_beside_it() {
    let app = TestApp::new().await;
    register(&app).await;
    let path = format!("/workspaces/{}/invitations", app.store().workspace().as_str());
    let made = app.owner().post(&path).json(&json!({"role": "member", "email": "bob@example.org"})).await.expect(201);
    let account = |email: &str| json!({"email": email, "password": PASSWORD, "invitation": made["code"]});
    app.anonymous().post("/auth/register").json(&account("eve@example.org")).await.expect_problem(403, "forbidden");
    let mut both = account("bob@example.org");
    both["setup_code"] = "7k3mf-q9x2c-01vbn-h8rjt".into();
    let refused = app.anonymous().post("/auth/register").json(&both).await.expect_problem(422, "invalid_request");
    assert_eq!(refused["errors"][0]["pointer"], "/setup_code");
    app.anonymous().post("/auth/register").json(&account("Bob@Example.org")).await.expect(201);
}

#[tokio::test]
async fn takes_the_configured_code() {
    let code = "a-code-of-the-operators-own";
    let configured = TestApp::builder(TestBackend::sqlite())
        .config(|config| config.auth.setup_code = Some(astra_core::config::Secret::new(code)));
    let app = configured.open().await;
    assert_eq!(app.setup_code(), code);
    register(&app).await;
}

#[tokio::test]
async fn makes_no_member_before_there_is_an_owner() {
    let app = open_app(TestBackend::sqlite()).await;
    let bob = json!({"email": "bob@example.org", "password": PASSWORD});
    app.anonymous().post("/auth/register").json(&bob).await.expect_problem(403, "forbidden");
    register(&app).await;
    let late = json!({"email": "bob@example.org", "password": PASSWORD, "setup_code": "7k3mf-q9x2c-01vbn-h8rjt"});
    app.anonymous().post("/auth/register").json(&late).await.expect_problem(403, "forbidden");
    app.anonymous().post("/auth/register").json(&bob).await.expect(201);
}

#[tokio::test]
async fn limits_the_attempts_at_the_code() {
    let app = TestApp::new().await;
    let wrong = json!({"email": EMAIL, "password": PASSWORD, "setup_code": "7k3mf-q9x2c-01vbn-h8rjt"});
    for _ in 0..10 {
        app.anonymous().post("/auth/register").json(&wrong).await.expect_problem(403, "forbidden");
    }
    let refused = app.anonymous().post("/auth/register").json(&wrong).await;
    assert_eq!(refused.header("retry-after"), "6");
    refused.expect_problem(429, "rate_limited");
    app.clock.advance_ms(6_000);
    register(&app).await;
}

#[tokio::test]
async fn keeps_no_set_up_code_that_can_be_read() {
    let app = TestApp::new().await;
    let code = app.setup_code();
    for name in ["astra.db", "astra.db-wal"] {
        let kept = std::fs::read(app.backend.folder().join(name)).expect("a file of the store");
        assert!(!kept.windows(code.len()).any(|window| window == code.as_bytes()), "{name}");
    }
}

#[tokio::test]
async fn makes_members_where_the_configuration_opens_it() {
    let app = open_app(TestBackend::sqlite()).await;
    register(&app).await;
    let bob = json!({"email": "bob@example.org", "password": PASSWORD});
    let made = app.anonymous().post("/auth/register").json(&bob).await.expect(201);
    assert_eq!(made["user"]["role"], "member");
    let taken = json!({"email": "ADA@example.org", "password": PASSWORD});
    app.anonymous().post("/auth/register").json(&taken).await.expect_problem(409, "conflict");
}

#[tokio::test]
async fn keeps_no_password_that_can_be_read() {
    let app = TestApp::new().await;
    register(&app).await;
    let database = std::fs::read(app.backend.folder().join("astra.db")).expect("the database");
    let log = std::fs::read(app.backend.folder().join("astra.db-wal")).expect("its write-ahead log");
    let kept = [database, log].concat();
    let holds = |text: &str| kept.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("$argon2id$v=19$m=8,t=1,p=1$"));
    assert!(!holds(PASSWORD));
}

#[tokio::test]
async fn refuses_what_is_no_account() {
    let app = TestApp::new().await;
    let long = "x".repeat(1025);
    for (account, pointer) in [
        (json!({"email": "ada", "password": PASSWORD}), "/email"),
        (json!({"email": "a b@example.org", "password": PASSWORD}), "/email"),
        (json!({"email": "a@b@example.org", "password": PASSWORD}), "/email"),
        (json!({"email": "ada\u{0}@example.org", "password": PASSWORD}), "/email"),
        (json!({"email": EMAIL, "password": "eleven char"}), "/password"),
        (json!({"email": EMAIL, "password": long}), "/password"),
        (json!({"email": EMAIL, "password": PASSWORD, "role": "owner"}), "/role"),
    ] {
        let refused = app.anonymous().post("/auth/register").json(&account).await;
        let refused = refused.expect_problem(422, "invalid_request");
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{refused}");
    }
    register(&app).await;
}

#[tokio::test]
async fn is_limited_by_address() {
    let backend = TestBackend::sqlite();
    let app = TestApp::builder(backend).config(|config| config.limits.auth_address_requests_per_min = 2).open().await;
    register(&app).await;
    let account = json!({"email": "bob@example.org", "password": PASSWORD});
    app.anonymous().post("/auth/register").json(&account).await.expect_problem(403, "forbidden");
    let refused = app.anonymous().post("/auth/register").json(&account).await;
    assert_eq!(refused.header("retry-after"), "30");
    refused.expect_problem(429, "rate_limited");
    app.clock.advance_ms(30_000);
    app.anonymous().post("/auth/register").json(&account).await.expect_problem(403, "forbidden");
}
