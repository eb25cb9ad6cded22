//! Discord as a platform: interactions with slash commands come in over HTTP, signed with Ed25519; answers go out as
//! responses to them. `docs/channels/discord.md` says what to set up there.

mod answers;
mod markup;
mod requests;
mod shapes;
mod signature;
#[cfg(test)]
mod tests;

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method};
use serde_json::{Value, json};

use super::connection::{Connection, Identity};
use super::dialect;
use super::field::{Field, Format, Settings};
use super::inbound::Reading;
use super::limits::{Limits, Unit};
use super::outgoing::{HttpAnswer, HttpCall, Outgoing, Sent};
use super::platform::{Platform, Simulated, Simulation};
use super::proof::{hex, hmac_sha256, is_near};
use super::request::{Reply, Request, Unreadable, Unverified};

const SIGNATURE: HeaderName = HeaderName::from_static("x-signature-ed25519");
const TIMESTAMP: HeaderName = HeaderName::from_static("x-signature-timestamp");

/// Longest text of a part, in characters. Discord counts code points.
const TEXT_MAX: usize = 2_000;

const FIELDS: [Field; 4] = [
    Field::api_url("https://discord.com/api/v10"),
    Field::setting("application_id", "The Application ID, under General Information.", "1203948576203948576")
        .format(Format::Pattern("^[0-9]{15,20}$")),
    Field::setting(
        "public_key",
        "The Public Key of the application, under General Information.",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    )
    .format(Format::Pattern("^[0-9a-f]{64}$")),
    Field::secret(
        "bot_token",
        "The token of the application's bot, under Bot.",
        "MTIwMzk0ODU3NjIwMzk0ODU3Ng.GExmpl.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    )
    .format(Format::Pattern("^[A-Za-z0-9._-]{50,200}$")),
];

/// Discord.
pub struct Discord;

impl Platform for Discord {
    fn kind(&self) -> &'static str {
        "discord"
    }

    fn title(&self) -> &'static str {
        "Discord"
    }

    fn fields(&self) -> &'static [Field] {
        &FIELDS
    }

    fn limits(&self, _: &Settings) -> Limits {
        Limits {
            text_max: TEXT_MAX,
            unit: Unit::Characters,
            // Discord says its limits in its answers and asks not to write them down.
            conversation_pause: Duration::ZERO,
            edit_pause: Some(Duration::from_secs(2)),
            // A command is shown as being thought about until its answer is there.
            typing: None,
            takes_twice: false,
        }
    }

    fn set_up(&self, connection: &Connection) -> Vec<String> {
        let url = connection.webhook_url();
        vec![
            "Create an application at <https://discord.com/developers/applications>.".to_owned(),
            "Under **Installation** add the scopes `applications.commands` and `bot` with the permission \
             **Send Messages** to **Guild Install**, and open the install link for the server."
                .to_owned(),
            format!(
                "Check the channel: that enters {url} as the **Interactions Endpoint URL** under **General \
                 Information**, and the commands `/ask`, `/reset`, `/agents`, `/help` and `/link` in the place of all \
                 that the application had. Discord calls the URL at once."
            ),
        ]
    }

    fn verify(&self, connection: &Connection, request: &Request) -> Result<(), Unverified> {
        let [signature, at] = [SIGNATURE, TIMESTAMP].map(|name| request.header(name.as_str()));
        if signature.is_empty() || at.is_empty() {
            return Err(Unverified::Missing);
        }
        if !signature::is_good(connection.settings.get("public_key"), signature, at, &request.body) {
            return Err(Unverified::Wrong);
        }
        if is_near(at, request.at_s()) { Ok(()) } else { Err(Unverified::Stale) }
    }

    fn handshake(&self, _: &Connection, request: &Request) -> Option<Reply> {
        let body = request.json().ok()?;
        let is_ping = body.get("type").and_then(Value::as_u64) == Some(shapes::PING);
        is_ping.then(|| Reply::json(&json!({"type": 1})))
    }

    fn read(&self, _: &Connection, request: &Request) -> Result<Reading, Unreadable> {
        shapes::read(request)
    }

    fn unanswered(&self, _: &Connection, request: &Request) -> Option<Reply> {
        shapes::unanswered(request)
    }

    fn download(&self, _: &Connection, attachment: &str) -> Option<HttpCall> {
        Some(HttpCall::get(attachment))
    }

    fn render(&self, markdown: &str) -> String {
        dialect::render(markdown, &markup::DISCORD)
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

    fn check(&self, connection: &Connection, _at_ms: i64) -> Option<HttpCall> {
        let url = connection.settings.url("api_url", "applications/@me");
        Some(requests::as_bot(connection, HttpCall::get(url)))
    }

    fn read_check(&self, connection: &Connection, answer: &HttpAnswer) -> Result<Identity, String> {
        answers::checked(connection, answer)
    }

    fn enter_webhook(&self, connection: &Connection, url: &str) -> Option<HttpCall> {
        let api = connection.settings.url("api_url", "applications/@me");
        let call = HttpCall::new(Method::PATCH, api).json(&json!({"interactions_endpoint_url": url}));
        Some(requests::as_bot(connection, call))
    }

    fn enter_commands(&self, connection: &Connection) -> Option<HttpCall> {
        let url = connection.settings.url("api_url", &requests::commands_path(connection));
        Some(requests::as_bot(connection, HttpCall::new(Method::PUT, url).json(&requests::commands())))
    }

    fn read_entered(&self, _: &Connection, answer: &HttpAnswer) -> Result<(), String> {
        answers::entered(answer)
    }

    fn simulation(&self, seed: &[u8; 32], fake_url: &str) -> Simulation {
        let bot_token = format!("simulated.{}", hex(&hmac_sha256(seed, &[b"bot_token"])));
        let values = vec![
            ("api_url", fake_url.to_owned()),
            ("application_id", shapes::SIMULATED_APPLICATION.to_owned()),
            ("public_key", signature::public_key(&signature::seed(seed))),
            ("bot_token", bot_token),
        ];
        Simulation { values, key_document: None }
    }

    fn simulate(&self, _: &Connection, seed: &[u8; 32], said: &Simulated<'_>) -> HttpCall {
        let body = shapes::simulated(said).to_string();
        let at = said.at_ms.div_euclid(1_000).to_string();
        let signature = signature::sign(&signature::seed(seed), &at, body.as_bytes());
        let json = HeaderValue::from_static("application/json");
        let call = HttpCall::new(Method::POST, "/webhook").header(http::header::CONTENT_TYPE, json);
        let call = call.header(TIMESTAMP, at).header(SIGNATURE, signature);
        HttpCall { body: Bytes::from(body), ..call }
    }

    fn simulated_text(&self, path: &str, body: &[u8]) -> Option<String> {
        let has_text = path.contains("/webhooks/") || path.contains("/channels/");
        let body: Value = serde_json::from_slice(body).ok().filter(|_| has_text)?;
        body.get("content").and_then(Value::as_str).map(str::to_owned)
    }

    fn simulated_answer(&self, path: &str, body: &[u8]) -> Value {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        match path.rsplit('/').next().unwrap_or_default() {
            "@me" => json!({"id": shapes::SIMULATED_APPLICATION, "name": "Simulated"}),
            _ => json!({"id": "1", "content": body.get("content")}),
        }
    }
}
