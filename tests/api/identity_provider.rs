//! An OpenID provider by hand, which does as it is told, and browsers that sign in with it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use astra_core::config::{Config, OidcConfig, Secret};
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{StatusCode, header};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use ring::{digest, hmac};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::form_urlencoded;

use crate::support::{Answer, Caller, START_MS, TestApp, TestBackend};

const CLIENT: &str = "the gateway";
const SECRET: &str = "s3cret:&";
/// The gateway's public URL.
pub(crate) const PUBLIC_URL: &str = "http://localhost:3000";

/// How an ID token is signed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signs {
    Ed25519,
    Es256,
    /// Not at all, as `alg` says.
    None,
    /// With the public key as a shared secret.
    Hs256,
    /// By a key that the token itself brings along, under the name of a known one.
    OwnKey,
}

/// What the provider does.
pub(crate) struct Behaviour {
    /// Of the key that signs.
    pub(crate) kid: String,
    /// Makes the key that signs.
    pub(crate) seed: u8,
    pub(crate) signs: Signs,
    /// The answer of each path in place of the right one. A redirect leads to `/elsewhere`.
    pub(crate) instead: BTreeMap<String, (u16, String)>,
    /// What the document says beside what it must.
    pub(crate) document: Value,
    /// The claims that are not in the ID token.
    pub(crate) user_info: Option<Value>,
    /// The paths that were asked for.
    pub(crate) asked: Vec<String>,
    codes: BTreeMap<String, (Value, String)>,
}

/// An OpenID provider by hand.
pub(crate) struct IdentityProvider {
    pub(crate) issuer: String,
    elliptic: Arc<EcdsaKeyPair>,
    behaviour: Arc<Mutex<Behaviour>>,
}

/// A browser that has begun to sign in.
pub(crate) struct Browser {
    anonymous: Caller,
    /// The cookie, as it sends it.
    pub(crate) cookie: String,
    /// What it was sent to the provider with.
    pub(crate) sent: BTreeMap<String, String>,
}

impl IdentityProvider {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let issuer = format!("http://{}", listener.local_addr().expect("an address"));
        let random = SystemRandom::new();
        let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
        let elliptic = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, key.as_ref(), &random);
        let behaviour = Behaviour {
            kid: "one".into(),
            seed: 1,
            signs: Signs::Ed25519,
            instead: BTreeMap::new(),
            document: json!({}),
            user_info: None,
            asked: Vec::new(),
            codes: BTreeMap::new(),
        };
        let elliptic = Arc::new(elliptic.expect("a key"));
        let provider = Self { issuer, elliptic, behaviour: Arc::new(Mutex::new(behaviour)) };
        let (own, elliptic, behaviour) =
            (provider.issuer.clone(), Arc::clone(&provider.elliptic), Arc::clone(&provider.behaviour));
        let router = axum::Router::new().fallback(move |request: Request| {
            let (own, elliptic, behaviour) = (own.clone(), Arc::clone(&elliptic), Arc::clone(&behaviour));
            async move {
                let (head, body) = request.into_parts();
                let body = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
                let authorization = head.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
                let mut behaviour = behaviour.lock().expect("the behaviour");
                behaviour.answer(&own, &elliptic, head.uri.path(), authorization.unwrap_or_default(), &body)
            }
        });
        tokio::spawn(async move { axum::serve(listener, router).await.expect("served") });
        provider
    }

    /// What it does, to be changed.
    pub(crate) fn behaviour(&self) -> MutexGuard<'_, Behaviour> {
        self.behaviour.lock().expect("the behaviour")
    }

    /// How often it was asked for this path.
    pub(crate) fn count(&self, path: &str) -> usize {
        self.behaviour().asked.iter().filter(|asked| *asked == path).count()
    }

    /// An app that lets people sign in with it.
    pub(crate) async fn app(&self, backend: TestBackend, change: impl FnOnce(&mut OidcConfig)) -> TestApp {
        self.app_with(backend, |config| change(config.auth.oidc.as_mut().expect("a provider"))).await
    }

    /// The same with another configuration.
    pub(crate) async fn app_with(&self, backend: TestBackend, change: impl FnOnce(&mut Config)) -> TestApp {
        let oidc = OidcConfig {
            issuer: self.issuer.clone(),
            client_id: CLIENT.into(),
            client_secret: Secret::new(SECRET),
            scopes: vec!["openid".into(), "email".into()],
            allowed_domains: Some(vec!["example.org".into()]),
            role_claim: None,
            roles: BTreeMap::new(),
            default_role: Some(astra_core::config::OidcRole::Member),
        };
        let configured = TestApp::builder(backend).config(|config| {
            config.public_url = Some(PUBLIC_URL.parse().expect("a URL"));
            config.auth.oidc = Some(oidc);
            change(config);
        });
        configured.open().await
    }

    /// The claims of a person whose address is verified.
    pub(crate) fn claims(&self, subject: &str, email: &str) -> Value {
        let now_s = START_MS / 1_000;
        json!({"iss": self.issuer, "sub": subject, "aud": CLIENT, "iat": now_s, "exp": now_s + 300, "email": email,
            "email_verified": true, "name": "Ada"})
    }

    /// Lets the person of `claims` sign in in `browser`; answers the code.
    pub(crate) fn code(&self, browser: &Browser, mut claims: Value) -> String {
        if claims.get("nonce").is_none() {
            claims["nonce"] = browser.sent["nonce"].clone().into();
        }
        let mut behaviour = self.behaviour();
        let code = format!("code-{}", behaviour.asked.len() + behaviour.codes.len());
        behaviour.codes.insert(code.clone(), (claims, browser.sent["code_challenge"].clone()));
        code
    }

    /// A whole sign-in of the person of `claims`.
    pub(crate) async fn sign_in(&self, app: &TestApp, claims: Value) -> Answer {
        let browser = Browser::begin(app).await;
        let code = self.code(&browser, claims);
        browser.finish(&code).await
    }
}

impl Browser {
    /// Begins to sign in.
    pub(crate) async fn begin(app: &TestApp) -> Self {
        Self::begin_as(&app.anonymous()).await
    }

    pub(crate) async fn begin_as(anonymous: &Caller) -> Self {
        Self::begin_at(anonymous, "/auth/oidc/start").await
    }

    /// Begins to sign in to the console.
    pub(crate) async fn begin_for_console(app: &TestApp) -> Self {
        Self::begin_at(&app.anonymous(), "/auth/oidc/start?return_to=console").await
    }

    async fn begin_at(anonymous: &Caller, path: &str) -> Self {
        let answer = anonymous.get(path).await;
        let cookie = answer.header("set-cookie").split(';').next().expect("a cookie").to_owned();
        let location = answer.header("location").to_owned();
        let (_, query) = location.split_once('?').expect("a query");
        let sent = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        answer.expect(302);
        Self { anonymous: anonymous.clone(), cookie, sent }
    }

    /// Comes back with `code`.
    pub(crate) async fn finish(&self, code: &str) -> Answer {
        self.come_back(&[("code", code), ("state", self.sent["state"].as_str())]).await
    }

    /// Comes back with these parameters.
    pub(crate) async fn come_back(&self, parameters: &[(&str, &str)]) -> Answer {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        self.anonymous.get(&format!("/auth/oidc/callback?{query}")).header("cookie", &self.cookie).await
    }
}

impl Behaviour {
    fn answer(&mut self, own: &str, elliptic: &EcdsaKeyPair, path: &str, authorization: &str, body: &[u8]) -> Response {
        self.asked.push(path.to_owned());
        if let Some((status, text)) = self.instead.get(path) {
            let status = StatusCode::from_u16(*status).expect("a status");
            let mut response = (status, text.clone()).into_response();
            if status.is_redirection() {
                let elsewhere = format!("{own}/elsewhere").parse().expect("a URL");
                response.headers_mut().insert(header::LOCATION, elsewhere);
            }
            return response;
        }
        match path {
            "/.well-known/openid-configuration" => {
                let mut document = json!({"issuer": own, "authorization_endpoint": format!("{own}/authorize?tenant=1"),
                    "token_endpoint": format!("{own}/token"), "jwks_uri": format!("{own}/jwks"),
                    "userinfo_endpoint": format!("{own}/userinfo")});
                for (name, value) in self.document.as_object().expect("an object") {
                    document[name] = value.clone();
                }
                answered(200, &document)
            }
            "/jwks" => {
                answered(200, &json!({"keys": [self.public_key(&Self::key(self.seed)), elliptic_key(elliptic)]}))
            }
            "/userinfo" if authorization == "Bearer the-access-token" => {
                answered(200, self.user_info.as_ref().unwrap_or(&Value::Null))
            }
            "/token" => self.token(elliptic, authorization, body),
            _ => answered(404, &json!({"error": "not_found"})),
        }
    }

    fn token(&mut self, elliptic: &EcdsaKeyPair, authorization: &str, body: &[u8]) -> Response {
        let form: BTreeMap<String, String> = form_urlencoded::parse(body).into_owned().collect();
        let basic = format!("Basic {}", STANDARD.encode("the+gateway:s3cret%3A%26"));
        let methods = self.document["token_endpoint_auth_methods_supported"].clone();
        let knows_client = if methods == json!(["client_secret_post"]) {
            authorization.is_empty() && form["client_id"] == CLIENT && form["client_secret"] == SECRET
        } else {
            authorization == basic && !form.contains_key("client_secret")
        };
        if !knows_client {
            return answered(401, &json!({"error": "invalid_client"}));
        }
        let challenge = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, form["code_verifier"].as_bytes()));
        let is_right = form["grant_type"] == "authorization_code"
            && form["redirect_uri"] == format!("{PUBLIC_URL}/auth/oidc/callback");
        match self.codes.remove(&form["code"]) {
            Some((claims, expected)) if is_right && expected == challenge => {
                let token = self.signed(elliptic, &claims);
                answered(200, &json!({"id_token": token, "access_token": "the-access-token", "token_type": "Bearer"}))
            }
            _ => answered(400, &json!({"error": "invalid_grant"})),
        }
    }

    fn signed(&self, elliptic: &EcdsaKeyPair, claims: &Value) -> String {
        let (alg, kid) = match self.signs {
            Signs::Ed25519 => ("EdDSA", self.kid.as_str()),
            Signs::Es256 => ("ES256", "elliptic"),
            Signs::None => ("none", self.kid.as_str()),
            Signs::Hs256 => ("HS256", self.kid.as_str()),
            Signs::OwnKey => ("EdDSA", self.kid.as_str()),
        };
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let mut head = json!({"alg": alg, "kid": kid});
        if self.signs == Signs::OwnKey {
            head["jwk"] = self.public_key(&Self::key(200));
        }
        let message = format!("{}.{}", part(&head), part(claims));
        let signature = match self.signs {
            Signs::Ed25519 => Self::key(self.seed).sign(message.as_bytes()).as_ref().to_vec(),
            Signs::OwnKey => Self::key(200).sign(message.as_bytes()).as_ref().to_vec(),
            Signs::Es256 => {
                elliptic.sign(&SystemRandom::new(), message.as_bytes()).expect("a signature").as_ref().to_vec()
            }
            Signs::None => Vec::new(),
            Signs::Hs256 => {
                let secret = hmac::Key::new(hmac::HMAC_SHA256, Self::key(self.seed).public_key().as_ref());
                hmac::sign(&secret, message.as_bytes()).as_ref().to_vec()
            }
        };
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn key(seed: u8) -> Ed25519KeyPair {
        Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).expect("a key")
    }

    fn public_key(&self, key: &Ed25519KeyPair) -> Value {
        let x = URL_SAFE_NO_PAD.encode(key.public_key());
        json!({"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": self.kid, "x": x})
    }
}

fn elliptic_key(key: &EcdsaKeyPair) -> Value {
    let point = key.public_key().as_ref();
    let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..33]), URL_SAFE_NO_PAD.encode(&point[33..]));
    json!({"kty": "EC", "crv": "P-256", "use": "sig", "kid": "elliptic", "x": x, "y": y})
}

fn answered(status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).expect("a status");
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}
