//! Events as LINE sends them (<https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects>).

use serde::Deserialize;
use serde_json::Value;

use crate::channels::connection::Connection;
use crate::channels::inbound::{Attachment, AttachmentContent, Event, Inbound, Message, Person, Place};
use crate::channels::request::{Request, Unreadable};

/// A message that is older is not answered, whoever sends it again: the platform sends nothing again for so long.
const OLDEST_MS: i64 = 24 * 3_600_000;

#[derive(Deserialize)]
struct Callback {
    #[serde(rename = "destination")]
    _destination: String,
    events: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    #[serde(rename = "type")]
    kind: String,
    webhook_event_id: String,
    timestamp: i64,
    /// `active`, or `standby` while another program answers.
    mode: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    source: Source,
    #[serde(default)]
    reply_token: Option<String>,
    message: Content,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Source {
    #[serde(default)]
    user_id: Option<String>,
    #[serde(default)]
    group_id: Option<String>,
    #[serde(default)]
    room_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    mention: Option<Mention>,
    #[serde(default)]
    content_provider: Option<Provider>,
    #[serde(default)]
    file_name: Option<String>,
    #[serde(default)]
    file_size: Option<u64>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    address: Option<String>,
    #[serde(default)]
    keywords: Vec<String>,
}

#[derive(Deserialize)]
struct Mention {
    mentionees: Vec<Mentionee>,
}

/// A place in a text, in units of UTF-16, that mentions someone.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Mentionee {
    index: usize,
    length: usize,
    #[serde(default)]
    user_id: Option<String>,
    #[serde(default)]
    is_self: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Provider {
    /// Only of content that an app has sent for the person.
    #[serde(default)]
    original_content_url: Option<String>,
}

/// Reads a request; LINE's own check of the URL has no events.
pub(super) fn read(connection: &Connection, request: &Request) -> Result<Vec<Inbound>, Unreadable> {
    let unreadable = |fault: serde_json::Error| Unreadable(fault.to_string());
    let callback: Callback = serde_json::from_value(request.json()?).map_err(unreadable)?;
    let events = callback.events.iter().map(|event| read_event(connection, request, event));
    events.collect::<Result<_, _>>().map_err(unreadable)
}

fn read_event(connection: &Connection, request: &Request, event: &Value) -> serde_json::Result<Inbound> {
    let envelope = Envelope::deserialize(event)?;
    let read = match envelope.kind.as_str() {
        "message" => message(connection, request, &envelope, Written::deserialize(event)?),
        kind => Event::Ignored(format!("events of the type {kind} are not answered")),
    };
    Ok(Inbound { event_id: envelope.webhook_event_id, event: read })
}

fn message(connection: &Connection, request: &Request, envelope: &Envelope, written: Written) -> Event {
    let Written { source, reply_token, message } = written;
    if envelope.mode != "active" {
        return Event::Ignored("another program answers in this chat".to_owned());
    }
    if request.at_ms.saturating_sub(envelope.timestamp) > OLDEST_MS {
        return Event::Ignored("the message is more than a day old".to_owned());
    }
    let Some(user_id) = source.user_id else {
        return Event::Ignored("LINE does not say who has written the message".to_owned());
    };
    let bot = connection.identity.as_ref().map_or("", |identity| identity.id.as_str());
    if user_id == bot {
        return Event::Ignored("the bot's own message".to_owned());
    }
    let Some(attachments) = attachments(&message) else {
        return Event::Ignored(format!("messages of the type {} are not answered", message.kind));
    };
    let group = source.group_id.or(source.room_id);
    let is_direct = group.is_none();
    let text = message.text.as_deref().filter(|_| message.kind == "text").unwrap_or_default();
    let mentionees = message.mention.as_ref().map_or(&[][..], |mention| mention.mentionees.as_slice());
    let own: Vec<&Mentionee> = mentionees
        .iter()
        .filter(|one| one.is_self || one.user_id.as_deref().is_some_and(|id| !id.is_empty() && id == bot))
        .collect();
    Event::Message(Box::new(Message {
        place: Place {
            conversation: group.unwrap_or_else(|| user_id.clone()),
            thread: None,
            reply_to: format!("{} {}", request.at_ms, reply_token.unwrap_or_default()),
        },
        user: Person { id: user_id, name: None, is_bot: false },
        is_direct,
        mentions_bot: is_direct || !own.is_empty(),
        text: without_mention(text, &own).to_owned(),
        attachments,
        sent_at_ms: Some(envelope.timestamp),
    }))
}

/// What a message has beside text; `None` if it is of a type that is not known.
fn attachments(message: &Content) -> Option<Vec<Attachment>> {
    let of = |name: &str, media_type: &str, content: AttachmentContent| Attachment {
        name: name.to_owned(),
        media_type: media_type.to_owned(),
        bytes: message.file_size,
        content,
    };
    let url = message.content_provider.as_ref().and_then(|provider| provider.original_content_url.clone());
    let remote = AttachmentContent::Remote(url.unwrap_or_else(|| message.id.clone()));
    Some(match message.kind.as_str() {
        "text" => Vec::new(),
        // Which type it has LINE does not say.
        "image" => vec![of("image", "", remote)],
        "video" => vec![of("video", "video/mp4", remote)],
        "audio" => vec![of("audio", "audio/x-m4a", remote)],
        "file" => {
            let name = message.file_name.as_deref().unwrap_or("file");
            vec![of(name, media_type(name), remote)]
        }
        "location" => {
            let parts = [message.title.as_deref(), message.address.as_deref()];
            vec![of(&named("location", &parts.into_iter().flatten().collect::<Vec<_>>()), "", AttachmentContent::None)]
        }
        "sticker" => {
            let keywords: Vec<&str> = message.keywords.iter().map(String::as_str).take(3).collect();
            vec![of(&named("sticker", &keywords), "", AttachmentContent::None)]
        }
        _ => return None,
    })
}

fn named(what: &str, details: &[&str]) -> String {
    if details.is_empty() { what.to_owned() } else { format!("{what} ({})", details.join(", ")) }
}

/// The type of a file by its name, as far as it matters: an image or not.
fn media_type(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    match ending.as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        _ => "application/octet-stream",
    }
}

/// `text` without mentions of the bot at its beginning.
fn without_mention<'a>(text: &'a str, own: &[&Mentionee]) -> &'a str {
    let mut rest = text.trim_start();
    loop {
        let before: usize = text[..text.len() - rest.len()].encode_utf16().count();
        let Some(mention) = own.iter().find(|mention| mention.index == before && mention.length > 0) else {
            return rest.trim_end();
        };
        let mut units = 0;
        let ends = rest.char_indices().find(|(_, letter)| {
            let is_behind = units >= mention.length;
            units += letter.len_utf16();
            is_behind
        });
        rest = ends.map_or("", |(place, _)| &rest[place..]).trim_start_matches([',', ':']).trim_start();
    }
}
