//! Requests to the Bot Connector, and the one for its token.

use http::Method;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use url::Url;

use super::BOT;
use super::shapes::THREAD;
use crate::channels::connection::Connection;
use crate::channels::inbound::Place;
use crate::channels::outgoing::{HttpCall, Outgoing};

/// What is escaped within a part of a path.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The request for a token, by the client's credentials.
pub(super) fn token(connection: &Connection) -> HttpCall {
    let path = format!("{}/oauth2/v2.0/token", connection.settings.get("tenant_id"));
    HttpCall::new(Method::POST, connection.settings.url("login_url", &path)).form(&[
        ("grant_type", "client_credentials"),
        ("client_id", connection.settings.get("app_id")),
        ("client_secret", connection.secrets.get("client_secret")),
        ("scope", "https://api.botframework.com/.default"),
    ])
}

pub(super) fn send(connection: &Connection, outgoing: &Outgoing<'_>) -> HttpCall {
    let url = activities(connection, outgoing.place);
    as_bot(connection, HttpCall::post(url, &message(connection, outgoing)))
}

pub(super) fn edit(connection: &Connection, outgoing: &Outgoing<'_>, message_id: &str) -> HttpCall {
    let mut message = message(connection, outgoing);
    message["id"] = json!(message_id);
    let url = format!("{}/{}", activities(connection, outgoing.place), utf8_percent_encode(message_id, ESCAPED));
    as_bot(connection, HttpCall::new(Method::PUT, url).json(&message))
}

pub(super) fn typing(connection: &Connection, place: &Place) -> HttpCall {
    as_bot(connection, HttpCall::post(activities(connection, place), &activity(connection, place, "typing")))
}

/// The request for the content of a file. Images within messages want the token, links to OneDrive hold their own; the
/// token goes to the Bot Connector alone.
pub(super) fn download(connection: &Connection, url: &str) -> HttpCall {
    let call = HttpCall::get(url);
    if is_of(connection, url) { as_bot(connection, call) } else { call }
}

fn as_bot(connection: &Connection, call: HttpCall) -> HttpCall {
    match &connection.token {
        Some(token) => call.bearer(token),
        None => call,
    }
}

fn message(connection: &Connection, outgoing: &Outgoing<'_>) -> Value {
    let mut message = activity(connection, outgoing.place, "message");
    message["textFormat"] = json!("xml");
    message["text"] = json!(outgoing.text);
    message
}

fn activity(connection: &Connection, place: &Place, kind: &str) -> Value {
    json!({
        "type": kind,
        "from": {"id": format!("{BOT}{}", connection.settings.get("app_id"))},
        "conversation": {"id": conversation(place)},
    })
}

/// A conversation as the Bot Connector names it: that of a channel is a thread in it.
fn conversation(place: &Place) -> String {
    match &place.thread {
        Some(thread) => format!("{}{THREAD}{thread}", place.conversation),
        None => place.conversation.clone(),
    }
}

/// The activities of a conversation, at the service that it came from. Services differ by the part of the world, and
/// are all on the host that the settings name; another host is never called.
fn activities(connection: &Connection, place: &Place) -> String {
    let api_url = connection.settings.get("api_url");
    let service = if is_of(connection, &place.reply_to) { place.reply_to.as_str() } else { api_url };
    let conversation = conversation(place);
    let conversation = utf8_percent_encode(&conversation, ESCAPED);
    format!("{}/v3/conversations/{conversation}/activities", service.trim_end_matches('/'))
}

/// Whether a URL is of the service that the settings name.
fn is_of(connection: &Connection, url: &str) -> bool {
    let api = Url::parse(connection.settings.get("api_url"));
    matches!((Url::parse(url), api), (Ok(url), Ok(api)) if url.origin() == api.origin() && url.origin().is_tuple())
}
