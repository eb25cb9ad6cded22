//! Telegram against its documentation: the secret header, and what a simulation sends.

mod inbound;
mod outbound;

use std::collections::BTreeMap;

use bytes::Bytes;
use http::HeaderValue;
use serde_json::{Value, json};

use super::{SECRET_TOKEN, Telegram};
use crate::channels::{
    Connection, Event, HttpCall, Identity, Inbound, Message, Platform, Reply, Request, SecretValues, Secrets, Settings,
    Simulated, Unverified,
};
use crate::ids::ChannelId;

/// The token of <https://core.telegram.org/bots/api#authorizing-your-bot>.
const BOT_TOKEN: &str = "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11";
const SECRET: &str = "a-secret-of-your-own";
const AT_S: i64 = 1_441_645_532;

fn values(values: &[(&str, &str)]) -> BTreeMap<String, String> {
    values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn connection() -> Connection {
    Connection {
        id: ChannelId::from_key(1),
        settings: Settings(values(&[("api_url", "https://api.telegram.org")])),
        secrets: Secrets {
            current: SecretValues(values(&[("bot_token", BOT_TOKEN), ("secret_token", SECRET)])),
            previous: SecretValues::default(),
        },
        identity: Some(Identity {
            id: "123456".to_owned(),
            name: "AstraBot".to_owned(),
            extra: json!({"can_read_all_group_messages": false}),
        }),
        token: None,
        public_url: Some("https://astra.example".to_owned()),
    }
}

fn request(secrets: &[&str], body: impl Into<Bytes>) -> Request {
    let secrets = secrets.iter().map(|secret| (SECRET_TOKEN, HeaderValue::from_str(secret).unwrap()));
    let mut headers = http::HeaderMap::new();
    for (name, value) in secrets {
        headers.append(name, value);
    }
    Request { headers, query: String::new(), body: body.into(), transaction_id: None, keys: None, at_ms: AT_S * 1_000 }
}

fn read(update: &Value) -> Inbound {
    let reading = Telegram.read(&connection(), &request(&[SECRET], update.to_string())).unwrap();
    assert_eq!((reading.events.len(), &reading.reply), (1, &Reply::empty()));
    reading.events.into_iter().next().unwrap()
}

fn message(update: &Value) -> Message {
    match read(update).event {
        Event::Message(message) => *message,
        Event::Ignored(reason) => panic!("ignored: {reason}"),
    }
}

fn ignored(update: &Value) -> String {
    match read(update).event {
        Event::Ignored(reason) => reason,
        Event::Message(message) => panic!("read: {message:?}"),
    }
}

/// The first example of <https://core.telegram.org/bots/webhooks#testing-your-bot-with-updates>, "Message with text".
fn update(changes: &Value) -> Value {
    let mut message = json!({
        "date": AT_S,
        "chat": {
            "last_name": "Test Lastname",
            "id": 1_111_111,
            "type": "private",
            "first_name": "Test Firstname",
            "username": "Testusername",
        },
        "message_id": 1365,
        "from": {
            "last_name": "Test Lastname",
            "id": 1_111_111,
            "first_name": "Test Firstname",
            "username": "Testusername",
        },
        "text": "/start",
    });
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(message.as_object_mut().unwrap().remove(name)),
            value => message[name] = value.clone(),
        }
    }
    json!({"update_id": 10_000, "message": message})
}

/// A message of a supergroup.
fn in_group(text: &str, changes: &Value) -> Value {
    let mut all = json!({"chat": {"id": -1_001_234_567_890_i64, "type": "supergroup", "title": "Team"}, "text": text});
    for (name, value) in changes.as_object().unwrap() {
        all[name] = value.clone();
    }
    update(&all)
}

#[test]
fn the_secret_of_the_channel_proves_a_request() {
    let verify = |secrets: &[&str]| Telegram.verify(&connection(), &request(secrets, "{}"));
    assert_eq!(verify(&[SECRET]), Ok(()));
    assert_eq!(verify(&[]), Err(Unverified::Missing));
    assert_eq!(verify(&[SECRET, SECRET]), Err(Unverified::Missing));
    assert_eq!(verify(&[""]), Err(Unverified::Missing));
    for forged in ["a", "another-secret-of-your-own", "A-SECRET-OF-YOUR-OWN", "a-secret-of-your-ow", BOT_TOKEN] {
        assert_eq!(verify(&[forged]), Err(Unverified::Wrong), "{forged}");
    }
}

#[test]
fn what_comes_late_or_twice_is_good_and_has_the_same_id() {
    // Telegram signs no time, and sends an update for a day until it is taken.
    for off_s in [-600, 600, 86_400] {
        let mut late = request(&[SECRET], update(&json!({})).to_string());
        late.at_ms += off_s * 1_000;
        assert_eq!(Telegram.verify(&connection(), &late), Ok(()), "{off_s}");
        assert_eq!(Telegram.read(&connection(), &late).unwrap().events[0].event_id, "10000");
    }
}

#[test]
fn the_secret_before_the_current_one_is_good_too() {
    let mut rotated = connection();
    rotated.secrets.previous = rotated.secrets.current.clone();
    rotated.secrets.current = SecretValues(values(&[("secret_token", "a-new-secret-of-your-own")]));
    for secret in [SECRET, "a-new-secret-of-your-own"] {
        assert_eq!(Telegram.verify(&rotated, &request(&[secret], "{}")), Ok(()), "{secret}");
    }
    rotated.secrets.previous = SecretValues::default();
    assert_eq!(Telegram.verify(&rotated, &request(&[SECRET], "{}")), Err(Unverified::Wrong));
    rotated.secrets.current = SecretValues::default();
    assert_eq!(Telegram.verify(&rotated, &request(&[SECRET], "{}")), Err(Unverified::Wrong));
}

#[test]
fn there_is_no_handshake() {
    let request = request(&[SECRET], update(&json!({})).to_string());
    assert_eq!(Telegram.handshake(&connection(), &request), None);
    assert_eq!(Telegram.handshake_get(&connection(), &request), Err(Unverified::NotOffered));
}

/// A request as the platform sends what a simulation describes.
fn sent(call: &HttpCall) -> Request {
    Request { headers: call.headers.clone(), body: call.body.clone(), ..request(&[], "") }
}

#[test]
fn what_is_simulated_is_verified_and_read() {
    let (seed, mut connection) = ([7; 32], connection());
    for (name, value) in Telegram.simulation(&seed, "http://127.0.0.1:9").values {
        let field = Telegram.fields().iter().find(|field| field.name == name).unwrap();
        let kept = if field.is_secret { &mut connection.secrets.current.0 } else { &mut connection.settings.0 };
        kept.insert(name.to_owned(), value);
    }
    let simulate = |seed: &[u8; 32], text: &str, event_id: &str, conversation: &str| {
        let said = Simulated { text, event_id, user: "ada", conversation, at_ms: AT_S * 1_000 + 5 };
        Telegram.simulate(&connection, seed, &said)
    };
    let call = simulate(&seed, "Is 1 < 2 & 3 > 2?", "e1", "direct-ada");
    assert_eq!((call.method.as_str(), call.url.as_str()), ("POST", "/webhook"));
    assert_eq!(Telegram.verify(&connection, &sent(&call)), Ok(()));
    let events = |call: &HttpCall| Telegram.read(&connection, &sent(call)).unwrap().events;
    let spoken = |call: &HttpCall| match events(call).pop().unwrap().event {
        Event::Message(message) => *message,
        Event::Ignored(reason) => panic!("ignored: {reason}"),
    };
    let message = spoken(&call);
    assert_eq!((message.text.as_str(), message.user.name.as_deref()), ("Is 1 < 2 & 3 > 2?", Some("ada")));
    assert!(message.is_direct && message.mentions_bot && !message.user.is_bot);
    assert_eq!(message.sent_at_ms, Some(AT_S * 1_000));
    assert_eq!(spoken(&simulate(&seed, "/reset", "e2", "direct-ada")).text, "/reset");
    assert_eq!(spoken(&simulate(&seed, "a", "e2", "1111111")).place.conversation, "1111111");
    let other = spoken(&simulate(&seed, "a", "e3", "direct-bob"));
    assert_ne!(other.place.conversation, message.place.conversation);
    let ids: std::collections::BTreeSet<String> = (0..2_000)
        .map(|number| events(&simulate(&seed, "a", &format!("e{number}"), "c")).pop().unwrap().event_id)
        .collect();
    assert_eq!(ids.len(), 2_000);
    assert!(ids.contains(&events(&call)[0].event_id), "the same event has the same id");
    let forged = sent(&simulate(&[8; 32], "a", "e1", "c"));
    assert_eq!(Telegram.verify(&connection, &forged), Err(Unverified::Wrong));
}

#[test]
fn the_fields_of_a_simulation_are_those_that_a_channel_needs() {
    let simulation = Telegram.simulation(&[7; 32], "http://127.0.0.1:9");
    let required = Telegram.fields().iter().filter(|field| field.is_required).map(|field| field.name);
    for name in required {
        assert!(simulation.values.iter().any(|(known, _)| *known == name), "{name}");
    }
    let steps = Telegram.set_up(&connection()).join("\n");
    assert!(steps.contains("https://astra.example/channels/chn_") && !steps.contains(BOT_TOKEN));
    assert!(!steps.contains(SECRET));
}
