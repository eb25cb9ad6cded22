//! Tokens by OAuth 2 with the client's own credentials: fetched once for all who wait, kept until shortly before their end,
//! fetched anew when one is refused.

use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method};
use serde::Deserialize;
use tokio::sync::Mutex;
use url::form_urlencoded;

use super::fault::HttpFault;
use super::spec::ClientCredentials;
use crate::clock::Clock;
use crate::outbound::{GuardedClient, GuardedRequest};

/// Longest time of a request for a token.
const TOKEN_TIMEOUT: Duration = Duration::from_secs(15);
/// Most bytes of its answer.
const ANSWER_BYTES_MAX: usize = 64 << 10;
/// So long before its end a token is not used any more; at most half of its life.
const MARGIN: Duration = Duration::from_secs(30);
/// A token whose life is not said is fetched anew after this.
const LIFE: Duration = Duration::from_secs(300);
/// Longest life that is believed.
const LIFE_MAX: Duration = Duration::from_secs(24 * 3_600);
/// So long a failure is the answer to all who ask.
const FAILURE_LIFE: Duration = Duration::from_secs(5);

/// The tokens of one server.
pub(super) struct Tokens {
    credentials: ClientCredentials,
    /// What the token is for (RFC 8707).
    resource: String,
    client: GuardedClient,
    clock: Arc<dyn Clock>,
    held: Mutex<Option<Held>>,
}

/// What the last request came to.
struct Held {
    token: Result<HeaderValue, String>,
    until: Instant,
}

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    token_type: Option<String>,
    expires_in: Option<u64>,
}

impl Tokens {
    pub(super) fn new(
        credentials: &ClientCredentials,
        resource: &str,
        client: &GuardedClient,
        clock: &Arc<dyn Clock>,
    ) -> Self {
        Self {
            credentials: credentials.clone(),
            resource: resource.to_owned(),
            client: client.clone(),
            clock: Arc::clone(clock),
            held: Mutex::new(None),
        }
    }

    /// The value of `Authorization`.
    pub(super) async fn token(&self) -> Result<HeaderValue, HttpFault> {
        // One fetches, the others wait for it here.
        let mut held = self.held.lock().await;
        if let Some(held) = held.as_ref().filter(|held| self.clock.instant() < held.until) {
            return held.token.clone().map_err(HttpFault::Token);
        }
        let (token, life) = match self.fetch().await {
            Ok((token, life)) => (Ok(token), life.saturating_sub(MARGIN.min(life / 2))),
            Err(fault) => (Err(fault), FAILURE_LIFE),
        };
        *held = Some(Held { token: token.clone(), until: self.clock.instant() + life });
        token.map_err(HttpFault::Token)
    }

    /// Another token than the one that was `refused`.
    pub(super) async fn renew(&self, refused: &HeaderValue) -> Result<HeaderValue, HttpFault> {
        let mut held = self.held.lock().await;
        if held.as_ref().is_some_and(|held| held.token.as_ref().is_ok_and(|token| token == refused)) {
            *held = None;
        }
        drop(held);
        self.token().await
    }

    async fn fetch(&self) -> Result<(HeaderValue, Duration), String> {
        let request = self.request()?;
        let response = self.client.send(request).await.map_err(|fault| fault.to_string())?;
        let status = response.status();
        if !status.is_success() {
            return Err(format!("the token's server answers with status {}", status.as_u16()));
        }
        let body = response.bytes(ANSWER_BYTES_MAX).await.map_err(|fault| fault.to_string())?;
        read(&body)
    }

    fn request(&self) -> Result<GuardedRequest, String> {
        let ClientCredentials { token_url, client_id, client_secret, scope } = &self.credentials;
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials").append_pair("resource", &self.resource);
        if let Some(scope) = scope {
            form.append_pair("scope", scope);
        }
        let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let basic = STANDARD.encode(format!("{}:{}", encoded(client_id), encoded(client_secret.expose())));
        let basic = sensitive(&format!("Basic {basic}")).ok_or("its credentials cannot be sent")?;
        let request = GuardedRequest::new(Method::POST, token_url).and_then(|request| {
            let request = request.timeout(TOKEN_TIMEOUT).body(form.finish());
            let request = request.header(AUTHORIZATION, basic)?;
            let request = request.header(ACCEPT, HeaderValue::from_static("application/json"))?;
            request.header(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"))
        });
        request.map_err(|refusal| refusal.to_string())
    }
}

/// The token in an answer, and its life.
fn read(body: &[u8]) -> Result<(HeaderValue, Duration), String> {
    let wrong = "the token's server answers with something that is no token";
    let answer: Answer = serde_json::from_slice(body).map_err(|_| wrong)?;
    if answer.token_type.is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer")) {
        return Err("the token's server answers with a token that is no bearer token".to_owned());
    }
    let is_good = !answer.access_token.is_empty() && answer.access_token.bytes().all(|byte| byte.is_ascii_graphic());
    let value = sensitive(&format!("Bearer {}", answer.access_token)).filter(|_| is_good).ok_or(wrong)?;
    let life = answer.expires_in.map_or(LIFE, Duration::from_secs).min(LIFE_MAX);
    Ok((value, life))
}

fn sensitive(value: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(value).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_what_a_header_can_carry() {
        let (value, life) = read(br#"{"access_token":"a.b-c","token_type":"Bearer","expires_in":60}"#).unwrap();
        assert_eq!((value.to_str().unwrap(), life), ("Bearer a.b-c", Duration::from_secs(60)));
        assert!(value.is_sensitive());
        let life = |body: &str| read(body.as_bytes()).unwrap().1;
        assert_eq!(life(r#"{"access_token":"a"}"#), LIFE);
        assert_eq!(life(r#"{"access_token":"a","expires_in":18446744073709551615}"#), LIFE_MAX);
        for wrong in [
            "",
            "[]",
            r#"{"access_token":""}"#,
            r#"{"access_token":"a b"}"#,
            r#"{"access_token":"a\r\nX: y"}"#,
            r#"{"access_token":"a","token_type":"mac"}"#,
        ] {
            assert!(read(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }
}
