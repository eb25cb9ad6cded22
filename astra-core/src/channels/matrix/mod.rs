//! Matrix as a platform: an application service of a homeserver. The homeserver pushes transactions of events, and
//! answers are sent by its client-server API. <https://spec.matrix.org/latest/application-service-api/>
//! `docs/channels/matrix.md` says what to set up there.

mod answers;
mod markup;
mod mention;
mod requests;
mod shapes;
#[cfg(test)]
mod tests;

use std::time::Duration;

use futures_util::future::BoxFuture;
use http::Method;
use serde_json::{Value, json};

use super::connection::{Connection, Identity};
use super::field::{Field, Format, Settings};
use super::inbound::{Place, Reading};
use super::limits::{Limits, Unit};
use super::outgoing::{Download, HttpAnswer, HttpCall, Outgoing, Sent};
use super::platform::{Platform, Simulated, Simulation};
use super::proof::{hex, hmac_sha256, is_same};
use super::request::{Reply, Request, Unreadable, Unverified};
use super::transport::{Transport, TransportError};

/// Longest text of a part, in bytes: its Markdown and its HTML together, as JSON. An event has at most 65,536 bytes
/// with all that the homeserver adds, and an edit carries the text twice.
const TEXT_BYTES_MAX: usize = 24_000;
/// A typing notification holds for so long.
const TYPING: Duration = Duration::from_secs(30);
/// The bot of simulations.
const SIMULATED_BOT: &str = "@astra:example.org";

const FIELDS: [Field; 6] = [
    Field::setting("api_url", "The URL of the homeserver's client-server API.", "https://matrix.example.org")
        .format(Format::Url),
    Field::setting(
        "user_id",
        "The bot's user id: the sender_localpart of the registration with the homeserver's name.",
        "@astra:example.org",
    )
    .format(Format::Pattern(r"^@[^:\s/]+:[^\s/]+$"))
    .bytes_max(255),
    Field::setting(
        "rooms",
        "Whether rooms are groups, or each is a conversation of one person with the bot, whose memory is used then.",
        "groups",
    )
    .format(Format::Choice(&["groups", "direct"]))
    .default("groups"),
    Field::setting(
        "message_type",
        "The type of what is sent: m.notice, which other bots do not answer, or m.text, which notifies people.",
        "m.notice",
    )
    .format(Format::Choice(&["m.notice", "m.text"]))
    .default("m.notice"),
    Field::secret("as_token", "The as_token of the registration, by which the bot calls the homeserver.", TOKEN)
        .format(Format::Pattern("^[!-~]{16,255}$")),
    Field::secret("hs_token", "The hs_token of the registration, by which the homeserver calls the bot.", TOKEN)
        .format(Format::Pattern("^[!-~]{16,255}$")),
];
const TOKEN: &str = "30c05ae90a248a4188e620216fa72e349803310ec83e2a77";

/// Matrix.
pub struct Matrix;

impl Platform for Matrix {
    fn kind(&self) -> &'static str {
        "matrix"
    }

    fn title(&self) -> &'static str {
        "Matrix"
    }

    fn fields(&self) -> &'static [Field] {
        &FIELDS
    }

    fn limits(&self, _: &Settings) -> Limits {
        Limits {
            text_max: TEXT_BYTES_MAX,
            unit: Unit::Bytes,
            // A registration says that its service is not limited.
            conversation_pause: Duration::ZERO,
            edit_pause: Some(Duration::from_secs(2)),
            typing: Some(TYPING),
            // By the id of the transaction.
            takes_twice: true,
        }
    }

    fn set_up(&self, connection: &Connection) -> Vec<String> {
        let (url, bot) = (connection.base_url(), connection.settings.get("user_id"));
        let (api, localpart) = (connection.settings.get("api_url"), mention::localpart(bot));
        vec![
            format!(
                "Write a registration file on the homeserver, with `id: astra`, `url: {url}`, `as_token` and \
                 `hs_token` as the channel's secrets, `sender_localpart: {localpart}`, `rate_limited: false`, and \
                 `namespaces: {{users: [], aliases: [], rooms: []}}`."
            ),
            "Name the file in the homeserver's configuration (of Synapse under `app_service_config_files`), and \
             start the homeserver again."
                .to_owned(),
            format!(
                "If the homeserver has no user {bot} yet, send `{{\"type\": \"m.login.application_service\", \
                 \"username\": \"{localpart}\"}}` as a POST to {api}/_matrix/client/v3/register with the header \
                 `Authorization: Bearer <as_token>`."
            ),
            format!("Invite {bot} to a room that is not encrypted: the bot joins it, and says what it can do."),
        ]
    }

    fn verify(&self, connection: &Connection, request: &Request) -> Result<(), Unverified> {
        // Homeservers before version 1.4 of the specification send it in the query; if both are there, both count.
        let (header, query) = (request.bearer(), request.parameter("access_token"));
        let given = [header, query.as_ref()].into_iter().filter(|token| !token.is_empty());
        if given.clone().next().is_none() {
            return Err(Unverified::Missing);
        }
        let is_good = |secret: &str| given.clone().all(|token| is_same(token, secret));
        connection.secrets.each("hs_token").any(is_good).then_some(()).ok_or(Unverified::Wrong)
    }

    fn handshake(&self, _: &Connection, request: &Request) -> Option<Reply> {
        // Without a transaction it is a ping.
        request.transaction_id.is_none().then(|| Reply::json(&json!({})))
    }

    fn read(&self, connection: &Connection, request: &Request) -> Result<Reading, Unreadable> {
        shapes::read(&connection.settings, request)
    }

    fn download(&self, connection: &Connection, attachment: &str) -> Option<HttpCall> {
        requests::download(connection, attachment)
    }

    fn read_download(&self, _: &Connection, _: &str, answer: &HttpAnswer) -> Download {
        answers::read_download(answer)
    }

    fn render(&self, markdown: &str) -> String {
        markup::render(markdown)
    }

    fn length(&self, _: &Settings, markdown: &str) -> usize {
        let bytes = |text: &str| Value::from(text).to_string().len();
        bytes(markdown) + bytes(&markup::render(markdown))
    }

    fn send(&self, connection: &Connection, outgoing: &Outgoing<'_>) -> HttpCall {
        requests::send(connection, outgoing)
    }

    fn read_sent(&self, _: &Connection, answer: &HttpAnswer) -> Sent {
        answers::read_sent(answer)
    }

    fn edit(&self, connection: &Connection, outgoing: &Outgoing<'_>, message_id: &str) -> Option<HttpCall> {
        Some(requests::edit(connection, outgoing, message_id))
    }

    fn typing(&self, connection: &Connection, place: &Place, _: i64) -> Option<HttpCall> {
        Some(requests::typing(connection, place, TYPING))
    }

    /// What answers an invitation is sent when the bot has joined the room.
    fn deliver<'a>(
        &'a self,
        connection: &'a Connection,
        outgoing: &'a Outgoing<'a>,
        message_id: Option<&'a str>,
        transport: &'a Transport,
    ) -> BoxFuture<'a, Sent> {
        Box::pin(async move {
            if shapes::is_invitation(outgoing.place) && message_id.is_none() {
                let joined = transport.call(requests::join(connection, outgoing.place)).await;
                if let Some(sent) = answers::not_joined(joined) {
                    return sent;
                }
            }
            let call = match message_id {
                None => requests::send(connection, outgoing),
                Some(id) => requests::edit(connection, outgoing, id),
            };
            match transport.call(call).await {
                Ok(answer) => answers::read_sent(&answer),
                Err(TransportError::NotSent(reason)) => Sent::NotTaken { reason },
                Err(TransportError::Refused(reason)) => Sent::Refused { reason, is_credential: false },
                Err(TransportError::Lost(reason)) => Sent::Unknown { reason },
            }
        })
    }

    fn check(&self, connection: &Connection, _: i64) -> Option<HttpCall> {
        let url = connection.settings.url("api_url", "_matrix/client/v3/account/whoami");
        Some(HttpCall::get(url).bearer(connection.secrets.get("as_token")))
    }

    fn read_check(&self, connection: &Connection, answer: &HttpAnswer) -> Result<Identity, String> {
        answers::read_check(connection.settings.get("user_id"), answer)
    }

    fn simulation(&self, seed: &[u8; 32], fake_url: &str) -> Simulation {
        let values = vec![
            ("api_url", fake_url.to_owned()),
            ("user_id", SIMULATED_BOT.to_owned()),
            ("rooms", "direct".to_owned()),
            ("as_token", token(seed, "as_token")),
            ("hs_token", token(seed, "hs_token")),
        ];
        Simulation { values, key_document: None }
    }

    fn simulate(&self, _: &Connection, seed: &[u8; 32], said: &Simulated<'_>) -> HttpCall {
        let event = json!({
            "type": "m.room.message",
            "event_id": format!("${}", said.event_id),
            "room_id": said.conversation,
            "sender": said.user,
            "origin_server_ts": said.at_ms,
            "content": {"msgtype": "m.text", "body": said.text},
            "unsigned": {},
        });
        let path = format!("/_matrix/app/v1/transactions/{}", said.event_id);
        HttpCall::new(Method::PUT, path).json(&json!({"events": [event]})).bearer(&token(seed, "hs_token"))
    }

    fn simulated_text(&self, path: &str, body: &[u8]) -> Option<String> {
        if !path.contains("/send/m.room.message/") {
            return None;
        }
        let body: Value = serde_json::from_slice(body).ok()?;
        let content = body.get("m.new_content").unwrap_or(&body);
        content.get("body").and_then(Value::as_str).map(str::to_owned)
    }

    fn simulated_answer(&self, _path: &str, _body: &[u8]) -> Value {
        json!({"event_id": "$simulated", "room_id": "!simulated:example.org", "user_id": SIMULATED_BOT})
    }
}

/// A token of a simulation.
fn token(seed: &[u8; 32], name: &str) -> String {
    hex(&hmac_sha256(seed, &[name.as_bytes()]))
}
