//! Requests to the Bot API: each a `POST` of JSON to a method, with the token in the URL.

use serde_json::{Value, json};

use crate::channels::connection::Connection;
use crate::channels::inbound::Place;
use crate::channels::outgoing::{HttpCall, Outgoing};

/// A request to a method.
pub(super) fn call(connection: &Connection, method: &str, body: &Value) -> HttpCall {
    HttpCall::post(url(connection, &format!("bot{}/{method}", connection.secrets.get("bot_token"))), body)
}

/// `path` below the API.
pub(super) fn url(connection: &Connection, path: &str) -> String {
    connection.settings.url("api_url", path)
}

/// Sends a part; the first one in a group as an answer to the message.
pub(super) fn send(connection: &Connection, outgoing: &Outgoing<'_>) -> HttpCall {
    let mut message = message(outgoing);
    thread(&mut message, outgoing.place);
    if let (0, Ok(id)) = (outgoing.part, outgoing.place.reply_to.parse::<i64>()) {
        message["reply_parameters"] = json!({"message_id": id, "allow_sending_without_reply": true});
    }
    call(connection, "sendMessage", &message)
}

/// Replaces the text of a message that was sent.
pub(super) fn edit(connection: &Connection, outgoing: &Outgoing<'_>, message_id: &str) -> HttpCall {
    let mut message = message(outgoing);
    message["message_id"] = number(message_id);
    call(connection, "editMessageText", &message)
}

/// Shows for five seconds that something is being written.
pub(super) fn typing(connection: &Connection, place: &Place) -> HttpCall {
    let mut action = json!({"chat_id": number(&place.conversation), "action": "typing"});
    thread(&mut action, place);
    call(connection, "sendChatAction", &action)
}

/// Enters the URL, with the secret that updates come with. Updates of other types than new messages do not come then.
pub(super) fn enter_webhook(connection: &Connection, url: &str) -> HttpCall {
    let webhook = json!({
        "url": url,
        "secret_token": connection.secrets.get("secret_token"),
        "allowed_updates": ["message"],
    });
    call(connection, "setWebhook", &webhook)
}

/// Enters the commands that people are shown.
pub(super) fn enter_commands(connection: &Connection) -> HttpCall {
    let commands = json!({"commands": [
        {"command": "reset", "description": "Begin a new conversation"},
        {"command": "agents", "description": "List or choose the agent"},
        {"command": "help", "description": "Show what can be done here"},
        {"command": "link", "description": "Link your account"},
    ]});
    call(connection, "setMyCommands", &commands)
}

fn message(outgoing: &Outgoing<'_>) -> Value {
    json!({
        "chat_id": number(&outgoing.place.conversation),
        "text": outgoing.text,
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": true},
    })
}

fn thread(body: &mut Value, place: &Place) {
    if let Some(thread) = &place.thread {
        body["message_thread_id"] = number(thread);
    }
}

/// An id as Telegram writes it: a number.
fn number(id: &str) -> Value {
    id.parse::<i64>().map_or_else(|_| json!(id), |id| json!(id))
}
