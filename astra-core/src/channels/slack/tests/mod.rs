//! Slack against its documentation: signatures, the handshake, and what a simulation sends.

mod inbound;
mod outbound;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

use super::{SIGNATURE, Slack, TIMESTAMP, sign};
use crate::channels::{
    Connection, Event, HttpCall, Identity, Inbound, Message, Platform, Request, SecretValues, Secrets, Settings,
    Simulated, Unverified,
};
use crate::ids::ChannelId;

/// The example of <https://docs.slack.dev/authentication/verifying-requests-from-slack>.
const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
const AT_S: i64 = 1_531_420_618;
const COMMAND: &str = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V\
    &channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=\
    &response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN\
    &trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
const COMMAND_SIGNATURE: &str = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";

fn values(values: &[(&str, &str)]) -> std::collections::BTreeMap<String, String> {
    values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn connection() -> Connection {
    Connection {
        id: ChannelId::from_key(1),
        settings: Settings(values(&[("api_url", "https://slack.com/api")])),
        secrets: Secrets {
            current: SecretValues(values(&[("bot_token", "xoxb-1-a"), ("signing_secret", SECRET)])),
            previous: SecretValues::default(),
        },
        identity: Some(Identity {
            id: "U0LAN0Z89".to_owned(),
            name: "astra".to_owned(),
            extra: json!({"bot_id": "B061F7AUR"}),
        }),
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
    request(&[(http::header::CONTENT_TYPE, "application/json")], body.to_string(), AT_S)
}

fn form_request(body: &str) -> Request {
    request(&[(http::header::CONTENT_TYPE, "application/x-www-form-urlencoded")], body.to_owned(), AT_S)
}

fn read(request: &Request) -> Vec<Inbound> {
    let reading = Slack.read(&connection(), request).unwrap();
    assert_eq!((reading.reply.media_type, reading.reply.body.as_str()), ("", ""));
    reading.events
}

fn message(request: &Request) -> Message {
    match read(request).pop().unwrap().event {
        Event::Message(message) => *message,
        Event::Ignored(reason) => panic!("ignored: {reason}"),
    }
}

fn ignored(request: &Request) -> String {
    match read(request).pop().unwrap().event {
        Event::Ignored(reason) => reason,
        Event::Message(message) => panic!("read: {message:?}"),
    }
}

/// A request as the platform sends what a simulation describes.
fn sent(call: &HttpCall, at_s: i64) -> Request {
    let headers: HeaderMap = call.headers.clone();
    let (query, body) = (String::new(), call.body.clone());
    Request { headers, query, body, transaction_id: None, keys: None, at_ms: at_s * 1_000 }
}

fn signed(at_s: i64) -> Request {
    request(&[(TIMESTAMP, &AT_S.to_string()), (SIGNATURE, COMMAND_SIGNATURE)], COMMAND, at_s)
}

#[test]
fn the_signature_of_the_documentation_is_good() {
    assert_eq!(sign(SECRET, &AT_S.to_string(), COMMAND.as_bytes()), COMMAND_SIGNATURE);
    assert_eq!(Slack.verify(&connection(), &signed(AT_S)), Ok(()));
    assert_eq!(Slack.verify(&connection(), &signed(AT_S + 300)), Ok(()));
    assert_eq!(Slack.verify(&connection(), &signed(AT_S - 300)), Ok(()));
}

#[test]
fn a_stale_request_is_not_believed() {
    for off in [-600, -301, 301, 600] {
        assert_eq!(Slack.verify(&connection(), &signed(AT_S + off)), Err(Unverified::Stale), "{off}");
    }
}

#[test]
fn a_forged_or_replayed_request_is_not_believed() {
    let at = AT_S.to_string();
    let verify = |headers: &[(HeaderName, &str)], body: &str| {
        Slack.verify(&connection(), &request(headers, body.to_owned(), AT_S))
    };
    assert_eq!(verify(&[], COMMAND), Err(Unverified::Missing));
    assert_eq!(verify(&[(TIMESTAMP, &at)], COMMAND), Err(Unverified::Missing));
    assert_eq!(verify(&[(SIGNATURE, COMMAND_SIGNATURE)], COMMAND), Err(Unverified::Missing));
    let replayed = (AT_S + 1).to_string();
    let other = sign("another", &at, COMMAND.as_bytes());
    for (at, signature, body) in [
        (at.as_str(), COMMAND_SIGNATURE, "token=x"),
        (replayed.as_str(), COMMAND_SIGNATURE, COMMAND),
        (at.as_str(), other.as_str(), COMMAND),
        (at.as_str(), &COMMAND_SIGNATURE[3..], COMMAND),
        (at.as_str(), "v0=", COMMAND),
        (at.as_str(), &COMMAND_SIGNATURE.to_uppercase(), COMMAND),
    ] {
        let verified = verify(&[(TIMESTAMP, at), (SIGNATURE, signature)], body);
        assert_eq!(verified, Err(Unverified::Wrong), "{at} {signature}");
    }
    let twice = request(&[(TIMESTAMP, &at), (SIGNATURE, COMMAND_SIGNATURE)], COMMAND, AT_S);
    let mut twice_signed = twice.clone();
    twice_signed.headers.append(SIGNATURE, HeaderValue::from_static("v0=00"));
    assert_eq!(Slack.verify(&connection(), &twice_signed), Err(Unverified::Missing));
    // What comes twice within five minutes is good, and has the same id.
    assert_eq!(Slack.verify(&connection(), &twice), Ok(()));
    let form = form_request(COMMAND);
    assert_eq!(read(&form)[0].event_id, read(&form)[0].event_id);
}

#[test]
fn the_secret_before_the_current_one_is_good_too() {
    let mut rotated = connection();
    rotated.secrets.previous = rotated.secrets.current.clone();
    rotated.secrets.current = SecretValues(values(&[("signing_secret", "00000000000000000000000000000000")]));
    assert_eq!(Slack.verify(&rotated, &signed(AT_S)), Ok(()));
    rotated.secrets.previous = SecretValues::default();
    assert_eq!(Slack.verify(&rotated, &signed(AT_S)), Err(Unverified::Wrong));
    rotated.secrets.current = SecretValues::default();
    assert_eq!(Slack.verify(&rotated, &signed(AT_S)), Err(Unverified::Wrong));
}

#[test]
fn the_challenge_is_answered() {
    let challenge = "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P";
    let body = json!({"token": "Jhj5dZrVaK7ZwHHjRyZWjbDl", "challenge": challenge, "type": "url_verification"});
    let reply = Slack.handshake(&connection(), &json_request(&body)).unwrap();
    assert_eq!((reply.media_type, reply.body.as_str()), ("text/plain; charset=utf-8", challenge));
    let event = json!({"type": "event_callback", "challenge": "x"});
    assert_eq!(Slack.handshake(&connection(), &json_request(&event)), None);
    assert_eq!(Slack.handshake(&connection(), &form_request(COMMAND)), None);
    assert_eq!(Slack.handshake(&connection(), &request(&[], "", AT_S)), None);
}

#[test]
fn what_is_simulated_is_verified_and_read() {
    let (seed, at_ms) = ([7; 32], AT_S * 1_000 + 5);
    let simulation = Slack.simulation(&seed, "http://127.0.0.1:9");
    let mut connection = connection();
    for (name, value) in simulation.values {
        let field = Slack.fields().iter().find(|field| field.name == name).unwrap();
        let kept = if field.is_secret { &mut connection.secrets.current.0 } else { &mut connection.settings.0 };
        kept.insert(name.to_owned(), value);
    }
    let simulate = |seed, event_id: &str| {
        let said = Simulated { text: "Is 1 < 2 & 3 > 2?", event_id, user: "U1", conversation: "D1", at_ms };
        Slack.simulate(&connection, seed, &said)
    };
    let call = simulate(&seed, "e1");
    assert_eq!((call.method.as_str(), call.url.as_str()), ("POST", "/webhook"));
    let request = sent(&call, AT_S);
    assert_eq!(Slack.verify(&connection, &request), Ok(()));
    let event = Slack.read(&connection, &request).unwrap().events.pop().unwrap();
    let Event::Message(message) = &event.event else { panic!("{event:?}") };
    assert_eq!(message.text, "Is 1 < 2 & 3 > 2?");
    assert!(message.is_direct && message.mentions_bot && !message.user.is_bot);
    assert_eq!((message.user.id.as_str(), message.place.conversation.as_str()), ("U1", "D1"));
    let ids: std::collections::BTreeSet<String> = (0..2_000)
        .map(|number| {
            let call = simulate(&seed, &format!("e{number}"));
            Slack.read(&connection, &sent(&call, AT_S)).unwrap().events.pop().unwrap().event_id
        })
        .collect();
    assert_eq!(ids.len(), 2_000);
    assert!(ids.contains(&event.event_id), "the same event has the same id");
    let forged = sent(&simulate(&[8; 32], "e1"), AT_S);
    assert_eq!(Slack.verify(&connection, &forged), Err(Unverified::Wrong));
}
