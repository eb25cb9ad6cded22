//! `auth.jwks`

use astra_core::config::Secret;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};

use super::{header, text};
use crate::support::{TestApp, TestBackend, both_backends};

both_backends! {
    async fn verifies_the_gateways_tokens(app: TestApp) {
        let token = app.owner().token().await;
        let answer = app.anonymous().get("/.well-known/jwks.json").await.expect(200);
        let keys: JwkSet = serde_json::from_value(answer).expect("a set of keys");
        let key = keys.find(text(&header(&token), "kid")).expect("the key of the token");
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_audience(&["astra"]);
        // The gateway's clock stands still, another one does not.
        validation.validate_exp = false;
        let key = DecodingKey::from_jwk(key).expect("a good key");
        let said = jsonwebtoken::decode::<Value>(&token, &key, &validation).expect("a good signature");
        assert_eq!(said.claims["iss"], "astra");
    }
}

#[tokio::test]
async fn is_empty_where_a_shared_secret_signs() {
    let secret = Secret::new("0123456789abcdef-0123456789abcdef");
    let app =
        TestApp::builder(TestBackend::sqlite()).config(|config| config.auth.jwt_secret = Some(secret)).open().await;
    assert_eq!(app.anonymous().get("/.well-known/jwks.json").await.expect(200), json!({"keys": []}));
}
