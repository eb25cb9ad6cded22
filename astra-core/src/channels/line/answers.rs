//! What the Messaging API answers (<https://developers.line.biz/en/reference/messaging-api/#error-responses>).

use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};

use crate::channels::connection::Identity;
use crate::channels::outgoing::{Download, HttpAnswer, Sent};

/// The messages of the month are used up: of the free plan, or those that the account pays for.
const OVER_QUOTA: &str = "You have reached your monthly limit.";
/// The reply token was used, or is too old.
const NO_TOKEN: &str = "Invalid reply token";

/// What became of a part.
pub(super) fn sent(answer: &HttpAnswer) -> Sent {
    let body = answer.json();
    let said = message(&body);
    match (answer.status.as_u16(), answer.failure()) {
        // LINE has it by an attempt before this one, and says so by its retry key.
        (409, _) if body.get("sentMessages").is_some() || answer.headers.contains_key("x-line-accepted-request-id") => {
            Sent::Done { message_id: sent_id(&body) }
        }
        (429, _) if said == OVER_QUOTA => {
            let reason = "the LINE Official Account has used up its messages of this month".to_owned();
            Sent::Refused { reason, is_credential: false }
        }
        (429, _) => Sent::RateLimited { after: answer.retry_after().unwrap_or(Duration::from_secs(10)) },
        (_, Some(Sent::Refused { is_credential, .. })) => Sent::Refused { reason: reason(answer, said), is_credential },
        (_, Some(failure)) => failure,
        (_, None) if body.get("sentMessages").is_some_and(Value::is_array) => Sent::Done { message_id: sent_id(&body) },
        (_, None) => Sent::Unknown { reason: "the answer is not one of LINE's".to_owned() },
    }
}

/// Whether a reply was refused for its token alone, and so had no effect.
pub(super) fn is_without_token(answer: &HttpAnswer) -> bool {
    answer.status == StatusCode::BAD_REQUEST && message(&answer.json()) == NO_TOKEN
}

/// Who the bot is.
pub(super) fn checked(answer: &HttpAnswer) -> Result<Identity, String> {
    let body = answer.json();
    if !answer.status.is_success() {
        return Err(reason(answer, message(&body)));
    }
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let id = text("userId").ok_or("the answer is not one of LINE's")?;
    let extra = json!({"basic_id": text("basicId"), "chat_mode": text("chatMode")});
    Ok(Identity { id, name: text("displayName").unwrap_or_default(), extra })
}

/// Whether LINE has taken the URL.
pub(super) fn entered(answer: &HttpAnswer) -> Result<(), String> {
    if answer.status.is_success() { Ok(()) } else { Err(reason(answer, message(&answer.json()))) }
}

/// The content of a message, once LINE has it: 202 says that it is still being made.
pub(super) fn downloaded(answer: &HttpAnswer) -> Download {
    if answer.status != StatusCode::OK {
        return Download::Refused(format!("LINE answered with status {}", answer.status.as_u16()));
    }
    let media_type = answer.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    Download::Content { media_type, bytes: answer.body.clone() }
}

fn message(body: &Value) -> &str {
    body.get("message").and_then(Value::as_str).unwrap_or_default()
}

fn sent_id(body: &Value) -> Option<String> {
    body.get("sentMessages")?.get(0)?.get("id")?.as_str().map(str::to_owned)
}

/// What LINE says, if it is written as its messages are.
fn reason(answer: &HttpAnswer, said: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b" :,.'/-_()".contains(&byte);
    if (1..=120).contains(&said.len()) && said.bytes().all(is_plain) {
        return format!("LINE says: {said}");
    }
    format!("LINE answered with status {}", answer.status.as_u16())
}
