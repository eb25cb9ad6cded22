//! Webhooks as Meta sends them
//! (<https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages>).

use serde::Deserialize;
use serde_json::Value;

use super::requests::{Hint, Recipient};
use crate::channels::connection::Connection;
use crate::channels::inbound::{Attachment, AttachmentContent, Event, Inbound, Message, Person, Place};
use crate::channels::proof::{hex, hmac_sha256};
use crate::channels::request::{Request, Unreadable};

/// An older message cannot be answered: people may be written to for 24 hours after they have written.
const OLDEST_MS: i64 = 24 * 3_600_000;

#[derive(Deserialize)]
struct Notification {
    object: String,
    entry: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    changes: Vec<Change>,
}

#[derive(Deserialize)]
struct Change {
    field: String,
    value: Value,
}

#[derive(Deserialize)]
struct Messages {
    metadata: Metadata,
    #[serde(default)]
    contacts: Vec<Contact>,
    #[serde(default)]
    messages: Vec<Value>,
    #[serde(default)]
    statuses: Vec<Status>,
}

#[derive(Deserialize)]
struct Metadata {
    display_phone_number: String,
    phone_number_id: String,
}

#[derive(Deserialize)]
struct Contact {
    #[serde(default)]
    wa_id: Option<String>,
    #[serde(default)]
    user_id: Option<String>,
    #[serde(default)]
    profile: Option<Profile>,
}

#[derive(Deserialize)]
struct Profile {
    #[serde(default)]
    name: Option<String>,
}

/// What became of a message that was sent.
#[derive(Deserialize)]
struct Status {
    id: String,
    status: String,
    #[serde(default)]
    errors: Vec<Fault>,
}

#[derive(Deserialize)]
struct Fault {
    code: i64,
}

#[derive(Deserialize)]
struct Written {
    id: String,
    /// In seconds since the epoch, as text.
    timestamp: String,
    #[serde(rename = "type")]
    kind: String,
    /// The phone number; missing if the person hides it.
    #[serde(default)]
    from: Option<String>,
    /// The person's id within the business.
    #[serde(default)]
    from_user_id: Option<String>,
    #[serde(default)]
    group_id: Option<String>,
    #[serde(default)]
    context: Option<Answered>,
    #[serde(default)]
    text: Option<Text>,
    #[serde(default)]
    button: Option<Button>,
    #[serde(default)]
    interactive: Option<Value>,
}

#[derive(Deserialize)]
struct Text {
    body: String,
}

#[derive(Deserialize)]
struct Button {
    text: String,
}

/// The message that another one answers.
#[derive(Deserialize)]
struct Answered {
    #[serde(default)]
    from: Option<String>,
}

#[derive(Deserialize)]
struct Media {
    id: String,
    #[serde(default)]
    mime_type: String,
    #[serde(default)]
    caption: String,
    #[serde(default)]
    filename: Option<String>,
}

/// Reads a request.
pub(super) fn read(connection: &Connection, request: &Request) -> Result<Vec<Inbound>, Unreadable> {
    let unreadable = |fault: serde_json::Error| Unreadable(fault.to_string());
    let notification: Notification = serde_json::from_value(request.json()?).map_err(unreadable)?;
    if notification.object != "whatsapp_business_account" {
        return Err(Unreadable("is not about a WhatsApp Business account".to_owned()));
    }
    let mut events = Vec::new();
    for change in notification.entry.into_iter().flat_map(|entry| entry.changes) {
        if change.field == "messages" {
            messages(connection, request, change.value, &mut events).map_err(unreadable)?;
        } else {
            let reason = format!("events of the type {} are not answered", change.field);
            events.push(unnamed(request, events.len(), reason));
        }
    }
    Ok(events)
}

/// An event that has no id: the request and its place there are one.
fn unnamed(request: &Request, place: usize, reason: String) -> Inbound {
    let event_id = hex(&hmac_sha256(b"whatsapp", &[&request.body, place.to_string().as_bytes()]));
    Inbound { event_id, event: Event::Ignored(reason) }
}

fn messages(
    connection: &Connection,
    request: &Request,
    value: Value,
    events: &mut Vec<Inbound>,
) -> serde_json::Result<()> {
    let change: Messages = serde_json::from_value(value)?;
    if change.metadata.phone_number_id != connection.settings.get("phone_number_id") {
        events.push(unnamed(request, events.len(), "it is of another phone number".to_owned()));
        return Ok(());
    }
    for status in &change.statuses {
        let reason = match status.errors.first() {
            Some(fault) => format!("a message of the bot is {}: code {}", status.status, fault.code),
            None => format!("a message of the bot is {}", status.status),
        };
        let event_id = format!("{}:{}", status.status, status.id);
        events.push(Inbound { event_id, event: Event::Ignored(reason) });
    }
    for message in &change.messages {
        let written = Written::deserialize(message)?;
        let event = message_of(request, &change, &written, message)?;
        events.push(Inbound { event_id: written.id, event });
    }
    if change.statuses.is_empty() && change.messages.is_empty() {
        events.push(unnamed(request, events.len(), "it has no message".to_owned()));
    }
    Ok(())
}

fn message_of(request: &Request, change: &Messages, written: &Written, raw: &Value) -> serde_json::Result<Event> {
    let ignored = |reason: &str| Ok(Event::Ignored(reason.to_owned()));
    let Some((text, attachments)) = content(written, raw)? else {
        return Ok(Event::Ignored(format!("messages of the type {} are not answered", written.kind)));
    };
    let sent_at_ms = written.timestamp.parse::<i64>().ok().and_then(|at_s| at_s.checked_mul(1_000));
    if sent_at_ms.is_some_and(|at_ms| request.at_ms.saturating_sub(at_ms) > OLDEST_MS) {
        return ignored("the message is more than a day old");
    }
    let own: String = change.metadata.display_phone_number.chars().filter(char::is_ascii_digit).collect();
    let Some(id) = written.from_user_id.as_ref().or(written.from.as_ref()) else {
        return ignored("Meta does not say who has written the message");
    };
    if written.from.as_ref() == Some(&own) {
        return ignored("the bot's own message");
    }
    let is_direct = written.group_id.is_none();
    let answers_bot = written.context.as_ref().is_some_and(|answered| answered.from.as_ref() == Some(&own));
    let mention = format!("@{own}");
    let (mentions, text) = (text.contains(&mention), text.trim());
    let text = text.strip_prefix(&mention).unwrap_or(text).trim_start_matches([',', ':']).trim_start();
    let to = match (&written.group_id, &written.from) {
        (Some(group), _) => Recipient::Group(group.clone()),
        (None, Some(number)) => Recipient::Phone(number.clone()),
        (None, None) => Recipient::User(id.clone()),
    };
    Ok(Event::Message(Box::new(Message {
        place: Place {
            conversation: written.group_id.clone().unwrap_or_else(|| id.clone()),
            thread: None,
            reply_to: Hint { to, message_id: written.id.clone() }.text(),
        },
        user: Person { id: id.clone(), name: name(change, written), is_bot: false },
        is_direct,
        mentions_bot: is_direct || mentions || answers_bot,
        text: text.to_owned(),
        attachments,
        sent_at_ms,
    })))
}

/// The name of the person, which stands among the contacts.
fn name(change: &Messages, written: &Written) -> Option<String> {
    let is_same = |one: &Option<String>, other: &Option<String>| one.is_some() && one == other;
    let mut contacts = change.contacts.iter();
    let contact = contacts
        .find(|contact| is_same(&contact.user_id, &written.from_user_id) || is_same(&contact.wa_id, &written.from))?;
    contact.profile.as_ref()?.name.clone().filter(|name| !name.is_empty())
}

/// The text of a message and what comes with it; `None` if it is of a type that says nothing.
fn content(written: &Written, raw: &Value) -> serde_json::Result<Option<(String, Vec<Attachment>)>> {
    let kind = written.kind.as_str();
    Ok(match kind {
        "text" => written.text.as_ref().map(|text| (text.body.clone(), Vec::new())),
        "button" => written.button.as_ref().map(|button| (button.text.clone(), Vec::new())),
        "interactive" => {
            let chosen = ["button_reply", "list_reply"].iter().find_map(|name| written.interactive.as_ref()?.get(name));
            let title = chosen.and_then(|chosen| chosen.get("title")?.as_str());
            title.map(|title| (title.to_owned(), Vec::new()))
        }
        "image" | "sticker" | "video" | "audio" | "document" => {
            let media = Media::deserialize(raw.get(kind).unwrap_or(&Value::Null))?;
            Some((media.caption.clone(), vec![attachment(kind, media)]))
        }
        "location" | "contacts" | "order" => {
            let name = if kind == "contacts" { "contact" } else { kind }.to_owned();
            let content = AttachmentContent::None;
            Some((String::new(), vec![Attachment { name, media_type: String::new(), bytes: None, content }]))
        }
        _ => None,
    })
}

fn attachment(kind: &str, media: Media) -> Attachment {
    let media_type = media.mime_type.split(';').next().unwrap_or_default().trim().to_owned();
    Attachment {
        name: media.filename.filter(|name| !name.is_empty()).unwrap_or_else(|| kind.to_owned()),
        media_type,
        bytes: None,
        content: AttachmentContent::Remote(media.id),
    }
}
