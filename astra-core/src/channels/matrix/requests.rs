//! Requests of the client-server API. <https://spec.matrix.org/latest/client-server-api/>

use std::time::Duration;

use http::Method;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::channels::connection::Connection;
use crate::channels::inbound::Place;
use crate::channels::outgoing::{HttpCall, Outgoing};

/// What is encoded in a segment of a path: all but the unreserved characters.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Sends a part: in its thread, or, in a group, as a reply to the message that it answers.
pub(super) fn send(connection: &Connection, outgoing: &Outgoing<'_>) -> HttpCall {
    let Place { thread, reply_to, .. } = outgoing.place;
    let is_group = connection.settings.get("rooms") != "direct";
    let answers = json!({"event_id": reply_to});
    let mut content = content(connection, outgoing);
    match thread {
        Some(root) => {
            content["m.relates_to"] = json!({
                "rel_type": "m.thread",
                "event_id": root,
                "is_falling_back": true,
                "m.in_reply_to": answers,
            });
        }
        None if is_group && outgoing.part == 0 && reply_to.starts_with('$') => {
            content["m.relates_to"] = json!({"m.in_reply_to": answers});
        }
        None => {}
    }
    put_event(connection, outgoing.place, outgoing.id, &content)
}

/// Replaces the text of a part.
pub(super) fn edit(connection: &Connection, outgoing: &Outgoing<'_>, message_id: &str) -> HttpCall {
    let new = content(connection, outgoing);
    let mut whole = new.clone();
    // Clients that know no edits show it as an event of its own.
    whole["body"] = json!(format!("* {}", outgoing.markdown));
    whole["m.new_content"] = new;
    whole["m.relates_to"] = json!({"rel_type": "m.replace", "event_id": message_id});
    put_event(connection, outgoing.place, &format!("{}_{}", outgoing.id, outgoing.at_ms), &whole)
}

/// Shows that the bot writes.
pub(super) fn typing(connection: &Connection, place: &Place, holds: Duration) -> HttpCall {
    let (room, user) = (segment(&place.conversation), segment(connection.settings.get("user_id")));
    let body = json!({"typing": true, "timeout": holds.as_secs().saturating_mul(1_000)});
    call(connection, Method::PUT, &format!("_matrix/client/v3/rooms/{room}/typing/{user}")).json(&body)
}

/// Joins the room that the bot was invited to.
pub(super) fn join(connection: &Connection, place: &Place) -> HttpCall {
    let room = segment(&place.conversation);
    call(connection, Method::POST, &format!("_matrix/client/v3/rooms/{room}/join")).json(&json!({}))
}

/// Gets the content of `mxc://<server>/<media>`.
pub(super) fn download(connection: &Connection, url: &str) -> Option<HttpCall> {
    let (server, media) = url.strip_prefix("mxc://")?.split_once('/')?;
    let is_good = !server.is_empty() && !media.is_empty() && !media.contains('/');
    let path = format!("_matrix/client/v1/media/download/{}/{}", segment(server), segment(media));
    is_good.then(|| call(connection, Method::GET, &path))
}

fn content(connection: &Connection, outgoing: &Outgoing<'_>) -> Value {
    json!({
        "msgtype": connection.settings.get("message_type"),
        "body": outgoing.markdown,
        "format": "org.matrix.custom.html",
        "formatted_body": outgoing.text,
        // What a model wrote calls no one: without this, `@room` and names in the text would.
        "m.mentions": {},
    })
}

fn put_event(connection: &Connection, place: &Place, transaction: &str, content: &Value) -> HttpCall {
    let (room, transaction) = (segment(&place.conversation), segment(transaction));
    let path = format!("_matrix/client/v3/rooms/{room}/send/m.room.message/{transaction}");
    call(connection, Method::PUT, &path).json(content)
}

fn call(connection: &Connection, method: Method, path: &str) -> HttpCall {
    HttpCall::new(method, connection.settings.url("api_url", path)).bearer(connection.secrets.get("as_token"))
}

fn segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}
