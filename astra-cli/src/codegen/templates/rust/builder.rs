//! The settings of a client.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

//<sign-in>
use crate::Credentials;
//</sign-in>
use crate::client::Settings;
//<sign-in>
use crate::credentials::{NewTokens, Renewal, TokenHook};
//</sign-in>
use crate::token::{Secret, TokenSource};
use crate::{BoxError, Client, Error};

/// The settings of a client, on their way: [`Client::builder`].
#[must_use = "settings make no client before `build`"]
pub struct ClientBuilder {
    base_url: String,
    http: Option<reqwest::Client>,
    token: TokenSource,
    //<sign-in>
    credentials: Option<Credentials>,
    token_hook: Option<TokenHook>,
    //</sign-in>
    headers: Vec<(String, String)>,
    timeout: Duration,
    idle_timeout: Duration,
    max_retries: u32,
    max_stream_retries: u32,
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self {
            base_url: "http://127.0.0.1:3000".to_owned(),
            http: None,
            token: TokenSource::None,
            //<sign-in>
            credentials: None,
            token_hook: None,
            //</sign-in>
            headers: Vec::new(),
            timeout: Duration::from_secs(600),
            idle_timeout: Duration::from_secs(60),
            max_retries: 2,
            max_stream_retries: 5,
        }
    }
}

impl ClientBuilder {
    /// Where the server is; `http://127.0.0.1:3000` by default.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// The bearer token of all calls.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = TokenSource::Fixed(Secret(token.into()));
        self
    }

    /// A function that gives the token: asked for each call, and once more if the server refuses the token.
    pub fn token_provider<P, F, E>(mut self, provider: P) -> Self
    where
        P: Fn() -> F + Send + Sync + 'static,
        F: Future<Output = Result<String, E>> + Send + 'static,
        E: Into<BoxError>,
    {
        self.token = TokenSource::Provider(Arc::new(move || {
            let token = provider();
            Box::pin(async move { token.await.map_err(Into::into) })
        }));
        self
    }

    //<sign-in>
    /// What the client signs in with. It gets its tokens by itself then, and renews them before they end.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// A function that is called with all tokens that the [credentials](Self::credentials) earn, to keep them: a refresh
    /// token is good for one use, and the next one takes its place.
    pub fn on_new_tokens(mut self, hook: impl Fn(&NewTokens) + Send + Sync + 'static) -> Self {
        self.token_hook = Some(Arc::new(hook));
        self
    }

    //</sign-in>
    /// A header of all calls.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// How long a call may take, with all its retries; a stream, until it begins. Ten minutes by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long a stream may be silent before its connection counts as broken. A minute by default.
    pub fn idle_timeout(mut self, idle_timeout: Duration) -> Self {
        self.idle_timeout = idle_timeout;
        self
    }

    /// How often a call that failed is sent again, if it may be: twice by default.
    pub fn max_retries(mut self, max_retries: u32) -> Self {
        self.max_retries = max_retries;
        self
    }

    /// How often a broken stream is sought again without a new event in between: five times by default.
    pub fn max_stream_retries(mut self, max_stream_retries: u32) -> Self {
        self.max_stream_retries = max_stream_retries;
        self
    }

    /// The HTTP client to send with, such as one with a proxy or certificates of its own. It should have no time-out for
    /// whole answers: that would end streams.
    pub fn http_client(mut self, http: reqwest::Client) -> Self {
        self.http = Some(http);
        self
    }

    /// Makes the client.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the URL or a header is none, or there is no HTTP client to be had.
    pub fn build(self) -> Result<Client, Error> {
        let base_url = self.base_url.trim_end_matches('/');
        let base_url = Url::parse(base_url)
            .map_err(|error| Error::invalid(format!("the base URL is not a URL: {error}")))?;
        if !matches!(base_url.scheme(), "http" | "https") {
            return Err(Error::invalid(
                "the base URL must begin with http: or https:",
            ));
        }
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            headers.append(header_name(name)?, header_value(name, value)?);
        }
        let http = match self.http {
            Some(http) => http,
            None => default_http()
                .map_err(|error| Error::invalid(format!("there is no HTTP client: {error}")))?,
        };
        let token = self.token;
        //<sign-in>
        let token = match self.credentials {
            Some(credentials) => TokenSource::Renewed(Renewal::new(credentials, self.token_hook)),
            None => token,
        };
        //</sign-in>
        let settings = Settings {
            base_url,
            http,
            token,
            headers,
            timeout: self.timeout,
            idle_timeout: self.idle_timeout,
            max_retries: self.max_retries,
            max_stream_retries: self.max_stream_retries,
        };
        Ok(Client {
            settings: Arc::new(settings),
        })
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ClientBuilder")
            .finish_non_exhaustive()
    }
}

fn default_http() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .user_agent(concat!(
            env!("CARGO_PKG_NAME"),
            "/",
            env!("CARGO_PKG_VERSION")
        ))
        .connect_timeout(Duration::from_secs(10))
        .build()
}

pub(crate) fn header_name(name: &str) -> Result<HeaderName, Error> {
    name.parse()
        .map_err(|_| Error::invalid(format!("{name:?} is no name of a header")))
}

/// The value is not shown: it may be a secret.
pub(crate) fn header_value(name: &str, value: &str) -> Result<HeaderValue, Error> {
    value
        .parse()
        .map_err(|_| Error::invalid(format!("the header {name} cannot have this value")))
}
