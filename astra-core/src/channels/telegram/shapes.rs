//! Updates as Telegram sends them (<https://core.telegram.org/bots/api#update>).

use serde::Deserialize;
use serde_json::{Value, json};

use super::attachments;
use super::mentions::{Bot, Entity, mentions, plain};
use crate::channels::connection::Connection;
use crate::channels::inbound::{Event, Inbound, Message, Person, Place};
use crate::channels::platform::Simulated;
use crate::channels::proof::hmac_sha256;
use crate::channels::request::{Request, Unreadable};

/// The bot of a simulation.
pub(super) const SIMULATED_BOT: u64 = 1_000_001;

#[derive(Deserialize)]
struct User {
    id: i64,
    #[serde(default)]
    is_bot: bool,
    #[serde(default)]
    first_name: String,
    #[serde(default)]
    last_name: Option<String>,
}

#[derive(Deserialize)]
struct Chat {
    id: i64,
    /// `private`, `group`, `supergroup` or `channel`.
    #[serde(default, rename = "type")]
    kind: Option<String>,
}

#[derive(Deserialize)]
struct Written {
    message_id: i64,
    #[serde(default)]
    message_thread_id: Option<i64>,
    #[serde(default)]
    is_topic_message: bool,
    #[serde(default)]
    from: Option<User>,
    #[serde(default)]
    sender_chat: Option<Chat>,
    date: i64,
    chat: Chat,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    entities: Vec<Entity>,
    #[serde(default)]
    caption: Option<String>,
    #[serde(default)]
    caption_entities: Vec<Entity>,
    #[serde(default)]
    reply_to_message: Option<Answered>,
}

/// The message that another one answers.
#[derive(Deserialize)]
struct Answered {
    #[serde(default)]
    from: Option<User>,
    /// The first message of a topic, which all others in it answer.
    #[serde(default)]
    forum_topic_created: Option<Value>,
}

/// Reads an update.
pub(super) fn read(connection: &Connection, request: &Request) -> Result<Inbound, Unreadable> {
    let update = request.json()?;
    let id = update.get("update_id").and_then(Value::as_i64).ok_or_else(|| unreadable("has no update_id"))?;
    let event = match update.get("message") {
        Some(message) => message_of(connection, message).map_err(|fault| unreadable(&fault.to_string()))?,
        None => {
            let kinds = update.as_object().into_iter().flat_map(|fields| fields.keys());
            let kind = kinds.map(String::as_str).find(|name| *name != "update_id").unwrap_or("unknown");
            Event::Ignored(format!("events of the type {kind} are not answered"))
        }
    };
    Ok(Inbound { event_id: id.to_string(), event })
}

fn unreadable(why: &str) -> Unreadable {
    Unreadable(format!("the update {why}"))
}

fn message_of(connection: &Connection, message: &Value) -> serde_json::Result<Event> {
    let written = Written::deserialize(message)?;
    let attachments = attachments::of(message)?;
    let username = connection.identity.as_ref().map_or("", |identity| identity.name.as_str());
    // A token begins with the id of its bot.
    let id = connection.secrets.get("bot_token").split(':').next().unwrap_or_default();
    let bot = Bot { id, username };
    let Some(from) = written.from.as_ref().filter(|_| written.sender_chat.is_none()) else {
        return Ok(Event::Ignored("messages in the name of a group or a channel are not answered".to_owned()));
    };
    if from.id.to_string() == bot.id {
        return Ok(Event::Ignored("the bot's own message".to_owned()));
    }
    let (text, entities) = match (&written.text, &written.caption) {
        (Some(text), _) => (text.as_str(), written.entities.as_slice()),
        (None, Some(caption)) => (caption.as_str(), written.caption_entities.as_slice()),
        (None, None) if attachments.is_empty() => {
            return Ok(Event::Ignored(
                "messages without text and files, such as who joins, are not answered".to_owned(),
            ));
        }
        (None, None) => ("", [].as_slice()),
    };
    let is_direct = written.chat.kind.as_deref().map_or(written.chat.id > 0, |kind| kind == "private");
    let answers_bot = written.reply_to_message.as_ref().is_some_and(|answered| {
        let is_own = answered.from.as_ref().is_some_and(|user| user.id.to_string() == bot.id);
        is_own && answered.forum_topic_created.is_none()
    });
    Ok(Event::Message(Box::new(Message {
        place: place(&written, is_direct),
        user: person(from),
        is_direct,
        mentions_bot: is_direct || answers_bot || mentions(text, entities, &bot),
        text: plain(text, entities, &bot),
        attachments,
        sent_at_ms: written.date.checked_mul(1_000),
    })))
}

/// Where a message was written. An answer in a group names the message that it answers.
fn place(written: &Written, is_direct: bool) -> Place {
    Place {
        conversation: written.chat.id.to_string(),
        // Answers to answers have the same number without a topic, and are no threads that people see.
        thread: written.message_thread_id.filter(|_| written.is_topic_message).map(|id| id.to_string()),
        reply_to: if is_direct { String::new() } else { written.message_id.to_string() },
    }
}

fn person(user: &User) -> Person {
    let name = match &user.last_name {
        Some(last) => format!("{} {last}", user.first_name),
        None => user.first_name.clone(),
    };
    let name = name.trim().to_owned();
    Person { id: user.id.to_string(), name: (!name.is_empty()).then_some(name), is_bot: user.is_bot }
}

/// A direct message as Telegram sends it. Ids are numbers, which are made of those of the simulation.
pub(super) fn simulated(said: &Simulated<'_>) -> Value {
    let command = said.text.split_whitespace().next().filter(|word| said.text.starts_with('/') && word.len() > 1);
    let entities =
        command.map(|command| json!([{"type": "bot_command", "offset": 0, "length": command.encode_utf16().count()}]));
    let mut message = json!({
        "message_id": number(said.event_id),
        "from": {"id": number(said.user), "is_bot": false, "first_name": said.user, "language_code": "en"},
        "chat": {"id": number(said.conversation), "first_name": said.user, "type": "private"},
        "date": said.at_ms.div_euclid(1_000),
        "text": said.text,
    });
    if let Some(entities) = entities {
        message["entities"] = entities;
    }
    json!({"update_id": number(said.event_id), "message": message})
}

/// A number of 49 bits that stands for `text`, or the one that it is.
fn number(text: &str) -> i64 {
    let is_number = |number: &i64| *number > 0 && number.to_string() == text;
    text.parse::<i64>().ok().filter(is_number).unwrap_or_else(|| {
        let digest = hmac_sha256(b"telegram", &[text.as_bytes()]);
        digest.iter().take(6).fold(1, |number, byte| number << 8 | i64::from(*byte))
    })
}
