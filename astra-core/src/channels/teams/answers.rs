//! What the Bot Connector and the token's issuer answer.

use serde_json::Value;

use crate::channels::connection::AccessToken;
use crate::channels::outgoing::{HttpAnswer, Sent};

/// What became of an activity.
pub(super) fn sent(answer: &HttpAnswer) -> Sent {
    let body = answer.json();
    let status = answer.status.as_u16();
    let code = body.get("error").and_then(|error| error.get("code")?.as_str()).filter(|code| is_name(code));
    let reason = match code {
        Some(code) => format!("Teams answered with status {status} and {code}"),
        None => format!("Teams answered with status {status}"),
    };
    match (status, answer.failure()) {
        // Another request for the same conversation was under way.
        (412, _) => Sent::NotTaken { reason },
        // The bot is not in the conversation, or is blocked there.
        (403, _) => Sent::Refused { reason, is_credential: false },
        (_, Some(Sent::Refused { is_credential, .. })) => Sent::Refused { reason, is_credential },
        (_, Some(failure)) => failure,
        (_, None) => match body.get("id").and_then(Value::as_str) {
            Some(id) => Sent::Done { message_id: Some(id.to_owned()) },
            None => Sent::Unknown { reason: "the answer is not one of the Bot Connector's".to_owned() },
        },
    }
}

/// The token, or why there is none.
pub(super) fn token(answer: &HttpAnswer) -> Result<AccessToken, Sent> {
    let body = answer.json();
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    if answer.status.is_success() {
        let token = text("access_token").filter(|token| !token.is_empty());
        let life = body.get("expires_in").and_then(Value::as_u64);
        return match (token, life) {
            (Some(token), Some(expires_in_s)) => Ok(AccessToken { token: token.to_owned(), expires_in_s }),
            _ => Err(Sent::Unknown { reason: "the answer is no token".to_owned() }),
        };
    }
    let status = answer.status.as_u16();
    // `AADSTS7000215: Invalid client secret provided. ..`
    let code = text("error_description").and_then(|text| text.split(':').next()).filter(|code| is_name(code));
    let reason = match (text("error").filter(|error| is_name(error)), code) {
        (Some(error), Some(code)) => format!("Microsoft gives no token: {error} ({code})"),
        (Some(error), None) => format!("Microsoft gives no token: {error}"),
        _ => format!("Microsoft gives no token: status {status}"),
    };
    Err(match answer.failure() {
        // Credentials that are not good are answered with 400 or 401.
        Some(Sent::Refused { .. }) => Sent::Refused { reason, is_credential: true },
        Some(failure) => failure,
        None => Sent::Unknown { reason },
    })
}

/// Whether `text` is written as codes of errors are; nothing else is repeated.
fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
