//! `auth.start_oidc`

use serde_json::json;

use super::text;
use crate::identity_provider::{Browser, IdentityProvider, PUBLIC_URL};
use crate::support::{TestApp, TestBackend, both_backends};

const PATH: &str = "/auth/oidc/start";

both_backends! {
    async fn sends_a_browser_to_the_provider(backend: TestBackend) {
        let provider = IdentityProvider::start().await;
        let app = provider.app(backend, |_| ()).await;
        let answer = app.anonymous().get(PATH).header("accept", "text/html,*/*;q=0.8").await;
        assert!(answer.header("location").starts_with(&format!("{}/authorize?tenant=1&response_type=code&", provider.issuer)));
        assert_eq!(answer.header("cache-control"), "no-store");
        let cookie = answer.header("set-cookie").to_owned();
        assert!(cookie.starts_with("astra_oidc=") && cookie.ends_with("; Path=/; Max-Age=600; HttpOnly; SameSite=Lax"), "{cookie}");
        answer.expect(302);
        let browser = Browser::begin(&app).await;
        assert_eq!(browser.sent["redirect_uri"], format!("{PUBLIC_URL}/auth/oidc/callback"));
        assert_eq!((browser.sent["client_id"].as_str(), browser.sent["scope"].as_str()), ("the gateway", "openid email"));
        assert_eq!(browser.sent["code_challenge_method"], "S256");
        for secret in ["state", "nonce", "code_challenge"] {
            assert!(browser.sent[secret].len() >= 43 && !browser.cookie.contains(&browser.sent[secret]), "{secret}");
        }
        assert_ne!(Browser::begin(&app).await.sent["state"], browser.sent["state"]);
        assert_eq!(provider.count("/.well-known/openid-configuration"), 1, "the document is kept for a while");
    }

    async fn answers_the_address_to_programs(backend: TestBackend) {
        let provider = IdentityProvider::start().await;
        let app = provider.app(backend, |_| ()).await;
        let answer = app.anonymous().get(PATH).header("accept", "application/json").await;
        assert!(answer.header("set-cookie").starts_with("astra_oidc="));
        let started = answer.expect(200);
        assert!(text(&started, "authorization_url").starts_with(&provider.issuer), "{started}");
    }

    async fn is_not_there_without_a_provider(app: TestApp) {
        let problem = app.anonymous().get(PATH).await.expect_problem(404, "not_found");
        assert!(text(&problem, "detail").contains("auth.oidc"), "{problem}");
        app.anonymous().get("/auth/oidc/callback?state=x&code=y").await.expect_problem(404, "not_found");
    }

    async fn says_what_is_wrong_with_the_provider(backend: TestBackend) {
        let provider = IdentityProvider::start().await;
        let app = provider.app(backend, |_| ()).await;
        let place = "/.well-known/openid-configuration";
        for (answer, status, code) in [
            ((500, "failed".to_owned()), 503, "unavailable"),
            ((200, "<html>Welcome</html>".to_owned()), 502, "identity_provider_error"),
            ((404, "{}".to_owned()), 502, "identity_provider_error"),
            ((302, String::new()), 502, "identity_provider_error"),
            ((200, "x".repeat(300 << 10)), 502, "identity_provider_error"),
        ] {
            provider.behaviour().instead.insert(place.into(), answer);
            app.anonymous().get(PATH).await.expect_problem(status, code);
        }
        assert_eq!(provider.count("/elsewhere"), 0, "a redirect is not followed");
        provider.behaviour().instead.clear();
        for document in [
            json!({"issuer": format!("{}/", provider.issuer)}),
            json!({"token_endpoint": "http://id.example.org/token"}),
            json!({"jwks_uri": "file:///etc/passwd"}),
            json!({"authorization_endpoint": "javascript:alert(1)"}),
        ] {
            provider.behaviour().document = document;
            app.anonymous().get(PATH).await.expect_problem(502, "identity_provider_error");
        }
        provider.behaviour().document = json!({});
        Browser::begin(&app).await;
    }
    async fn lets_no_caller_choose_where_the_browser_comes_back(backend: TestBackend) {
        let provider = IdentityProvider::start().await;
        let app = provider.app(backend, |_| ()).await;
        let path = format!("{PATH}?redirect_uri=https%3A%2F%2Fevil.example&state=mine&nonce=mine&code_challenge=mine");
        let answer = app.anonymous().get(&path).header("x-forwarded-host", "evil.example").await;
        let location = answer.header("location").to_owned();
        answer.expect(302);
        assert!(!location.contains("evil") && !location.contains("mine"), "{location}");
        assert_eq!(location.matches("redirect_uri=").count(), 1, "{location}");
        assert!(location.contains("&redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fauth%2Foidc%2Fcallback&"), "{location}");
    }

    async fn knows_no_other_page_to_return_to_than_the_console(backend: TestBackend) {
        let provider = IdentityProvider::start().await;
        let app = provider.app(backend, |_| ()).await;
        for other in ["https%3A%2F%2Fevil.example", "", "console%2F..%2F..", "docs"] {
            let problem = app.anonymous().get(&format!("{PATH}?return_to={other}")).await;
            let problem = problem.expect_problem(422, "invalid_request");
            assert_eq!(problem["errors"][0]["pointer"], "query/return_to");
        }
        let browser = Browser::begin_for_console(&app).await;
        assert!(browser.cookie.ends_with(".console"), "{}", browser.cookie);
        assert_eq!(browser.sent["redirect_uri"], format!("{PUBLIC_URL}/auth/oidc/callback"));
    }

    async fn says_that_the_provider_is_down(backend: TestBackend) {
        let provider = IdentityProvider::start().await;
        // Nothing listens there.
        let app = provider.app(backend, |oidc| oidc.issuer = "http://127.0.0.1:1".into()).await;
        let answer = app.anonymous().get(PATH).await;
        assert_eq!(answer.header("retry-after"), "5");
        let problem = answer.expect_problem(503, "unavailable");
        assert!(!problem.to_string().contains("127.0.0.1"), "{problem}");
    }

    async fn counts_as_an_attempt_to_sign_in(backend: TestBackend) {
        let provider = IdentityProvider::start().await;
        let app = provider.app_with(backend, |config| config.limits.auth_address_requests_per_min = 2).await;
        for _ in 0..2 {
            Browser::begin(&app).await;
        }
        app.anonymous().get(PATH).await.expect_problem(429, "rate_limited");
        app.anonymous().get("/auth/oidc/callback?state=x&code=y").await.expect_problem(429, "rate_limited");
    }
}
