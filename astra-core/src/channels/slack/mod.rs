//! Slack as a platform: its Events API and its slash commands come in, its Web API goes out.
//! `docs/channels/slack.md` says what to set up there.

mod answers;
mod markup;
mod shapes;
#[cfg(test)]
mod tests;
mod text;

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method};
use serde_json::{Value, json};

use super::connection::{Connection, Identity};
use super::dialect;
use super::field::{Field, Format, Settings};
use super::inbound::{Place, Reading};
use super::limits::{Limits, Unit};
use super::outgoing::{Download, HttpAnswer, HttpCall, Outgoing, Sent};
use super::platform::{Platform, Simulated, Simulation};
use super::proof::{hex, hmac_sha256, is_near, is_same};
use super::request::{Reply, Request, Unreadable, Unverified};

const TIMESTAMP: HeaderName = HeaderName::from_static("x-slack-request-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("x-slack-signature");

/// Longest text of a part, in characters: what Slack asks apps to keep to. It cuts messages at 40,000.
const TEXT_MAX: usize = 4_000;

const FIELDS: [Field; 3] = [
    Field::api_url("https://slack.com/api"),
    Field::secret(
        "bot_token",
        "The Bot User OAuth Token of the app, under OAuth & Permissions.",
        "xoxb-000000000000-000000000000-example",
    )
    .format(Format::Pattern("^xoxb-[A-Za-z0-9-]{8,250}$")),
    Field::secret(
        "signing_secret",
        "The Signing Secret of the app, under Basic Information.",
        "8f742231b10e8888abcd99yyyzzz85a5",
    )
    .format(Format::Pattern("^[0-9a-z]{32}$")),
];

/// Slack.
pub struct Slack;

impl Platform for Slack {
    fn kind(&self) -> &'static str {
        "slack"
    }

    fn title(&self) -> &'static str {
        "Slack"
    }

    fn fields(&self) -> &'static [Field] {
        &FIELDS
    }

    fn limits(&self, _: &Settings) -> Limits {
        Limits {
            text_max: TEXT_MAX,
            unit: Unit::Characters,
            // One message a second in one conversation.
            conversation_pause: Duration::from_secs(1),
            // `chat.update` may be called 50 times a minute.
            edit_pause: Some(Duration::from_secs(2)),
            typing: Some(Duration::from_secs(120)),
            takes_twice: false,
        }
    }

    fn set_up(&self, connection: &Connection) -> Vec<String> {
        let url = connection.webhook_url();
        let scopes = "`app_mentions:read`, `channels:history`, `chat:write`, `commands`, `files:read`, \
                      `groups:history`, `im:history`, `mpim:history`";
        vec![
            "Create an app at <https://api.slack.com/apps>.".to_owned(),
            format!("Under **OAuth & Permissions** add the bot token scopes {scopes}, and install the app."),
            "Under **App Home** switch the **Messages Tab** on, and let users send messages from it.".to_owned(),
            format!("Under **Event Subscriptions** switch events on, and enter {url} as the **Request URL**."),
            "Subscribe to the bot events `app_mention`, `message.im`, `message.channels`, `message.groups` and \
             `message.mpim`, or to the first two if only mentions and direct messages are to be answered."
                .to_owned(),
            format!("Under **Slash Commands** create a command such as `/agent`, with {url} as its **Request URL**."),
            "Invite the bot to the channels that it is to answer in.".to_owned(),
        ]
    }

    fn verify(&self, connection: &Connection, request: &Request) -> Result<(), Unverified> {
        let [at, signature] = [TIMESTAMP, SIGNATURE].map(|name| request.header(name.as_str()));
        if at.is_empty() || signature.is_empty() {
            return Err(Unverified::Missing);
        }
        let mut secrets = connection.secrets.each("signing_secret");
        if !secrets.any(|secret| is_same(signature, sign(secret, at, &request.body))) {
            return Err(Unverified::Wrong);
        }
        if is_near(at, request.at_s()) { Ok(()) } else { Err(Unverified::Stale) }
    }

    fn handshake(&self, _: &Connection, request: &Request) -> Option<Reply> {
        let body = request.json().ok()?;
        let is_one = body.get("type").and_then(Value::as_str) == Some("url_verification");
        let challenge = body.get("challenge").and_then(Value::as_str).filter(|_| is_one)?;
        Some(Reply::text(challenge))
    }

    fn read(&self, connection: &Connection, request: &Request) -> Result<Reading, Unreadable> {
        let events = shapes::read(connection, request)?;
        Ok(Reading { events, reply: Reply::empty() })
    }

    fn download(&self, connection: &Connection, attachment: &str) -> Option<HttpCall> {
        Some(answers::download(connection, attachment))
    }

    fn read_download(&self, connection: &Connection, attachment: &str, answer: &HttpAnswer) -> Download {
        answers::downloaded(connection, attachment, answer)
    }

    fn render(&self, markdown: &str) -> String {
        dialect::render(markdown, &markup::MRKDWN)
    }

    fn send(&self, connection: &Connection, outgoing: &Outgoing<'_>) -> HttpCall {
        let mut message = json!({
            "channel": outgoing.place.conversation,
            "text": outgoing.text,
            "link_names": false,
            "unfurl_links": false,
            "unfurl_media": false,
        });
        if let Some(thread) = &outgoing.place.thread {
            message["thread_ts"] = json!(thread);
        }
        call(connection, "chat.postMessage", &message)
    }

    fn read_sent(&self, _: &Connection, answer: &HttpAnswer) -> Sent {
        answers::sent(answer)
    }

    fn edit(&self, connection: &Connection, outgoing: &Outgoing<'_>, message_id: &str) -> Option<HttpCall> {
        // Unlike `chat.postMessage`, this reads text as people write it unless `parse` says otherwise.
        let message = json!({
            "channel": outgoing.place.conversation,
            "ts": message_id,
            "text": outgoing.text,
            "parse": "none",
            "link_names": false,
        });
        Some(call(connection, "chat.update", &message))
    }

    fn typing(&self, connection: &Connection, place: &Place, _at_ms: i64) -> Option<HttpCall> {
        let thread = place.thread.as_ref()?;
        let status = json!({"channel_id": place.conversation, "thread_ts": thread, "status": "is thinking..."});
        Some(call(connection, "assistant.threads.setStatus", &status))
    }

    fn check(&self, connection: &Connection, _at_ms: i64) -> Option<HttpCall> {
        Some(call(connection, "auth.test", &json!({})))
    }

    fn read_check(&self, _: &Connection, answer: &HttpAnswer) -> Result<Identity, String> {
        answers::checked(answer)
    }

    fn simulation(&self, seed: &[u8; 32], fake_url: &str) -> Simulation {
        let bot_token = format!("xoxb-{}", &hex(&hmac_sha256(seed, &[b"bot_token"]))[..32]);
        let values = vec![
            ("api_url", fake_url.to_owned()),
            ("bot_token", bot_token),
            ("signing_secret", simulated_secret(seed)),
        ];
        Simulation { values, key_document: None }
    }

    fn simulate(&self, _: &Connection, seed: &[u8; 32], said: &Simulated<'_>) -> HttpCall {
        let (body, at) = (shapes::simulated(said).to_string(), said.at_ms.div_euclid(1_000).to_string());
        let signature = sign(&simulated_secret(seed), &at, body.as_bytes());
        let json = HeaderValue::from_static("application/json");
        let call = HttpCall::new(Method::POST, "/webhook").header(http::header::CONTENT_TYPE, json);
        let call = call.header(TIMESTAMP, at).header(SIGNATURE, signature);
        HttpCall { body: Bytes::from(body), ..call }
    }

    fn simulated_text(&self, path: &str, body: &[u8]) -> Option<String> {
        let has_text = path.ends_with("/chat.postMessage") || path.ends_with("/chat.update");
        let body: Value = serde_json::from_slice(body).ok().filter(|_| has_text)?;
        body.get("text").and_then(Value::as_str).map(str::to_owned)
    }

    fn simulated_answer(&self, path: &str, body: &[u8]) -> Value {
        if path.ends_with("/auth.test") {
            return json!({
                "ok": true, "url": "https://simulated.slack.com/", "team": "Simulated", "user": "astra",
                "team_id": "T0SIMULATED", "user_id": "U0SIMULATED", "bot_id": "B0SIMULATED",
            });
        }
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let ts = body.get("ts").and_then(Value::as_str).unwrap_or("1503435956.000247");
        json!({"ok": true, "channel": body.get("channel"), "ts": ts})
    }
}

/// A request to a method of the Web API.
fn call(connection: &Connection, method: &str, body: &Value) -> HttpCall {
    let url = connection.settings.url("api_url", method);
    HttpCall::post(url, body).bearer(connection.secrets.get("bot_token"))
}

/// The signature of a body that was sent at `at`, in seconds since the epoch.
fn sign(secret: &str, at: &str, body: &[u8]) -> String {
    let parts: [&[u8]; 4] = [b"v0:", at.as_bytes(), b":", body];
    format!("v0={}", hex(&hmac_sha256(secret.as_bytes(), &parts)))
}

fn simulated_secret(seed: &[u8; 32]) -> String {
    hex(&hmac_sha256(seed, &[b"signing_secret"])).chars().take(32).collect()
}
