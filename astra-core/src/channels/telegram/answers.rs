//! What the Bot API answers (<https://core.telegram.org/bots/api#making-requests>): `ok`, and either a `result` or an
//! `error_code` with a `description`.

use std::time::Duration;

use serde_json::{Value, json};

use crate::channels::connection::Identity;
use crate::channels::outgoing::{HttpAnswer, Sent};

/// What became of a message.
pub(super) fn sent(answer: &HttpAnswer) -> Sent {
    let body = answer.json();
    let id = body.get("result").and_then(|message| message.get("message_id")?.as_i64());
    match (is_ok(&body), id) {
        (Some(true), Some(id)) => Sent::Done { message_id: Some(id.to_string()) },
        (Some(false), _) => refused(answer, &body),
        _ => not_telegrams(answer),
    }
}

/// What became of an edit.
pub(super) fn edited(answer: &HttpAnswer) -> Sent {
    let body = answer.json();
    // `Bad Request: message is not modified: specified new message content .. are exactly the same ..`
    let said = body.get("description").and_then(Value::as_str).unwrap_or_default();
    let is_the_same = said.contains("message is not modified");
    match is_ok(&body) {
        Some(false) if is_the_same => Sent::Done { message_id: None },
        Some(false) => refused(answer, &body),
        Some(true) => Sent::Done { message_id: None },
        None => not_telegrams(answer),
    }
}

/// Who the bot is, from `getMe`.
pub(super) fn checked(answer: &HttpAnswer) -> Result<Identity, String> {
    let body = answer.json();
    entered(answer)?;
    let bot = body.get("result").unwrap_or(&Value::Null);
    let id = bot.get("id").and_then(Value::as_i64).ok_or("Telegram does not say who the bot is")?;
    let name = bot.get("username").and_then(Value::as_str).unwrap_or_default().to_owned();
    let extra = json!({"can_read_all_group_messages": bot.get("can_read_all_group_messages")});
    Ok(Identity { id: id.to_string(), name, extra })
}

/// Whether Telegram has done what it was asked for.
pub(super) fn entered(answer: &HttpAnswer) -> Result<(), String> {
    let body = answer.json();
    match is_ok(&body) {
        Some(true) => Ok(()),
        Some(false) => Err(reason(answer, &body)),
        None => Err(format!("Telegram answered with status {}", answer.status.as_u16())),
    }
}

fn is_ok(body: &Value) -> Option<bool> {
    body.get("ok").and_then(Value::as_bool)
}

fn refused(answer: &HttpAnswer, body: &Value) -> Sent {
    let code = body.get("error_code").and_then(Value::as_u64).unwrap_or_else(|| answer.status.as_u16().into());
    let reason = reason(answer, body);
    match code {
        429 => Sent::RateLimited { after: pause(answer, body) },
        // 404 is the answer to a token that is not written as tokens are.
        401 | 404 => Sent::Refused { reason, is_credential: true },
        503 => Sent::NotTaken { reason },
        408 | 500..=599 => Sent::Unknown { reason },
        // Among them 403: the person has blocked the bot, or the group has removed it.
        _ => Sent::Refused { reason, is_credential: false },
    }
}

fn not_telegrams(answer: &HttpAnswer) -> Sent {
    let unknown = || Sent::Unknown { reason: "the answer is not one of Telegram's".to_owned() };
    answer.failure().unwrap_or_else(unknown)
}

/// How long to wait: `parameters.retry_after`, in seconds.
fn pause(answer: &HttpAnswer, body: &Value) -> Duration {
    let said = body.get("parameters").and_then(|parameters| parameters.get("retry_after")?.as_u64());
    said.map(Duration::from_secs).or_else(|| answer.retry_after()).unwrap_or(Duration::from_secs(5))
}

/// What Telegram says, if it is written as its descriptions are.
fn reason(answer: &HttpAnswer, body: &Value) -> String {
    let is_plain = |said: &&str| {
        (1..=120).contains(&said.len())
            && said.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" :,.'/-_()".contains(&byte))
    };
    match body.get("description").and_then(Value::as_str).filter(is_plain) {
        Some(said) => format!("Telegram says: {said}"),
        None => format!("Telegram answered with status {}", answer.status.as_u16()),
    }
}
