//! The exchange of a code for what the provider says of a person.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value};
use url::form_urlencoded::{self, byte_serialize};

use super::attempt::Attempt;
use super::claims::OidcClaims;
use super::fault::OidcFault;
use super::id_token::{self, Expected};
use super::metadata::Metadata;
use super::provider::OidcProvider;
use crate::auth::master_key::MasterKey;

const NOT_SENDABLE: OidcFault = OidcFault::Wrong("the credentials for it cannot be sent");

/// The answer of the token endpoint.
#[derive(Deserialize)]
struct Tokens {
    id_token: String,
    access_token: Option<String>,
}

/// A refusal of the token endpoint (RFC 6749, 5.2).
#[derive(Deserialize)]
struct Refused {
    error: String,
}

impl OidcProvider {
    /// What the provider says of the person whom it has sent back with `code`; `None` if the code is not good.
    pub(in crate::auth) async fn claims(
        &self,
        code: &str,
        attempt: &Attempt,
        key: &MasterKey,
    ) -> Result<Option<OidcClaims>, OidcFault> {
        let metadata = self.metadata().await?;
        let Some(tokens) = self.tokens(&metadata, code, &attempt.code_verifier(key)).await? else { return Ok(None) };
        let name = id_token::key_name(&tokens.id_token)?;
        let signed_by = self.key(&name).await?;
        let expected = Expected {
            issuer: &self.config.issuer,
            client_id: &self.config.client_id,
            nonce: &attempt.nonce(key),
            began_at_s: attempt.began_at_s(),
            now_s: self.now_s(),
        };
        let mut claims = OidcClaims(id_token::verified(&tokens.id_token, (&name, &signed_by), &expected)?);
        if let (true, Some(place), Some(token)) =
            (claims.lack(&self.config), &metadata.userinfo_endpoint, &tokens.access_token)
        {
            let others = self.user_info(place, token, claims.subject()).await?;
            claims.add(others);
        }
        Ok(Some(claims))
    }

    async fn tokens(&self, metadata: &Metadata, code: &str, verifier: &str) -> Result<Option<Tokens>, OidcFault> {
        let (authorization, form) = self.exchange(metadata, code, verifier)?;
        let answer = self.requests.post(&metadata.token_endpoint, authorization, form).await?;
        if answer.status == StatusCode::OK {
            return answer.json().map(Some);
        }
        match answer.json::<Refused>()?.error.as_str() {
            "invalid_grant" => Ok(None),
            refusal => {
                tracing::warn!(refusal, "the OpenID provider refuses to exchange a code");
                Err(OidcFault::Wrong("it refuses this gateway: see auth.oidc.client_id, client_secret and public_url"))
            }
        }
    }

    /// The credential of an exchange, if it is in a header, and the form.
    fn exchange(
        &self,
        metadata: &Metadata,
        code: &str,
        verifier: &str,
    ) -> Result<(Option<HeaderValue>, String), OidcFault> {
        let (id, secret) = (&self.config.client_id, self.config.client_secret.expose());
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("redirect_uri", &self.redirect_uri)
            .append_pair("code_verifier", verifier);
        if metadata.takes_secret_in_form() {
            form.append_pair("client_id", id).append_pair("client_secret", secret);
            return Ok((None, form.finish()));
        }
        // Both are encoded as in a form first (RFC 6749, 2.3.1).
        let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let both = STANDARD.encode(format!("{}:{}", encoded(id), encoded(secret)));
        Ok((Some(sensitive(&format!("Basic {both}"))?), form.finish()))
    }

    /// The claims that are not in the ID token, of the same person.
    async fn user_info(&self, place: &str, token: &str, subject: &str) -> Result<Map<String, Value>, OidcFault> {
        let authorization = sensitive(&format!("Bearer {token}"))?;
        let claims: Map<String, Value> = self.requests.get(place, Some(authorization)).await?.success()?;
        if claims.get("sub").is_some_and(|own| own == subject) {
            Ok(claims)
        } else {
            Err(OidcFault::Wrong("its user info is of another person than its ID token"))
        }
    }
}

fn sensitive(text: &str) -> Result<HeaderValue, OidcFault> {
    let mut value = HeaderValue::from_str(text).map_err(|_| NOT_SENDABLE)?;
    value.set_sensitive(true);
    Ok(value)
}
