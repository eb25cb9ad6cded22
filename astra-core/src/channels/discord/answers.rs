//! What Discord's API answers (<https://docs.discord.com/developers/topics/opcodes-and-status-codes>).

use std::time::Duration;

use serde_json::{Value, json};

use crate::channels::connection::{Connection, Identity};
use crate::channels::outgoing::{HttpAnswer, Sent};

/// The error of an interaction's token that is not good, or not any more.
const INVALID_WEBHOOK_TOKEN: u64 = 50_027;

/// What became of a message.
pub(super) fn sent(answer: &HttpAnswer) -> Sent {
    let body = answer.json();
    let code = body.get("code").and_then(Value::as_u64);
    let reason = match code {
        Some(code) => format!("Discord answered with status {} and code {code}", answer.status.as_u16()),
        None => format!("Discord answered with status {}", answer.status.as_u16()),
    };
    match (answer.status.as_u16(), answer.failure()) {
        (429, _) => Sent::RateLimited { after: pause(answer, &body) },
        (401, _) if code == Some(INVALID_WEBHOOK_TOKEN) => Sent::Refused { reason, is_credential: false },
        // The bot may not write in this channel.
        (403, _) => Sent::Refused { reason, is_credential: false },
        (_, Some(Sent::Refused { is_credential, .. })) => Sent::Refused { reason, is_credential },
        (_, Some(failure)) => failure,
        (_, None) => match body.get("id").and_then(Value::as_str) {
            Some(id) => Sent::Done { message_id: Some(id.to_owned()) },
            None => Sent::Unknown { reason: "the answer is not one of Discord's".to_owned() },
        },
    }
}

/// How long to wait: the body is exact to a millisecond, the header to a second.
fn pause(answer: &HttpAnswer, body: &Value) -> Duration {
    let exact = body.get("retry_after").and_then(Value::as_f64);
    let exact = exact.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    exact.or_else(|| answer.retry_after()).unwrap_or(Duration::from_secs(5))
}

/// Who the bot is, from `GET /applications/@me`, and whether it is the one that the settings name.
pub(super) fn checked(connection: &Connection, answer: &HttpAnswer) -> Result<Identity, String> {
    if !answer.status.is_success() {
        return Err(format!("Discord answered with status {}", answer.status.as_u16()));
    }
    let application = answer.json();
    let text = |name: &str| application.get(name).and_then(Value::as_str);
    let id = text("id").ok_or("the answer is not one of Discord's")?;
    if id != connection.settings.get("application_id") {
        return Err(format!("the token is of the application {id}, not of application_id"));
    }
    if text("verify_key").is_some_and(|key| key != connection.settings.get("public_key")) {
        return Err("public_key is not that of the application".to_owned());
    }
    let bot = application.get("bot").unwrap_or(&Value::Null);
    let name = bot.get("username").and_then(Value::as_str).or_else(|| text("name")).unwrap_or_default();
    let bot_id = bot.get("id").and_then(Value::as_str).unwrap_or(id);
    Ok(Identity { id: bot_id.to_owned(), name: name.to_owned(), extra: json!({"application_id": id}) })
}

/// Whether Discord has taken the URL, which it calls before it does, or the commands.
pub(super) fn entered(answer: &HttpAnswer) -> Result<(), String> {
    let body = answer.json();
    let is_of_url = body.get("errors").is_some_and(|errors| errors.get("interactions_endpoint_url").is_some());
    match answer.status.as_u16() {
        200..=299 => Ok(()),
        400 if is_of_url => Err("Discord does not take the URL: it has called it, and got no good answer".to_owned()),
        status => Err(format!("Discord answered with status {status}")),
    }
}
