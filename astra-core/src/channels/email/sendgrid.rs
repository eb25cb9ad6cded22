//! A mail as SendGrid's Inbound Parse posts it.
//! <https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/setting-up-the-inbound-parse-webhook>

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::address::{Mailbox, parse_list};
use super::headers::Headers;
use super::mail::{Content, File, Mail, short};
use super::multipart::{self, Part};
use super::sender;
use crate::channels::field::Settings;
use crate::channels::inbound::Inbound;
use crate::channels::proof::hex;
use crate::channels::request::{Request, Unreadable};

/// The letters of windows-1252 from 0x80 to 0x9f, where it is not ISO-8859-1.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// The fields of a form.
struct Form {
    parts: Vec<Part>,
    /// The character sets of the fields, by their names.
    charsets: Value,
}

/// Reads a mail.
pub(super) fn read(settings: &Settings, request: &Request) -> Result<Inbound, Unreadable> {
    if request.media_type() != "multipart/form-data" {
        return Err(Unreadable("the body is no form".to_owned()));
    }
    let parts = multipart::parts(request.header("content-type"), &request.body)?;
    let mut form = Form { parts, charsets: Value::Null };
    form.charsets = serde_json::from_str(&form.text("charsets")).unwrap_or_default();
    if form.field("email").is_some() {
        let why = "the mail is raw: switch off \"POST the raw, full MIME message\" at SendGrid";
        return Err(Unreadable(why.to_owned()));
    }
    if form.field("headers").is_none() || form.field("from").is_none() {
        return Err(Unreadable("the form has no headers or no from".to_owned()));
    }
    let mail = form.mail();
    let event_id = match mail.headers.message_id() {
        "" => hex(Sha256::digest(form.text("headers")).as_slice()),
        id => short(id.to_owned()),
    };
    Ok(Inbound { event_id, event: mail.event(settings) })
}

impl Form {
    fn field(&self, name: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.name == name && part.file_name.is_none())
    }

    /// The text of a field; the empty text if it is missing.
    fn text(&self, name: &str) -> String {
        let Some(part) = self.field(name) else { return String::new() };
        if let Ok(text) = std::str::from_utf8(&part.content) {
            return text.to_owned();
        }
        let charset = self.charsets.get(name).and_then(Value::as_str).unwrap_or_default().to_lowercase();
        match charset.as_str() {
            "iso-8859-1" | "latin1" | "us-ascii" | "windows-1252" | "cp1252" => {
                part.content.iter().map(|byte| letter(*byte)).collect()
            }
            _ => String::from_utf8_lossy(&part.content).into_owned(),
        }
    }

    fn mail(&self) -> Mail {
        let from = parse_list(&self.text("from")).into_iter().next().unwrap_or_default();
        let envelope: Value = serde_json::from_str(&self.text("envelope")).unwrap_or_default();
        let envelope_from = envelope.get("from").and_then(Value::as_str).unwrap_or_default();
        let received_by = envelope.get("to").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        Mail {
            is_proved: sender::is_proved_by_fields(&from.address, &self.text("dkim"), &self.text("SPF"), envelope_from),
            from,
            to: self.mailboxes("to"),
            cc: self.mailboxes("cc"),
            received_by: received_by.map(str::to_lowercase).collect(),
            subject: self.text("subject"),
            new_text: String::new(),
            text: self.text("text"),
            html: self.text("html"),
            headers: Headers::parse(&self.text("headers")),
            files: self.parts.iter().filter_map(file).collect(),
        }
    }

    fn mailboxes(&self, name: &str) -> Vec<Mailbox> {
        parse_list(&self.text(name))
    }
}

fn file(part: &Part) -> Option<File> {
    let name = part.file_name.clone()?;
    let content = Content::Bytes(part.content.clone());
    Some(File { name, media_type: part.media_type.clone(), bytes: part.content.len() as u64, content })
}

fn letter(byte: u8) -> char {
    match byte {
        0x80..=0x9f => WINDOWS_1252[usize::from(byte - 0x80)],
        byte => char::from(byte),
    }
}
