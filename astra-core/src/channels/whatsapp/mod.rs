//! WhatsApp as a platform: webhooks of the WhatsApp Business Platform come in signed, answers go out by its Cloud API.
//! `docs/channels/whatsapp.md` says what to set up there.

mod answers;
mod markup;
mod media;
mod requests;
mod shapes;
mod simulated;
#[cfg(test)]
mod tests;

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method};
use serde_json::Value;

use super::connection::{Connection, Identity};
use super::dialect;
use super::field::{Field, Format, Settings};
use super::inbound::{Place, Reading};
use super::limits::{Limits, Unit};
use super::outgoing::{Download, HttpAnswer, HttpCall, Outgoing, Sent};
use super::platform::{Platform, Simulated, Simulation};
use super::proof::{hex, hmac_sha256, is_same};
use super::request::{Reply, Request, Unreadable, Unverified};

const SIGNATURE: HeaderName = HeaderName::from_static("x-hub-signature-256");

/// Longest text of a part. Meta says characters; units of UTF-16 are never fewer.
const TEXT_MAX: usize = 4_096;

const FIELDS: [Field; 5] = [
    Field::api_url("https://graph.facebook.com/v25.0"),
    Field::setting("phone_number_id", "The Phone number ID, under WhatsApp > API Setup of the app.", "106540352242922")
        .format(Format::Pattern("^[0-9]{5,20}$")),
    Field::secret(
        "access_token",
        "The token of a system user of the business, with whatsapp_business_messaging and \
         whatsapp_business_management.",
        "EAAaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    )
    .format(Format::Pattern("^[A-Za-z0-9_|-]{20,1024}$")),
    Field::secret(
        "app_secret",
        "The App secret, under App settings > Basic: it signs what comes.",
        "0123456789abcdef0123456789abcdef",
    )
    .format(Format::Pattern("^[0-9a-f]{32}$")),
    Field::secret(
        "verify_token",
        "A secret of your own, by which Meta recognises the gateway: 16 to 200 letters, digits, _ and -.",
        "a-secret-of-your-own",
    )
    .format(Format::Pattern("^[A-Za-z0-9_-]{16,200}$")),
];

/// WhatsApp.
pub struct WhatsApp;

impl Platform for WhatsApp {
    fn kind(&self) -> &'static str {
        "whatsapp"
    }

    fn title(&self) -> &'static str {
        "WhatsApp"
    }

    fn fields(&self) -> &'static [Field] {
        &FIELDS
    }

    fn limits(&self, _: &Settings) -> Limits {
        Limits {
            text_max: TEXT_MAX,
            unit: Unit::Utf16,
            // Messages that are sent at once may be shown in another order.
            conversation_pause: Duration::from_secs(1),
            edit_pause: None,
            typing: Some(Duration::from_secs(25)),
            takes_twice: false,
        }
    }

    fn set_up(&self, connection: &Connection) -> Vec<String> {
        let url = connection.webhook_url();
        vec![
            "Create an app of the type **Business** at <https://developers.facebook.com/apps>, and add **WhatsApp** \
             to it."
                .to_owned(),
            "In the Business settings add a **System user** with rights on the app and the WhatsApp account, and \
             generate its token with `whatsapp_business_messaging` and `whatsapp_business_management`."
                .to_owned(),
            format!(
                "Under **WhatsApp** > **Configuration** enter {url} as the **Callback URL** and the channel's \
                 `verify_token` as the **Verify token**, and subscribe to the field `messages`."
            ),
            "Check the channel: that enters the URL for its phone number too, so that each number of the app can have \
             a channel of its own."
                .to_owned(),
        ]
    }

    fn verify(&self, connection: &Connection, request: &Request) -> Result<(), Unverified> {
        let signature = request.header(SIGNATURE.as_str());
        if signature.is_empty() {
            return Err(Unverified::Missing);
        }
        // Meta signs no time: what it sends again is as it was.
        let mut secrets = connection.secrets.each("app_secret");
        let is_good = secrets.any(|secret| is_same(signature, sign(secret, &request.body)));
        if is_good { Ok(()) } else { Err(Unverified::Wrong) }
    }

    fn handshake_get(&self, connection: &Connection, request: &Request) -> Result<Reply, Unverified> {
        let [mode, token, challenge] =
            ["hub.mode", "hub.verify_token", "hub.challenge"].map(|name| request.parameter(name));
        if mode != "subscribe" || token.is_empty() || challenge.is_empty() {
            return Err(Unverified::Missing);
        }
        let is_good = connection.secrets.each("verify_token").any(|known| is_same(token.as_bytes(), known));
        if is_good { Ok(Reply::text(challenge)) } else { Err(Unverified::Wrong) }
    }

    fn read(&self, connection: &Connection, request: &Request) -> Result<Reading, Unreadable> {
        let events = shapes::read(connection, request)?;
        Ok(Reading { events, reply: Reply::empty() })
    }

    fn download(&self, connection: &Connection, attachment: &str) -> Option<HttpCall> {
        Some(media::find(connection, attachment))
    }

    fn read_download(&self, connection: &Connection, _attachment: &str, answer: &HttpAnswer) -> Download {
        media::downloaded(connection, answer)
    }

    fn render(&self, markdown: &str) -> String {
        dialect::render(markdown, &markup::WHATSAPP)
    }

    fn send(&self, connection: &Connection, outgoing: &Outgoing<'_>) -> HttpCall {
        requests::send(connection, outgoing)
    }

    fn read_sent(&self, _: &Connection, answer: &HttpAnswer) -> Sent {
        answers::sent(answer)
    }

    fn typing(&self, connection: &Connection, place: &Place, _at_ms: i64) -> Option<HttpCall> {
        requests::typing(connection, place)
    }

    fn check(&self, connection: &Connection, _at_ms: i64) -> Option<HttpCall> {
        Some(requests::check(connection))
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
        let made = |name: &str| hex(&hmac_sha256(seed, &[name.as_bytes()]));
        let values = vec![
            ("api_url", fake_url.to_owned()),
            ("phone_number_id", simulated::PHONE_NUMBER_ID.to_owned()),
            ("access_token", made("access_token")),
            ("app_secret", simulated_secret(seed)),
            ("verify_token", made("verify_token")),
        ];
        Simulation { values, key_document: None }
    }

    fn simulate(&self, connection: &Connection, seed: &[u8; 32], said: &Simulated<'_>) -> HttpCall {
        let id = connection.settings.get("phone_number_id");
        let body = Bytes::from(simulated::request(id, said).to_string());
        let json = HeaderValue::from_static("application/json");
        let call = HttpCall::new(Method::POST, "/webhook").header(http::header::CONTENT_TYPE, json);
        let signature = sign(&simulated_secret(seed), &body);
        HttpCall { body, ..call.header(SIGNATURE, signature) }
    }

    fn simulated_text(&self, path: &str, body: &[u8]) -> Option<String> {
        simulated::text(path, body)
    }

    fn simulated_answer(&self, path: &str, body: &[u8]) -> Value {
        simulated::answer(path, body)
    }
}

/// The signature of a body.
fn sign(secret: &str, body: &[u8]) -> String {
    format!("sha256={}", hex(&hmac_sha256(secret.as_bytes(), &[body])))
}

fn simulated_secret(seed: &[u8; 32]) -> String {
    hex(&hmac_sha256(seed, &[b"app_secret"])).chars().take(32).collect()
}
