//! Discord against its documentation: signatures, the handshake, and what a simulation sends.

mod inbound;
mod outbound;

use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use serde_json::{Value, json};

use super::{Discord, SIGNATURE, TIMESTAMP, signature};
use crate::channels::{
    Connection, Event, HttpCall, Message, Platform, Reading, Request, SecretValues, Secrets, Settings, Simulated,
    Unverified,
};
use crate::ids::ChannelId;

/// RFC 8032, 7.1, test 1.
const SEED: [u8; 32] = [
    0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49, 0xc5,
    0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
];
const PUBLIC_KEY: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
const OF_NOTHING: &str = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901\
    555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b";

const AT_S: i64 = 1_607_437_000;
const PING: &str =
    r#"{"application_id":"1203948576203948576","id":"786008729715212338","token":"x","type":1,"version":1}"#;

fn values(values: &[(&str, &str)]) -> std::collections::BTreeMap<String, String> {
    values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn connection() -> Connection {
    let settings = values(&[
        ("api_url", "https://discord.com/api/v10"),
        ("application_id", "1203948576203948576"),
        ("public_key", PUBLIC_KEY),
    ]);
    let current = SecretValues(values(&[("bot_token", "bot.token")]));
    Connection {
        id: ChannelId::from_key(1),
        settings: Settings(settings),
        secrets: Secrets { current, previous: SecretValues::default() },
        identity: None,
        token: None,
        public_url: Some("https://astra.example".to_owned()),
    }
}

fn request(headers: &[(HeaderName, &str)], body: impl Into<Bytes>, at_s: i64) -> Request {
    let headers = headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap())).collect();
    let (query, body) = (String::new(), body.into());
    Request { headers, query, body, transaction_id: None, keys: None, at_ms: at_s * 1_000 }
}

fn json_request(body: &Value) -> Request {
    request(&[], body.to_string(), AT_S)
}

fn sent(call: &HttpCall, at_s: i64) -> Request {
    Request { headers: call.headers.clone(), ..request(&[], call.body.clone(), at_s) }
}

fn read(request: &Request) -> Reading {
    Discord.read(&connection(), request).unwrap()
}

fn message(request: &Request) -> Message {
    match read(request).events.pop().unwrap().event {
        Event::Message(message) => *message,
        Event::Ignored(reason) => panic!("ignored: {reason}"),
    }
}

fn signed(body: &str, at_s: i64, now_s: i64) -> Request {
    let at = at_s.to_string();
    request(&[(SIGNATURE, &signature::sign(&SEED, &at, body.as_bytes())), (TIMESTAMP, &at)], body.to_owned(), now_s)
}

#[test]
fn ed25519_is_that_of_rfc_8032() {
    assert_eq!(signature::public_key(&SEED), PUBLIC_KEY);
    assert_eq!(signature::sign(&SEED, "", b""), OF_NOTHING);
    assert!(signature::is_good(PUBLIC_KEY, OF_NOTHING, "", b""));
    assert!(!signature::is_good(PUBLIC_KEY, OF_NOTHING, "", b"x"));
    assert!(!signature::is_good(PUBLIC_KEY, &OF_NOTHING[2..], "", b""));
    assert!(!signature::is_good(PUBLIC_KEY, &format!("{OF_NOTHING}00"), "", b""));
    assert!(!signature::is_good(PUBLIC_KEY, &format!("zz{}", &OF_NOTHING[2..]), "", b""));
    assert!(!signature::is_good("", OF_NOTHING, "", b""));
}

#[test]
fn a_signed_request_is_believed_within_five_minutes() {
    for off in [-300, 0, 300] {
        assert_eq!(Discord.verify(&connection(), &signed(PING, AT_S, AT_S + off)), Ok(()), "{off}");
    }
    for off in [-600, -301, 301, 600] {
        assert_eq!(Discord.verify(&connection(), &signed(PING, AT_S, AT_S + off)), Err(Unverified::Stale), "{off}");
    }
}

#[test]
fn a_forged_or_replayed_request_is_not_believed() {
    let (at, good) = (AT_S.to_string(), signature::sign(&SEED, &AT_S.to_string(), PING.as_bytes()));
    let verify = |headers: &[(HeaderName, &str)], body: &str| {
        Discord.verify(&connection(), &request(headers, body.to_owned(), AT_S))
    };
    assert_eq!(verify(&[], PING), Err(Unverified::Missing));
    assert_eq!(verify(&[(SIGNATURE, &good)], PING), Err(Unverified::Missing));
    assert_eq!(verify(&[(TIMESTAMP, &at)], PING), Err(Unverified::Missing));
    let (replayed, other) = ((AT_S + 1).to_string(), signature::sign(&[1; 32], &at, PING.as_bytes()));
    for (signature, at, body) in [
        (good.as_str(), at.as_str(), "{}"),
        (good.as_str(), replayed.as_str(), PING),
        (other.as_str(), at.as_str(), PING),
        ("invalid", at.as_str(), PING),
    ] {
        assert_eq!(verify(&[(SIGNATURE, signature), (TIMESTAMP, at)], body), Err(Unverified::Wrong), "{signature}");
    }
    // What comes twice within five minutes is good, and has the same id.
    let again = signed(PING, AT_S, AT_S + 1);
    assert_eq!(Discord.verify(&connection(), &again), Ok(()));
}

#[test]
fn a_ping_is_answered() {
    let reply = Discord.handshake(&connection(), &request(&[], PING, AT_S)).unwrap();
    assert_eq!((reply.media_type, reply.body.as_str()), ("application/json", r#"{"type":1}"#));
    for other in [json!({"type": 2}), json!({"type": "1"}), json!([]), Value::Null] {
        assert_eq!(Discord.handshake(&connection(), &json_request(&other)), None);
    }
    assert_eq!(Discord.handshake(&connection(), &request(&[], "", AT_S)), None);
}

#[test]
fn what_is_simulated_is_verified_and_read() {
    let (seed, at_ms) = ([7; 32], AT_S * 1_000 + 5);
    let mut connection = connection();
    for (name, value) in Discord.simulation(&seed, "http://127.0.0.1:9").values {
        let field = Discord.fields().iter().find(|field| field.name == name).unwrap();
        let kept = if field.is_secret { &mut connection.secrets.current.0 } else { &mut connection.settings.0 };
        kept.insert(name.to_owned(), value);
    }
    let simulate = |seed, event_id: &str| {
        let said = Simulated { text: "Is 1 < 2?", event_id, user: "42", conversation: "4711", at_ms };
        Discord.simulate(&connection, seed, &said)
    };
    let call = simulate(&seed, "e1");
    assert_eq!((call.method.as_str(), call.url.as_str()), ("POST", "/webhook"));
    let request = sent(&call, AT_S);
    assert_eq!(Discord.verify(&connection, &request), Ok(()));
    assert_eq!(Discord.handshake(&connection, &request), None);
    let reading = Discord.read(&connection, &request).unwrap();
    assert_eq!(reading.reply.body, r#"{"type":5}"#);
    let Event::Message(message) = &reading.events[0].event else { panic!("{reading:?}") };
    assert_eq!(message.text, "Is 1 < 2?");
    assert!(message.is_direct && message.mentions_bot && !message.user.is_bot);
    assert_eq!((message.user.id.as_str(), message.place.conversation.as_str()), ("42", "4711"));
    assert!(message.sent_at_ms.unwrap().abs_diff(at_ms) <= 1_000);
    let ids: std::collections::BTreeSet<String> = (0..500)
        .map(|number| {
            let request = sent(&simulate(&seed, &format!("e{number}")), AT_S);
            Discord.read(&connection, &request).unwrap().events.pop().unwrap().event_id
        })
        .collect();
    assert_eq!(ids.len(), 500);
    assert!(ids.contains(&reading.events[0].event_id), "the same event has the same id");
    assert_eq!(Discord.verify(&connection, &sent(&simulate(&[8; 32], "e1"), AT_S)), Err(Unverified::Wrong));
}
