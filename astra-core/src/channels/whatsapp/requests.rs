//! Requests to the Cloud API, each about the channel's phone number.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::channels::connection::Connection;
use crate::channels::inbound::Place;
use crate::channels::outgoing::{HttpCall, Outgoing};

/// What an answer needs to know beside its conversation.
#[derive(Serialize, Deserialize)]
pub(super) struct Hint {
    pub(super) to: Recipient,
    /// The message that is answered.
    pub(super) message_id: String,
}

/// Whom an answer goes to.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Recipient {
    /// A person, by the phone number.
    Phone(String),
    /// A person who hides the phone number, by the id within the business.
    User(String),
    /// A group.
    Group(String),
}

impl Hint {
    /// The hint as it is kept.
    pub(super) fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    fn of(place: &Place) -> Option<Self> {
        serde_json::from_str(&place.reply_to).ok()
    }
}

/// A message of text.
pub(super) fn send(connection: &Connection, outgoing: &Outgoing<'_>) -> HttpCall {
    let to = Hint::of(outgoing.place).map(|hint| hint.to);
    let to = to.unwrap_or_else(|| Recipient::Phone(outgoing.place.conversation.clone()));
    let mut message = json!({
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "type": "text",
        "text": {"preview_url": false, "body": outgoing.text},
    });
    match to {
        Recipient::Phone(number) => message["to"] = json!(number),
        Recipient::User(id) => message["recipient"] = json!(id),
        Recipient::Group(id) => {
            message["recipient_type"] = json!("group");
            message["to"] = json!(id);
        }
    }
    post(connection, "/messages", &message)
}

/// Marks the message as read, and shows that an answer is being written, for 25 seconds.
pub(super) fn typing(connection: &Connection, place: &Place) -> Option<HttpCall> {
    let hint = Hint::of(place).filter(|hint| !matches!(hint.to, Recipient::Group(_)))?;
    let status = json!({
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": hint.message_id,
        "typing_indicator": {"type": "text"},
    });
    Some(post(connection, "/messages", &status))
}

/// Which number it is.
pub(super) fn check(connection: &Connection) -> HttpCall {
    as_bot(connection, HttpCall::get(number(connection, "?fields=display_phone_number,verified_name")))
}

/// Enters the URL as the one of this number, in the place of the app's.
pub(super) fn enter_webhook(connection: &Connection, url: &str) -> HttpCall {
    let verify_token = connection.secrets.get("verify_token");
    let webhook = json!({"override_callback_uri": url, "verify_token": verify_token});
    post(connection, "", &json!({"webhook_configuration": webhook}))
}

/// With the token.
pub(super) fn as_bot(connection: &Connection, call: HttpCall) -> HttpCall {
    call.bearer(connection.secrets.get("access_token"))
}

fn post(connection: &Connection, path: &str, body: &Value) -> HttpCall {
    as_bot(connection, HttpCall::post(number(connection, path), body))
}

/// `path` behind the number's own address.
fn number(connection: &Connection, path: &str) -> String {
    let id = connection.settings.get("phone_number_id");
    connection.settings.url("api_url", &format!("{id}{path}"))
}
