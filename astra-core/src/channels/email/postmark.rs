//! A mail as Postmark posts it. <https://postmarkapp.com/developer/webhooks/inbound-webhook>

use serde::Deserialize;
use serde_json::Value;

use super::address::Mailbox;
use super::headers::Headers;
use super::mail::{Content, File, Mail};
use super::sender;
use crate::channels::field::Settings;
use crate::channels::inbound::{Event, Inbound};
use crate::channels::request::{Request, Unreadable};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Posted {
    #[serde(rename = "MessageID")]
    message_id: String,
    from_full: Address,
    #[serde(default)]
    to_full: Vec<Address>,
    #[serde(default)]
    cc_full: Vec<Address>,
    #[serde(default)]
    original_recipient: String,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    text_body: String,
    #[serde(default)]
    html_body: String,
    #[serde(default)]
    stripped_text_reply: String,
    #[serde(default)]
    headers: Vec<Header>,
    #[serde(default)]
    attachments: Vec<Attached>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Address {
    email: String,
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Header {
    name: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attached {
    #[serde(default)]
    name: String,
    #[serde(default)]
    content: String,
    #[serde(default)]
    content_type: String,
    #[serde(default)]
    content_length: u64,
}

/// Reads a mail.
pub(super) fn read(settings: &Settings, request: &Request) -> Result<Inbound, Unreadable> {
    let body = request.json()?;
    if let Some(kind) = body.get("RecordType").and_then(Value::as_str) {
        // Postmark's other webhooks, such as those of bounces, name what they are.
        let message_id = body.get("MessageID").and_then(Value::as_str).unwrap_or("none");
        let event = Event::Ignored(format!("records of the type {kind} are not answered"));
        return Ok(Inbound { event_id: format!("{kind} {message_id}"), event });
    }
    let posted: Posted = serde_json::from_value(body).map_err(|fault| Unreadable(fault.to_string()))?;
    if posted.message_id.is_empty() {
        return Err(Unreadable("the mail has no MessageID".to_owned()));
    }
    let event_id = posted.message_id.clone();
    Ok(Inbound { event_id, event: mail(posted).event(settings) })
}

fn mail(posted: Posted) -> Mail {
    let mailboxes = |addresses: Vec<Address>| addresses.iter().map(Address::mailbox).collect();
    let from = posted.from_full.mailbox();
    let pairs = posted.headers.iter().map(|header| (header.name.as_str(), header.value.as_str()));
    let headers = Headers::new(pairs);
    let received_by = posted.original_recipient.trim().to_lowercase();
    Mail {
        is_proved: sender::is_proved_by_headers(&from.address, &headers),
        from,
        to: mailboxes(posted.to_full),
        cc: mailboxes(posted.cc_full),
        received_by: Some(received_by).filter(|address| !address.is_empty()).into_iter().collect(),
        subject: posted.subject,
        new_text: posted.stripped_text_reply,
        text: posted.text_body,
        html: posted.html_body,
        headers,
        files: posted.attachments.into_iter().map(Attached::file).collect(),
    }
}

impl Address {
    fn mailbox(&self) -> Mailbox {
        Mailbox::new(&self.email, &self.name)
    }
}

impl Attached {
    fn file(self) -> File {
        let media_type = self.content_type.split(';').next().unwrap_or_default().trim().to_lowercase();
        File { name: self.name, media_type, bytes: self.content_length, content: Content::Base64(self.content) }
    }
}
