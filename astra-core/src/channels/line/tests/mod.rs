//! LINE against its documentation: signatures, its check of the URL, and what a simulation sends.

mod inbound;
mod outbound;

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};

use super::{Line, SIGNATURE, sign};
use crate::channels::{
    Connection, Event, HttpCall, Identity, Inbound, Message, Platform, Reply, Request, SecretValues, Secrets, Settings,
    Simulated, Unverified,
};
use crate::ids::ChannelId;

/// The example of <https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/>.
const SECRET: &str = "8c570fa6dd201bb328f1c1eac23a96d8";
const BODY: &str = r#"{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}"#;
const BODY_SIGNATURE: &str = "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs=";

const AT_MS: i64 = 1_462_629_479_859;

fn values(values: &[(&str, &str)]) -> BTreeMap<String, String> {
    values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn connection() -> Connection {
    let settings = [("api_url", "https://api.line.me"), ("data_url", "https://api-data.line.me"), ("sending", "reply")];
    Connection {
        id: ChannelId::from_key(1),
        settings: Settings(values(&settings)),
        secrets: Secrets {
            current: SecretValues(values(&[("channel_access_token", "token"), ("channel_secret", SECRET)])),
            previous: SecretValues::default(),
        },
        identity: Some(Identity {
            id: "U8e742f61d673b39c7fff3cecb7536ef0".to_owned(),
            name: "Astra".to_owned(),
            extra: Value::Null,
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

fn read(events: &Value) -> Vec<Inbound> {
    let body = json!({"destination": "U8e742f61d673b39c7fff3cecb7536ef0", "events": events});
    let reading = Line.read(&connection(), &request(&[], body.to_string())).unwrap();
    assert_eq!(reading.reply, Reply::empty());
    reading.events
}

fn message(event: &Value) -> Message {
    match read(&json!([event])).pop().unwrap().event {
        Event::Message(message) => *message,
        Event::Ignored(reason) => panic!("ignored: {reason}"),
    }
}

fn ignored(event: &Value) -> String {
    match read(&json!([event])).pop().unwrap().event {
        Event::Ignored(reason) => reason,
        Event::Message(message) => panic!("read: {message:?}"),
    }
}

/// A message event of <https://developers.line.biz/en/reference/messaging-api/#message-event>.
fn event(changes: &Value) -> Value {
    let mut event = json!({
        "replyToken": "nHuyWiB7yP5Zw52FIkcQobQuGDXCTA",
        "type": "message",
        "mode": "active",
        "timestamp": AT_MS,
        "source": {"type": "user", "userId": "U206d25c2ea6bd87c17655609a1c37cb8"},
        "webhookEventId": "01FZ74A0TDDPYRVKNK77XKC3ZR",
        "deliveryContext": {"isRedelivery": false},
        "message": {"id": "325708", "type": "text", "text": "Hello, world", "quoteToken": "q3Plxr4AgKd"},
    });
    for (name, value) in changes.as_object().unwrap() {
        event[name] = value.clone();
    }
    event
}

#[test]
fn the_signature_of_the_documentation_is_good() {
    assert_eq!(sign(SECRET, BODY.as_bytes()), BODY_SIGNATURE);
    assert_eq!(Line.verify(&connection(), &request(&[BODY_SIGNATURE], BODY)), Ok(()));
    // That of the tests of LINE's own programs.
    assert_eq!(sign("channel_secret", b"bodybodybodybody"), "/gg9a+LvFevTH1sd7XCQycD7tsWclCsInj7MhBHxN7k=");
}

#[test]
fn a_forged_request_is_not_believed() {
    let verify = |signatures: &[&str], body: &'static str| Line.verify(&connection(), &request(signatures, body));
    assert_eq!(verify(&[], BODY), Err(Unverified::Missing));
    assert_eq!(verify(&[""], BODY), Err(Unverified::Missing));
    assert_eq!(verify(&[BODY_SIGNATURE, BODY_SIGNATURE], BODY), Err(Unverified::Missing));
    let other = sign("another", BODY.as_bytes());
    let lower = BODY_SIGNATURE.to_lowercase();
    for (signature, body) in [
        (BODY_SIGNATURE, r#"{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[{}]}"#),
        (BODY_SIGNATURE, ""),
        (other.as_str(), BODY),
        (lower.as_str(), BODY),
        (BODY_SIGNATURE.trim_end_matches('='), BODY),
        ("x", BODY),
    ] {
        assert_eq!(verify(&[signature], body), Err(Unverified::Wrong), "{signature} {body}");
    }
}

#[test]
fn what_comes_late_or_twice_is_good_and_is_kept_once() {
    // LINE sends again what was not taken, with the same signature: the id of the event tells.
    let body = json!({"destination": "U8e742f61d673b39c7fff3cecb7536ef0", "events": [event(&json!({}))]}).to_string();
    let signature = sign(SECRET, body.as_bytes());
    for off_ms in [-600_000, 600_000, 86_000_000] {
        let late = Request { at_ms: AT_MS + off_ms, ..request(&[&signature], body.clone()) };
        assert_eq!(Line.verify(&connection(), &late), Ok(()), "{off_ms}");
        let events = Line.read(&connection(), &late).unwrap().events;
        assert_eq!(events[0].event_id, "01FZ74A0TDDPYRVKNK77XKC3ZR");
        assert!(matches!(events[0].event, Event::Message(_)));
    }
    let again = event(&json!({"deliveryContext": {"isRedelivery": true}}));
    assert_eq!(read(&json!([again]))[0].event_id, "01FZ74A0TDDPYRVKNK77XKC3ZR");
    // What is older than anything that LINE sends again is answered no more.
    let replayed = Request { at_ms: AT_MS + 86_400_001, ..request(&[&signature], body) };
    let events = Line.read(&connection(), &replayed).unwrap().events;
    assert_eq!(events[0].event, Event::Ignored("the message is more than a day old".to_owned()));
}

#[test]
fn the_secret_before_the_current_one_is_good_too() {
    let mut rotated = connection();
    rotated.secrets.previous = rotated.secrets.current.clone();
    rotated.secrets.current = SecretValues(values(&[("channel_secret", "00000000000000000000000000000000")]));
    let signed = request(&[BODY_SIGNATURE], BODY);
    assert_eq!(Line.verify(&rotated, &signed), Ok(()));
    rotated.secrets.previous = SecretValues::default();
    assert_eq!(Line.verify(&rotated, &signed), Err(Unverified::Wrong));
    rotated.secrets.current = SecretValues::default();
    assert_eq!(Line.verify(&rotated, &signed), Err(Unverified::Wrong));
}

#[test]
fn the_check_of_the_url_has_no_events() {
    let check = request(&[BODY_SIGNATURE], BODY);
    assert_eq!(Line.handshake(&connection(), &check), None);
    assert_eq!(Line.read(&connection(), &check).unwrap().events, []);
    assert_eq!(Line.handshake_get(&connection(), &check), Err(Unverified::NotOffered));
}

/// A request as the platform sends what a simulation describes.
fn sent(call: &HttpCall) -> Request {
    Request { headers: call.headers.clone(), body: call.body.clone(), ..request(&[], "") }
}

#[test]
fn what_is_simulated_is_verified_and_read() {
    let (seed, mut connection) = ([7; 32], connection());
    for (name, value) in Line.simulation(&seed, "http://127.0.0.1:9").values {
        let field = Line.fields().iter().find(|field| field.name == name).unwrap();
        let kept = if field.is_secret { &mut connection.secrets.current.0 } else { &mut connection.settings.0 };
        kept.insert(name.to_owned(), value);
    }
    let simulate = |seed: &[u8; 32], event_id: &str, user: &str, conversation: &str| {
        let said = Simulated { text: "Is 1 < 2 & 3 > 2?", event_id, user, conversation, at_ms: AT_MS };
        Line.simulate(&connection, seed, &said)
    };
    let call = simulate(&seed, "e1", "ada", "direct-ada");
    assert_eq!((call.method.as_str(), call.url.as_str()), ("POST", "/webhook"));
    assert_eq!(Line.verify(&connection, &sent(&call)), Ok(()));
    let event = |call: &HttpCall| Line.read(&connection, &sent(call)).unwrap().events.pop().unwrap();
    let spoken = |call: &HttpCall| match event(call).event {
        Event::Message(message) => *message,
        Event::Ignored(reason) => panic!("ignored: {reason}"),
    };
    let message = spoken(&call);
    assert_eq!((message.text.as_str(), message.sent_at_ms), ("Is 1 < 2 & 3 > 2?", Some(AT_MS)));
    assert!(message.is_direct && message.mentions_bot && !message.user.is_bot);
    assert_eq!(message.place.conversation, message.user.id);
    assert!(message.user.id.len() == 33 && message.user.id.starts_with('U'));
    let conversations = [
        message.place.conversation,
        spoken(&simulate(&seed, "e2", "ada", "c2")).place.conversation,
        spoken(&simulate(&seed, "e3", "bob", "direct-ada")).place.conversation,
        spoken(&simulate(&seed, "e4", "U206d25c2ea6bd87c17655609a1c37cb8", "c")).place.conversation,
    ];
    assert_eq!(conversations[3], "U206d25c2ea6bd87c17655609a1c37cb8");
    assert_eq!(conversations.iter().collect::<std::collections::BTreeSet<_>>().len(), 4);
    let ids: std::collections::BTreeSet<String> =
        (0..2_000).map(|number| event(&simulate(&seed, &format!("e{number}"), "ada", "c")).event_id).collect();
    assert_eq!(ids.len(), 2_000);
    assert!(ids.contains(&event(&call).event_id), "the same event has the same id");
    let forged = sent(&simulate(&[8; 32], "e1", "ada", "c"));
    assert_eq!(Line.verify(&connection, &forged), Err(Unverified::Wrong));
}

#[test]
fn the_fields_of_a_simulation_are_those_that_a_channel_needs() {
    let simulation = Line.simulation(&[7; 32], "http://127.0.0.1:9");
    for field in Line.fields().iter().filter(|field| field.is_required) {
        assert!(simulation.values.iter().any(|(known, _)| *known == field.name), "{}", field.name);
    }
    let steps = Line.set_up(&connection()).join("\n");
    assert!(steps.contains("https://astra.example/channels/chn_") && !steps.contains(SECRET));
}
