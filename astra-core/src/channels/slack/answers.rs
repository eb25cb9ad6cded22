//! What Slack's Web API answers, and how files are fetched from it.

use std::time::Duration;

use serde_json::{Value, json};
use url::Url;

use super::shapes::BY_ID;
use crate::channels::connection::{Connection, Identity};
use crate::channels::outgoing::{Download, HttpAnswer, HttpCall, Sent};

/// Errors that say that the token is not good, or may not do this.
const OF_CREDENTIAL: [&str; 9] = [
    "account_inactive",
    "invalid_auth",
    "missing_scope",
    "no_permission",
    "not_allowed_token_type",
    "not_authed",
    "token_expired",
    "token_revoked",
    "team_access_not_granted",
];

/// What became of `chat.postMessage` and `chat.update`.
pub(super) fn sent(answer: &HttpAnswer) -> Sent {
    if let Some(failure) = answer.failure() {
        return failure;
    }
    let body = answer.json();
    match body.get("ok").and_then(Value::as_bool) {
        Some(true) => Sent::Done { message_id: body.get("ts").and_then(Value::as_str).map(str::to_owned) },
        Some(false) => refused(answer, error(&body)),
        None => Sent::Unknown { reason: "the answer is not one of Slack's".to_owned() },
    }
}

/// What an error in an answer with the status 200 means.
fn refused(answer: &HttpAnswer, error: &str) -> Sent {
    let reason = format!("Slack says {error}");
    match error {
        "ratelimited" | "rate_limited" | "message_limit_exceeded" => {
            Sent::RateLimited { after: answer.retry_after().unwrap_or(Duration::from_secs(30)) }
        }
        "service_unavailable" | "team_added_to_org" => Sent::NotTaken { reason },
        // Slack documents both as possibly half done.
        "fatal_error" | "internal_error" => Sent::Unknown { reason },
        error => Sent::Refused { reason, is_credential: OF_CREDENTIAL.contains(&error) },
    }
}

/// The name of an error; of one that is not written as they are, nothing is repeated.
fn error(body: &Value) -> &str {
    let is_name = |error: &&str| {
        (1..=64).contains(&error.len()) && error.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    body.get("error").and_then(Value::as_str).filter(is_name).unwrap_or("that it failed")
}

/// Who the bot is, from `auth.test`.
pub(super) fn checked(answer: &HttpAnswer) -> Result<Identity, String> {
    let body = answer.json();
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    match body.get("ok").and_then(Value::as_bool) {
        Some(true) if answer.status.is_success() => {}
        Some(false) => return Err(format!("Slack says {}", error(&body))),
        _ => return Err(format!("Slack answered with status {}", answer.status.as_u16())),
    }
    let bot_id = text("bot_id").ok_or("the token is not that of a bot")?;
    let id = text("user_id").ok_or("Slack does not say who the bot is")?;
    let extra = json!({"team_id": text("team_id"), "team": text("team"), "bot_id": bot_id});
    Ok(Identity { id, name: text("user").unwrap_or_default(), extra })
}

/// The request for a file, or for where it is.
pub(super) fn download(connection: &Connection, attachment: &str) -> HttpCall {
    match attachment.strip_prefix(BY_ID) {
        Some(id) => {
            let id: String = url::form_urlencoded::byte_serialize(id.as_bytes()).collect();
            let url = connection.settings.url("api_url", &format!("files.info?file={id}"));
            HttpCall::get(url).bearer(connection.secrets.get("bot_token"))
        }
        None => file(connection, attachment),
    }
}

/// The request for the content of a file. The token goes to Slack alone.
fn file(connection: &Connection, url: &str) -> HttpCall {
    let call = HttpCall::get(url);
    if is_slacks(connection, url) { call.bearer(connection.secrets.get("bot_token")) } else { call }
}

fn is_slacks(connection: &Connection, url: &str) -> bool {
    let (Ok(url), api) = (Url::parse(url), Url::parse(connection.settings.get("api_url"))) else { return false };
    let is_of_slack = |host: &str| host == "slack.com" || host.ends_with(".slack.com");
    url.scheme() == "https" && url.host_str().is_some_and(is_of_slack)
        || api.is_ok_and(|api| api.origin() == url.origin())
}

/// What came: where the file is, its content, or Slack's page for people who must sign in.
pub(super) fn downloaded(connection: &Connection, attachment: &str, answer: &HttpAnswer) -> Download {
    if !answer.status.is_success() {
        return Download::Refused(format!("Slack answered with status {}", answer.status.as_u16()));
    }
    let media_type = answer.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if attachment.starts_with(BY_ID) && media_type == "application/json" {
        let body = answer.json();
        let url = ["url_private_download", "url_private"].iter().find_map(|name| body.get("file")?.get(name)?.as_str());
        return match url {
            Some(url) => Download::Next(file(connection, url)),
            None => Download::Refused(format!("Slack says {}", error(&body))),
        };
    }
    if media_type == "text/html" {
        return Download::Refused("the bot has no right to read files: add the scope files:read".to_owned());
    }
    Download::Content { media_type, bytes: answer.body.clone() }
}
