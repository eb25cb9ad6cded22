//! `auth.finish_oidc`

use std::collections::BTreeMap;

use astra_core::auth::Role;
use astra_core::config::OidcRole;
use serde_json::{Value, json};

use super::{EMAIL, PASSWORD, goes_on, has_ended, person, register, text, with};
use crate::identity_provider::{Browser, IdentityProvider, PUBLIC_URL, Signs};
use crate::support::{Answer, TestApp, TestBackend, both_backends};

/// What `auth.me` says of who has `tokens`.
async fn me(app: &TestApp, tokens: &Value) -> Value {
    with(app, tokens).get("/auth/me").await.expect(200)
}

/// Makes sure that `answer` refuses an ID token, and names the lie.
#[track_caller]
fn lies(answer: Answer, fault: &str) {
    let problem = answer.expect_problem(502, "identity_provider_error");
    assert!(text(&problem, "detail").contains(fault), "{problem}");
}

/// The entries of the audit that a sign-in has made, newest first.
async fn audit(app: &TestApp) -> Value {
    app.owner().get("/admin/audit?operation=auth.finish_oidc").await.expect(200)["data"].take()
}

/// The claim `groups` decides: `staff` is a member, `boss` an admin, `root` an owner; nothing else is let in.
async fn app_with_groups(provider: &IdentityProvider, backend: TestBackend) -> TestApp {
    let roles = [("staff", OidcRole::Member), ("boss", OidcRole::Admin), ("root", OidcRole::Owner)];
    let roles: BTreeMap<String, OidcRole> = roles.map(|(value, role)| (value.to_owned(), role)).into();
    let app = provider.app(backend, |oidc| {
        oidc.role_claim = Some("groups".into());
        oidc.roles = roles;
        oidc.default_role = None;
    });
    app.await
}

fn with_groups(mut claims: Value, groups: &[&str]) -> Value {
    claims["groups"] = json!(groups);
    claims
}

both_backends! {
    async fn makes_an_account_and_finds_it_again(backend: TestBackend) {
        let provider = IdentityProvider::start().await;
        let app = provider.app(backend, |_| ()).await;
        let answer = provider.sign_in(&app, provider.claims("1", "Ada@Example.org")).await;
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(answer.header("set-cookie").starts_with("astra_oidc=; Path=/; Max-Age=0;"));
        let tokens = answer.expect(200);
        let first = me(&app, &tokens).await;
        assert_eq!((&first["email"], &first["role"], &first["display_name"]), (&json!(EMAIL), &json!("member"), &json!("Ada")));
        goes_on(&app, &tokens).await;
        // Whether the address is verified has no effect from now on.
        let mut claims = provider.claims("1", "ada@elsewhere.example");
        claims["email_verified"] = json!(false);
        let again = provider.sign_in(&app, claims).await.expect(200);
        let again = me(&app, &again).await;
        assert_eq!((&again["id"], &again["email"]), (&first["id"], &json!(EMAIL)));
        let audit = audit(&app).await;
        assert_eq!(audit.as_array().map(Vec::len), Some(1), "{audit}");
        assert_eq!((&audit[0]["actor"], &audit[0]["target_id"]), (&first["id"], &first["id"]));
        assert_eq!(audit[0]["changes"], json!({"issuer": provider.issuer, "joined": false, "role": "member"}));
    }

    async fn joins_the_account_of_the_verified_address_and_ends_its_password(backend: TestBackend) {
        let provider = IdentityProvider::start().await;
        let app = provider.app(backend, |oidc| oidc.allowed_domains = None).await;
        let registered = register(&app).await;
        for wrong in [json!(false), json!("true"), json!(1), Value::Null] {
            let mut claims = provider.claims("1", EMAIL);
            claims["email_verified"] = wrong;
            let problem = provider.sign_in(&app, claims).await.expect_problem(403, "forbidden");
            assert!(text(&problem, "detail").contains("email_verified"), "{problem}");
        }
        goes_on(&app, &registered["tokens"]).await;
        let tokens = provider.sign_in(&app, provider.claims("1", EMAIL)).await.expect(200);
        let me = me(&app, &tokens).await;
        assert_eq!((&me["id"], &me["role"]), (&registered["user"]["id"], &json!("owner")));
        has_ended(&app, &registered["tokens"]).await;
        let grant = json!({"grant_type": "password", "username": EMAIL, "password": PASSWORD});
        app.anonymous().post("/auth/token").json(&grant).await.expect_oauth(400, "invalid_grant");
        let audit = audit(&app).await;
        assert_eq!((&audit[0]["target_id"], &audit[0]["changes"]["joined"]), (&me["id"], &json!(true)));
        // Another person at the provider has the address now.
        provider.sign_in(&app, provider.claims("2", EMAIL)).await.expect_problem(409, "conflict");
    }

    async fn makes_no_account_outside_of_the_allowed_domains(backend: TestBackend) {
        let provider = IdentityProvider::start().await;
        let app = provider.app(backend, |_| ()).await;
        for email in [
            "eve@example.com",
            "eve@sub.example.org",
            "eve@xexample.org",
            "eve@example.org.evil.org",
            "example.org@evil.org",
            "eve@ex\u{430}mple.org",
        ] {
            let problem = provider.sign_in(&app, provider.claims("1", email)).await.expect_problem(403, "forbidden");
            assert!(text(&problem, "detail").contains("allowed_domains"), "{problem}");
        }
        for wrong in [Value::Null, json!("eve@evil.org@example.org"), json!("eve@evil.org\n@example.org"), json!([EMAIL])] {
            let mut claims = provider.claims("1", EMAIL);
            claims["email"] = wrong;
            provider.sign_in(&app, claims).await.expect_problem(403, "forbidden");
        }
        provider.sign_in(&app, provider.claims("1", EMAIL)).await.expect(200);
    }

    async fn lets_the_claim_decide_the_role_until_it_is_given_by_hand(backend: TestBackend) {
        let provider = IdentityProvider::start().await;
        let app = app_with_groups(&provider, backend).await;
        app.owner().get("/auth/me").await.expect(200);
        let claims = |groups: &[&str]| with_groups(provider.claims("1", EMAIL), groups);
        provider.sign_in(&app, claims(&["other"])).await.expect_problem(403, "forbidden");
        let boss = provider.sign_in(&app, claims(&["staff", "boss"])).await.expect(200);
        let id = me(&app, &boss).await["id"].clone();
        assert_eq!(me(&app, &boss).await["role"], "admin");
        let staff = provider.sign_in(&app, claims(&["staff"])).await.expect(200);
        assert_eq!(me(&app, &staff).await["role"], "member");
        // What the account lost, its other sign-in lost at once.
        assert_eq!(me(&app, &boss).await["role"], "member");
        let difference = audit(&app).await[0]["differences"].clone();
        assert!(difference.to_string().contains("member"), "{difference}");
        provider.sign_in(&app, claims(&["other"])).await.expect_problem(403, "forbidden");
        let path = format!("/workspaces/{}/members/{}", app.store().workspace().as_str(), id.as_str().expect("an id"));
        app.owner().put(&path).json(&json!({"role": "admin"})).await.expect(200);
        let by_hand = provider.sign_in(&app, claims(&["staff"])).await.expect(200);
        assert_eq!(me(&app, &by_hand).await["role"], "admin");
    }

    async fn leaves_the_role_of_an_account_that_was_joined(backend: TestBackend) {
        let provider = IdentityProvider::start().await;
        let app = app_with_groups(&provider, backend).await;
        person(&app, EMAIL, Role::Viewer).await;
        let tokens = provider.sign_in(&app, with_groups(provider.claims("1", EMAIL), &["root"])).await.expect(200);
        assert_eq!(me(&app, &tokens).await["role"], "viewer");
    }

    async fn keeps_the_last_owner(backend: TestBackend) {
        let provider = IdentityProvider::start().await;
        let app = app_with_groups(&provider, backend).await;
        let code = app.setup_code().to_owned();
        let claims = |subject: &str, email: &str, group: &str| with_groups(provider.claims(subject, email), &[group]);
        let owner = provider.sign_in(&app, claims("1", EMAIL, "root")).await.expect(200);
        assert_eq!(me(&app, &owner).await["role"], "owner");
        let late = json!({"email": "eve@example.org", "password": PASSWORD, "setup_code": code});
        app.anonymous().post("/auth/register").json(&late).await.expect_problem(403, "forbidden");
        let same = provider.sign_in(&app, claims("1", EMAIL, "staff")).await.expect(200);
        assert_eq!(me(&app, &same).await["role"], "owner");
        provider.sign_in(&app, claims("2", "bob@example.org", "root")).await.expect(200);
        let lower = provider.sign_in(&app, claims("1", EMAIL, "staff")).await.expect(200);
        assert_eq!(me(&app, &lower).await["role"], "member");
    }

    async fn takes_the_claims_of_the_user_info(backend: TestBackend) {
        let provider = IdentityProvider::start().await;
        let app = provider.app(backend, |_| ()).await;
        let mut claims = provider.claims("1", EMAIL);
        claims.as_object_mut().expect("an object").retain(|name, _| !name.starts_with("email"));
        let others = |subject: &str| json!({"sub": subject, "email": EMAIL, "email_verified": true});
        provider.behaviour().user_info = Some(others("2"));
        provider.sign_in(&app, claims.clone()).await.expect_problem(502, "identity_provider_error");
        provider.behaviour().user_info = Some(others("1"));
        let tokens = provider.sign_in(&app, claims).await.expect(200);
        assert_eq!(me(&app, &tokens).await["email"], EMAIL);
    }

    async fn refuses_id_tokens_that_lie(backend: TestBackend) {
        let provider = IdentityProvider::start().await;
        let app = provider.app(backend, |_| ()).await;
        let now_s = crate::support::START_MS / 1_000;
        for (name, value, fault) in [
            ("nonce", json!("of-another-sign-in"), "of another sign-in"),
            ("aud", json!("another client"), "for another client"),
            ("aud", json!(["the gateway", "another client"]), "for another client"),
            ("azp", json!("another client"), "for another client"),
            ("iss", json!("https://id.example.com"), "another issuer"),
            ("exp", json!(now_s - 61), "has expired"),
            ("iat", json!(now_s + 61), "not issued during this sign-in"),
            ("iat", json!(now_s - 3_600), "not issued during this sign-in"),
            ("sub", json!(""), "names no person"),
        ] {
            let mut claims = provider.claims("1", EMAIL);
            claims[name] = value;
            lies(provider.sign_in(&app, claims).await, fault);
        }
        for (signs, fault) in [
            (Signs::None, "not signed by RS256, ES256 or EdDSA"),
            (Signs::Hs256, "not signed by RS256, ES256 or EdDSA"),
            (Signs::OwnKey, "signature of its ID token is not good"),
        ] {
            provider.behaviour().signs = signs;
            lies(provider.sign_in(&app, provider.claims("1", EMAIL)).await, fault);
        }
        provider.behaviour().signs = Signs::Es256;
        provider.sign_in(&app, provider.claims("1", EMAIL)).await.expect(200);
        // The nonce of one browser in the token of another one.
        let (one, other) = (Browser::begin(&app).await, Browser::begin(&app).await);
        let mut claims = provider.claims("1", EMAIL);
        claims["nonce"] = one.sent["nonce"].clone().into();
        let code = provider.code(&other, claims);
        lies(other.finish(&code).await, "of another sign-in");
    }

    async fn learns_of_a_new_key_at_most_once_a_minute(backend: TestBackend) {
        let provider = IdentityProvider::start().await;
        let app = provider.app(backend, |_| ()).await;
        let claims = |at_ms: i64| {
            let mut claims = provider.claims("1", EMAIL);
            claims["iat"] = json!((crate::support::START_MS + at_ms) / 1_000);
            claims
        };
        provider.sign_in(&app, claims(0)).await.expect(200);
        provider.behaviour().kid = "two".into();
        provider.behaviour().seed = 2;
        for _ in 0..3 {
            provider.sign_in(&app, claims(0)).await.expect_problem(502, "identity_provider_error");
        }
        assert_eq!(provider.count("/jwks"), 1);
        app.clock.advance_ms(60_000);
        provider.sign_in(&app, claims(60_000)).await.expect(200);
        provider.sign_in(&app, claims(60_000)).await.expect(200);
        assert_eq!(provider.count("/jwks"), 2);
        // A key of a known name whose signature is another one's.
        provider.behaviour().seed = 3;
        provider.sign_in(&app, claims(60_000)).await.expect_problem(502, "identity_provider_error");
    }

    async fn is_for_the_browser_that_began_once_and_in_time(backend: TestBackend) {
        let provider = IdentityProvider::start().await;
        let app = provider.app(backend, |_| ()).await;
        let browser = Browser::begin(&app).await;
        let state = browser.sent["state"].clone();
        let code = provider.code(&browser, provider.claims("1", EMAIL));
        // Without a state, with a foreign one, in another browser, and without its cookie.
        browser.come_back(&[("code", code.as_str())]).await.expect_problem(422, "invalid_request");
        browser.come_back(&[("state", state.as_str())]).await.expect_problem(422, "invalid_request");
        let foreign = Browser::begin(&app).await;
        let answer = browser.come_back(&[("code", code.as_str()), ("state", foreign.sent["state"].as_str())]).await;
        assert!(answer.headers.get("set-cookie").is_none(), "a foreign state ends the sign-in of this browser");
        answer.expect_problem(403, "forbidden");
        foreign.come_back(&[("code", code.as_str()), ("state", state.as_str())]).await.expect_problem(403, "forbidden");
        let path = format!("/auth/oidc/callback?code={code}&state={state}");
        app.anonymous().get(&path).await.expect_problem(403, "forbidden");
        // What the provider adds has no effect.
        let more = [("code", code.as_str()), ("state", state.as_str()), ("session_state", "x"), ("iss", provider.issuer.as_str())];
        browser.come_back(&more).await.expect(200);
        let again = provider.code(&browser, provider.claims("1", EMAIL));
        let problem = browser.finish(&again).await.expect_problem(403, "forbidden");
        assert!(text(&problem, "detail").contains("/auth/oidc/start"), "{problem}");
        let late = Browser::begin(&app).await;
        let code = provider.code(&late, provider.claims("1", EMAIL));
        app.clock.advance_ms(600_000);
        late.finish(&code).await.expect_problem(403, "forbidden");
    }

    async fn takes_a_code_once_and_from_its_own_sign_in(backend: TestBackend) {
        let provider = IdentityProvider::start().await;
        let app = provider.app(backend, |_| ()).await;
        // A stolen code, in the thief's own sign-in: the code verifier is not its own.
        let (victim, thief) = (Browser::begin(&app).await, Browser::begin(&app).await);
        let mut claims = provider.claims("1", EMAIL);
        claims["nonce"] = thief.sent["nonce"].clone().into();
        let stolen = provider.code(&victim, claims);
        let problem = thief.finish(&stolen).await.expect_problem(403, "forbidden");
        assert!(text(&problem, "detail").contains("code"), "{problem}");
        let code = provider.code(&victim, provider.claims("1", EMAIL));
        victim.finish(&code).await.expect(200);
        let later = Browser::begin(&app).await;
        later.finish(&code).await.expect_problem(403, "forbidden");
        assert_eq!(audit(&app).await.as_array().map(Vec::len), Some(1), "one account, made once");
    }

    async fn sends_its_secret_in_the_form_where_the_provider_takes_no_other(backend: TestBackend) {
        let provider = IdentityProvider::start().await;
        provider.behaviour().document = json!({"token_endpoint_auth_methods_supported": ["client_secret_post"]});
        let app = provider.app(backend, |_| ()).await;
        provider.sign_in(&app, provider.claims("1", EMAIL)).await.expect(200);
    }

    async fn calls_no_place_that_the_guard_refuses(backend: TestBackend) {
        let provider = IdentityProvider::start().await;
        provider.behaviour().document = json!({"token_endpoint": "https://10.0.0.1/token"});
        let app = provider.app(backend, |_| ()).await;
        let problem = provider.sign_in(&app, provider.claims("1", EMAIL)).await;
        let problem = problem.expect_problem(502, "identity_provider_error");
        assert!(text(&problem, "detail").contains("outbound.allowed_networks"), "{problem}");
    }

    async fn counts_once_when_it_comes_twice_at_once(backend: TestBackend) {
        let provider = IdentityProvider::start().await;
        let app = provider.app(backend, |_| ()).await;
        let browser = Browser::begin(&app).await;
        let codes = [(); 2].map(|()| provider.code(&browser, provider.claims("1", EMAIL)));
        let answers = futures_util::future::join(browser.finish(&codes[0]), browser.finish(&codes[1])).await;
        let mut statuses = [answers.0.status.as_u16(), answers.1.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 403]);
    }

    async fn says_what_the_provider_refuses(backend: TestBackend) {
        let provider = IdentityProvider::start().await;
        let app = provider.app(backend, |_| ()).await;
        for (error, status, code) in [
            ("access_denied", 403, "forbidden"),
            ("temporarily_unavailable", 503, "unavailable"),
            ("invalid_request", 502, "identity_provider_error"),
        ] {
            let browser = Browser::begin(&app).await;
            let refused = browser.come_back(&[("error", error), ("state", browser.sent["state"].as_str())]).await;
            assert!(refused.header("set-cookie").starts_with("astra_oidc=; Path=/; Max-Age=0;"));
            refused.expect_problem(status, code);
        }
        let browser = Browser::begin(&app).await;
        browser.finish("made-up").await.expect_problem(403, "forbidden");
        let code = provider.code(&browser, provider.claims("1", EMAIL));
        let other = [("code", code.as_str()), ("state", browser.sent["state"].as_str()), ("iss", "https://id.example.com")];
        browser.come_back(&other).await.expect_problem(502, "identity_provider_error");
        for (path, answer, status, code) in [
            ("/token", (503, String::new()), 503, "unavailable"),
            ("/token", (200, "<html>".to_owned()), 502, "identity_provider_error"),
            ("/token", (200, "x".repeat(300 << 10)), 502, "identity_provider_error"),
            ("/token", (307, String::new()), 502, "identity_provider_error"),
            ("/jwks", (302, String::new()), 502, "identity_provider_error"),
            ("/token", (401, r#"{"error": "invalid_client"}"#.to_owned()), 502, "identity_provider_error"),
            ("/jwks", (500, String::new()), 503, "unavailable"),
            ("/jwks", (200, r#"{"keys": []}"#.to_owned()), 502, "identity_provider_error"),
        ] {
            provider.behaviour().instead = BTreeMap::from([(path.to_owned(), answer)]);
            provider.sign_in(&app, provider.claims("1", EMAIL)).await.expect_problem(status, code);
        }
        assert_eq!(provider.count("/elsewhere"), 0, "a redirect is not followed");
    }

    async fn returns_to_the_console_with_a_code_in_the_fragment(backend: TestBackend) {
        let provider = IdentityProvider::start().await;
        let app = provider.app(backend, |_| ()).await;
        let browser = Browser::begin_for_console(&app).await;
        let answer = browser.finish(&provider.code(&browser, provider.claims("1", EMAIL))).await;
        assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (303, "no-store"));
        assert!(answer.header("set-cookie").starts_with("astra_oidc=; Path=/; Max-Age=0;"));
        let fields = fragment(&answer);
        assert_eq!(fields.keys().collect::<Vec<_>>(), ["code"]);
        let grant = json!({"grant_type": "login_code", "code": fields["code"]});
        let tokens = app.anonymous().post("/auth/token").json(&grant).await.expect(200);
        assert_eq!((&me(&app, &tokens).await["email"], &me(&app, &tokens).await["role"]), (&json!(EMAIL), &json!("member")));
        goes_on(&app, &tokens).await;
        app.anonymous().post("/auth/token").json(&grant).await.expect_oauth(400, "invalid_grant");
        // The sign-in itself counts once too.
        let again = browser.finish(&provider.code(&browser, provider.claims("1", EMAIL))).await;
        assert_eq!((again.status.as_u16(), fragment(&again)["problem"].as_str()), (303, "forbidden"));
    }

    async fn returns_to_the_console_with_what_is_refused(backend: TestBackend) {
        let provider = IdentityProvider::start().await;
        let app = provider.app(backend, |_| ()).await;
        let browser = Browser::begin_for_console(&app).await;
        let refused = browser.finish(&provider.code(&browser, provider.claims("1", "eve@evil.org"))).await;
        assert_eq!((refused.status.as_u16(), refused.header("cache-control")), (303, "no-store"));
        let fields = fragment(&refused);
        assert_eq!((fields["problem"].as_str(), fields["request_id"].as_str()), ("forbidden", refused.header("x-request-id")));
        assert!(fields["detail"].contains("auth.oidc.allowed_domains"), "{fields:?}");
        let browser = Browser::begin_for_console(&app).await;
        let denied = browser.come_back(&[("error", "access_denied"), ("state", browser.sent["state"].as_str())]).await;
        assert_eq!(fragment(&denied)["problem"], "forbidden");
        provider.behaviour().instead = BTreeMap::from([("/token".to_owned(), (503, String::new()))]);
        let browser = Browser::begin_for_console(&app).await;
        let failed = browser.finish(&provider.code(&browser, provider.claims("1", EMAIL))).await;
        assert_eq!(fragment(&failed)["problem"], "unavailable");
    }

    async fn returns_to_the_console_from_its_own_sign_in_alone(backend: TestBackend) {
        let provider = IdentityProvider::start().await;
        let app = provider.app(backend, |_| ()).await;
        let (console, plain) = (Browser::begin_for_console(&app).await, Browser::begin(&app).await);
        // What a sign-in is for cannot be added to its cookie, nor taken away.
        for (cookie, browser) in [
            (console.cookie.trim_end_matches(".console").to_owned(), &console),
            (format!("{}.console", plain.cookie), &plain),
        ] {
            let code = provider.code(browser, provider.claims("1", EMAIL));
            let path = format!("/auth/oidc/callback?code={code}&state={}", browser.sent["state"]);
            app.anonymous().get(&path).header("cookie", &cookie).await.expect_problem(403, "forbidden");
        }
        // In a browser that began nothing there is nothing to return to.
        let path = format!("/auth/oidc/callback?code=x&state={}", console.sent["state"]);
        app.anonymous().get(&path).await.expect_problem(403, "forbidden");
    }
}

/// The fields in the fragment of the console's address, to which a browser is sent.
fn fragment(answer: &Answer) -> BTreeMap<String, String> {
    let location = answer.header("location");
    let fragment = location.strip_prefix(&format!("{PUBLIC_URL}/console#")).unwrap_or_else(|| panic!("{location}"));
    url::form_urlencoded::parse(fragment.as_bytes()).into_owned().collect()
}

/// What one gateway has begun, another one over the same store finishes, once.
#[tokio::test]
async fn another_replica_finishes_what_one_began() {
    let Some(backend) = TestBackend::postgres().await else { return };
    let provider = IdentityProvider::start().await;
    let app = provider.app(backend, |_| ()).await;
    let replica = app.replica().await;
    let browser = Browser::begin(&app).await;
    let code = provider.code(&browser, provider.claims("1", EMAIL));
    let ask = |code: &str| {
        let path = format!("/auth/oidc/callback?code={code}&state={}", browser.sent["state"]);
        replica.bearer("none").get(&path).header("cookie", &browser.cookie)
    };
    ask(&code).await.expect(200);
    let again = provider.code(&browser, provider.claims("1", EMAIL));
    browser.finish(&again).await.expect_problem(403, "forbidden");
}
