//! WhatsApp against its documentation: signatures, the handshake, and what a simulation sends.

mod inbound;
mod outbound;

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};

use super::{SIGNATURE, WhatsApp, sign};
use crate::channels::{
    Connection, Event, HttpCall, Identity, Inbound, Message, Platform, Reply, Request, SecretValues, Secrets, Settings,
    Simulated, Unverified,
};
use crate::ids::ChannelId;

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const VERIFY_TOKEN: &str = "a-secret-of-your-own";
/// When the messages of the examples were sent.
const AT_MS: i64 = 1_749_416_383_000;

fn values(values: &[(&str, &str)]) -> BTreeMap<String, String> {
    values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn connection() -> Connection {
    let settings = [("api_url", "https://graph.facebook.com/v25.0"), ("phone_number_id", "106540352242922")];
    let secrets = [("access_token", "EAAJB"), ("app_secret", SECRET), ("verify_token", VERIFY_TOKEN)];
    Connection {
        id: ChannelId::from_key(1),
        settings: Settings(values(&settings)),
        secrets: Secrets { current: SecretValues(values(&secrets)), previous: SecretValues::default() },
        identity: Some(Identity {
            id: "106540352242922".to_owned(),
            name: "Lucky Shrub".to_owned(),
            extra: json!({"display_phone_number": "+1 555-078-3881"}),
        }),
        token: None,
        public_url: Some("https://astra.example".to_owned()),
    }
}

fn request(signatures: &[&str], body: impl Into<Bytes>) -> Request {
    let mut headers = HeaderMap::new();
    for signature in signatures {
        headers.append(SIGNATURE, HeaderValue::from_str(signature).unwrap());
    }
    Request { headers, query: String::new(), body: body.into(), transaction_id: None, keys: None, at_ms: AT_MS + 40 }
}

fn read(notification: &Value) -> Vec<Inbound> {
    let reading = WhatsApp.read(&connection(), &request(&[], notification.to_string())).unwrap();
    assert_eq!(reading.reply, Reply::empty());
    reading.events
}

fn message(changes: &Value) -> Message {
    match read(&notification(changes)).pop().unwrap().event {
        Event::Message(message) => *message,
        Event::Ignored(reason) => panic!("ignored: {reason}"),
    }
}

fn ignored(notification: &Value) -> String {
    match read(notification).pop().unwrap().event {
        Event::Ignored(reason) => reason,
        Event::Message(message) => panic!("read: {message:?}"),
    }
}

/// `value` in the wrapper of all webhooks.
fn wrapped(field: &str, value: &Value) -> Value {
    json!({
        "object": "whatsapp_business_account",
        "entry": [{"id": "102290129340398", "changes": [{"value": value, "field": field}]}],
    })
}

/// The example of
/// <https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages>.
fn notification(changes: &Value) -> Value {
    let mut message = json!({
        "from": "16505551234",
        "id": "wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA=",
        "timestamp": "1749416383",
        "type": "text",
        "text": {"body": "Does it come in another color?"},
    });
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(message.as_object_mut().unwrap().remove(name)),
            value => message[name] = value.clone(),
        }
    }
    let value = json!({
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": "106540352242922"},
        "contacts": [{
            "profile": {"name": "Sheena Nelson"},
            "wa_id": "16505551234",
            "user_id": "US.13491208655302741918",
        }],
        "messages": [message],
    });
    wrapped("messages", &value)
}

#[test]
fn signatures_are_those_that_others_make() {
    // A vector of an SDK of the platform, and the one that GitHub publishes for the same scheme.
    let published = "sha256=0329a06b62cd16b33eb6792be8c60b158d89a2ee3a876fce9a881ebb488c0914";
    assert_eq!(sign("secret", b"test"), published);
    let published = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    assert_eq!(sign("It's a Secret to Everybody", b"Hello, World!"), published);
}

#[test]
fn a_forged_request_is_not_believed() {
    let body = notification(&json!({})).to_string();
    let signature = sign(SECRET, body.as_bytes());
    let verify =
        |signatures: &[&str], body: &str| WhatsApp.verify(&connection(), &request(signatures, body.to_owned()));
    assert_eq!(verify(&[&signature], &body), Ok(()));
    assert_eq!(verify(&[], &body), Err(Unverified::Missing));
    assert_eq!(verify(&[""], &body), Err(Unverified::Missing));
    assert_eq!(verify(&[&signature, &signature], &body), Err(Unverified::Missing));
    let (other, empty) = (sign("another", body.as_bytes()), sign("", body.as_bytes()));
    let changed = body.replace("another color", "any color");
    for (signature, body) in [
        (signature.as_str(), changed.as_str()),
        (signature.as_str(), ""),
        (other.as_str(), body.as_str()),
        (empty.as_str(), body.as_str()),
        (&signature["sha256=".len()..], body.as_str()),
        (signature.to_uppercase().as_str(), body.as_str()),
        ("sha256=", body.as_str()),
    ] {
        assert_eq!(verify(&[signature], body), Err(Unverified::Wrong), "{signature}");
    }
}

#[test]
fn the_signature_is_of_the_body_as_it_came() {
    // Meta escapes what is not ASCII before it signs.
    let body = notification(&json!({"text": {"body": "PLACE"}})).to_string().replace("PLACE", r"\u00e4 \ud83d\udc4d");
    let signature = sign(SECRET, body.as_bytes());
    let request = request(&[&signature], body);
    assert_eq!(WhatsApp.verify(&connection(), &request), Ok(()));
    let events = WhatsApp.read(&connection(), &request).unwrap().events;
    assert!(matches!(&events[0].event, Event::Message(message) if message.text == "ä 👍"));
}

#[test]
fn what_comes_late_or_twice_is_good_and_is_kept_once() {
    // Meta signs no time, and sends for days what was not taken: the id of the message tells.
    let body = notification(&json!({})).to_string();
    let signature = sign(SECRET, body.as_bytes());
    for off_ms in [-600_000, 600_000, 86_000_000] {
        let late = Request { at_ms: AT_MS + off_ms, ..request(&[&signature], body.clone()) };
        assert_eq!(WhatsApp.verify(&connection(), &late), Ok(()), "{off_ms}");
        let events = WhatsApp.read(&connection(), &late).unwrap().events;
        assert_eq!(events[0].event_id, "wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA=");
        assert!(matches!(events[0].event, Event::Message(_)));
    }
    // After a day people may not be answered any more.
    let replayed = Request { at_ms: AT_MS + 86_400_001, ..request(&[&signature], body) };
    let events = WhatsApp.read(&connection(), &replayed).unwrap().events;
    assert_eq!(events[0].event, Event::Ignored("the message is more than a day old".to_owned()));
}

#[test]
fn the_secrets_before_the_current_ones_are_good_too() {
    let mut rotated = connection();
    rotated.secrets.previous = rotated.secrets.current.clone();
    let new = [("app_secret", "00000000000000000000000000000000"), ("verify_token", "another-of-your-own")];
    rotated.secrets.current = SecretValues(values(&new));
    let signature = sign(SECRET, b"{}");
    let signed = request(&[&signature], "{}");
    let greeting = Request { query: greeting(VERIFY_TOKEN), ..request(&[], "") };
    assert_eq!(WhatsApp.verify(&rotated, &signed), Ok(()));
    assert!(WhatsApp.handshake_get(&rotated, &greeting).is_ok());
    rotated.secrets.previous = SecretValues::default();
    assert_eq!(WhatsApp.verify(&rotated, &signed), Err(Unverified::Wrong));
    assert_eq!(WhatsApp.handshake_get(&rotated, &greeting), Err(Unverified::Wrong));
    rotated.secrets.current = SecretValues::default();
    assert_eq!(WhatsApp.verify(&rotated, &signed), Err(Unverified::Wrong));
    assert_eq!(WhatsApp.handshake_get(&rotated, &greeting), Err(Unverified::Wrong));
}

fn greeting(token: &str) -> String {
    format!("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={token}")
}

#[test]
fn the_challenge_is_answered_to_the_verify_token() {
    let greet =
        |query: &str| WhatsApp.handshake_get(&connection(), &Request { query: query.to_owned(), ..request(&[], "") });
    assert_eq!(greet(&greeting(VERIFY_TOKEN)), Ok(Reply::text("1158201444")));
    assert_eq!(greet(&greeting("another")), Err(Unverified::Wrong));
    for query in [
        String::new(),
        greeting(""),
        greeting(VERIFY_TOKEN).replace("subscribe", "unsubscribe"),
        greeting(VERIFY_TOKEN).replace("1158201444", ""),
        "hub.mode=subscribe&hub.challenge=1".to_owned(),
    ] {
        assert_eq!(greet(&query), Err(Unverified::Missing), "{query}");
    }
    let posted = request(&[], notification(&json!({})).to_string());
    assert_eq!(WhatsApp.handshake(&connection(), &posted), None);
}

/// A request as the platform sends what a simulation describes.
fn sent(call: &HttpCall) -> Request {
    Request { headers: call.headers.clone(), body: call.body.clone(), ..request(&[], "") }
}

#[test]
fn what_is_simulated_is_verified_and_read() {
    let (seed, mut connection) = ([7; 32], connection());
    for (name, value) in WhatsApp.simulation(&seed, "http://127.0.0.1:9").values {
        let field = WhatsApp.fields().iter().find(|field| field.name == name).unwrap();
        let kept = if field.is_secret { &mut connection.secrets.current.0 } else { &mut connection.settings.0 };
        kept.insert(name.to_owned(), value);
    }
    let simulate = |seed: &[u8; 32], event_id: &str, user: &str, conversation: &str| {
        let said = Simulated { text: "Is 1 < 2 & 3 > 2?", event_id, user, conversation, at_ms: AT_MS };
        WhatsApp.simulate(&connection, seed, &said)
    };
    let call = simulate(&seed, "e1", "ada", "direct-ada");
    assert_eq!((call.method.as_str(), call.url.as_str()), ("POST", "/webhook"));
    assert_eq!(WhatsApp.verify(&connection, &sent(&call)), Ok(()));
    let event = |call: &HttpCall| WhatsApp.read(&connection, &sent(call)).unwrap().events.pop().unwrap();
    let spoken = |call: &HttpCall| match event(call).event {
        Event::Message(message) => *message,
        Event::Ignored(reason) => panic!("ignored: {reason}"),
    };
    let message = spoken(&call);
    assert_eq!((message.text.as_str(), message.sent_at_ms), ("Is 1 < 2 & 3 > 2?", Some(AT_MS)));
    assert_eq!(message.user.name.as_deref(), Some("ada"));
    assert!(message.is_direct && message.mentions_bot && !message.user.is_bot);
    assert_eq!(message.place.conversation, message.user.id);
    let conversations = [
        message.place.conversation,
        spoken(&simulate(&seed, "e2", "ada", "c2")).place.conversation,
        spoken(&simulate(&seed, "e3", "bob", "direct-ada")).place.conversation,
        spoken(&simulate(&seed, "e4", "16505551234", "c")).place.conversation,
    ];
    assert_eq!(conversations[3], "16505551234");
    assert_eq!(conversations.iter().collect::<std::collections::BTreeSet<_>>().len(), 4);
    let ids: std::collections::BTreeSet<String> =
        (0..2_000).map(|number| event(&simulate(&seed, &format!("e{number}"), "ada", "c")).event_id).collect();
    assert_eq!(ids.len(), 2_000);
    assert!(ids.contains(&event(&call).event_id), "the same event has the same id");
    let forged = sent(&simulate(&[8; 32], "e1", "ada", "c"));
    assert_eq!(WhatsApp.verify(&connection, &forged), Err(Unverified::Wrong));
}

#[test]
fn the_fields_of_a_simulation_are_those_that_a_channel_needs() {
    let simulation = WhatsApp.simulation(&[7; 32], "http://127.0.0.1:9");
    for field in WhatsApp.fields().iter().filter(|field| field.is_required) {
        assert!(simulation.values.iter().any(|(known, _)| *known == field.name), "{}", field.name);
    }
    let steps = WhatsApp.set_up(&connection()).join("\n");
    assert!(steps.contains("https://astra.example/channels/chn_"));
    assert!(!steps.contains(SECRET) && !steps.contains(VERIFY_TOKEN));
}
