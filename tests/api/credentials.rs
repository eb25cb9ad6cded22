//! What a forger may try with a token: every attempt is refused, and all of them in the same way.

use astra_core::config::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::crypto::sign;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

use crate::support::{START_MS, TestApp, TestBackend, both_backends};

const SECRET: &str = "0123456789abcdef-0123456789abcdef";
const OLD_SECRET: &str = "fedcba9876543210-fedcba9876543210";
/// PKCS #8 of an Ed25519 key that nobody uses, up to the key itself (RFC 8410).
const PKCS8_PREFIX: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// A token taken apart.
struct Parts {
    header: Value,
    claims: Value,
    signature: String,
}

impl Parts {
    fn of(token: &str) -> Self {
        let parts: Vec<&str> = token.split('.').collect();
        let read =
            |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON");
        Self { header: read(parts[0]), claims: read(parts[1]), signature: parts[2].to_owned() }
    }

    /// The same with these claims instead.
    fn claiming(&self, changes: &Value) -> Self {
        let mut claims = self.claims.clone();
        for (name, value) in changes.as_object().expect("an object") {
            claims[name] = value.clone();
        }
        Self { header: self.header.clone(), claims, signature: self.signature.clone() }
    }

    /// The same with these header fields instead.
    fn headed(&self, changes: &Value) -> Self {
        let mut header = self.header.clone();
        for (name, value) in changes.as_object().expect("an object") {
            header[name] = value.clone();
        }
        Self { header, claims: self.claims.clone(), signature: self.signature.clone() }
    }

    fn message(&self) -> String {
        let write = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        format!("{}.{}", write(&self.header), write(&self.claims))
    }

    fn signed(&self, signature: &str) -> String {
        format!("{}.{signature}", self.message())
    }

    fn hmac(&self, secret: &[u8]) -> String {
        let signature = sign(self.message().as_bytes(), &EncodingKey::from_secret(secret), Algorithm::HS256);
        self.signed(&signature.expect("a signature"))
    }
}

/// Makes sure that `token` is refused, and not otherwise than any other.
async fn refused(app: &TestApp, what: &str, token: &str) {
    let answer = app.bearer(token).get("/auth/me").await;
    assert_eq!(answer.status.as_u16(), 401, "{what}: {}", answer.text());
    assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"astra\", error=\"invalid_token\"", "{what}");
    let problem = answer.expect_problem(401, "unauthorized");
    assert_eq!(problem["detail"], "The token is not valid, has expired or was revoked.", "{what}");
}

/// An app that signs with [`SECRET`], so that a test can sign too.
async fn shared(backend: TestBackend) -> TestApp {
    let builder = TestApp::builder(backend).config(|config| config.auth.jwt_secret = Some(Secret::new(SECRET)));
    builder.open().await
}

both_backends! {
    async fn that_are_forged_without_the_key(app: TestApp) {
        let token = app.owner().token().await;
        let good = Parts::of(&token);
        app.bearer(&token).get("/auth/me").await.expect(200);
        assert_eq!(good.signed(&good.signature).matches('.').count(), 2);

        for none in ["none", "None", "NONE", ""] {
            let unsigned = good.headed(&json!({"alg": none}));
            refused(&app, "alg none without a signature", &unsigned.signed("")).await;
            refused(&app, "alg none with a signature", &unsigned.signed(&good.signature)).await;
        }
        let jwks = app.anonymous().get("/.well-known/jwks.json").await.expect(200);
        let x = jwks["keys"][0]["x"].as_str().expect("a public key");
        let bytes = URL_SAFE_NO_PAD.decode(x).expect("base64url");
        let with_public_key = good.headed(&json!({"alg": "HS256"}));
        for secret in [x.as_bytes(), &bytes, jwks["keys"][0].to_string().as_bytes(), b""] {
            refused(&app, "HS256 with the public key as its secret", &with_public_key.hmac(secret)).await;
        }
        let stranger = EncodingKey::from_ed_der(&[PKCS8_PREFIX.as_slice(), &[7; 32]].concat());
        let signature = sign(good.message().as_bytes(), &stranger, Algorithm::EdDSA).expect("a signature");
        refused(&app, "another key under the kid of ours", &good.signed(&signature)).await;
        let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": "6kpsY-KcUgq-9VB7Ey7F-ZVHdq6-vnuSQh7qaRRG0iw"});
        for changes in [json!({"kid": "another"}), json!({"kid": null}), json!({"jwk": jwk, "kid": null})] {
            let other = good.headed(&changes);
            let signature = sign(other.message().as_bytes(), &stranger, Algorithm::EdDSA).expect("a signature");
            refused(&app, "a key that is not in the ring", &other.signed(&signature)).await;
        }
        refused(&app, "changed claims", &good.claiming(&json!({"role": "owner", "exp": 9_999_999_999_i64})).signed(&good.signature)).await;
        refused(&app, "a header with an extension", &good.headed(&json!({"crit": ["exp"]})).signed(&good.signature)).await;
    }
}

#[tokio::test]
async fn that_are_signed_but_not_for_us_or_not_now() {
    let app = shared(TestBackend::sqlite()).await;
    let token = app.owner().token().await;
    let good = Parts::of(&token);
    let now_s = START_MS / 1000;
    app.bearer(&good.hmac(SECRET.as_bytes())).get("/auth/me").await.expect(200);
    refused(&app, "another secret", &good.hmac(b"another secret of thirty-two bytes")).await;
    for (what, changes) in [
        ("another issuer", json!({"iss": "somebody"})),
        ("no issuer", json!({"iss": null})),
        ("another audience", json!({"aud": "somebody"})),
        ("no audience", json!({"aud": null})),
        ("expired", json!({"exp": now_s})),
        ("without an end", json!({"exp": null})),
        ("not yet valid", json!({"nbf": now_s + 61})),
        ("issued in the future", json!({"iat": now_s + 61})),
        ("another kind", json!({"typ": "user"})),
        ("an unknown kind", json!({"typ": "root"})),
        ("another account", json!({"sub": "svc_0000000000000"})),
        ("another workspace", json!({"wsp": "wsp_0000000000000"})),
        ("another token", json!({"jti": "tok_0000000000000"})),
        ("a generation that will be", json!({"gen": 2})),
        ("a generation that never was", json!({"gen": 0})),
        ("a higher role that does not exist", json!({"role": "root"})),
        ("for an end user without an actor", json!({"typ": "end_user"})),
        ("for oneself as an end user", json!({"typ": "end_user", "act": {"sub": good.claims["sub"]}})),
    ] {
        refused(&app, what, &good.claiming(&changes).hmac(SECRET.as_bytes())).await;
    }
    let other_algorithm = good.headed(&json!({"alg": "HS512"}));
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    let signature = sign(other_algorithm.message().as_bytes(), &key, Algorithm::HS512).expect("a signature");
    refused(&app, "another algorithm of the same family", &other_algorithm.signed(&signature)).await;
}

#[tokio::test]
async fn that_claim_more_than_the_account_has() {
    let app = shared(TestBackend::sqlite()).await;
    let good = Parts::of(&app.viewer().token().await);
    let more = good.claiming(&json!({"role": "owner", "scope": "auth:read auth:write users:act"}));
    let me = app.bearer(&more.hmac(SECRET.as_bytes())).get("/auth/me").await.expect(200);
    assert_eq!(me["role"], "viewer");
    assert_eq!(me["scopes"], json!(["auth:read", "auth:write"]));
}

#[tokio::test]
async fn that_are_no_tokens_at_all() {
    let app = TestApp::new().await;
    let token = app.owner().token().await;
    let (message, signature) = token.rsplit_once('.').expect("a token");
    let long = "a".repeat(5_000);
    for garbage in ["x", "..", "a.b.c", message, &format!("{message}."), &format!("{token}.{signature}"), &long] {
        refused(&app, garbage, garbage).await;
    }
    let bytes = format!("{}.{}.{}", URL_SAFE_NO_PAD.encode([0xff; 8]), URL_SAFE_NO_PAD.encode("[]"), signature);
    refused(&app, "no JSON", &bytes).await;
    for header in ["Basic YTpi", "Bearer", "bearer", token.as_str(), "Bearer\u{a0}x"] {
        let answer = app.anonymous().get("/auth/me").header("authorization", header).await;
        answer.expect_problem(401, "unauthorized");
    }
    let twice = app.bearer(&token).get("/auth/me").header("authorization", &format!("Bearer {token}")).await;
    twice.expect_problem(401, "unauthorized");
    let lower_case = app.anonymous().get("/auth/me").header("authorization", &format!("bearer {token}")).await;
    lower_case.expect(200);
}

#[tokio::test]
async fn of_the_secret_before_are_good_and_no_others() {
    let first = TestApp::builder(TestBackend::sqlite());
    let first = first.config(|config| config.auth.jwt_secret = Some(Secret::new(OLD_SECRET))).open().await;
    let token = first.owner().token().await;
    let backend = first.close();
    let second = TestApp::builder(backend).config(|config| {
        config.auth.jwt_secret = Some(Secret::new(SECRET));
        config.auth.jwt_secret_prev = Some(Secret::new(OLD_SECRET));
    });
    let second = second.open().await;
    second.bearer(&token).get("/auth/me").await.expect(200);
    assert_ne!(Parts::of(&second.viewer().token().await).header["kid"], Parts::of(&token).header["kid"]);
    let backend = second.close();
    let third = TestApp::builder(backend).config(|config| config.auth.jwt_secret = Some(Secret::new(SECRET)));
    refused(&third.open().await, "a secret that was given up", &token).await;
}
