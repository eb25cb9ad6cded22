//! How commands talk to a running gateway, and how its refusals are printed.

pub(crate) mod events;

use std::time::Duration;

use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::env::{self, Environment};
use crate::error::{Error, Result};

/// The gateway that `astra serve` runs when nothing is configured.
pub(crate) const DEFAULT_SERVER: &str = "http://127.0.0.1:3000";
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Rows of one request for a list.
const PAGE_ROWS: usize = 200;

/// A gateway, with the token to show it.
pub(crate) struct Client {
    http: reqwest::Client,
    server: String,
    token: String,
}

/// The body of a refusal (RFC 9457).
#[derive(Debug, Deserialize)]
pub(crate) struct Problem {
    title: String,
    #[serde(default)]
    detail: Option<String>,
    #[serde(default)]
    request_id: Option<String>,
    #[serde(default)]
    errors: Vec<Fault>,
}

/// A page of a list.
#[derive(Deserialize)]
struct Page<T> {
    data: Vec<T>,
    next_cursor: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Fault {
    pointer: String,
    detail: String,
}

impl Client {
    /// A client of the gateway at `server`, an `http:` or `https:` URL.
    pub(crate) fn new(server: &str, token: impl Into<String>) -> Result<Self> {
        let (server, token) = (checked_server(server)?, checked_token(token.into())?);
        // Installing it twice is no fault: the first one stays.
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let http =
            reqwest::Client::builder().connect_timeout(CONNECT_TIMEOUT).redirect(reqwest::redirect::Policy::none());
        let http = http.build().map_err(|fault| Error::new("cannot set up TLS").because(&fault))?;
        Ok(Self { http, server, token })
    }

    /// A client with the token of the environment.
    pub(crate) fn of_environment(server: &str, environment: &Environment) -> Result<Self> {
        let token = environment.get(env::TOKEN).ok_or_else(|| no_token(server, environment))?;
        Self::new(server, token)
    }

    /// Makes sure that a gateway answers at `server`, to which no credential is sent; answers the URL without a slash at its end.
    pub(crate) async fn find(server: &str) -> Result<String> {
        let client = Self::new(server, String::new())?;
        let request = client.http.get(format!("{}/health/live", client.server));
        client.send(request).await?;
        Ok(client.server)
    }

    /// Where the gateway is.
    pub(crate) fn server(&self) -> &str {
        &self.server
    }

    /// A request with the token.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.server)).bearer_auth(&self.token)
    }

    /// Sends a request; any answer of success, or the gateway's refusal as an error.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Result<Response> {
        let response = self.try_send(request).await?;
        if response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED {
            return Ok(response);
        }
        Err(self.refusal(response).await)
    }

    /// Sends a request; any answer at all.
    pub(crate) async fn try_send(&self, request: RequestBuilder) -> Result<Response> {
        request.send().await.map_err(|fault| {
            let error = Error::new(format!("cannot reach the gateway at {}", self.server));
            let error = error.because_at_root(&fault.without_url());
            error.hint("`astra serve` runs one here; --server or ASTRA_SERVER names another")
        })
    }

    /// Whether there is something at `path`; true also where the token may not look.
    pub(crate) async fn has(&self, path: &str) -> Result<bool> {
        let response = self.try_send(self.request(Method::GET, path)).await?;
        match response.status() {
            // What is no id is no id of anything.
            StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => Ok(false),
            status if status.is_success() || status == StatusCode::FORBIDDEN => Ok(true),
            _ => Err(self.refusal(response).await),
        }
    }

    /// Sends a request and reads the answer's JSON.
    pub(crate) async fn fetch<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T> {
        let response = self.send(request).await?;
        response.json().await.map_err(|fault| self.not_understood(&fault))
    }

    /// All rows of a list that comes in pages.
    pub(crate) async fn all<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<Vec<T>> {
        self.first(path, query, usize::MAX).await
    }

    /// The first rows of a list that comes in pages, at the most `count_max` of them.
    pub(crate) async fn first<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
        count_max: usize,
    ) -> Result<Vec<T>> {
        let mut rows = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let limit = PAGE_ROWS.min(count_max.saturating_sub(rows.len()));
            let mut request = self.request(Method::GET, path).query(query).query(&[("limit", limit)]);
            if let Some(cursor) = &cursor {
                request = request.query(&[("cursor", cursor)]);
            }
            let page: Page<T> = self.fetch(request).await?;
            rows.extend(page.data);
            cursor = page.next_cursor;
            if cursor.is_none() || rows.len() >= count_max {
                return Ok(rows);
            }
        }
    }

    /// The answer is not what a gateway says.
    pub(crate) fn not_understood(&self, fault: &reqwest::Error) -> Error {
        Error::new(format!("the answer of {} is not a gateway's", self.server)).because(fault)
    }

    /// The answer can be read, and is not what a gateway says.
    pub(crate) fn no_gateway(&self, cause: &str) -> Error {
        Error::new(format!("the answer of {} is not a gateway's", self.server)).cause(cause)
    }

    /// What an answer that is no success says.
    pub(crate) async fn refusal(&self, response: Response) -> Error {
        let status = response.status();
        let Ok(problem) = response.json::<Problem>().await else {
            return Error::new(format!("{} answered {status}, and not as a gateway does", self.server));
        };
        let error = problem.into_error();
        match status {
            StatusCode::UNAUTHORIZED => error.hint(format!(
                "{} holds a token that {} does not take: `astra token issue` makes a new one",
                env::TOKEN,
                self.server
            )),
            _ => error,
        }
    }
}

/// A gateway's URL without a slash at its end.
fn checked_server(server: &str) -> Result<String> {
    let server = server.trim_end_matches('/');
    let has_scheme = server.starts_with("http://") || server.starts_with("https://");
    if has_scheme && reqwest::Url::parse(server).is_ok_and(|url| url.query().is_none() && url.fragment().is_none()) {
        return Ok(server.to_owned());
    }
    let hint = if has_scheme { "write scheme, host and port" } else { "write it with its scheme" };
    Err(Error::usage(format!("`{server}` is not the URL of a gateway (--server or {})", env::SERVER))
        .hint(format!("{hint}, such as {DEFAULT_SERVER}")))
}

/// A token that a header can hold.
fn checked_token(token: String) -> Result<String> {
    if token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(token);
    }
    Err(Error::new(format!(
        "{} holds no token: there is a space, a line break or another such character in it",
        env::TOKEN
    ))
    .hint("`astra token issue` prints a token as one line of letters, digits, `.`, `-` and `_`"))
}

fn no_token(server: &str, environment: &Environment) -> Error {
    let error = Error::new(format!("a token is needed to talk to {server}"));
    if environment.get(env::SERVER) == Some(server) {
        return error.hint(format!(
            "put one into {token}; on the gateway's own machine, unset {server} or give --data-dir, and \
             `astra token issue --name me --role owner` issues one from its store",
            token = env::TOKEN,
            server = env::SERVER
        ));
    }
    error.hint(format!(
        "put one into {}; on the gateway's own machine, `astra token issue --name me --role owner` without --server issues one",
        env::TOKEN
    ))
}

impl Problem {
    /// The refusal in words.
    pub(crate) fn into_error(self) -> Error {
        let message = match self.detail {
            // Some details begin with the words of their title.
            Some(detail) if detail.starts_with(&self.title) => detail.trim_end_matches('.').to_owned(),
            Some(detail) => format!("{}: {}", self.title, detail.trim_end_matches('.')),
            None => self.title,
        };
        let faults = self.errors.into_iter().map(|fault| format!("{} {}", fault.pointer, fault.detail));
        let error = faults.fold(Error::new(message), Error::cause);
        match self.request_id {
            Some(id) => error.cause(format!("the gateway's log has it as {id}")),
            None => error,
        }
    }
}
