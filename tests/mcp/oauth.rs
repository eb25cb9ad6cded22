//! Tokens by the client's own credentials.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use astra_core::config::Secret;
use astra_core::tools::mcp::{ClientCredentials, McpServerSpec, McpServerStatus};
use serde_json::json;

use crate::client::{Client, error, http, with};
use crate::fake::{Fake, any_tool, json_response, status};

/// A server that takes the newest token alone, and who gives it out.
struct Protected {
    tokens: Fake,
    server: Fake,
    /// The number in the newest token.
    newest: Arc<AtomicU32>,
}

impl Protected {
    async fn start() -> Self {
        let newest = Arc::<AtomicU32>::default();
        let (given, wanted) = (Arc::clone(&newest), Arc::clone(&newest));
        let tokens = Fake::start(move |_| {
            let number = given.fetch_add(1, Ordering::SeqCst) + 1;
            json_response(
                200,
                &json!({"access_token": format!("token-{number}"), "token_type": "Bearer", "expires_in": 3600}),
            )
        })
        .await;
        let server = Fake::start(move |asked| {
            let wanted = format!("Bearer token-{}", wanted.load(Ordering::SeqCst));
            if asked.headers.get("authorization").is_none_or(|value| value.to_str().ok() != Some(&wanted)) {
                return status(401);
            }
            match asked.name() {
                "tools/call" => asked.result(json!({"content": [{"type": "text", "text": "well"}]})),
                _ => asked.handshake(json!([any_tool("a")])),
            }
        })
        .await;
        Self { tokens, server, newest }
    }

    fn spec(&self) -> McpServerSpec {
        with(http("own", &self.server.url), |http| http.oauth = Some(credentials(&self.tokens.url)))
    }

    fn given(&self) -> usize {
        self.tokens.asked.lock().expect("what was asked").len()
    }
}

fn credentials(token_url: &str) -> ClientCredentials {
    ClientCredentials {
        token_url: token_url.to_owned(),
        client_id: "the gateway".to_owned(),
        client_secret: Secret::new("s3cret:&"),
        scope: Some("tools read".to_owned()),
    }
}

#[tokio::test]
async fn one_token_is_fetched_kept_and_renewed_before_its_end_and_when_it_is_refused() {
    let protected = Protected::start().await;
    let (client, state) = Client::connected(protected.spec()).await;
    assert_eq!(state.status, McpServerStatus::Connected, "{state:?}");
    assert_eq!(protected.given(), 1, "for the whole handshake");
    let asked = protected.tokens.asked.lock().expect("what was asked")[0].clone();
    let form = asked.body.as_str().expect("a form").to_owned();
    assert!(form.starts_with("grant_type=client_credentials&resource=http%3A%2F%2F127.0.0.1"), "{form}");
    assert!(form.ends_with("&scope=tools+read"), "{form}");
    // As RFC 6749 has it: both are encoded as in a form first.
    let basic = asked.headers["authorization"].to_str().expect("a value");
    assert_eq!(basic, "Basic dGhlK2dhdGV3YXk6czNjcmV0JTNBJTI2");

    assert_eq!(client.said("own__a", json!({})).await, "well");
    client.clock.advance_ms(3_500_000);
    assert_eq!(client.said("own__a", json!({})).await, "well");
    assert_eq!(protected.given(), 1);
    client.clock.advance_ms(80_000);
    let calls = futures_util::future::join_all((0..8).map(|_| client.said("own__a", json!({})))).await;
    assert_eq!((calls.len(), protected.given()), (8, 2), "one fetches for all");
    // Revoked at the server: all of them are refused, one fetches.
    protected.newest.store(10, Ordering::SeqCst);
    let calls = futures_util::future::join_all((0..8).map(|_| client.said("own__a", json!({})))).await;
    assert_eq!((calls.len(), protected.given()), (8, 3));
}

#[tokio::test]
async fn without_a_token_there_is_no_connection_and_no_secret_is_said() {
    let protected = Protected::start().await;
    for (answer, said) in [
        (401, "The token's server answers with status 401"),
        (500, "status 500"),
        (307, "status 307"),
        (200, "that is no token"),
    ] {
        let tokens = Fake::start(move |_| json_response(answer, &json!({"error": "s3cret:& is wrong"}))).await;
        let spec = with(http("own", &protected.server.url), |http| http.oauth = Some(credentials(&tokens.url)));
        let (_client, state) = Client::connected(spec).await;
        let error = error(&state);
        assert!(error.to_lowercase().contains(&said.to_lowercase()) && !error.contains("s3cret"), "{error}");
        assert_eq!(tokens.asked.lock().expect("what was asked").len(), 1, "a failure is not asked for again at once");
    }
    // The guard decides over the token's server as over the server itself.
    let token_url = "http://169.254.169.254/token";
    let spec = with(http("own", &protected.server.url), |http| http.oauth = Some(credentials(token_url)));
    let (_client, state) = Client::connected(spec).await;
    assert!(error(&state).contains("may not be reached (metadata)"), "{state:?}");
    // A token that is refused again is not fetched again and again.
    let tokens = Fake::start(|_| json_response(200, &json!({"access_token": "wrong"}))).await;
    let spec = with(http("own", &protected.server.url), |http| http.oauth = Some(credentials(&tokens.url)));
    let (_client, state) = Client::connected(spec).await;
    assert_eq!(error(&state), "The server refuses the gateway's credentials (status 401).");
    assert_eq!(tokens.asked.lock().expect("what was asked").len(), 2);
}
