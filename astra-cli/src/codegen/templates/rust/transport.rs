//! Sends requests: with a token, a time-out, and another try where that does no harm.

use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode, Url};
use tokio::time::{Instant, sleep, timeout_at};

use crate::builder::header_value;
use crate::identifiers::uuid;
use crate::retry::Failure;
use crate::token::Secret;
use crate::{ApiError, Client, Error, Request};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// How much of an answer is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// All of it.
    Whole,
    /// Its head: the rest is a stream.
    Head,
}

/// A successful answer.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// All of the body, or nothing yet.
    pub(crate) body: Vec<u8>,
    /// The connection, if only the head was wanted.
    pub(crate) rest: Option<reqwest::Response>,
}

/// A request that is ready to be sent, any number of times: always under the same id and key.
#[derive(Clone)]
pub(crate) struct Prepared {
    pub(crate) client: Client,
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    body: Option<Vec<u8>>,
    needs_token: bool,
    pub(crate) request_id: String,
    pub(crate) timeout: Duration,
}

impl Request {
    /// Fixes all that an attempt has in common with the next.
    pub(crate) fn prepare(self, accept: &'static str) -> Result<Prepared, Error> {
        if let Some(reason) = self.fault {
            return Err(Error::Invalid { reason });
        }
        let settings = &self.client.settings;
        let url = url(&settings.base_url, &self.path, &self.query)?;
        let mut headers = settings.headers.clone();
        headers.insert(ACCEPT, HeaderValue::from_static(accept));
        headers.extend(self.headers);
        if self.is_idempotent && !headers.contains_key(IDEMPOTENCY_KEY) {
            headers.insert(IDEMPOTENCY_KEY, header_value("Idempotency-Key", &uuid())?);
        }
        if !headers.contains_key(REQUEST_ID) {
            headers.insert(REQUEST_ID, header_value("X-Request-ID", &uuid())?);
        }
        let request_id = headers
            .get(REQUEST_ID)
            .and_then(|id| id.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        let timeout = self.timeout.unwrap_or(settings.timeout);
        Ok(Prepared {
            method: self.method,
            url,
            headers,
            body: self.body,
            needs_token: self.needs_token,
            request_id,
            timeout,
            client: self.client,
        })
    }
}

/// The address of `path` below `base`.
pub(crate) fn url(base: &Url, path: &str, query: &[(String, String)]) -> Result<Url, Error> {
    let text = format!(
        "{}/{}",
        base.as_str().trim_end_matches('/'),
        path.trim_start_matches('/')
    );
    let mut url =
        Url::parse(&text).map_err(|error| Error::invalid(format!("{path} is no path: {error}")))?;
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    Ok(url)
}

impl Prepared {
    /// Makes it one that only reads.
    pub(crate) fn become_get(&mut self) {
        self.method = Method::GET;
        self.body = None;
        self.headers.remove(CONTENT_TYPE);
        self.headers.remove(IDEMPOTENCY_KEY);
    }

    /// Whether it may be sent twice without harm.
    pub(crate) fn is_repeatable(&self) -> bool {
        let is_harmless = matches!(
            self.method.as_str(),
            "GET" | "HEAD" | "PUT" | "DELETE" | "OPTIONS"
        );
        is_harmless || self.headers.contains_key(IDEMPOTENCY_KEY)
    }

    /// Sends it, and again where that is right, until the time is over.
    pub(crate) async fn send(&self, wanted: Wanted, max_retries: u32) -> Result<Answer, Error> {
        // A time so far away that there is no name for it is no limit.
        let Some(deadline) = Instant::now().checked_add(self.timeout) else {
            return self.attempts(wanted, max_retries, None).await;
        };
        let attempts = self.attempts(wanted, max_retries, Some(deadline));
        let is_late = || Error::Timeout {
            request_id: self.request_id.clone(),
            limit: self.timeout,
        };
        timeout_at(deadline, attempts)
            .await
            .unwrap_or_else(|_| Err(is_late()))
    }

    async fn attempts(
        &self,
        wanted: Wanted,
        max_retries: u32,
        deadline: Option<Instant>,
    ) -> Result<Answer, Error> {
        let mut retries = 0;
        let mut refused: Option<Secret> = None;
        loop {
            let token = self.token(refused.as_ref()).await?;
            let failure = match self.attempt(token.as_ref(), wanted).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let is_renewable = self.needs_token && self.client.settings.token.is_renewable();
            if failure.error.is_unauthorized() && is_renewable && refused.is_none() {
                refused = token;
                continue;
            }
            let delay = failure
                .delay(self.is_repeatable(), retries)
                .filter(|_| retries < max_retries);
            // An attempt that would come too late is not waited for.
            let in_time = |delay: &Duration| {
                deadline.is_none_or(|deadline| Instant::now() + *delay < deadline)
            };
            let Some(delay) = delay.filter(in_time) else {
                return Err(failure.error);
            };
            sleep(delay).await;
            retries += 1;
        }
    }

    async fn token(&self, refused: Option<&Secret>) -> Result<Option<Secret>, Error> {
        if self.needs_token {
            self.client
                .settings
                .token
                .token(&self.client, refused)
                .await
        } else {
            Ok(None)
        }
    }

    async fn attempt(&self, token: Option<&Secret>, wanted: Wanted) -> Result<Answer, Failure> {
        let mut headers = self.headers.clone();
        if let Some(Secret(token)) = token {
            let value = header_value("Authorization", &format!("Bearer {token}"));
            let mut value = value.map_err(|error| Failure {
                error,
                is_unsent: true,
            })?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let http = &self.client.settings.http;
        let mut request = http
            .request(self.method.clone(), self.url.clone())
            .headers(headers);
        if let Some(body) = &self.body {
            request = request.body(body.clone());
        }
        let mut response = request.send().await.map_err(|error| self.broken(error))?;
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        if wanted == Wanted::Head && status.is_success() {
            return Ok(Answer {
                status,
                headers,
                body: Vec::new(),
                rest: Some(response),
            });
        }
        let body = response
            .bytes()
            .await
            .map_err(|error| self.broken(error))?
            .to_vec();
        if status.is_success() {
            return Ok(Answer {
                status,
                headers,
                body,
                rest: None,
            });
        }
        let error = ApiError::new(status, headers, &self.request_id, &body);
        Err(Failure {
            error: Error::Api(Box::new(error)),
            is_unsent: false,
        })
    }

    fn broken(&self, error: reqwest::Error) -> Failure {
        let is_unsent = error.is_connect();
        Failure {
            error: Error::connection(&self.request_id, error),
            is_unsent,
        }
    }
}
