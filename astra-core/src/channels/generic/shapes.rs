//! The JSON of messages, both ways.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::channels::inbound::{Attachment, AttachmentContent, Message, Person, Place};
use crate::channels::outgoing::Outgoing;

/// A message as a program sends it.
#[derive(Deserialize)]
pub(super) struct Written {
    conversation: String,
    #[serde(default)]
    thread: Option<String>,
    user: WrittenBy,
    #[serde(default)]
    text: String,
    #[serde(default)]
    is_group: bool,
    #[serde(default)]
    mentions_bot: bool,
    #[serde(default)]
    attachments: Vec<WrittenAttachment>,
    #[serde(default)]
    reply_to: Option<String>,
    #[serde(default)]
    sent_at_ms: Option<i64>,
}

#[derive(Deserialize)]
struct WrittenBy {
    id: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    is_bot: bool,
}

#[derive(Deserialize)]
struct WrittenAttachment {
    name: String,
    #[serde(default)]
    media_type: String,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    data: Option<String>,
}

impl From<Written> for Message {
    fn from(written: Written) -> Self {
        let is_direct = !written.is_group;
        let (id, name, is_bot) = (written.user.id, written.user.name, written.user.is_bot);
        Self {
            place: Place {
                conversation: written.conversation,
                thread: written.thread,
                reply_to: written.reply_to.unwrap_or_default(),
            },
            user: Person { id, name, is_bot },
            is_direct,
            mentions_bot: is_direct || written.mentions_bot,
            text: written.text.trim().to_owned(),
            attachments: written.attachments.into_iter().map(Attachment::from).collect(),
            sent_at_ms: written.sent_at_ms,
        }
    }
}

impl From<WrittenAttachment> for Attachment {
    fn from(attachment: WrittenAttachment) -> Self {
        let content = match (attachment.data, attachment.url) {
            (Some(data), _) => AttachmentContent::Inline(data),
            (None, Some(url)) => AttachmentContent::Remote(url),
            (None, None) => AttachmentContent::None,
        };
        Self { name: attachment.name, media_type: attachment.media_type, bytes: None, content }
    }
}

/// A part of an answer as a program gets it.
pub(super) fn message(kind: &str, outgoing: &Outgoing<'_>, message_id: Option<&str>) -> Value {
    let Place { conversation, thread, reply_to } = outgoing.place;
    let mut message = json!({
        "type": kind,
        "conversation": conversation,
        "thread": thread,
        "text": outgoing.text,
        "part": outgoing.part,
        "is_last": outgoing.is_last,
    });
    if !reply_to.is_empty() {
        message["reply_to"] = json!(reply_to);
    }
    if let Some(id) = message_id {
        message["message_id"] = json!(id);
    }
    message
}
