//! `auth.token`

use astra_core::auth::{NewAccount, Role, ScopeTable};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{EMAIL, PASSWORD, account, claims, issue, register, sign_in, text, tokens_of, with};
use crate::support::{START_MS, TestApp, TestBackend, both_backends};

fn ada() -> NewAccount {
    NewAccount { email: EMAIL.into(), password: PASSWORD.into(), display_name: None, role: Role::Member }
}

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const END_USER: &str = "urn:astra:params:oauth:token-type:end-user-id";

both_backends! {
    async fn signs_a_person_in_by_json_and_by_form(app: TestApp) {
        register(&app).await;
        let grant = json!({"grant_type": "password", "username": "ADA@example.org", "password": PASSWORD});
        let answer = app.anonymous().post("/auth/token").json(&grant).await;
        assert_eq!(answer.header("cache-control"), "no-store");
        let tokens = answer.expect(200);
        assert_eq!(tokens["token_type"], "Bearer");
        assert_eq!(tokens["expires_in"], 900);
        let form = "grant_type=password&username=ada%40example.org&password=correct+horse+battery&scope=chat:send+auth:read";
        let tokens = app.anonymous().post("/auth/token").form(form).await.expect(200);
        assert_eq!(tokens["scope"], "auth:read chat:send");
        let me = with(&app, &tokens).get("/auth/me").await.expect(200);
        assert_eq!(me["scopes"], json!(["auth:read", "chat:send"]));
        let said = claims(text(&tokens, "access_token"));
        assert_eq!(said["iat"], START_MS / 1000);
        assert_eq!(said["exp"], START_MS / 1000 + 900);
        assert_eq!(said["typ"], "user");
    }

    async fn answers_the_same_for_a_wrong_password_and_an_unknown_account(app: TestApp) {
        register(&app).await;
        let mut problems = Vec::new();
        for (username, password) in [
            (EMAIL, "wrong horse battery"),
            ("nobody@example.org", PASSWORD),
            ("no address at all", PASSWORD),
            (EMAIL, "x"),
        ] {
            let grant = json!({"grant_type": "password", "username": username, "password": password});
            let answer = app.anonymous().post("/auth/token").json(&grant).await;
            assert_eq!(answer.header("content-type"), "application/json");
            assert_eq!(answer.header("cache-control"), "no-store");
            problems.push(answer.expect_oauth(400, "invalid_grant"));
        }
        assert!(problems.iter().all(|problem| *problem == problems[0]));
    }

    async fn limits_the_attempts_on_an_account_known_or_not(app: TestApp) {
        // Made by the operator: nobody has signed in to it from anywhere.
        app.authority().create_account(&app.authority().operator(), ada()).await.expect("an account");
        for username in [EMAIL, "nobody@example.org"] {
            let wrong = json!({"grant_type": "password", "username": username, "password": "wrong"});
            for _ in 0..10 {
                app.anonymous().post("/auth/token").json(&wrong).await.expect_oauth(400, "invalid_grant");
            }
            // Neither the right password nor another spelling of the name helps, in the network of the failures.
            let right = json!({"grant_type": "password", "username": username.to_uppercase(), "password": PASSWORD});
            let refused = app.anonymous().post("/auth/token").json(&right).await;
            assert_eq!(refused.header("retry-after"), "6");
            refused.expect_oauth(429, "temporarily_unavailable");
        }
        app.clock.advance_ms(6_000);
        sign_in(&app).await;
    }

    async fn lets_the_owner_in_while_others_try(app: TestApp) {
        let app = TestApp::builder(app.close()).config(|config| {
            config.limits.trusted_proxies = vec!["0.0.0.0".parse().expect("a network")];
            config.limits.auth_account_attempts_per_min = 3;
            config.limits.auth_account_failures_per_min = 6;
        });
        let app = app.open().await;
        register(&app).await;
        let ask = |from: &str, password: &str| {
            let grant = json!({"grant_type": "password", "username": EMAIL, "password": password});
            app.anonymous().post("/auth/token").header("x-forwarded-for", from).json(&grant)
        };
        // At home, where the owner signs in for the first time.
        ask("203.0.113.7", PASSWORD).await.expect(200);
        for attacker in ["198.51.100.1", "198.51.100.2", "192.0.2.1", "2001:db8::1"] {
            for _ in 0..4 {
                let status = ask(attacker, "wrong").await.status.as_u16();
                assert!([400, 429].contains(&status), "{status}");
            }
        }
        // The account is full of failures: nobody new gets in, not even with the right password, and the owner does.
        ask("192.0.2.99", PASSWORD).await.expect_oauth(429, "temporarily_unavailable");
        for _ in 0..5 {
            ask("203.0.113.99", PASSWORD).await.expect(200);
        }
        app.clock.advance_ms(60_000);
        ask("192.0.2.99", PASSWORD).await.expect(200);
    }

    async fn counts_no_success(app: TestApp) {
        register(&app).await;
        for _ in 0..25 {
            sign_in(&app).await;
        }
        for username in ["nobody@example.org", "nobody else@example.org"] {
            let wrong = json!({"grant_type": "password", "username": username, "password": PASSWORD});
            app.anonymous().post("/auth/token").json(&wrong).await.expect_oauth(400, "invalid_grant");
        }
    }

    async fn ignores_what_it_does_not_know_and_takes_empty_for_absent(app: TestApp) {
        register(&app).await;
        let ci = account(&app, "ci", "member", &["auth:read"]).await;
        let secret = text(&issue(&app, &ci).await, "secret").to_owned();
        let basic = format!("Basic {}", STANDARD.encode(format!("ci:{secret}")));
        for form in [
            "grant_type=client_credentials&resource=https%3A%2F%2Fa.example&resource=https%3A%2F%2Fb.example&audience=x",
            "grant_type=client_credentials&scope=&client_secret=&client_id=&username=",
        ] {
            app.anonymous().post("/auth/token").header("authorization", &basic).form(form).await.expect(200);
        }
        let person = "grant_type=password&username=ada%40example.org&password=correct+horse+battery&client_id=&nonce=%00&scope=";
        app.anonymous().post("/auth/token").form(person).await.expect(200);
        let json = json!({"grant_type": "password", "username": EMAIL, "password": PASSWORD, "resource": ["a", {"b": 1}]});
        app.anonymous().post("/auth/token").json(&json).await.expect(200);
        let exchange = json!({"grant_type": EXCHANGE, "subject_token": "", "subject_token_type": END_USER});
        app.bearer(&secret).post("/auth/token").json(&exchange).await.expect_oauth(400, "invalid_request");
    }

    async fn meets_no_nul_in_a_look_up(app: TestApp) {
        let ci = account(&app, "ci", "member", &["auth:read"]).await;
        let secret = text(&issue(&app, &ci).await, "secret").to_owned();
        for pair in [format!("a%00b:{secret}"), format!("a\u{0}b:{secret}"), "ci:a%00b".to_owned(), "%00:%00".to_owned()] {
            let basic = format!("Basic {}", STANDARD.encode(pair));
            let ask = app.anonymous().post("/auth/token").header("authorization", &basic);
            ask.form("grant_type=client_credentials").await.expect_oauth(401, "invalid_client");
        }
        let form = "grant_type=password&username=a%00b&password=x";
        app.anonymous().post("/auth/token").form(form).await.expect_oauth(400, "invalid_request");
        let form = "grant_type=refresh_token&refresh_token=fam_1%00.a.b";
        app.anonymous().post("/auth/token").form(form).await.expect_oauth(400, "invalid_request");
    }
}

#[tokio::test]
async fn refuses_well_signed_names_that_no_row_can_have() {
    use jsonwebtoken::{EncodingKey, Header, encode};
    let secret = "0123456789abcdef-0123456789abcdef";
    let configured = TestApp::builder(TestBackend::sqlite())
        .config(|config| config.auth.jwt_secret = Some(astra_core::config::Secret::new(secret)));
    let app = configured.open().await;
    let good = register(&app).await["tokens"].clone();
    let good = text(&good, "access_token");
    let header = Header { kid: super::header(good)["kid"].as_str().map(str::to_owned), ..Header::default() };
    let sign = |said: &Value| encode(&header, said, &EncodingKey::from_secret(secret.as_bytes())).expect("a token");
    app.bearer(&sign(&claims(good))).get("/auth/me").await.expect(200);
    for (name, value) in [("jti", "fam_\u{0}"), ("wsp", "wsp_\u{0}"), ("sub", "\u{0}"), ("jti", ""), ("jti", "a\nb")] {
        let mut said = claims(good);
        said[name] = value.into();
        app.bearer(&sign(&said)).get("/auth/me").await.expect_problem(401, "unauthorized");
        let ask = app.bearer(&sign(&said)).post("/auth/token").form("grant_type=client_credentials");
        ask.await.expect_oauth(401, "invalid_client");
    }
}

#[tokio::test]
async fn gives_no_scope_that_the_role_has_no_use_for() {
    let app = TestApp::new().await;
    register(&app).await;
    let grant = |scope| json!({"grant_type": "password", "username": EMAIL, "password": PASSWORD, "scope": scope});
    for scope in ["users:act", "chat:send everything"] {
        let refused = app.anonymous().post("/auth/token").json(&grant(scope)).await;
        refused.expect_oauth(400, "invalid_scope");
    }
    let all = app.anonymous().post("/auth/token").json(&grant(" ")).await.expect(200);
    let scopes = ScopeTable::default();
    assert_eq!(all["scope"], scopes.text(scopes.default_of(Role::Owner)));
}

#[tokio::test]
async fn refuses_what_is_no_grant() {
    let app = TestApp::new().await;
    let unknown = json!({"grant_type": "authorization_code"});
    let refused = app.anonymous().post("/auth/token").json(&unknown).await;
    refused.expect_oauth(400, "unsupported_grant_type");
    let code = "grant_type=authorization_code&code=x&redirect_uri=http%3A%2F%2Flocalhost%2F";
    app.anonymous().post("/auth/token").form(code).await.expect_oauth(400, "unsupported_grant_type");
    for (grant, named) in [
        (json!({"grant_type": "password", "username": EMAIL}), "/password"),
        (json!({"grant_type": "password", "username": EMAIL, "password": ""}), "/password"),
        (json!({"grant_type": "password", "password": PASSWORD}), "/username"),
        (json!({"grant_type": "refresh_token"}), "/refresh_token"),
        (json!({"grant_type": ""}), "/grant_type"),
        (json!({}), "/grant_type"),
    ] {
        let refused = app.anonymous().post("/auth/token").json(&grant).await.expect_oauth(400, "invalid_request");
        assert!(text(&refused, "error_description").contains(named), "{refused}");
    }
    // No client authentication is included (RFC 6749, 5.2).
    for form in ["grant_type=client_credentials", "grant_type=client_credentials&client_id=ci&client_secret="] {
        app.anonymous().post("/auth/token").form(form).await.expect_oauth(401, "invalid_client");
    }
    app.anonymous().post("/auth/token").body("application/json", "{").await.expect_oauth(400, "invalid_request");
    app.anonymous()
        .post("/auth/token")
        .body("text/plain", "grant_type=password")
        .await
        .expect_oauth(415, "invalid_request");
    app.anonymous()
        .post("/auth/token")
        .form("grant_type=password&grant_type=password")
        .await
        .expect_oauth(400, "invalid_request");
}

#[tokio::test]
async fn signs_with_the_shared_secret_where_one_is_configured() {
    let secret = "0123456789abcdef-0123456789abcdef";
    let configured = TestApp::builder(TestBackend::sqlite())
        .config(|config| config.auth.jwt_secret = Some(astra_core::config::Secret::new(secret)));
    let app = configured.open().await;
    let tokens = register(&app).await["tokens"].clone();
    assert_eq!(super::header(text(&tokens, "access_token"))["alg"], "HS256");
    with(&app, &tokens).get("/auth/me").await.expect(200);
}

fn client_grant(id: &str, secret: &str) -> Value {
    json!({"grant_type": "client_credentials", "client_id": id, "client_secret": secret})
}

both_backends! {
    async fn gives_a_short_token_for_an_issued_one(app: TestApp) {
        let ci = account(&app, "ci bot", "member", &["chat:send", "auth:read"]).await;
        let secret = text(&issue(&app, &ci).await, "secret").to_owned();
        for id in [text(&ci, "id"), "ci bot"] {
            let tokens = app.anonymous().post("/auth/token").json(&client_grant(id, &secret)).await.expect(200);
            assert_eq!(tokens["expires_in"], 900);
            assert_eq!(tokens["scope"], "auth:read chat:send");
            assert_eq!(tokens["refresh_token"], Value::Null);
            let me = with(&app, &tokens).get("/auth/me").await.expect(200);
            assert_eq!(me["id"], ci["id"]);
            assert_eq!(me["kind"], "service_account");
        }
        // By HTTP Basic, each part form-encoded (RFC 6749, 2.3.1), with a narrower scope.
        let basic = format!("Basic {}", STANDARD.encode(format!("ci+bot:{secret}")));
        let form = "grant_type=client_credentials&scope=auth:read";
        let tokens = app.anonymous().post("/auth/token").header("authorization", &basic).form(form).await.expect(200);
        assert_eq!(tokens["scope"], "auth:read");
        let bearer = app.bearer(&secret).post("/auth/token").form("grant_type=client_credentials").await;
        bearer.expect(200);
    }

    async fn ends_with_the_token_that_it_came_from(app: TestApp) {
        let ci = account(&app, "ci", "member", &["auth:read"]).await;
        let issued = issue(&app, &ci).await;
        let tokens = app.anonymous().post("/auth/token").json(&client_grant("ci", text(&issued, "secret"))).await.expect(200);
        with(&app, &tokens).get("/auth/me").await.expect(200);
        app.owner().delete(&format!("/auth/tokens/{}", text(&issued["token"], "id"))).await.expect(204);
        with(&app, &tokens).get("/auth/me").await.expect_problem(401, "unauthorized");
    }
}

#[tokio::test]
async fn outlives_neither_its_time_nor_that_of_its_origin() {
    let app = TestApp::new().await;
    let ci = account(&app, "ci", "member", &["auth:read"]).await;
    let new = json!({"expires_in": 1_000});
    let issued = app.owner().post(&tokens_of(&ci)).json(&new).await.expect(201);
    app.clock.advance_ms(900_000);
    let tokens =
        app.anonymous().post("/auth/token").json(&client_grant("ci", text(&issued, "secret"))).await.expect(200);
    assert_eq!(tokens["expires_in"], 100);
    app.clock.advance_ms(99_999);
    with(&app, &tokens).get("/auth/me").await.expect(200);
    app.clock.advance_ms(1);
    with(&app, &tokens).get("/auth/me").await.expect_problem(401, "unauthorized");
}

#[tokio::test]
async fn refuses_other_secrets() {
    let app = TestApp::new().await;
    let ci = account(&app, "ci", "member", &["auth:read"]).await;
    let other = account(&app, "other", "member", &["auth:read"]).await;
    let (secret, others) = (issue(&app, &ci).await, issue(&app, &other).await);
    let good = text(&secret, "secret");
    let short = app.anonymous().post("/auth/token").json(&client_grant("ci", good)).await.expect(200);
    for (id, secret) in [
        ("ci", "garbage"),
        ("ci", text(&others, "secret")),
        ("nobody", good),
        // What came from a token cannot be changed for another one, or it would live for ever.
        ("ci", text(&short, "access_token")),
    ] {
        let refused = app.anonymous().post("/auth/token").json(&client_grant(id, secret)).await;
        assert_eq!(refused.header("www-authenticate"), "Basic realm=\"astra\", charset=\"UTF-8\"");
        refused.expect_oauth(401, "invalid_client");
    }
    for broken in ["Basic ???", "Basic YWJj", "Digest abc", "Basic"] {
        let ask = app.anonymous().post("/auth/token").header("authorization", broken);
        ask.form("grant_type=client_credentials").await.expect_oauth(401, "invalid_client");
    }
    let twice = app.bearer(good).post("/auth/token").json(&client_grant("ci", good)).await;
    twice.expect_oauth(400, "invalid_request");
}

#[tokio::test]
async fn gives_no_scope_that_the_secret_lacks() {
    let app = TestApp::new().await;
    let ci = account(&app, "ci", "member", &["auth:read"]).await;
    let mut grant = client_grant("ci", text(&issue(&app, &ci).await, "secret"));
    grant["scope"] = "auth:read chat:send".into();
    let refused = app.anonymous().post("/auth/token").json(&grant).await.expect_oauth(400, "invalid_scope");
    assert!(text(&refused, "error_description").contains("chat:send"));
}

fn exchange_grant(subject: &str) -> Value {
    json!({"grant_type": EXCHANGE, "subject_token": subject, "subject_token_type": END_USER})
}

/// A service account that may act for its users, and its token.
async fn application(app: &TestApp, name: &str) -> (Value, String) {
    let account = account(app, name, "admin", &["users:act", "chat:send", "auth:read", "auth:write"]).await;
    let issued = issue(app, &account).await;
    (account, text(&issued, "secret").to_owned())
}

both_backends! {
    async fn speaks_for_an_end_user_who_is_made_at_first_sight(app: TestApp) {
        let (shop, secret) = application(&app, "shop").await;
        let tokens = app.bearer(&secret).post("/auth/token").json(&exchange_grant("customer-1")).await.expect(200);
        assert_eq!(tokens["issued_token_type"], "urn:ietf:params:oauth:token-type:access_token");
        assert_eq!(tokens["refresh_token"], Value::Null);
        let me = with(&app, &tokens).get("/auth/me").await.expect(200);
        assert_eq!(me["kind"], "end_user");
        assert_eq!(me["role"], "member", "an end user is no admin, whatever the application is");
        assert!(text(&me, "id").starts_with("usr_"));
        assert_eq!(tokens["scope"], "auth:read auth:write chat:send", "what the application has, but not users:act");
        let said = claims(text(&tokens, "access_token"));
        assert_eq!(said["act"]["sub"], shop["id"]);
        // The same one again, by client authentication.
        let mut again = exchange_grant("customer-1");
        again["client_id"] = "shop".into();
        again["client_secret"] = secret.as_str().into();
        let tokens = app.anonymous().post("/auth/token").json(&again).await.expect(200);
        assert_eq!(with(&app, &tokens).get("/auth/me").await.expect(200)["id"], me["id"]);
    }

    async fn keeps_the_users_of_an_application_and_of_two_applications_apart(app: TestApp) {
        let (_, shop) = application(&app, "shop").await;
        let (_, forum) = application(&app, "forum").await;
        let mut ids = Vec::new();
        for (secret, subject) in [(&shop, "1"), (&shop, "2"), (&forum, "1")] {
            let tokens = app.bearer(secret).post("/auth/token").json(&exchange_grant(subject)).await.expect(200);
            ids.push(text(&with(&app, &tokens).get("/auth/me").await.expect(200), "id").to_owned());
        }
        assert!(ids[0] != ids[1] && ids[0] != ids[2] && ids[1] != ids[2], "{ids:?}");
    }

    async fn makes_an_end_user_once_however_many_ask(app: TestApp) {
        let (_, secret) = application(&app, "shop").await;
        let caller = app.bearer(&secret);
        let asked = (0..8).map(|_| {
            let ask = caller.post("/auth/token").json(&exchange_grant("customer-1"));
            async move { ask.await.expect(200) }
        });
        let all = join_all(asked).await;
        let subject = |tokens: &Value| claims(text(tokens, "access_token"))["sub"].clone();
        assert!(all.iter().all(|tokens| subject(tokens) == subject(&all[0])));
    }

    async fn ends_when_the_application_loses_its_right(app: TestApp) {
        let (shop, secret) = application(&app, "shop").await;
        let tokens = app.bearer(&secret).post("/auth/token").json(&exchange_grant("customer-1")).await.expect(200);
        with(&app, &tokens).get("/auth/me").await.expect(200);
        let path = format!("/auth/service-accounts/{}", text(&shop, "id"));
        app.owner().patch(&path).json(&json!({"scopes": ["auth:read"]})).await.expect(200);
        with(&app, &tokens).get("/auth/me").await.expect_problem(401, "unauthorized");
        app.bearer(&secret).get("/auth/me").await.expect(200);
    }
}

#[tokio::test]
async fn needs_the_scope_and_a_service_accounts_own_token() {
    let app = TestApp::new().await;
    let ci = account(&app, "ci", "admin", &["chat:send"]).await;
    let secret = text(&issue(&app, &ci).await, "secret").to_owned();
    let refused = app.bearer(&secret).post("/auth/token").json(&exchange_grant("customer-1")).await;
    refused.expect_oauth(400, "unauthorized_client");
    let (_, secret) = application(&app, "shop").await;
    let tokens = app.bearer(&secret).post("/auth/token").json(&exchange_grant("customer-1")).await.expect(200);
    for token in [text(&tokens, "access_token"), "garbage"] {
        app.bearer(token)
            .post("/auth/token")
            .json(&exchange_grant("customer-2"))
            .await
            .expect_oauth(401, "invalid_client");
    }
    // Without any credential the client is asked for.
    app.anonymous().post("/auth/token").json(&exchange_grant("customer-1")).await.expect_oauth(401, "invalid_client");
}

#[tokio::test]
async fn names_an_end_user_by_its_own_type_of_token_only() {
    let app = TestApp::new().await;
    let (_, secret) = application(&app, "shop").await;
    let mut foreign = exchange_grant("customer-1");
    foreign["subject_token_type"] = "urn:ietf:params:oauth:token-type:jwt".into();
    let refused = app.bearer(&secret).post("/auth/token").json(&foreign).await.expect_oauth(400, "invalid_request");
    assert!(text(&refused, "error_description").contains("/subject_token_type"));
    let mut wanted = exchange_grant("customer-1");
    wanted["requested_token_type"] = "urn:ietf:params:oauth:token-type:id_token".into();
    app.bearer(&secret).post("/auth/token").json(&wanted).await.expect_oauth(400, "invalid_request");
    let refused = app.bearer(&secret).post("/auth/token").json(&exchange_grant("customer\u{0}")).await;
    refused.expect_oauth(400, "invalid_request");
}
