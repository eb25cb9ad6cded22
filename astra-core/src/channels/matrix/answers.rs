//! What a homeserver answers. <https://spec.matrix.org/latest/client-server-api/#standard-error-response>

use std::time::Duration;

use http::header::{CONTENT_TYPE, LOCATION};
use serde_json::{Value, json};

use super::mention;
use crate::channels::connection::Identity;
use crate::channels::outgoing::{Download, HttpAnswer, HttpCall, Sent};
use crate::channels::transport::TransportError;

/// What became of an event that was sent.
pub(super) fn read_sent(answer: &HttpAnswer) -> Sent {
    if let Some(failure) = failure(answer) {
        return failure;
    }
    match answer.json().get("event_id").and_then(Value::as_str) {
        Some(id) if !id.is_empty() => Sent::Done { message_id: Some(id.to_owned()) },
        _ => Sent::Unknown { reason: "the homeserver's answer names no event".to_owned() },
    }
}

/// What becomes of a message whose room could not be joined. Nothing of it is sent then, and joining twice is joining
/// once.
pub(super) fn not_joined(answer: Result<HttpAnswer, TransportError>) -> Option<Sent> {
    let failure = match answer {
        Ok(answer) => failure(&answer)?,
        Err(TransportError::Refused(reason)) => Sent::Refused { reason, is_credential: false },
        Err(TransportError::NotSent(reason) | TransportError::Lost(reason)) => Sent::NotTaken { reason },
    };
    Some(match failure {
        Sent::Unknown { reason } => Sent::NotTaken { reason },
        failure => failure,
    })
}

/// Who the bot is.
pub(super) fn read_check(bot: &str, answer: &HttpAnswer) -> Result<Identity, String> {
    match (answer.status.as_u16(), answer.json().get("user_id").and_then(Value::as_str)) {
        (401, _) => Err("the homeserver does not know the as_token".to_owned()),
        (200..=299, Some(id)) if id == bot => {
            Ok(Identity { id: bot.to_owned(), name: mention::localpart(bot).to_owned(), extra: json!({}) })
        }
        (200..=299, Some(_)) => Err(format!("the as_token is that of another user than {bot}")),
        (200..=299, None) => Err("what answers is no homeserver".to_owned()),
        _ => Err(reason(answer)),
    }
}

/// The content of an attachment, or where it is.
pub(super) fn read_download(answer: &HttpAnswer) -> Download {
    let header = |name| answer.headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok());
    match (answer.status.as_u16(), header(LOCATION)) {
        // The token is for the homeserver alone.
        (307 | 308, Some(url)) if url.starts_with("https://") || url.starts_with("http://") => {
            Download::Next(HttpCall::get(url))
        }
        (200..=299, _) => {
            let media_type = header(CONTENT_TYPE).unwrap_or_default().split(';').next().unwrap_or_default().trim();
            Download::Content { media_type: media_type.to_owned(), bytes: answer.body.clone() }
        }
        _ => Download::Refused(reason(answer)),
    }
}

fn failure(answer: &HttpAnswer) -> Option<Sent> {
    match answer.status.as_u16() {
        429 => {
            let in_body = || answer.json().get("retry_after_ms").and_then(Value::as_u64).map(Duration::from_millis);
            let after = answer.retry_after().or_else(in_body).unwrap_or(Duration::from_secs(5));
            Some(Sent::RateLimited { after })
        }
        // Of a room that the bot is not in, or may not write in; a token that is not known is 401.
        403 => Some(Sent::Refused { reason: reason(answer), is_credential: false }),
        _ => answer.failure().map(|failure| match failure {
            Sent::Refused { is_credential, .. } => Sent::Refused { reason: reason(answer), is_credential },
            failure => failure,
        }),
    }
}

/// The status with Matrix' own code.
fn reason(answer: &HttpAnswer) -> String {
    let (status, body) = (answer.status.as_u16(), answer.json());
    let is_code = |code: &&str| {
        code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    };
    match body.get("errcode").and_then(Value::as_str).filter(is_code) {
        Some(code) => format!("the homeserver answered with status {status} ({code})"),
        None => format!("the homeserver answered with status {status}"),
    }
}
