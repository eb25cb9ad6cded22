//! Any program as a platform: messages come in and go out by the rules of Standard Webhooks
//! (<https://www.standardwebhooks.com>). `docs/channels/generic.md` has both shapes.

mod shapes;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method};
use serde_json::{Value, json};

use self::shapes::Written;
use super::connection::{Connection, Identity};
use super::field::{Field, Format, Settings};
use super::inbound::{Event, Inbound, Place, Reading};
use super::limits::{Limits, Unit};
use super::outgoing::{HttpAnswer, HttpCall, Outgoing, Sent};
use super::platform::{Platform, Simulated, Simulation};
use super::request::{Reply, Request, Unreadable, Unverified};
use crate::webhooks::{SigningSecret, Verdict, verify};

const ID: HeaderName = HeaderName::from_static("webhook-id");
const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

/// Longest text of a part, in characters.
const TEXT_MAX: usize = 4_000;

const FIELDS: [Field; 3] = [
    Field::setting("url", "Where answers are sent, each as one POST.", "https://chat.example.com/astra")
        .format(Format::Url),
    Field::setting("streaming", "Whether an answer is sent while it is written, and edited until it is whole.", "off")
        .format(Format::Choice(&["off", "on"]))
        .default("off"),
    Field::secret(
        "secret",
        "The secret that signs both ways: whsec_ and the base64 of 24 to 64 random bytes.",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    )
    .format(Format::Pattern("^whsec_[A-Za-z0-9+/]{32,88}={0,2}$")),
];

/// Any program as a platform.
pub struct Generic;

impl Platform for Generic {
    fn kind(&self) -> &'static str {
        "generic"
    }

    fn title(&self) -> &'static str {
        "Generic webhook"
    }

    fn fields(&self) -> &'static [Field] {
        &FIELDS
    }

    fn limits(&self, settings: &Settings) -> Limits {
        let streams = settings.get("streaming") == "on";
        Limits {
            text_max: TEXT_MAX,
            unit: Unit::Characters,
            conversation_pause: std::time::Duration::ZERO,
            edit_pause: streams.then_some(std::time::Duration::from_secs(1)),
            typing: streams.then_some(std::time::Duration::from_secs(10)),
            // Receivers of Standard Webhooks take what comes twice once, by `webhook-id`.
            takes_twice: true,
        }
    }

    fn set_up(&self, connection: &Connection) -> Vec<String> {
        let url = connection.webhook_url();
        vec![
            format!(
                "Send each message as a POST of JSON to {url}, signed with the secret by the rules of Standard Webhooks."
            ),
            format!("Take answers at {}, and verify them with the same secret.", connection.settings.get("url")),
        ]
    }

    fn verify(&self, connection: &Connection, request: &Request) -> Result<(), Unverified> {
        let [id, at, signatures] = [ID, TIMESTAMP, SIGNATURE].map(|name| request.header(name.as_str()));
        if id.is_empty() || at.is_empty() || signatures.is_empty() {
            return Err(Unverified::Missing);
        }
        let mut worst = Unverified::Wrong;
        for secret in connection.secrets.each("secret").filter_map(SigningSecret::parse) {
            match verify(&secret, id, at, signatures, &request.body, request.at_s()) {
                Verdict::Good => return Ok(()),
                Verdict::WrongTime => worst = Unverified::Stale,
                Verdict::WrongSignature => {}
            }
        }
        Err(worst)
    }

    fn read(&self, _: &Connection, request: &Request) -> Result<Reading, Unreadable> {
        let value = request.json()?;
        let kind = value.get("type").and_then(Value::as_str).ok_or_else(|| Unreadable("has no type".to_owned()))?;
        let event = if kind == "message" {
            let written: Written = serde_json::from_value(value).map_err(|fault| Unreadable(fault.to_string()))?;
            Event::Message(Box::new(written.into()))
        } else {
            Event::Ignored(format!("events of the type {kind} are not answered"))
        };
        let event_id = request.header(ID.as_str()).to_owned();
        Ok(Reading { events: vec![Inbound { event_id, event }], reply: Reply::empty() })
    }

    fn download(&self, _: &Connection, attachment: &str) -> Option<HttpCall> {
        Some(HttpCall::get(attachment))
    }

    fn send(&self, connection: &Connection, outgoing: &Outgoing<'_>) -> HttpCall {
        post(connection, outgoing.id, outgoing.at_ms, &shapes::message("message", outgoing, None))
    }

    fn read_sent(&self, _: &Connection, answer: &HttpAnswer) -> Sent {
        answer.failure().unwrap_or_else(|| {
            let message_id = answer.json().get("id").and_then(Value::as_str).map(str::to_owned);
            Sent::Done { message_id }
        })
    }

    fn edit(&self, connection: &Connection, outgoing: &Outgoing<'_>, message_id: &str) -> Option<HttpCall> {
        // Each edit is an event of its own, which is told from the one before by its time.
        let id = format!("{}_{}", outgoing.id, outgoing.at_ms);
        Some(post(connection, &id, outgoing.at_ms, &shapes::message("edit", outgoing, Some(message_id))))
    }

    fn typing(&self, connection: &Connection, place: &Place, at_ms: i64) -> Option<HttpCall> {
        let body = json!({"type": "typing", "conversation": place.conversation, "thread": place.thread});
        Some(post(connection, &format!("typing_{at_ms}"), at_ms, &body))
    }

    fn check(&self, connection: &Connection, at_ms: i64) -> Option<HttpCall> {
        Some(post(connection, &format!("check_{at_ms}"), at_ms, &json!({"type": "check"})))
    }

    fn read_check(&self, _: &Connection, answer: &HttpAnswer) -> Result<Identity, String> {
        match answer.failure() {
            None => Ok(Identity { id: "astra".to_owned(), name: "Astra".to_owned(), extra: Value::Null }),
            Some(_) => Err(format!("the receiver answered with status {}", answer.status.as_u16())),
        }
    }

    fn simulation(&self, seed: &[u8; 32], fake_url: &str) -> Simulation {
        let secret = SigningSecret::new(seed.to_vec()).text();
        Simulation { values: vec![("url", fake_url.to_owned()), ("secret", secret)], key_document: None }
    }

    fn simulate(&self, _: &Connection, seed: &[u8; 32], said: &Simulated<'_>) -> HttpCall {
        let body = json!({
            "type": "message",
            "conversation": said.conversation,
            "user": {"id": said.user},
            "text": said.text,
        });
        let secret = SigningSecret::new(seed.to_vec());
        signed(&secret, HttpCall::new(Method::POST, "/webhook"), said.event_id, said.at_ms, &body)
    }

    fn simulated_text(&self, _path: &str, body: &[u8]) -> Option<String> {
        let body: Value = serde_json::from_slice(body).ok()?;
        body.get("text").and_then(Value::as_str).map(str::to_owned)
    }

    fn simulated_answer(&self, _path: &str, _body: &[u8]) -> Value {
        json!({"id": "1"})
    }
}

/// A signed POST to the receiver.
fn post(connection: &Connection, id: &str, at_ms: i64, body: &Value) -> HttpCall {
    let call = HttpCall::new(Method::POST, connection.settings.get("url"));
    match SigningSecret::parse(connection.secrets.get("secret")) {
        Some(secret) => signed(&secret, call, id, at_ms, body),
        None => call,
    }
}

fn signed(secret: &SigningSecret, call: HttpCall, id: &str, at_ms: i64, body: &Value) -> HttpCall {
    let (body, at_s) = (body.to_string(), at_ms.div_euclid(1_000));
    let signature = secret.sign(id, at_s, body.as_bytes());
    let json = HeaderValue::from_static("application/json");
    let call = call.header(http::header::CONTENT_TYPE, json).header(ID, id).header(TIMESTAMP, at_s.to_string());
    let call = call.header(SIGNATURE, signature);
    HttpCall { body: Bytes::from(body), ..call }
}
