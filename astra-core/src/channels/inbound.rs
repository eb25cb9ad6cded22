//! What people write to a channel, the same for every platform.

use serde::{Deserialize, Serialize};

use super::request::Reply;

/// What was read of one request of a platform.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The events in it, in the platform's order. Most requests have one.
    pub events: Vec<Inbound>,
    /// What the platform is answered once the events are kept: most want an empty 200, Discord `{"type": 5}`, Matrix
    /// `{}`.
    pub reply: Reply,
}

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub struct Inbound {
    /// What names the event in its channel, and stays the same when the platform sends it again; 1 to 255 bytes. An
    /// event of an id that was kept before, up to 30 days ago, is dropped. Where one request has several messages, each
    /// has an id of its own.
    pub event_id: String,
    /// What it is.
    pub event: Event,
}

/// What an event is.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A person, or another bot, has written something.
    Message(Box<Message>),
    /// All else that is well-formed: an edit, a deletion, a reaction, a receipt, the bot's own message, a type that is
    /// not known yet. It is kept with this reason, at most 200 bytes of it, and not answered.
    Ignored(String),
}

/// What was written. It is kept as JSON until it is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Where, and what an answer needs to know.
    pub place: Place,
    /// Who has written it.
    pub user: Person,
    /// Whether the conversation is between this person and the bot alone. In all others, the groups, a session belongs
    /// to the thread, and no member's memory is used.
    pub is_direct: bool,
    /// Whether the bot is addressed: by a mention, by an answer to a message of its own, by a command of the platform
    /// that is for this bot alone. Of a direct message it is true.
    pub mentions_bot: bool,
    /// The text in Markdown or plain, without the mention of the bot at its beginning and without white space around
    /// it; may be empty if there are attachments. `/reset`, `/agents`, `/help` and `/link CODE` at its beginning are
    /// commands of the room: what a platform adds to them, such as Telegram's `@botname`, is taken off. An e-mail has
    /// its new text alone, without what it quotes.
    pub text: String,
    /// What comes with it.
    pub attachments: Vec<Attachment>,
    /// When it was written by the platform's clock, in milliseconds since the epoch, if the platform says so. Messages
    /// are answered in the order in which they came, not in this one.
    pub sent_at_ms: Option<i64>,
}

/// Where a message was written, which is where its answer goes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Place {
    /// The conversation: a chat, a channel of Slack, a room, a mail thread; 1 to 255 bytes. Messages of one
    /// conversation are answered one after the other.
    pub conversation: String,
    /// The thread in it, if it has threads: each has a session of its own. Where answers in a group open a thread, it
    /// is the one that the answer will be in, and so the message's own id if it begins one.
    pub thread: Option<String>,
    /// What else an answer needs: the id of the message that it answers, a reply token, an interaction's token, the
    /// subject of a mail. The platform's own shape, as text, at most 4 KiB; the room only keeps it.
    pub reply_to: String,
}

/// Who has written a message.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Person {
    /// The platform's id of the person, which never changes; 1 to 255 bytes. Lists of people who are allowed have
    /// these.
    pub id: String,
    /// The name that others see, if the event has it.
    pub name: Option<String>,
    /// Whether it is a program, this channel's bot or another one: its messages are kept as ignored and never answered,
    /// so that two bots do not talk to each other for ever.
    pub is_bot: bool,
}

/// What comes with a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Its name as people know it, such as `invoice.pdf`; the kind of thing (`voice message`) if it has none.
    pub name: String,
    /// Its media type, such as `image/png`; the empty text if the platform does not say it. Images of the types PNG,
    /// JPEG, GIF and WebP become parts of the turn; all else is named to the person as something that cannot be read.
    pub media_type: String,
    /// Its size in bytes, if the platform says it.
    pub bytes: Option<u64>,
    /// Where its content is.
    pub content: AttachmentContent,
}

/// Where the content of an attachment is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttachmentContent {
    /// With the platform: what [`super::Platform::download`] asks for, such as an id or a URL of the platform's.
    Remote(String),
    /// In the event itself, in base64.
    Inline(String),
    /// Nowhere: it is only named, such as a location.
    None,
}
