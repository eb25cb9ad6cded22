//! Signing in, and staying signed in.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::token::Secret;
use crate::{Client, Error};

/// A token is renewed so long before its end, or when nine tenths of its life are over, whichever is later.
const LONGEST_MARGIN: Duration = Duration::from_secs(30);

/// What one signs in with.
#[derive(Clone)]
pub struct Credentials(Grant);

#[derive(Clone)]
enum Grant {
    Password {
        username: String,
        password: Secret,
    },
    Client {
        client_id: String,
        client_secret: Secret,
    },
    Refresh(Secret),
}

impl Credentials {
    /// A person's name and password.
    pub fn password(username: impl Into<String>, password: impl Into<String>) -> Self {
        Self(Grant::Password {
            username: username.into(),
            password: Secret(password.into()),
        })
    }

    /// A program's id and secret.
    pub fn client(client_id: impl Into<String>, client_secret: impl Into<String>) -> Self {
        Self(Grant::Client {
            client_id: client_id.into(),
            client_secret: Secret(client_secret.into()),
        })
    }

    /// A refresh token. It is good for one use; see [`on_new_tokens`](crate::ClientBuilder::on_new_tokens).
    pub fn refresh_token(refresh_token: impl Into<String>) -> Self {
        Self(Grant::Refresh(Secret(refresh_token.into())))
    }

    fn grant(&self) -> Value {
        match &self.0 {
            Grant::Password { username, password } => {
                json!({ "grant_type": "password", "username": username, "password": password.0 })
            }
            Grant::Client {
                client_id,
                client_secret,
            } => json!({
                "grant_type": "client_credentials",
                "client_id": client_id,
                "client_secret": client_secret.0,
            }),
            Grant::Refresh(token) => refresh(token),
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.0 {
            Grant::Password { .. } => "Credentials::password([redacted])",
            Grant::Client { .. } => "Credentials::client([redacted])",
            Grant::Refresh(_) => "Credentials::refresh_token([redacted])",
        })
    }
}

fn refresh(token: &Secret) -> Value {
    json!({ "grant_type": "refresh_token", "refresh_token": token.0 })
}

/// Tokens that were just earned.
#[derive(Clone, Deserialize)]
#[non_exhaustive]
pub struct NewTokens {
    /// For `Authorization: Bearer`.
    pub access_token: String,
    /// How long the access token is good, in seconds.
    pub expires_in: Option<u64>,
    /// Good for one use, if there is one.
    pub refresh_token: Option<String>,
}

impl fmt::Debug for NewTokens {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("NewTokens")
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}

pub(crate) type TokenHook = Arc<dyn Fn(&NewTokens) + Send + Sync>;

/// Tokens that are renewed when they end.
#[derive(Clone)]
pub(crate) struct Renewal {
    credentials: Credentials,
    hook: Option<TokenHook>,
    held: Arc<Mutex<Held>>,
}

#[derive(Default)]
struct Held {
    access_token: Option<Secret>,
    good_until: Option<Instant>,
    refresh_token: Option<Secret>,
}

impl Held {
    fn good(&self, refused: Option<&Secret>) -> Option<&Secret> {
        let is_over = self.good_until.is_some_and(|until| Instant::now() >= until);
        self.access_token
            .as_ref()
            .filter(|token| !is_over && Some(*token) != refused)
    }
}

impl Renewal {
    pub(crate) fn new(credentials: Credentials, hook: Option<TokenHook>) -> Self {
        Self {
            credentials,
            hook,
            held: Arc::default(),
        }
    }

    /// A token that is good for a while, and not `refused`.
    pub(crate) async fn token(
        &self,
        client: &Client,
        refused: Option<&Secret>,
    ) -> Result<Secret, Error> {
        if let Some(token) = self.held.lock().await.good(refused) {
            return Ok(token.clone());
        }
        let (renewal, client, refused) = (self.clone(), client.clone(), refused.cloned());
        // A task of its own: a caller that gives up must not take along a refresh token that is used up by then.
        let task = tokio::spawn(async move {
            // A call that comes during a renewal waits here, and finds the new token.
            let mut held = renewal.held.lock().await;
            match held.good(refused.as_ref()) {
                Some(token) => Ok(token.clone()),
                None => renewal.renewed(&mut held, client).await,
            }
        });
        task.await.map_err(|error| Error::Token {
            source: error.into(),
        })?
    }

    async fn renewed(&self, held: &mut Held, client: Client) -> Result<Secret, Error> {
        let tokens = match held.refresh_token.take() {
            None => sign_in(client, self.credentials.grant()).await?,
            Some(token) => match sign_in(client.clone(), refresh(&token)).await {
                Ok(tokens) => tokens,
                // The refresh token is no longer good, but a password is.
                Err(Error::Api(error))
                    if error.status().is_client_error() && self.may_begin_anew() =>
                {
                    sign_in(client, self.credentials.grant()).await?
                }
                Err(error) => {
                    held.refresh_token = Some(token);
                    return Err(error);
                }
            },
        };
        let access_token = Secret(tokens.access_token.clone());
        held.access_token = Some(access_token.clone());
        held.good_until = tokens.expires_in.map(|seconds| {
            let life = Duration::from_secs(seconds);
            Instant::now() + life.saturating_sub(LONGEST_MARGIN.min(life / 10))
        });
        held.refresh_token = tokens.refresh_token.clone().map(Secret);
        if let Some(hook) = &self.hook {
            hook(&tokens);
        }
        Ok(access_token)
    }

    fn may_begin_anew(&self) -> bool {
        !matches!(self.credentials.0, Grant::Refresh(_))
    }
}

/// Boxed: a call needs a token, which needs a call.
fn sign_in(
    client: Client,
    grant: Value,
) -> Pin<Box<dyn Future<Output = Result<NewTokens, Error>> + Send>> {
    Box::pin(async move {
        let request = client.request(Method::POST, "TOKEN_PATH").without_token();
        request.json(&grant).into_json::<NewTokens>().await
    })
}
