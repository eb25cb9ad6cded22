//! What Slack sends: events as JSON, slash commands and uses of components as forms.

use serde::Deserialize;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::text;
use crate::channels::connection::Connection;
use crate::channels::inbound::{Attachment, AttachmentContent, Event, Inbound, Message, Person, Place};
use crate::channels::platform::Simulated;
use crate::channels::proof::{hex, hmac_sha256};
use crate::channels::request::{Request, Unreadable};

/// Commands of the room, which a slash command of Slack may be named after.
const ROOM_COMMANDS: [&str; 4] = ["reset", "agents", "help", "link"];

/// The prefix of an attachment whose URLs must be asked for first.
pub(super) const BY_ID: &str = "file:";

/// The wrapper of every event.
#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "type")]
    kind: String,
    event_id: Option<String>,
    event: Option<Value>,
    #[serde(default)]
    authorizations: Vec<Authorization>,
}

#[derive(Deserialize)]
struct Authorization {
    user_id: String,
    #[serde(default)]
    is_bot: bool,
}

/// An event of the types `message` and `app_mention`.
#[derive(Deserialize)]
struct Written {
    #[serde(rename = "type")]
    kind: String,
    subtype: Option<String>,
    channel: String,
    channel_type: Option<String>,
    user: Option<String>,
    bot_id: Option<String>,
    text: Option<String>,
    ts: String,
    thread_ts: Option<String>,
    parent_user_id: Option<String>,
    files: Option<Vec<File>>,
}

#[derive(Deserialize)]
struct File {
    id: String,
    name: Option<String>,
    title: Option<String>,
    mimetype: Option<String>,
    size: Option<u64>,
    mode: Option<String>,
    file_access: Option<String>,
    url_private: Option<String>,
    url_private_download: Option<String>,
}

/// Who the bot is: as the check has found, or as the event says.
#[derive(Default)]
struct Bot {
    user: Option<String>,
    bot: Option<String>,
}

/// The events of a request.
pub(super) fn read(connection: &Connection, request: &Request) -> Result<Vec<Inbound>, Unreadable> {
    if request.media_type() == "application/x-www-form-urlencoded" {
        return read_form(&request.body);
    }
    let envelope: Envelope = serde_json::from_value(request.json()?).map_err(|fault| Unreadable(fault.to_string()))?;
    let event = match (envelope.kind.as_str(), &envelope.event) {
        ("event_callback", Some(event)) => event,
        ("event_callback", None) => return Err(Unreadable("the event is missing".to_owned())),
        (kind, _) => return Ok(vec![ignored(envelope.event_id, &request.body, kind)]),
    };
    let event_id = envelope.event_id.ok_or_else(|| Unreadable("the event has no event_id".to_owned()))?;
    let kind = event.get("type").and_then(Value::as_str).ok_or_else(|| Unreadable("the event has no type".into()))?;
    let subtype = event.get("subtype").and_then(Value::as_str);
    let is_message = matches!(kind, "message" | "app_mention")
        && matches!(subtype, None | Some("bot_message" | "file_share" | "me_message" | "thread_broadcast"));
    if !is_message {
        let name = subtype.map_or_else(|| kind.to_owned(), |subtype| format!("{kind}.{subtype}"));
        return Ok(vec![ignored(Some(event_id), &request.body, &name)]);
    }
    let written = Written::deserialize(event).map_err(|fault| Unreadable(fault.to_string()))?;
    let bot = Bot::of(connection, &envelope.authorizations);
    Ok(vec![written.inbound(&bot)])
}

/// A request whose type is not answered.
fn ignored(event_id: Option<String>, body: &[u8], kind: &str) -> Inbound {
    // What has no id is sent again with the same body.
    let event_id = event_id.unwrap_or_else(|| hex(&hmac_sha256(b"slack", &[body])));
    Inbound { event_id, event: Event::Ignored(format!("events of the type {kind} are not answered")) }
}

impl Bot {
    fn of(connection: &Connection, authorizations: &[Authorization]) -> Self {
        let authorized = authorizations.iter().find(|one| one.is_bot).map(|one| one.user_id.clone());
        let Some(identity) = &connection.identity else { return Self { user: authorized, bot: None } };
        let bot = identity.extra.get("bot_id").and_then(Value::as_str).map(str::to_owned);
        Self { user: Some(identity.id.clone()), bot }
    }

    fn is(&self, user: Option<&str>, bot: Option<&str>) -> bool {
        user.is_some() && user == self.user.as_deref() || bot.is_some() && bot == self.bot.as_deref()
    }
}

impl Written {
    /// The event's id is that of the message, not that of the event: a mention in a channel comes as two events.
    fn inbound(self, bot: &Bot) -> Inbound {
        let event_id = format!("{}:{}", self.channel, self.ts);
        if bot.is(self.user.as_deref(), self.bot_id.as_deref()) {
            return Inbound { event_id, event: Event::Ignored("the bot's own message".to_owned()) };
        }
        let is_bot = self.bot_id.is_some() || self.subtype.as_deref() == Some("bot_message");
        let Some(id) = self.user.or(self.bot_id) else {
            return Inbound { event_id, event: Event::Ignored("the message names no author".to_owned()) };
        };
        let is_direct = match &self.channel_type {
            Some(kind) => kind == "im",
            None => self.channel.starts_with('D'),
        };
        let written = self.text.unwrap_or_default();
        let user = bot.user.as_deref().unwrap_or_default();
        let mentions_bot = is_direct
            || self.kind == "app_mention"
            || text::mentions(&written, user)
            || !user.is_empty() && self.parent_user_id.as_deref() == Some(user);
        // An answer in a channel opens a thread below the message.
        let thread = if is_direct { self.thread_ts } else { Some(self.thread_ts.unwrap_or_else(|| self.ts.clone())) };
        let message = Message {
            place: Place { conversation: self.channel, thread, reply_to: String::new() },
            user: Person { id, name: None, is_bot },
            is_direct,
            mentions_bot,
            text: text::plain(&written, user),
            attachments: self.files.unwrap_or_default().into_iter().map(Attachment::from).collect(),
            sent_at_ms: milliseconds(&self.ts),
        };
        Inbound { event_id, event: Event::Message(Box::new(message)) }
    }
}

impl From<File> for Attachment {
    fn from(file: File) -> Self {
        let is_gone = matches!(file.mode.as_deref(), Some("tombstone" | "hidden_by_limit" | "external"));
        let url = file.url_private_download.or(file.url_private).filter(|url| !url.is_empty());
        let content = match url {
            _ if is_gone => AttachmentContent::None,
            Some(url) => AttachmentContent::Remote(url),
            // Of a file from another organisation only the id is known here.
            None if file.file_access.as_deref() == Some("check_file_info") => {
                AttachmentContent::Remote(format!("{BY_ID}{}", file.id))
            }
            None => AttachmentContent::None,
        };
        let name = file.name.or(file.title).filter(|name| !name.is_empty()).unwrap_or_else(|| "file".to_owned());
        Self { name, media_type: file.mimetype.unwrap_or_default(), bytes: file.size, content }
    }
}

/// `1515449522.000016` as milliseconds.
fn milliseconds(ts: &str) -> Option<i64> {
    let (seconds, fraction) = ts.split_once('.').unwrap_or((ts, ""));
    let fraction: i64 = fraction.get(..3).unwrap_or("0").parse().ok()?;
    seconds.parse::<i64>().ok()?.checked_mul(1_000)?.checked_add(fraction)
}

/// A slash command, or something that is not answered.
fn read_form(body: &[u8]) -> Result<Vec<Inbound>, Unreadable> {
    let fields: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
    let field = |name: &str| fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    if field("ssl_check").is_some() {
        return Ok(Vec::new());
    }
    if let Some(payload) = field("payload") {
        let payload: Value = serde_json::from_str(payload).map_err(|fault| Unreadable(fault.to_string()))?;
        let kind = payload.get("type").and_then(Value::as_str).unwrap_or("payload");
        return Ok(vec![ignored(None, body, kind)]);
    }
    let missing = || Unreadable("the form is no slash command".to_owned());
    let [command, channel, user, event_id] = ["command", "channel_id", "user_id", "trigger_id"].map(field);
    let (command, channel, user) =
        (command.ok_or_else(missing)?, channel.ok_or_else(missing)?, user.ok_or_else(missing)?);
    let event_id = event_id.ok_or_else(missing)?.to_owned();
    let is_direct = channel.starts_with('D');
    let message = Message {
        place: Place { conversation: channel.to_owned(), thread: None, reply_to: String::new() },
        user: Person { id: user.to_owned(), name: field("user_name").map(str::to_owned), is_bot: false },
        is_direct,
        mentions_bot: true,
        text: commanded(command, field("text").unwrap_or_default()),
        attachments: Vec::new(),
        sent_at_ms: None,
    };
    Ok(vec![Inbound { event_id, event: Event::Message(Box::new(message)) }])
}

/// What a slash command says: `/reset` and `/agent reset` are the room's command, `/agent Hello` is a message.
fn commanded(command: &str, written: &str) -> String {
    let (name, written) = (command.trim_start_matches('/'), text::plain(written, ""));
    let first = written.split_whitespace().next().unwrap_or_default();
    if ROOM_COMMANDS.contains(&name) {
        format!("/{name} {written}").trim_end().to_owned()
    } else if ROOM_COMMANDS.contains(&first) {
        format!("/{written}")
    } else if written.is_empty() {
        "/help".to_owned()
    } else {
        written
    }
}

/// A direct message as Slack sends it. What names the event becomes the part of `ts` that tells messages of the same
/// second apart.
pub(super) fn simulated(said: &Simulated<'_>) -> Value {
    let number = hmac_sha256(b"slack", &[said.event_id.as_bytes()]);
    let number = number.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let ts = format!("{}.{number:020}", said.at_ms.div_euclid(1_000));
    json!({
        "token": "simulated",
        "team_id": "T0SIMULATED",
        "api_app_id": "A0SIMULATED",
        "event": {
            "type": "message",
            "channel": said.conversation,
            "user": said.user,
            "text": text::escaped(said.text),
            "ts": ts,
            "event_ts": ts,
            "channel_type": "im",
        },
        "type": "event_callback",
        "event_id": format!("Ev{}", said.event_id),
        "event_time": said.at_ms.div_euclid(1_000),
        "authorizations": [{
            "enterprise_id": null, "team_id": "T0SIMULATED", "user_id": "U0SIMULATED", "is_bot": true,
            "is_enterprise_install": false,
        }],
    })
}
