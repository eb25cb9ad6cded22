//! Activities as the Bot Framework sends them for Teams
//! (<https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference>).

use chrono::DateTime;
use serde::Deserialize;
use serde_json::{Value, json};

use super::BOT;
use crate::channels::connection::Connection;
use crate::channels::inbound::{Attachment, AttachmentContent, Event, Inbound, Message, Person, Place};
use crate::channels::platform::Simulated;
use crate::channels::request::{Request, Unreadable};

/// The only channel of the Bot Framework that is answered.
const CHANNEL: &str = "msteams";

/// What stands between the id of a channel and that of a thread in it.
pub(super) const THREAD: &str = ";messageid=";

/// The type of attachments that are files in OneDrive.
const FILE: &str = "application/vnd.microsoft.teams.file.download.info";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Activity {
    #[serde(rename = "type")]
    kind: String,
    id: Option<String>,
    timestamp: Option<String>,
    service_url: String,
    channel_id: String,
    from: Option<Account>,
    recipient: Option<Account>,
    conversation: Option<Conversation>,
    text: Option<String>,
    attachments: Option<Vec<Attached>>,
    entities: Option<Vec<Value>>,
    channel_data: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Account {
    id: String,
    name: Option<String>,
    aad_object_id: Option<String>,
    role: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Conversation {
    id: String,
    conversation_type: Option<String>,
    is_group: Option<bool>,
    tenant_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attached {
    content_type: String,
    content_url: Option<String>,
    #[serde(default)]
    content: Value,
    name: Option<String>,
}

/// The event of a request.
pub(super) fn read(connection: &Connection, request: &Request) -> Result<Inbound, Unreadable> {
    let activity: Activity = serde_json::from_value(request.json()?).map_err(|fault| Unreadable(fault.to_string()))?;
    let conversation = activity.conversation.as_ref().map_or("", |conversation| conversation.id.as_str());
    let id = activity.id.clone().unwrap_or_default();
    // An edit has the id of what it edits.
    let at = activity.timestamp.as_deref().unwrap_or_default();
    let event_id = match activity.kind.as_str() {
        "message" => format!("{id}:{conversation}"),
        kind => format!("{kind}:{at}:{id}:{conversation}"),
    };
    let event_id = event_id.get(..event_id.floor_char_boundary(255)).unwrap_or_default().to_owned();
    let event = match reason_to_ignore(connection, &activity) {
        Some(reason) => Event::Ignored(reason),
        None => Event::Message(Box::new(message(connection, activity)?)),
    };
    Ok(Inbound { event_id, event })
}

fn reason_to_ignore(connection: &Connection, activity: &Activity) -> Option<String> {
    if activity.channel_id != CHANNEL {
        return Some(format!("activities of the channel {} are not answered", activity.channel_id));
    }
    if activity.kind != "message" {
        return Some(format!("activities of the type {} are not answered", activity.kind));
    }
    let tenant = connection.settings.get("tenant_id");
    let data = activity.channel_data.as_ref().and_then(|data| data.get("tenant")?.get("id")?.as_str());
    let of = activity.conversation.as_ref().and_then(|conversation| conversation.tenant_id.as_deref()).or(data);
    // A multi-tenant bot has the name of a domain in the place of a tenant's id.
    if !tenant.contains('.') && of.is_some_and(|of| of != tenant) {
        return Some("the activity is of another tenant".to_owned());
    }
    let from = activity.from.as_ref()?;
    (from.id == bot_id(connection)).then(|| "the bot's own message".to_owned())
}

fn bot_id(connection: &Connection) -> String {
    format!("{BOT}{}", connection.settings.get("app_id"))
}

fn message(connection: &Connection, activity: Activity) -> Result<Message, Unreadable> {
    let missing = |what: &str| Unreadable(format!("the message has no {what}"));
    let conversation = activity.conversation.ok_or_else(|| missing("conversation"))?;
    let from = activity.from.ok_or_else(|| missing("from"))?;
    let id = activity.id.filter(|id| !id.is_empty()).ok_or_else(|| missing("id"))?;
    let is_direct = match conversation.conversation_type.as_deref() {
        Some(kind) => kind == "personal",
        None => conversation.is_group != Some(true) && conversation.id.starts_with("a:"),
    };
    let is_channel = conversation.conversation_type.as_deref() == Some("channel");
    let (place, thread) = match conversation.id.split_once(THREAD) {
        Some((place, thread)) => (place.to_owned(), Some(thread.to_owned())),
        None => (conversation.id, is_channel.then_some(id)),
    };
    let bot = activity.recipient.map_or_else(|| bot_id(connection), |recipient| recipient.id);
    let (text, is_mentioned) = spoken(activity.text.as_deref().unwrap_or_default(), &activity.entities, &bot);
    let attachments = activity.attachments.unwrap_or_default().into_iter().filter_map(attachment).collect();
    Ok(Message {
        place: Place { conversation: place, thread, reply_to: activity.service_url },
        user: Person {
            is_bot: from.id.starts_with(BOT) || from.role.as_deref() == Some("bot"),
            // The id of the directory is the same in all conversations, and administrators know it.
            id: from.aad_object_id.filter(|id| !id.is_empty()).unwrap_or(from.id),
            name: from.name.filter(|name| !name.is_empty()),
        },
        is_direct,
        mentions_bot: is_direct || is_mentioned,
        text,
        attachments,
        sent_at_ms: activity.timestamp.and_then(|at| DateTime::parse_from_rfc3339(&at).ok()?.timestamp_millis().into()),
    })
}

/// The text without the mention of the bot at its beginning and with the names of others, and whether the bot is
/// mentioned.
fn spoken(text: &str, entities: &Option<Vec<Value>>, bot: &str) -> (String, bool) {
    let mentions =
        entities.iter().flatten().filter(|entity| entity.get("type").and_then(Value::as_str) == Some("mention"));
    let (mut text, mut is_mentioned) = (text.trim().to_owned(), false);
    for mention in mentions {
        let is_of_bot = mention.get("mentioned").and_then(|who| who.get("id")?.as_str()) == Some(bot);
        is_mentioned |= is_of_bot;
        let written = mention.get("text").and_then(Value::as_str).unwrap_or_default();
        if let Some(rest) = text.strip_prefix(written).filter(|_| is_of_bot && !written.is_empty()) {
            text = rest.trim_start_matches("&nbsp;").trim_start().to_owned();
        }
    }
    let text = text.replace("<at>", "@").replace("</at>", "").replace("@@", "@");
    (unescaped(&text).trim().to_owned(), is_mentioned)
}

/// Text without the references to characters of HTML that Teams puts into it.
fn unescaped(text: &str) -> String {
    let text = text.replace("&nbsp;", " ").replace("&lt;", "<").replace("&gt;", ">");
    text.replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&")
}

/// What comes with a message; `None` for the message itself in HTML.
fn attachment(attached: Attached) -> Option<Attachment> {
    let kind = attached.content_type.as_str();
    let text = |name: &str| attached.content.get(name).and_then(Value::as_str);
    let (media_type, url, name) = match kind {
        "text/html" => return None,
        FILE => (media_type(text("fileType").unwrap_or_default()), text("downloadUrl").map(str::to_owned), "file"),
        // What kind of image it is says the answer to the download.
        "image/*" => ("image/png", attached.content_url, "image"),
        kind if kind.starts_with("image/") => (kind, attached.content_url, "image"),
        _ => ("", None, "card"),
    };
    let content = url.filter(|url| url.contains("://")).map_or(AttachmentContent::None, AttachmentContent::Remote);
    let name = attached.name.clone().filter(|name| !name.is_empty()).unwrap_or_else(|| name.to_owned());
    Some(Attachment { name, media_type: media_type.to_owned(), bytes: None, content })
}

/// The media type of an image by the type of its file.
fn media_type(file_type: &str) -> &'static str {
    match file_type.to_ascii_lowercase().as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        _ => "application/octet-stream",
    }
}

/// A direct message as Teams sends it.
pub(super) fn simulated(app_id: &str, service_url: &str, said: &Simulated<'_>) -> Value {
    let at = DateTime::from_timestamp_millis(said.at_ms).unwrap_or_default();
    let text = said.text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    json!({
        "type": "message",
        "id": said.event_id,
        "timestamp": at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
        "serviceUrl": service_url,
        "channelId": CHANNEL,
        "from": {"id": format!("29:{}", said.user), "name": said.user, "aadObjectId": said.user},
        "conversation": {"conversationType": "personal", "id": said.conversation},
        "recipient": {"id": format!("{BOT}{app_id}"), "name": "Astra"},
        "textFormat": "plain",
        "text": text,
        "locale": "en-US",
    })
}
