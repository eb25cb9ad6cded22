//! Microsoft Teams as a platform: activities of the Bot Framework come in with a signed token, answers go to the Bot
//! Connector. `docs/channels/teams.md` says what to set up there.

mod answers;
mod markup;
mod requests;
mod shapes;
#[cfg(test)]
mod tests;
mod token;

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method};
use serde_json::{Value, json};

use super::connection::{AccessToken, Connection, Identity};
use super::field::{Field, Format, Settings};
use super::inbound::{Place, Reading};
use super::limits::{Limits, Unit};
use super::outgoing::{HttpAnswer, HttpCall, Outgoing, Sent};
use super::platform::{Platform, Simulated, Simulation};
use super::proof::{hex, hmac_sha256};
use super::request::{Reply, Request, Unreadable, Unverified};

/// Longest text of a part, in units of UTF-16. Teams takes messages of 100 KB in UTF-16 with all that is in them.
const TEXT_MAX: usize = 12_000;

/// What the ids of bots begin with.
const BOT: &str = "28:";

const FIELDS: [Field; 6] = [
    Field::api_url("https://smba.trafficmanager.net/teams"),
    Field::setting("login_url", "Where the bot's tokens come from.", "https://login.microsoftonline.com")
        .format(Format::Url)
        .default("https://login.microsoftonline.com"),
    Field::setting(
        "keys_url",
        "Where the keys are that requests of the Bot Framework are signed with.",
        "https://login.botframework.com/v1/.well-known/keys",
    )
    .format(Format::Url)
    .default("https://login.botframework.com/v1/.well-known/keys"),
    Field::setting(
        "app_id",
        "The Microsoft App ID, under Configuration of the Azure Bot.",
        "c9e8c047-2a74-40a2-b28a-b162d5f5327c",
    )
    .format(Format::Pattern("^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$")),
    Field::setting(
        "tenant_id",
        "The App Tenant ID of a single-tenant bot; botframework.com for a multi-tenant one.",
        "72f988bf-86f1-41af-91ab-2d7cd011db47",
    )
    .format(Format::Pattern("^[A-Za-z0-9.-]{1,100}$"))
    .default("botframework.com"),
    Field::secret(
        "client_secret",
        "A client secret of the app's registration, under Certificates & secrets.",
        "aaa8Q~aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ),
];

/// Microsoft Teams.
pub struct Teams;

impl Platform for Teams {
    fn kind(&self) -> &'static str {
        "teams"
    }

    fn title(&self) -> &'static str {
        "Microsoft Teams"
    }

    fn fields(&self) -> &'static [Field] {
        &FIELDS
    }

    fn limits(&self, _: &Settings) -> Limits {
        Limits {
            text_max: TEXT_MAX,
            unit: Unit::Utf16,
            // Seven in a second, but 60 in half a minute.
            conversation_pause: Duration::from_millis(500),
            edit_pause: Some(Duration::from_secs(2)),
            typing: Some(Duration::from_secs(5)),
            takes_twice: false,
        }
    }

    fn set_up(&self, connection: &Connection) -> Vec<String> {
        let url = connection.webhook_url();
        vec![
            "Create an **Azure Bot** in the Azure portal, with the type of app **Single Tenant**; its app registration \
             has the App ID, the tenant and the client secret."
                .to_owned(),
            format!("Under **Configuration** enter {url} as the **Messaging endpoint**."),
            "Under **Channels** add **Microsoft Teams**.".to_owned(),
            "Make an app in the Developer Portal of Teams (<https://dev.teams.microsoft.com>) with a bot of this App \
             ID and the scopes **Personal**, **Team** and **Group Chat**; let it upload and download files if files \
             are sent to it."
                .to_owned(),
            "Install the app for the people and the teams that are to use it.".to_owned(),
        ]
    }

    fn key_document(&self, connection: &Connection) -> Option<String> {
        Some(connection.settings.get("keys_url").to_owned())
    }

    fn verify(&self, connection: &Connection, request: &Request) -> Result<(), Unverified> {
        token::verify(connection.settings.get("app_id"), request)
    }

    fn read(&self, connection: &Connection, request: &Request) -> Result<Reading, Unreadable> {
        let event = shapes::read(connection, request)?;
        Ok(Reading { events: vec![event], reply: Reply::empty() })
    }

    fn download(&self, connection: &Connection, attachment: &str) -> Option<HttpCall> {
        Some(requests::download(connection, attachment))
    }

    fn token_request(&self, connection: &Connection) -> Option<HttpCall> {
        Some(requests::token(connection))
    }

    fn read_token(&self, _: &Connection, answer: &HttpAnswer) -> Result<AccessToken, Sent> {
        answers::token(answer)
    }

    fn render(&self, markdown: &str) -> String {
        markup::render(markdown)
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

    fn typing(&self, connection: &Connection, place: &Place, _at_ms: i64) -> Option<HttpCall> {
        Some(requests::typing(connection, place))
    }

    /// The Bot Connector has no request without effect; that a token is given shows that the credentials are good.
    fn check(&self, connection: &Connection, _at_ms: i64) -> Option<HttpCall> {
        Some(requests::token(connection))
    }

    fn read_check(&self, connection: &Connection, answer: &HttpAnswer) -> Result<Identity, String> {
        match answers::token(answer) {
            Ok(_) => {
                let id = format!("{BOT}{}", connection.settings.get("app_id"));
                Ok(Identity { id, name: String::new(), extra: json!({}) })
            }
            Err(Sent::Refused { reason, .. } | Sent::NotTaken { reason } | Sent::Unknown { reason }) => Err(reason),
            Err(_) => Err("Microsoft wants to be asked later".to_owned()),
        }
    }

    fn simulation(&self, seed: &[u8; 32], fake_url: &str) -> Simulation {
        let made = hex(&hmac_sha256(seed, &[b"app_id"]));
        let app_id = [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| &made[range]).join("-");
        let client_secret = hex(&hmac_sha256(seed, &[b"client_secret"]));
        let values = vec![
            ("api_url", fake_url.to_owned()),
            ("login_url", fake_url.to_owned()),
            ("keys_url", format!("{fake_url}/keys")),
            ("app_id", app_id),
            ("client_secret", client_secret),
        ];
        Simulation { values, key_document: Some(token::simulated_keys(seed)) }
    }

    fn simulate(&self, connection: &Connection, seed: &[u8; 32], said: &Simulated<'_>) -> HttpCall {
        let (app_id, api_url) = (connection.settings.get("app_id"), connection.settings.get("api_url"));
        let token = token::simulated(seed, app_id, api_url, said.at_ms.div_euclid(1_000));
        let body = shapes::simulated(app_id, api_url, said).to_string();
        let json = HeaderValue::from_static("application/json; charset=utf-8");
        let call = HttpCall::new(Method::POST, "/webhook").header(http::header::CONTENT_TYPE, json).bearer(&token);
        HttpCall { body: Bytes::from(body), ..call }
    }

    fn simulated_text(&self, path: &str, body: &[u8]) -> Option<String> {
        let body: Value = serde_json::from_slice(body).ok().filter(|_| path.contains("/v3/conversations/"))?;
        let is_message = body.get("type").and_then(Value::as_str) == Some("message");
        body.get("text").and_then(Value::as_str).filter(|_| is_message).map(str::to_owned)
    }

    fn simulated_answer(&self, path: &str, _body: &[u8]) -> Value {
        if path.contains("/oauth2/v2.0/token") {
            return json!({"token_type": "Bearer", "expires_in": 3_600, "access_token": "simulated"});
        }
        json!({"id": "1"})
    }
}
