//! The events of a transaction. An event that cannot be read is ignored alone: the homeserver would send a transaction
//! that is refused again and again, and nothing after it.

use serde_json::{Value, json};

use super::mention;
use crate::channels::field::Settings;
use crate::channels::inbound::{Attachment, AttachmentContent, Event, Inbound, Message, Person, Place, Reading};
use crate::channels::request::{Reply, Request, Unreadable};

/// [`Place::reply_to`] of an invitation; of a message it is an event id, which begins with `$`.
const INVITATION: &str = "invitation";

/// Whether what is sent there answers an invitation to the room.
pub(super) fn is_invitation(place: &Place) -> bool {
    place.reply_to == INVITATION
}

/// Reads a transaction. What is ephemeral (receipts, presence, who types) is left out.
pub(super) fn read(settings: &Settings, request: &Request) -> Result<Reading, Unreadable> {
    let body = request.json()?;
    let events = body.get("events").and_then(Value::as_array);
    let events = events.ok_or_else(|| Unreadable("the transaction has no events".to_owned()))?;
    let transaction = request.transaction_id.as_deref().unwrap_or_default();
    let inbound = |(number, event): (usize, &Value)| {
        let event_id = match text(event, "event_id") {
            "" => format!("transaction {transaction} {number}"),
            id => id.to_owned(),
        };
        let event = read_event(settings, event).unwrap_or_else(|why| Event::Ignored(why.to_owned()));
        Inbound { event_id, event }
    };
    Ok(Reading { events: events.iter().enumerate().map(inbound).collect(), reply: Reply::json(&json!({})) })
}

/// An event, or why it is none that can be answered.
fn read_event(settings: &Settings, event: &Value) -> Result<Event, &'static str> {
    let (kind, bot) = (text(event, "type"), settings.get("user_id"));
    let (event_id, sender, room) = (text(event, "event_id"), text(event, "sender"), text(event, "room_id"));
    if event_id.is_empty() || sender.is_empty() || room.is_empty() {
        return Err("the event names no id, no sender or no room");
    }
    if sender == bot {
        return Err("it is the bot's own");
    }
    let content = event.get("content").unwrap_or(&Value::Null);
    if let Some(state_key) = event.get("state_key") {
        let is_invitation =
            kind == "m.room.member" && state_key.as_str() == Some(bot) && text(content, "membership") == "invite";
        return if is_invitation { Ok(invitation(settings, sender, room)) } else { Err("it changes the room's state") };
    }
    match kind {
        "m.room.message" => message(settings, event, content),
        "m.room.encrypted" => Err("it is encrypted, and the bot reads no encrypted rooms"),
        "m.reaction" => Err("it is a reaction"),
        "m.room.redaction" => Err("it is a deletion"),
        _ => Ok(Event::Ignored(format!("events of the type {kind} are not answered"))),
    }
}

/// An invitation of the bot, as a message that asks for help: its answer is sent when the bot has joined. So lists of
/// people and rooms hold for invitations too.
fn invitation(settings: &Settings, sender: &str, room: &str) -> Event {
    let place = Place { conversation: room.to_owned(), thread: None, reply_to: INVITATION.to_owned() };
    Event::Message(Box::new(Message {
        place,
        user: Person { id: sender.to_owned(), name: None, is_bot: false },
        is_direct: is_direct(settings),
        mentions_bot: true,
        text: "/help".to_owned(),
        attachments: Vec::new(),
        sent_at_ms: None,
    }))
}

fn message(settings: &Settings, event: &Value, content: &Value) -> Result<Event, &'static str> {
    let bot = settings.get("user_id");
    let kind = text(content, "msgtype");
    let relation = content.get("m.relates_to").unwrap_or(&Value::Null);
    if kind.is_empty() {
        return Err("it was deleted");
    }
    if text(relation, "rel_type") == "m.replace" {
        return Err("it is an edit");
    }
    let body = mention::without_reply(text(content, "body"));
    let (said, attachments) = match kind {
        "m.text" | "m.notice" | "m.emote" => (body, Vec::new()),
        "m.image" | "m.file" | "m.audio" | "m.video" => {
            // With a file name, the text is a caption.
            let name = text(content, "filename");
            let (name, caption) = if name.is_empty() || name == body { (body, "") } else { (name, body) };
            (caption, vec![attachment(kind, name, content)])
        }
        "m.location" => ("", vec![named("location")]),
        _ => return Ok(Event::Ignored(format!("messages of the type {kind} are not answered"))),
    };
    let is_thread = text(relation, "rel_type") == "m.thread" && !text(relation, "event_id").is_empty();
    let place = Place {
        conversation: text(event, "room_id").to_owned(),
        thread: is_thread.then(|| text(relation, "event_id").to_owned()),
        reply_to: text(event, "event_id").to_owned(),
    };
    let is_direct = is_direct(settings);
    Ok(Event::Message(Box::new(Message {
        place,
        // Bots send notices, which are never answered.
        user: Person { id: text(event, "sender").to_owned(), name: None, is_bot: kind == "m.notice" },
        is_direct,
        mentions_bot: is_direct || mention::is_mentioned(bot, content),
        text: mention::without_mention(bot, said, text(content, "formatted_body")).to_owned(),
        attachments,
        sent_at_ms: event.get("origin_server_ts").and_then(Value::as_i64),
    })))
}

fn attachment(kind: &str, name: &str, content: &Value) -> Attachment {
    let info = content.get("info").unwrap_or(&Value::Null);
    let url = text(content, "url");
    Attachment {
        name: if name.is_empty() { kind.trim_start_matches("m.") } else { name }.to_owned(),
        media_type: text(info, "mimetype").to_owned(),
        bytes: info.get("size").and_then(Value::as_u64),
        // Of an encrypted room there is `file` instead.
        content: match url.starts_with("mxc://") {
            true => AttachmentContent::Remote(url.to_owned()),
            false => AttachmentContent::None,
        },
    }
}

fn named(name: &str) -> Attachment {
    Attachment { name: name.to_owned(), media_type: String::new(), bytes: None, content: AttachmentContent::None }
}

/// No event says how many are in a room: the settings do.
fn is_direct(settings: &Settings) -> bool {
    settings.get("rooms") == "direct"
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}
