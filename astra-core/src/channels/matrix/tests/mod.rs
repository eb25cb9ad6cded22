//! The platform against the payloads of Matrix' specification.

mod markup;
mod read;
mod send;
mod verify;

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::channels::{
    Connection, HttpAnswer, HttpCall, Message, Outgoing, Place, Platform, Reading, Request, SecretValues, Secrets,
    Settings,
};
use crate::ids::ChannelId;

use super::Matrix;

const BOT: &str = "@_irc_bot:example.org";
const ROOM: &str = "!jEsUZKDJdhlrceRyVU:example.org";
// The tokens of the specification's example of a registration.
const AS_TOKEN: &str = "30c05ae90a248a4188e620216fa72e349803310ec83e2a77b34fe90be6081f46";
const HS_TOKEN: &str = "312df522183efd404ec1cd22d2ffa4bbc76a8c1ccf541dd692eef281356bb74e";

fn texts(of: &[(&str, &str)]) -> BTreeMap<String, String> {
    of.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn connection_with(rooms: &str) -> Connection {
    let settings =
        [("api_url", "https://matrix.example.org"), ("user_id", BOT), ("rooms", rooms), ("message_type", "m.notice")];
    let current = SecretValues(texts(&[("as_token", AS_TOKEN), ("hs_token", HS_TOKEN)]));
    Connection {
        id: ChannelId::from_key(7),
        settings: Settings(texts(&settings)),
        secrets: Secrets { current, previous: SecretValues::default() },
        identity: None,
        token: None,
        public_url: Some("https://astra.example.com".to_owned()),
    }
}

fn connection() -> Connection {
    connection_with("groups")
}

fn transaction(body: &[u8]) -> Request {
    let mut headers = HeaderMap::new();
    headers.insert("authorization", HeaderValue::try_from(format!("Bearer {HS_TOKEN}")).unwrap());
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    Request {
        headers,
        query: String::new(),
        body: Bytes::copy_from_slice(body),
        transaction_id: Some("35".to_owned()),
        keys: None,
        at_ms: 1_432_735_824_653,
    }
}

/// The specification's example of a room's event, with this type and content.
fn event(kind: &str, content: &Value) -> Value {
    json!({
        "type": kind,
        "content": content,
        "event_id": "$143273582443PhrSn:example.org",
        "room_id": ROOM,
        "sender": "@example:example.org",
        "origin_server_ts": 1_432_735_824_653_i64,
        "unsigned": {"age": 1234, "membership": "join"},
    })
}

fn said(content: &Value) -> Value {
    event("m.room.message", content)
}

fn read_with(connection: &Connection, events: &[Value]) -> Reading {
    let body = json!({"events": events}).to_string();
    Matrix.read(connection, &transaction(body.as_bytes())).unwrap()
}

fn message_with(connection: &Connection, event: Value) -> Message {
    match read_with(connection, &[event]).events.remove(0).event {
        crate::channels::Event::Message(message) => *message,
        crate::channels::Event::Ignored(why) => panic!("ignored: {why}"),
    }
}

fn message(event: Value) -> Message {
    message_with(&connection(), event)
}

fn ignored(event: Value) -> String {
    match read_with(&connection(), &[event]).events.remove(0).event {
        crate::channels::Event::Ignored(why) => why,
        crate::channels::Event::Message(message) => panic!("read: {message:?}"),
    }
}

fn place(thread: Option<&str>, reply_to: &str) -> Place {
    Place { conversation: ROOM.to_owned(), thread: thread.map(str::to_owned), reply_to: reply_to.to_owned() }
}

fn outgoing<'a>(place: &'a Place, markdown: &'a str, text: &'a str, part: u32) -> Outgoing<'a> {
    Outgoing { place, text, markdown, part, is_last: true, id: "000000000000000a0000000000", at_ms: 1_000 }
}

fn body(call: &HttpCall) -> Value {
    serde_json::from_slice(&call.body).unwrap()
}

fn answer(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> HttpAnswer {
    let headers =
        headers.iter().map(|(name, value)| (http::HeaderName::from_static(name), HeaderValue::from_static(value)));
    HttpAnswer {
        status: StatusCode::from_u16(status).unwrap(),
        headers: headers.collect(),
        body: Bytes::copy_from_slice(body.as_bytes()),
        at_ms: 0,
    }
}
