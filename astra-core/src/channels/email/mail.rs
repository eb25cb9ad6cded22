//! A mail, by whichever service it came, and the message that it is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::address::Mailbox;
use super::headers::Headers;
use super::{html, quote, sender};
use crate::channels::field::Settings;
use crate::channels::inbound::{Attachment, AttachmentContent, Event, Message, Person, Place};
use crate::channels::proof::hex;

/// Most bytes of the images of a mail, in base64; what is beyond is only named.
const IMAGES_BYTES_MAX: usize = 3 << 20;
/// Longest subject that is kept for the answer, in bytes.
const SUBJECT_BYTES_MAX: usize = 500;
/// Longest list of the mails before in a thread that is kept for the answer, in bytes.
const REFERENCES_BYTES_MAX: usize = 2_000;
/// Longest id of a conversation that is kept as it is, in bytes.
const ID_BYTES_MAX: usize = 200;

/// A mail.
#[derive(Debug, Default)]
pub(super) struct Mail {
    /// Who has sent it.
    pub(super) from: Mailbox,
    /// To whom it is.
    pub(super) to: Vec<Mailbox>,
    /// Who has it besides.
    pub(super) cc: Vec<Mailbox>,
    /// The address, in lower case, that has received it, which may be another one that forwards to it.
    pub(super) received_by: Vec<String>,
    pub(super) subject: String,
    /// The new text alone, if the receiver says it.
    pub(super) new_text: String,
    /// The whole text; the empty text if it has none.
    pub(super) text: String,
    /// The whole text as HTML; the empty text if it has none.
    pub(super) html: String,
    pub(super) headers: Headers,
    /// Whether it is certainly of the person whom it names.
    pub(super) is_proved: bool,
    pub(super) files: Vec<File>,
}

/// What is attached to a mail.
#[derive(Debug)]
pub(super) struct File {
    pub(super) name: String,
    pub(super) media_type: String,
    pub(super) bytes: u64,
    pub(super) content: Content,
}

/// The content of what is attached.
#[derive(Debug)]
pub(super) enum Content {
    Base64(String),
    Bytes(Bytes),
}

/// What an answer needs to know of the mail.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Answered {
    pub(super) to: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    pub(super) subject: String,
    /// The mail's id, with its angle brackets; the empty text if it has none.
    pub(super) message_id: String,
    /// The ids of the mails before it, with spaces between.
    pub(super) references: String,
}

impl Mail {
    /// The event that the mail is.
    pub(super) fn event(self, settings: &Settings) -> Event {
        match self.refusal(settings) {
            Some(why) => Event::Ignored(why.to_owned()),
            None => Event::Message(Box::new(self.message(settings))),
        }
    }

    /// Why it is no message of a person.
    fn refusal(&self, settings: &Settings) -> Option<&'static str> {
        let from = self.from.address.as_str();
        if from.is_empty() {
            Some("it names no sender")
        } else if self.is_own(settings, from) {
            Some("it is the channel's own")
        } else if !self.is_proved && settings.get("senders") != "any" {
            Some("neither SPF nor DKIM proves its sender")
        } else {
            None
        }
    }

    fn is_own(&self, settings: &Settings, address: &str) -> bool {
        settings.get("address").eq_ignore_ascii_case(address) || self.received_by.iter().any(|own| own == address)
    }

    fn message(self, settings: &Settings) -> Message {
        let is_other = |mailbox: &&Mailbox| !self.is_own(settings, &mailbox.address);
        let is_direct = !self.to.iter().chain(&self.cc).any(|mailbox| is_other(&mailbox));
        let is_named = self.to.iter().any(|mailbox| self.is_own(settings, &mailbox.address));
        // A blind copy names the channel nowhere.
        let is_copied = self.cc.iter().any(|mailbox| self.is_own(settings, &mailbox.address));
        let references = self.headers.references();
        let root = references.first().copied().unwrap_or_else(|| self.headers.message_id());
        let user = Person {
            id: self.from.address.clone(),
            name: self.from.name.clone(),
            is_bot: sender::is_automatic(&self.from.address, &self.headers),
        };
        let conversation = match root.trim_matches(['<', '>']) {
            // A mail without an id is a conversation of its person.
            "" => self.from.address.clone(),
            root => root.to_owned(),
        };
        Message {
            place: Place { conversation: short(conversation), thread: None, reply_to: self.answered() },
            user,
            is_direct,
            mentions_bot: is_direct || is_named || !is_copied,
            text: self.said(references.is_empty()),
            sent_at_ms: self.headers.date_ms(),
            attachments: attachments(self.files),
        }
    }

    /// The new text; of the first mail of a thread with its subject.
    fn said(&self, is_first: bool) -> String {
        let whole = match self.text.trim() {
            "" => html::text(&self.html),
            text => text.to_owned(),
        };
        let text = match self.new_text.trim() {
            "" => quote::new_text(&whole),
            text => text.to_owned(),
        };
        match self.subject.trim() {
            "" => text,
            subject if text.is_empty() => subject.to_owned(),
            // A command stands at the beginning.
            subject if is_first && !text.starts_with('/') => format!("Subject: {subject}\n\n{text}"),
            _ => text,
        }
    }

    fn answered(&self) -> String {
        let mut subject = one_line(&self.subject);
        subject.truncate(subject.floor_char_boundary(SUBJECT_BYTES_MAX));
        let mut references = self.headers.references();
        // The first one names the thread, and the last ones place the mail in it.
        while references.len() > 2 && references.iter().map(|id| id.len() + 1).sum::<usize>() > REFERENCES_BYTES_MAX {
            references.remove(1);
        }
        let references = Some(references.join(" ")).filter(|ids| ids.len() <= REFERENCES_BYTES_MAX);
        let message_id = Some(self.headers.message_id()).filter(|id| id.len() <= REFERENCES_BYTES_MAX / 2);
        let answered = Answered {
            to: self.from.address.clone(),
            name: self.from.name.as_deref().map(|name| one_line(name).chars().take(100).collect()),
            subject,
            message_id: message_id.unwrap_or_default().to_owned(),
            references: references.unwrap_or_default(),
        };
        serde_json::to_string(&answered).unwrap_or_default()
    }
}

/// The id, or what stands for it if it is long.
pub(super) fn short(id: String) -> String {
    if id.len() <= ID_BYTES_MAX { id } else { format!("#{}", hex(Sha256::digest(&id).as_slice())) }
}

/// The text without control characters, which no header can have.
pub(super) fn one_line(text: &str) -> String {
    let spaced = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    spaced.collect::<String>().trim().to_owned()
}

/// Images with their content, all else by name. A message whose images are too many would be kept in no store.
fn attachments(files: Vec<File>) -> Vec<Attachment> {
    let mut left = IMAGES_BYTES_MAX;
    let attachment = |file: File| {
        let is_image = file.media_type.starts_with("image/");
        let base64 = match file.content {
            _ if !is_image => None,
            Content::Base64(text) => Some(text).filter(|text| text.len() <= left),
            Content::Bytes(bytes) => (bytes.len() / 3 * 4 + 4 <= left).then(|| STANDARD.encode(bytes)),
        };
        left -= base64.as_ref().map_or(0, String::len);
        Attachment {
            name: if file.name.is_empty() { "attachment".to_owned() } else { file.name },
            media_type: file.media_type,
            bytes: Some(file.bytes),
            content: base64.map_or(AttachmentContent::None, AttachmentContent::Inline),
        }
    };
    files.into_iter().map(attachment).collect()
}
