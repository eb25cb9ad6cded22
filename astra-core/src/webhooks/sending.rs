//! One attempt to send a delivery: signed, bounded in time, to where the guard lets it go, and no further.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use tokio::time::timeout;

use super::headers::{HeaderSecrets, open, secret_key};
use super::signature::SigningSecret;
use super::times::{FAILING_MS_MAX, wait_ms};
use crate::auth::MasterKey;
use crate::clock::Clock;
use crate::ids::IdMaker;
use crate::outbound::{GuardedClient, GuardedError, GuardedRequest, GuardedResponse};
use crate::store::{ClaimedDelivery, DeliveryAttempt, DeliveryEnding, DeliveryReport};

const ID: HeaderName = HeaderName::from_static("webhook-id");
const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

/// What is kept of an answer, in bytes.
const ANSWER_BYTES_MAX: usize = 1 << 10;
/// How long that is waited for once the status is known.
const ANSWER_PATIENCE: Duration = Duration::from_secs(2);

/// Sends deliveries.
pub(super) struct Sender {
    pub(super) client: GuardedClient,
    pub(super) master_key: MasterKey,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: IdMaker,
    /// Longest time of an attempt.
    pub(super) timeout: Duration,
}

/// What an endpoint has answered.
struct Answer {
    status: StatusCode,
    text: String,
}

impl Sender {
    /// Sends a delivery once; answers what came of it.
    pub(super) async fn send(&self, delivery: &ClaimedDelivery) -> DeliveryReport {
        let (at_ms, begun) = (self.clock.now_ms(), self.clock.instant());
        let outcome = match self.request(delivery, at_ms) {
            Ok(request) => self.answer(request).await.map_err(|fault| sentence(&fault.to_string())),
            Err(fault) => Err(fault),
        };
        let elapsed = self.clock.instant().saturating_duration_since(begun);
        let (status, answer, error) = match outcome {
            Ok(Answer { status, text }) => (Some(status), Some(text), status_fault(status)),
            Err(error) => (None, None, Some(error)),
        };
        let now_ms = self.clock.now_ms();
        let ending = match (&error, wait_ms(delivery.lease.id, delivery.tries)) {
            (None, _) => DeliveryEnding::Succeeded,
            _ if delivery.is_test => DeliveryEnding::Failed,
            _ if status == Some(StatusCode::GONE) => DeliveryEnding::Gone,
            (Some(_), Some(wait_ms)) => DeliveryEnding::Retry(now_ms + wait_ms),
            (Some(_), None) => DeliveryEnding::Failed,
        };
        let attempt = DeliveryAttempt {
            number: delivery.attempt,
            at_ms,
            latency_ms: i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX),
            status: status.map(|status| i64::from(status.as_u16())),
            error,
            answer,
        };
        let (is_test, event_id) = (delivery.is_test, self.ids.id());
        DeliveryReport { attempt, ending, is_test, failing_ms_max: FAILING_MS_MAX, event_id, now_ms }
    }

    fn request(&self, delivery: &ClaimedDelivery, at_ms: i64) -> Result<GuardedRequest, String> {
        let webhook = &delivery.webhook;
        let headers = open(&self.master_key, &delivery.workspace, webhook.id, &webhook.sealed);
        // The secret that signs would be another one too.
        let headers = headers.ok_or("The webhook was made with another master key: delete it and create it again.")?;
        let (id, at_s) = (delivery.lease.id.to_string(), at_ms.div_euclid(1_000));
        let signatures = self.signatures(delivery, &id, at_s, at_ms);
        let own = [
            (CONTENT_TYPE, "application/json".to_owned()),
            (ID, id),
            (TIMESTAMP, at_s.to_string()),
            (SIGNATURE, signatures),
        ];
        let request =
            GuardedRequest::new(Method::POST, &webhook.settings.url).map_err(|fault| sentence(&fault.to_string()))?;
        let request = request.body(Bytes::from(delivery.body.clone())).timeout(self.timeout);
        let request = with_callers(request, &headers)?;
        own.into_iter().try_fold(request, |request, (name, value)| {
            let value = HeaderValue::try_from(value).map_err(|fault| fault.to_string())?;
            request.header(name, value).map_err(|fault| fault.to_string())
        })
    }

    /// The signatures by all secrets that sign at `at_ms`, the newest one first.
    fn signatures(&self, delivery: &ClaimedDelivery, id: &str, at_s: i64, at_ms: i64) -> String {
        let webhook = &delivery.webhook;
        let good =
            webhook.secrets.iter().rev().filter(|secret| secret.until_ms.is_none_or(|until_ms| until_ms > at_ms));
        let sign = |number| {
            let key = secret_key(&self.master_key, &delivery.workspace, webhook.id, number);
            SigningSecret::new(key).sign(id, at_s, delivery.body.as_bytes())
        };
        good.map(|secret| sign(secret.number)).collect::<Vec<_>>().join(" ")
    }

    async fn answer(&self, request: GuardedRequest) -> Result<Answer, GuardedError> {
        let mut response = self.client.send(request).await?;
        let mut bytes = Vec::new();
        // The status decides; what else is said is for people, and an endpoint that says it without an end is not waited for.
        let _ = timeout(ANSWER_PATIENCE, read(&mut response, &mut bytes)).await;
        bytes.truncate(ANSWER_BYTES_MAX);
        let text = String::from_utf8_lossy(&bytes).replace('\0', "\u{fffd}");
        Ok(Answer { status: response.status(), text })
    }
}

/// Puts the beginning of the answer into `bytes`, as far as it comes.
async fn read(response: &mut GuardedResponse, bytes: &mut Vec<u8>) {
    while bytes.len() < ANSWER_BYTES_MAX {
        let Ok(Some(chunk)) = response.chunk().await else { return };
        bytes.extend_from_slice(&chunk[..chunk.len().min(ANSWER_BYTES_MAX)]);
    }
}

/// The request with the headers that callers have given the webhook.
fn with_callers(request: GuardedRequest, headers: &HeaderSecrets) -> Result<GuardedRequest, String> {
    headers.iter().try_fold(request, |request, (name, value)| {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|fault| fault.to_string())?;
        let mut value = HeaderValue::from_str(value.expose()).map_err(|fault| fault.to_string())?;
        value.set_sensitive(true);
        request.header(name, value).map_err(|fault| fault.to_string())
    })
}

/// Why a status is a failure; `None` if it is none.
fn status_fault(status: StatusCode) -> Option<String> {
    let code = status.as_u16();
    match code {
        200..=299 => None,
        300..=399 => Some(format!("The endpoint answered with status {code}; redirects are not followed.")),
        _ => Some(format!("The endpoint answered with status {code}.")),
    }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let text = letters.next().map(|first| format!("{}{}.", first.to_uppercase(), letters.as_str())).unwrap_or_default();
    // What a server said may be in it, and no store keeps a NUL.
    text.chars().filter(|letter| *letter != '\0').take(1_024).collect()
}
