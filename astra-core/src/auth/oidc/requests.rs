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
    timeout: Duration,
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
        let (own, others) = (GuardedClient::new(&own), GuardedClient::new(outbound));
        Self { issuer: issuer.origin(), own, others, timeout: TIMEOUT }
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
        let response = client.send(request.timeout(self.timeout)).await?;
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
    let mut request = GuardedRequest::new(method, url)?;
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

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;
    use tokio::net::TcpListener;

    use super::*;

    /// Says `words` to each request and nothing more.
    async fn serve(listener: TcpListener, words: &str) {
        let mut open = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            stream.write_all(words.as_bytes()).await.unwrap();
            open.push(stream);
        }
    }

    #[tokio::test]
    async fn a_provider_that_does_not_end_its_answer_is_left() {
        for words in ["", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{"] {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let issuer = format!("http://{}", listener.local_addr().unwrap());
            let requests = Requests::new(&issuer.parse().unwrap(), &OutboundConfig::default());
            let requests = Requests { timeout: Duration::from_millis(50), ..requests };
            let answer = tokio::select! {
                () = serve(listener, words) => None,
                answer = requests.get(&issuer, None) => answer.err(),
            };
            assert!(matches!(answer, Some(OidcFault::Unavailable(_))), "{words:?}: {answer:?}");
        }
    }

    #[tokio::test]
    async fn only_the_issuer_itself_may_be_on_this_machine() {
        let requests = Requests::new(&"http://127.0.0.1:1".parse().unwrap(), &OutboundConfig::default());
        for elsewhere in ["http://127.0.0.1:2", "https://127.0.0.1", "https://10.0.0.1", "https://169.254.169.254"] {
            let answer = requests.get(elsewhere, None).await.err();
            assert!(matches!(answer, Some(OidcFault::Wrong(_))), "{elsewhere}: {answer:?}");
        }
        let metadata_service = "http://169.254.169.254";
        let requests = Requests::new(&metadata_service.parse().unwrap(), &OutboundConfig::default());
        assert!(matches!(requests.get(metadata_service, None).await.err(), Some(OidcFault::Wrong(_))));
    }
}
