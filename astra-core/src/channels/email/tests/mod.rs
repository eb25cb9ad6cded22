//! The platform against the payloads of Postmark's and SendGrid's documentation, and against a mail server.

mod postmark;
mod send;
mod sendgrid;
mod server;
mod text;
mod verify;

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

use super::{Email, credentials};
use crate::channels::{
    Connection, Event, Message, Outgoing, Place, Platform, Request, SecretValues, Secrets, Settings, Unreadable,
};
use crate::ids::ChannelId;

const ADDRESS: &str = "astra@example.com";
const PASSWORD: &str = "5f0c1d7a9e3b42c8b6d4";
const AT_MS: i64 = 1_600_112_502_000;

fn texts(of: &[(&str, &str)]) -> BTreeMap<String, String> {
    of.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn connection_with(changes: &[(&str, &str)]) -> Connection {
    let mut settings = texts(&[
        ("provider", "postmark"),
        ("address", ADDRESS),
        ("name", "Astra"),
        ("smtp_url", "smtp+plain://127.0.0.1:2525"),
        ("senders", "proved"),
    ]);
    settings.extend(texts(changes));
    let current = SecretValues(texts(&[("webhook_password", PASSWORD), ("smtp_password", "smtp-secret")]));
    Connection {
        id: ChannelId::from_key(7),
        settings: Settings(settings),
        secrets: Secrets { current, previous: SecretValues::default() },
        identity: None,
        token: None,
        public_url: Some("https://astra.example.com".to_owned()),
    }
}

fn connection() -> Connection {
    connection_with(&[])
}

fn request(content_type: &str, headers: &[(&'static str, &str)], body: &[u8]) -> Request {
    let mut map = HeaderMap::new();
    map.insert("content-type", HeaderValue::from_str(content_type).unwrap());
    map.insert("authorization", HeaderValue::try_from(credentials::authorization(PASSWORD)).unwrap());
    for (name, value) in headers {
        map.insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
    }
    Request {
        headers: map,
        query: String::new(),
        body: Bytes::copy_from_slice(body),
        transaction_id: None,
        keys: None,
        at_ms: AT_MS,
    }
}

fn read(connection: &Connection, request: &Request) -> Result<(String, Event), Unreadable> {
    let mut reading = Email.read(connection, request)?;
    assert_eq!((reading.events.len(), reading.reply.body.as_str()), (1, ""));
    let inbound = reading.events.remove(0);
    Ok((inbound.event_id, inbound.event))
}

fn message(connection: &Connection, request: &Request) -> Message {
    match read(connection, request).unwrap().1 {
        Event::Message(message) => *message,
        Event::Ignored(why) => panic!("ignored: {why}"),
    }
}

fn ignored(connection: &Connection, request: &Request) -> String {
    match read(connection, request).unwrap().1 {
        Event::Ignored(why) => why,
        Event::Message(message) => panic!("read: {message:?}"),
    }
}

/// A mail as Postmark posts it, from a person to the channel alone, and proved.
fn posted() -> Value {
    json!({
        "MessageID": "73e6d360-66eb-11e1-8e72-a8904824019b",
        "FromFull": {"Email": "Ada@Example.org", "Name": "Ada L.", "MailboxHash": ""},
        "ToFull": [{"Email": ADDRESS, "Name": "", "MailboxHash": ""}],
        "Subject": "",
        "TextBody": "Hello",
        "Headers": [
            {"Name": "Message-ID", "Value": "<question@example.org>"},
            {"Name": "X-Spam-Tests", "Value": "DKIM_SIGNED,DKIM_VALID,DKIM_VALID_AU,SPF_PASS"},
        ],
    })
}

/// The same with these headers besides.
fn posted_with(headers: &[(&str, &str)]) -> Value {
    let mut mail = posted();
    let all = mail["Headers"].as_array_mut().unwrap();
    all.extend(headers.iter().map(|(name, value)| json!({"Name": name, "Value": value})));
    mail
}

fn as_json(mail: &Value) -> Request {
    request("application/json; charset=utf-8", &[], mail.to_string().as_bytes())
}

fn outgoing<'a>(place: &'a Place, markdown: &'a str, text: &'a str) -> Outgoing<'a> {
    Outgoing { place, text, markdown, part: 0, is_last: true, id: "000000000000000a0000000000", at_ms: AT_MS }
}
