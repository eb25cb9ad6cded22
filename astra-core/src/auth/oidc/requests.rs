//! Requests to the provider. The issuer's own scheme, host and port are the operator's choice, and may lead to any address but
//! those of metadata services; what else the provider names goes where `outbound` allows.

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, StatusCode};
use serde::de::DeserializeOwned;
use url::{Origin, Url};

use super::fault::OidcFault;
use crate::config::{OutboundConfig, Ports};
use crate::outbound::{GuardedClient, GuardedRequest, Refusal};

/// Longest time of a request, to the last byte of its answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Most bytes of an answer.
const ANSWER_BYTES_MAX: usize = 256 << 10;
const NO_JSON: OidcFault = OidcFault::Wrong("it answers with something else than the JSON that was asked for");

/// Sends requests to the provider.
pub(super) struct Requests {
    issuer: Origin,
    own: GuardedClient,
    others: GuardedClient,
}

/// An answer, whatever its status.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    body: Bytes,
}

impl Requests {
    /// Requests to the provider at `issuer`.
    pub(super) fn new(issuer: &Url, outbound: &OutboundConfig) -> Self {
        let everywhere = ["0.0.0.0/0", "::/0"].iter().filter_map(|network| network.parse().ok());
        let ports = issuer.port_or_known_default().map(Ports::from);
        let own = OutboundConfig { allowed_networks: everywhere.collect(), allowed_ports: ports.into_iter().collect() };
        Self { issuer: issuer.origin(), own: GuardedClient::new(&own), others: GuardedClient::new(outbound) }
    }

    /// Whether the provider may name `url`: it is encrypted, or the issuer's own.
    pub(super) fn is_safe(&self, url: &str) -> bool {
        Url::parse(url).is_ok_and(|url| url.scheme() == "https" || url.origin() == self.issuer)
    }

    /// Asks for what is at `url`, with the credential in `authorization`.
    pub(super) async fn get(&self, url: &str, authorization: Option<HeaderValue>) -> Result<Answer, OidcFault> {
        self.send(Method::GET, url, authorization, None).await
    }

    /// Sends a form.
    pub(super) async fn post(
        &self,
        url: &str,
        authorization: Option<HeaderValue>,
        form: String,
    ) -> Result<Answer, OidcFault> {
        self.send(Method::POST, url, authorization, Some(form)).await
    }

    async fn send(
        &self,
        method: Method,
        url: &str,
        authorization: Option<HeaderValue>,
        form: Option<String>,
    ) -> Result<Answer, OidcFault> {
        let request = request(method, url, authorization, form);
        let request = request.map_err(|_| OidcFault::Wrong("one of its addresses is no URL"))?;
        let is_own = Url::parse(url).is_ok_and(|url| url.origin() == self.issuer);
        let client = if is_own { &self.own } else { &self.others };
        let response = client.send(request).await?;
        let status = response.status();
        let body = response.bytes(ANSWER_BYTES_MAX).await?;
        if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
            return Err(OidcFault::Unavailable(format!("{url} answers with status {}", status.as_u16())));
        }
        Ok(Answer { status, body })
    }
}

impl Answer {
    /// What it says.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, OidcFault> {
        serde_json::from_slice(&self.body).map_err(|_| NO_JSON)
    }

    /// What it says, if its status is 200.
    pub(super) fn success<T: DeserializeOwned>(&self) -> Result<T, OidcFault> {
        if self.status == StatusCode::OK { self.json() } else { Err(NO_JSON) }
    }
}

fn request(
    method: Method,
    url: &str,
    authorization: Option<HeaderValue>,
    form: Option<String>,
) -> Result<GuardedRequest, Refusal> {
    let mut request = GuardedRequest::new(method, url)?.timeout(TIMEOUT);
    request = request.header(ACCEPT, HeaderValue::from_static("application/json"))?;
    if let Some(authorization) = authorization {
        request = request.header(AUTHORIZATION, authorization)?;
    }
    if let Some(form) = form {
        let form_type = HeaderValue::from_static("application/x-www-form-urlencoded");
        request = request.header(CONTENT_TYPE, form_type)?.body(form);
    }
    Ok(request)
}
