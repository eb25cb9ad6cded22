//! Requests to Discord: responses to an interaction while its token is good, messages of the bot after that.

use http::{HeaderValue, Method};
use serde_json::{Value, json};

use super::shapes::made_at_ms;
use crate::channels::connection::Connection;
use crate::channels::inbound::Place;
use crate::channels::outgoing::{HttpCall, Outgoing};

/// An interaction's token is good for 15 minutes; one minute of it is left for the request.
const TOKEN_LIFE_MS: i64 = 14 * 60_000;

/// Longest `nonce` of a message.
const NONCE_LENGTH: usize = 25;

/// The commands that people are to see, as Discord takes them.
pub(super) fn commands() -> Value {
    let text = |name: &str, description: &str, is_required: bool| {
        let required = json!(is_required);
        json!({"type": 3, "name": name, "description": description, "required": required})
    };
    let file = json!({"type": 11, "name": "file", "description": "An image", "required": false});
    json!([
        {"name": "ask", "description": "Ask the agent", "options": [text("text", "What to ask", true), file]},
        {"name": "reset", "description": "Begin a new conversation"},
        {"name": "agents", "description": "List or choose the agent", "options": [text("agent", "The agent", false)]},
        {"name": "help", "description": "Show what can be done here"},
        {"name": "link", "description": "Link your account", "options": [text("code", "The code", true)]},
    ])
}

/// Where commands are created, below the API.
pub(super) fn commands_path(connection: &Connection) -> String {
    format!("applications/{}/commands", connection.settings.get("application_id"))
}

/// With the token of the bot.
pub(super) fn as_bot(connection: &Connection, call: HttpCall) -> HttpCall {
    let Ok(mut value) = HeaderValue::try_from(format!("Bot {}", connection.secrets.get("bot_token"))) else {
        return call;
    };
    value.set_sensitive(true);
    call.header(http::header::AUTHORIZATION, value)
}

/// The first part takes the place of what says that an answer is being thought about, the others follow it.
pub(super) fn send(connection: &Connection, outgoing: &Outgoing<'_>) -> HttpCall {
    let mut message = message(outgoing.text);
    match interaction(connection, outgoing) {
        Some(url) if outgoing.part == 0 => {
            HttpCall::new(Method::PATCH, format!("{url}/messages/@original")).json(&message)
        }
        Some(url) => HttpCall::post(url, &message),
        None => {
            // The last letters of an id are those in which ids differ.
            let begins = outgoing.id.len().saturating_sub(NONCE_LENGTH);
            message["nonce"] = json!(outgoing.id.get(begins..));
            message["enforce_nonce"] = json!(true);
            as_bot(connection, HttpCall::post(messages(connection, outgoing.place), &message))
        }
    }
}

/// Replaces the text of a message that was sent.
pub(super) fn edit(connection: &Connection, outgoing: &Outgoing<'_>, message_id: &str) -> HttpCall {
    let message = message(outgoing.text);
    match interaction(connection, outgoing) {
        Some(url) => HttpCall::new(Method::PATCH, format!("{url}/messages/{message_id}")).json(&message),
        None => {
            let url = format!("{}/{message_id}", messages(connection, outgoing.place));
            as_bot(connection, HttpCall::new(Method::PATCH, url).json(&message))
        }
    }
}

/// A message that calls no one, whatever is written in it.
fn message(text: &str) -> Value {
    json!({"content": text, "allowed_mentions": {"parse": []}})
}

/// Where an interaction is responded to, while it may be.
fn interaction(connection: &Connection, outgoing: &Outgoing<'_>) -> Option<String> {
    let (id, token) = outgoing.place.reply_to.split_once(' ').filter(|(_, token)| !token.is_empty())?;
    let ends_at_ms = made_at_ms(id)?.saturating_add(TOKEN_LIFE_MS);
    let token: String = url::form_urlencoded::byte_serialize(token.as_bytes()).collect();
    let path = format!("webhooks/{}/{token}", connection.settings.get("application_id"));
    (outgoing.at_ms < ends_at_ms).then(|| connection.settings.url("api_url", &path))
}

/// The messages of a channel, or of a thread, which is a channel too.
fn messages(connection: &Connection, place: &Place) -> String {
    let channel = place.thread.as_deref().unwrap_or(&place.conversation);
    let channel: String = url::form_urlencoded::byte_serialize(channel.as_bytes()).collect();
    connection.settings.url("api_url", &format!("channels/{channel}/messages"))
}
