//! Telegram as a platform: updates of the Bot API come in by a webhook with a secret of the channel's own, answers go
//! out by its methods. `docs/channels/telegram.md` says what to set up there.

mod answers;
mod attachments;
mod markup;
mod mentions;
mod requests;
mod shapes;
#[cfg(test)]
mod tests;

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method};
use serde_json::{Value, json};

use super::connection::{Connection, Identity};
use super::field::{Field, Format, Settings};
use super::inbound::{Place, Reading};
use super::limits::{Limits, Unit};
use super::outgoing::{Download, HttpAnswer, HttpCall, Outgoing, Sent};
use super::platform::{Platform, Simulated, Simulation};
use super::proof::{hex, hmac_sha256, is_same};
use super::request::{Reply, Request, Unreadable, Unverified};

const SECRET_TOKEN: HeaderName = HeaderName::from_static("x-telegram-bot-api-secret-token");

/// Longest text of a part, without its markup. Telegram says characters; units of UTF-16 are never fewer.
const TEXT_MAX: usize = 4_096;

const FIELDS: [Field; 3] = [
    Field::api_url("https://api.telegram.org"),
    Field::secret(
        "bot_token",
        "The token that @BotFather gives for the bot.",
        "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11",
    )
    .format(Format::Pattern("^[0-9]{5,20}:[A-Za-z0-9_-]{30,64}$")),
    Field::secret(
        "secret_token",
        "A secret of your own, which Telegram sends with each update: 16 to 256 letters, digits, _ and -.",
        "a-secret-of-your-own",
    )
    .format(Format::Pattern("^[A-Za-z0-9_-]{16,256}$")),
];

/// Telegram.
pub struct Telegram;

impl Platform for Telegram {
    fn kind(&self) -> &'static str {
        "telegram"
    }

    fn title(&self) -> &'static str {
        "Telegram"
    }

    fn fields(&self) -> &'static [Field] {
        &FIELDS
    }

    fn limits(&self, _: &Settings) -> Limits {
        Limits {
            text_max: TEXT_MAX,
            unit: Unit::Utf16,
            // One message a second in one chat.
            conversation_pause: Duration::from_secs(1),
            // And 20 a minute in a group.
            edit_pause: Some(Duration::from_secs(3)),
            typing: Some(Duration::from_secs(5)),
            takes_twice: false,
        }
    }

    fn set_up(&self, connection: &Connection) -> Vec<String> {
        let url = connection.webhook_url();
        vec![
            "Create a bot: write `/newbot` to [@BotFather](https://t.me/BotFather), which gives its token.".to_owned(),
            "If the bot is to read all messages of groups, write `/setprivacy` to @BotFather and choose **Disable**; \
             otherwise it gets those alone that are meant for it."
                .to_owned(),
            "Add the bot to the groups that it is to answer in.".to_owned(),
            format!(
                "Check the channel: that enters {url} as the bot's webhook, with `secret_token`, and the commands \
                 `/reset`, `/agents`, `/help` and `/link`. The URL must begin with `https:` and have the port 443, 80, \
                 88 or 8443."
            ),
        ]
    }

    fn verify(&self, connection: &Connection, request: &Request) -> Result<(), Unverified> {
        let sent = request.header(SECRET_TOKEN.as_str());
        if sent.is_empty() {
            return Err(Unverified::Missing);
        }
        // Telegram signs neither the body nor a time.
        let is_good = connection.secrets.each("secret_token").any(|secret| is_same(sent, secret));
        if is_good { Ok(()) } else { Err(Unverified::Wrong) }
    }

    fn read(&self, connection: &Connection, request: &Request) -> Result<Reading, Unreadable> {
        let event = shapes::read(connection, request)?;
        Ok(Reading { events: vec![event], reply: Reply::empty() })
    }

    fn download(&self, connection: &Connection, attachment: &str) -> Option<HttpCall> {
        Some(attachments::download(connection, attachment))
    }

    fn read_download(&self, connection: &Connection, _attachment: &str, answer: &HttpAnswer) -> Download {
        attachments::downloaded(connection, answer)
    }

    fn render(&self, markdown: &str) -> String {
        markup::render(markdown)
    }

    fn length(&self, _: &Settings, markdown: &str) -> usize {
        markup::length(&markup::render(markdown))
    }

    fn send(&self, connection: &Connection, outgoing: &Outgoing<'_>) -> HttpCall {
        requests::send(connection, outgoing)
    }

    fn read_sent(&self, _: &Connection, answer: &HttpAnswer) -> Sent {
        answers::sent(answer)
    }

    fn edit(&self, connection: &Connection, outgoing: &Outgoing<'_>, message_id: &str) -> Option<HttpCall> {
        Some(requests::edit(connection, outgoing, message_id))
    }

    fn read_edited(&self, _: &Connection, answer: &HttpAnswer) -> Sent {
        answers::edited(answer)
    }

    fn typing(&self, connection: &Connection, place: &Place, _at_ms: i64) -> Option<HttpCall> {
        Some(requests::typing(connection, place))
    }

    fn check(&self, connection: &Connection, _at_ms: i64) -> Option<HttpCall> {
        Some(requests::call(connection, "getMe", &json!({})))
    }

    fn read_check(&self, _: &Connection, answer: &HttpAnswer) -> Result<Identity, String> {
        answers::checked(answer)
    }

    fn enter_webhook(&self, connection: &Connection, url: &str) -> Option<HttpCall> {
        Some(requests::enter_webhook(connection, url))
    }

    fn enter_commands(&self, connection: &Connection) -> Option<HttpCall> {
        Some(requests::enter_commands(connection))
    }

    fn read_entered(&self, _: &Connection, answer: &HttpAnswer) -> Result<(), String> {
        answers::entered(answer)
    }

    fn simulation(&self, seed: &[u8; 32], fake_url: &str) -> Simulation {
        let made = hex(&hmac_sha256(seed, &[b"bot_token"]));
        let values = vec![
            ("api_url", fake_url.to_owned()),
            ("bot_token", format!("{}:{}", shapes::SIMULATED_BOT, &made[..35])),
            ("secret_token", simulated_secret(seed)),
        ];
        Simulation { values, key_document: None }
    }

    fn simulate(&self, _: &Connection, seed: &[u8; 32], said: &Simulated<'_>) -> HttpCall {
        let body = Bytes::from(shapes::simulated(said).to_string());
        let json = HeaderValue::from_static("application/json");
        let call = HttpCall::new(Method::POST, "/webhook").header(http::header::CONTENT_TYPE, json);
        HttpCall { body, ..call.header(SECRET_TOKEN, simulated_secret(seed)) }
    }

    fn simulated_text(&self, path: &str, body: &[u8]) -> Option<String> {
        let has_text = path.ends_with("/sendMessage") || path.ends_with("/editMessageText");
        let body: Value = serde_json::from_slice(body).ok().filter(|_| has_text)?;
        body.get("text").and_then(Value::as_str).map(str::to_owned)
    }

    fn simulated_answer(&self, path: &str, body: &[u8]) -> Value {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        match path.rsplit('/').next().unwrap_or_default() {
            "getMe" => json!({"ok": true, "result": {
                "id": shapes::SIMULATED_BOT, "is_bot": true, "first_name": "Simulated", "username": "simulated_bot",
            }}),
            "sendMessage" | "editMessageText" => {
                let message_id = body.get("message_id").and_then(Value::as_i64).unwrap_or(1);
                json!({"ok": true, "result": {"message_id": message_id, "text": body.get("text")}})
            }
            _ => json!({"ok": true, "result": true}),
        }
    }
}

fn simulated_secret(seed: &[u8; 32]) -> String {
    hex(&hmac_sha256(seed, &[b"secret_token"]))
}
