//! LINE as a platform: events of the Messaging API come in signed, answers go out as replies or pushed messages.
//! `docs/channels/line.md` says what to set up there.

mod answers;
mod requests;
mod shapes;
mod simulated;
#[cfg(test)]
mod tests;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{HeaderName, HeaderValue, Method};
use serde_json::Value;

use super::connection::{Connection, Identity};
use super::dialect::{self, PLAIN};
use super::field::{Field, Format, Settings};
use super::inbound::{Place, Reading};
use super::limits::{Limits, Unit};
use super::outgoing::{Download, HttpAnswer, HttpCall, Outgoing, Sent};
use super::platform::{Platform, Simulated, Simulation};
use super::proof::{hex, hmac_sha256, is_same};
use super::request::{Reply, Request, Unreadable, Unverified};
use super::transport::{Transport, TransportError};

const SIGNATURE: HeaderName = HeaderName::from_static("x-line-signature");

/// Longest text of a part, in units of UTF-16.
const TEXT_MAX: usize = 5_000;

const FIELDS: [Field; 5] = [
    Field::api_url("https://api.line.me"),
    Field::setting(
        "data_url",
        "Where the content of messages is, if it is not the usual place.",
        "https://api-data.line.me",
    )
    .format(Format::Url)
    .default("https://api-data.line.me"),
    Field::setting(
        "sending",
        "How answers are sent: reply is free within a minute, push counts as messages of the plan and is never lost.",
        "reply",
    )
    .format(Format::Choice(&["reply", "push"]))
    .default("reply"),
    Field::secret(
        "channel_access_token",
        "A channel access token, under Messaging API of the channel in the LINE Developers Console.",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    )
    .format(Format::Pattern("^[A-Za-z0-9+/=._-]{32,1024}$")),
    Field::secret(
        "channel_secret",
        "The Channel secret, under Basic settings of the channel in the LINE Developers Console.",
        "8c570fa6dd201bb328f1c1eac23a96d8",
    )
    .format(Format::Pattern("^[0-9a-f]{32}$")),
];

/// LINE.
pub struct Line;

impl Platform for Line {
    fn kind(&self) -> &'static str {
        "line"
    }

    fn title(&self) -> &'static str {
        "LINE"
    }

    fn fields(&self) -> &'static [Field] {
        &FIELDS
    }

    fn limits(&self, settings: &Settings) -> Limits {
        Limits {
            text_max: TEXT_MAX,
            unit: Unit::Utf16,
            conversation_pause: Duration::ZERO,
            edit_pause: None,
            typing: Some(Duration::from_secs(requests::LOADING_S)),
            // Pushed messages have a retry key, replies have none.
            takes_twice: settings.get("sending") == "push",
        }
    }

    fn set_up(&self, connection: &Connection) -> Vec<String> {
        let url = connection.webhook_url();
        vec![
            "Create a LINE Official Account, and switch the Messaging API on in its settings at \
             <https://manager.line.biz>."
                .to_owned(),
            "Take the **Channel secret** (under **Basic settings**) and a **Channel access token** (under **Messaging \
             API**) from its channel in the LINE Developers Console (<https://developers.line.biz/console>)."
                .to_owned(),
            format!("Check the channel: that enters {url} as the **Webhook URL** under **Messaging API**."),
            "Switch on **Use webhook** there, and **Webhook redelivery**, so that nothing is lost while the gateway is \
             away."
                .to_owned(),
            "Switch off **Auto-reply messages** and **Greeting messages**, and let the bot join group chats if it is \
             to answer in them."
                .to_owned(),
        ]
    }

    fn verify(&self, connection: &Connection, request: &Request) -> Result<(), Unverified> {
        let signature = request.header(SIGNATURE.as_str());
        if signature.is_empty() {
            return Err(Unverified::Missing);
        }
        // LINE signs no time of the request: what it sends again is as it was.
        let mut secrets = connection.secrets.each("channel_secret");
        let is_good = secrets.any(|secret| is_same(signature, sign(secret, &request.body)));
        if is_good { Ok(()) } else { Err(Unverified::Wrong) }
    }

    fn read(&self, connection: &Connection, request: &Request) -> Result<Reading, Unreadable> {
        let events = shapes::read(connection, request)?;
        Ok(Reading { events, reply: Reply::empty() })
    }

    fn download(&self, connection: &Connection, attachment: &str) -> Option<HttpCall> {
        Some(requests::download(connection, attachment))
    }

    fn read_download(&self, _: &Connection, _attachment: &str, answer: &HttpAnswer) -> Download {
        answers::downloaded(answer)
    }

    /// LINE knows no markup: nothing needs an escape.
    fn render(&self, markdown: &str) -> String {
        dialect::render(markdown, &PLAIN)
    }

    fn send(&self, connection: &Connection, outgoing: &Outgoing<'_>) -> HttpCall {
        requests::reply(connection, outgoing).unwrap_or_else(|| requests::push(connection, outgoing))
    }

    fn read_sent(&self, _: &Connection, answer: &HttpAnswer) -> Sent {
        answers::sent(answer)
    }

    fn typing(&self, connection: &Connection, place: &Place, _at_ms: i64) -> Option<HttpCall> {
        requests::loading(connection, place)
    }

    /// Replies while the reply token is good, and pushes a part whose token is good no more.
    fn deliver<'a>(
        &'a self,
        connection: &'a Connection,
        outgoing: &'a Outgoing<'a>,
        _message_id: Option<&'a str>,
        transport: &'a Transport,
    ) -> BoxFuture<'a, Sent> {
        Box::pin(async move {
            if let Some(reply) = requests::reply(connection, outgoing) {
                match transport.call(reply).await {
                    Ok(answer) if answers::is_without_token(&answer) => {}
                    answered => return result(answered),
                }
            }
            result(transport.call(requests::push(connection, outgoing)).await)
        })
    }

    fn check(&self, connection: &Connection, _at_ms: i64) -> Option<HttpCall> {
        Some(requests::info(connection))
    }

    fn read_check(&self, _: &Connection, answer: &HttpAnswer) -> Result<Identity, String> {
        answers::checked(answer)
    }

    fn enter_webhook(&self, connection: &Connection, url: &str) -> Option<HttpCall> {
        Some(requests::enter_webhook(connection, url))
    }

    fn read_entered(&self, _: &Connection, answer: &HttpAnswer) -> Result<(), String> {
        answers::entered(answer)
    }

    fn simulation(&self, seed: &[u8; 32], fake_url: &str) -> Simulation {
        let values = vec![
            ("api_url", fake_url.to_owned()),
            ("data_url", fake_url.to_owned()),
            ("channel_access_token", hex(&hmac_sha256(seed, &[b"channel_access_token"]))),
            ("channel_secret", simulated_secret(seed)),
        ];
        Simulation { values, key_document: None }
    }

    fn simulate(&self, _: &Connection, seed: &[u8; 32], said: &Simulated<'_>) -> HttpCall {
        let body = Bytes::from(simulated::request(said).to_string());
        let json = HeaderValue::from_static("application/json; charset=utf-8");
        let call = HttpCall::new(Method::POST, "/webhook").header(http::header::CONTENT_TYPE, json);
        let signature = sign(&simulated_secret(seed), &body);
        HttpCall { body, ..call.header(SIGNATURE, signature) }
    }

    fn simulated_text(&self, path: &str, body: &[u8]) -> Option<String> {
        simulated::text(path, body)
    }

    fn simulated_answer(&self, path: &str, _body: &[u8]) -> Value {
        simulated::answer(path)
    }
}

/// What became of a request.
fn result(answered: Result<HttpAnswer, TransportError>) -> Sent {
    match answered {
        Ok(answer) => answers::sent(&answer),
        Err(TransportError::NotSent(reason)) => Sent::NotTaken { reason },
        Err(TransportError::Refused(reason)) => Sent::Refused { reason, is_credential: false },
        Err(TransportError::Lost(reason)) => Sent::Unknown { reason },
    }
}

/// The signature of a body.
fn sign(secret: &str, body: &[u8]) -> String {
    STANDARD.encode(hmac_sha256(secret.as_bytes(), &[body]))
}

fn simulated_secret(seed: &[u8; 32]) -> String {
    hex(&hmac_sha256(seed, &[b"channel_secret"])).chars().take(32).collect()
}
