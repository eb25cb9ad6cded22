//! Interactions as Discord sends them, and what they are answered at once
//! (<https://docs.discord.com/developers/interactions/receiving-and-responding>).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::channels::inbound::{Attachment, AttachmentContent, Event, Inbound, Message, Person, Place, Reading};
use crate::channels::platform::Simulated;
use crate::channels::proof::hmac_sha256;
use crate::channels::request::{Reply, Request, Unreadable};

/// Types of interactions.
pub(super) const PING: u64 = 1;
const COMMAND: u64 = 2;
const COMPONENT: u64 = 3;
const AUTOCOMPLETE: u64 = 4;

/// The type of commands that are written, rather than chosen from a menu.
const CHAT_INPUT: u64 = 1;
/// The type of options that are files.
const ATTACHMENT: u64 = 11;
/// Types of channels that are threads in another one.
const THREADS: [u64; 3] = [10, 11, 12];
/// The context of direct messages with the bot.
const BOT_DM: u64 = 1;

/// Commands of the room, which a slash command of Discord may be named after.
const ROOM_COMMANDS: [&str; 4] = ["reset", "agents", "help", "link"];

/// The application of simulations, which the fake answers a check with.
pub(super) const SIMULATED_APPLICATION: &str = "100000000000000001";

/// Milliseconds of the epoch at which ids begin to count.
const EPOCH_MS: i64 = 1_420_070_400_000;

#[derive(Deserialize)]
struct Interaction {
    id: String,
    #[serde(rename = "type")]
    kind: u64,
    token: String,
    #[serde(default)]
    data: Value,
    guild_id: Option<String>,
    channel_id: Option<String>,
    channel: Option<Channel>,
    context: Option<u64>,
    member: Option<Member>,
    user: Option<User>,
}

#[derive(Deserialize)]
struct Channel {
    #[serde(rename = "type")]
    kind: u64,
    parent_id: Option<String>,
}

#[derive(Deserialize)]
struct Member {
    user: User,
    nick: Option<String>,
}

#[derive(Deserialize)]
struct User {
    id: String,
    username: String,
    global_name: Option<String>,
    #[serde(default)]
    bot: bool,
}

#[derive(Deserialize)]
struct Command {
    name: String,
    #[serde(default)]
    options: Vec<CommandOption>,
    #[serde(default)]
    resolved: Resolved,
}

#[derive(Deserialize)]
struct CommandOption {
    name: String,
    #[serde(rename = "type")]
    kind: u64,
    #[serde(default)]
    value: Value,
    #[serde(default)]
    options: Vec<CommandOption>,
}

#[derive(Deserialize, Default)]
struct Resolved {
    #[serde(default)]
    attachments: BTreeMap<String, File>,
}

#[derive(Deserialize)]
struct File {
    filename: String,
    content_type: Option<String>,
    size: Option<u64>,
    url: String,
}

/// The event of a request, and what Discord is answered.
pub(super) fn read(request: &Request) -> Result<Reading, Unreadable> {
    let interaction: Interaction =
        serde_json::from_value(request.json()?).map_err(|fault| Unreadable(fault.to_string()))?;
    let (kind, command) = (interaction.kind, interaction.data.get("type").and_then(Value::as_u64));
    let is_command = kind == COMMAND && command.unwrap_or(CHAT_INPUT) == CHAT_INPUT;
    let (event, reply) = if is_command {
        // Discord shows that an answer is being thought about.
        (Event::Message(Box::new(message(&interaction)?)), json!({"type": 5}))
    } else {
        (Event::Ignored(format!("interactions of the type {kind} are not answered")), refusal(kind))
    };
    Ok(Reading { events: vec![Inbound { event_id: interaction.id, event }], reply: Reply::json(&reply) })
}

/// The answer to an interaction that nothing follows on: without one Discord says that the application has failed.
fn refusal(kind: u64) -> Value {
    match kind {
        COMPONENT => json!({"type": 6}),
        AUTOCOMPLETE => json!({"type": 8, "data": {"choices": []}}),
        // Seen by the person alone.
        _ => json!({"type": 4, "data": {"content": "Only slash commands are answered here.", "flags": 64}}),
    }
}

/// The answer to a command that is not going to be answered, which Discord would show as being thought about.
pub(super) fn unanswered(request: &Request) -> Option<Reply> {
    let kind = request.json().ok()?.get("type").and_then(Value::as_u64)?;
    let data = json!({"content": "This is not answered here.", "flags": 64});
    (kind == COMMAND).then(|| Reply::json(&json!({"type": 4, "data": data})))
}

fn message(interaction: &Interaction) -> Result<Message, Unreadable> {
    let missing = |what: &str| Unreadable(format!("the interaction has no {what}"));
    let command = Command::deserialize(&interaction.data).map_err(|fault| Unreadable(fault.to_string()))?;
    let channel = interaction.channel_id.clone().ok_or_else(|| missing("channel_id"))?;
    let (user, nick) = match (&interaction.member, &interaction.user) {
        (Some(member), _) => (&member.user, member.nick.clone()),
        (None, Some(user)) => (user, None),
        (None, None) => return Err(missing("user")),
    };
    let parent = interaction.channel.as_ref().filter(|channel| THREADS.contains(&channel.kind));
    let (conversation, thread) = match parent.and_then(|channel| channel.parent_id.clone()) {
        Some(parent) => (parent, Some(channel)),
        None => (channel, None),
    };
    let is_direct = match interaction.context {
        Some(context) => context == BOT_DM,
        None => interaction.guild_id.is_none(),
    };
    let (text, attachments) = said(&command);
    Ok(Message {
        place: Place { conversation, thread, reply_to: format!("{} {}", interaction.id, interaction.token) },
        user: Person {
            id: user.id.clone(),
            name: nick.or_else(|| user.global_name.clone()).or_else(|| Some(user.username.clone())),
            is_bot: user.bot,
        },
        is_direct,
        // A command is of this bot alone.
        mentions_bot: true,
        text,
        attachments,
        sent_at_ms: made_at_ms(&interaction.id),
    })
}

/// What a command says: `/reset` is the room's command, `/ask text:Hello` is a message.
fn said(command: &Command) -> (String, Vec<Attachment>) {
    let (mut words, mut attachments) = (Vec::new(), Vec::new());
    collect(command, &command.options, &mut words, &mut attachments);
    let written = words.join(" ").trim().to_owned();
    let text = if ROOM_COMMANDS.contains(&command.name.as_str()) {
        format!("/{} {written}", command.name).trim_end().to_owned()
    } else if written.is_empty() && attachments.is_empty() {
        "/help".to_owned()
    } else {
        written
    };
    (text, attachments)
}

fn collect(command: &Command, options: &[CommandOption], words: &mut Vec<String>, attachments: &mut Vec<Attachment>) {
    for option in options {
        match &option.value {
            Value::String(id) if option.kind == ATTACHMENT => {
                let file = command.resolved.attachments.get(id);
                attachments.push(file.map_or_else(|| unknown(&option.name), Attachment::from));
            }
            Value::String(text) => words.push(text.clone()),
            value @ (Value::Number(_) | Value::Bool(_)) => words.push(value.to_string()),
            _ => {}
        }
        collect(command, &option.options, words, attachments);
    }
}

fn unknown(name: &str) -> Attachment {
    Attachment { name: name.to_owned(), media_type: String::new(), bytes: None, content: AttachmentContent::None }
}

impl From<&File> for Attachment {
    fn from(file: &File) -> Self {
        let media_type = file.content_type.as_deref().unwrap_or_default();
        Self {
            name: file.filename.clone(),
            media_type: media_type.split(';').next().unwrap_or_default().trim().to_owned(),
            bytes: file.size,
            content: AttachmentContent::Remote(file.url.clone()),
        }
    }
}

/// When an id was made: ids begin with their time.
pub(super) fn made_at_ms(id: &str) -> Option<i64> {
    let id: u64 = id.parse().ok()?;
    i64::try_from(id >> 22).ok()?.checked_add(EPOCH_MS)
}

/// A slash command in a direct conversation as Discord sends it. What names the event becomes the last bits of its id,
/// and part of the second.
pub(super) fn simulated(said: &Simulated<'_>) -> Value {
    let made = hmac_sha256(b"discord", &[said.event_id.as_bytes()]);
    let made = made.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let at_ms = said.at_ms.saturating_add(i64::try_from((made >> 22) % 1_000).unwrap_or_default());
    let since_ms = u64::try_from(at_ms.saturating_sub(EPOCH_MS)).unwrap_or_default();
    let id = since_ms << 22 | made & 0x3f_ffff;
    json!({
        "id": id.to_string(),
        "application_id": SIMULATED_APPLICATION,
        "type": COMMAND,
        "token": format!("simulated_{}", said.event_id),
        "version": 1,
        "context": BOT_DM,
        "channel_id": said.conversation,
        "channel": {"id": said.conversation, "type": 1},
        "user": {"id": said.user, "username": said.user, "discriminator": "0", "global_name": null},
        "locale": "en-US",
        "data": {
            "id": "771825006014889984",
            "name": "ask",
            "type": CHAT_INPUT,
            "options": [{"name": "text", "type": 3, "value": said.text}],
        },
    })
}
