//! A mail of a simulation: as Postmark would post it, and the text of one that the gateway has sent.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::DateTime;
use serde_json::{Value, json};

use crate::channels::platform::Simulated;

/// A mail as Postmark posts it.
pub(super) fn posted(address: &str, said: &Simulated<'_>) -> Value {
    let (from, thread) = (with_domain(said.user), with_domain(said.conversation));
    let date = DateTime::from_timestamp_millis(said.at_ms).unwrap_or_default().to_rfc2822();
    let domain = super::address::domain(&from);
    let mailbox = |email: &str| json!({"Email": email, "Name": "", "MailboxHash": ""});
    let header = |name: &str, value: &str| json!({"Name": name, "Value": value});
    json!({
        "FromName": "",
        "MessageStream": "inbound",
        "From": from,
        "FromFull": mailbox(&from),
        "To": address,
        "ToFull": [mailbox(address)],
        "Cc": "",
        "CcFull": [],
        "Bcc": "",
        "BccFull": [],
        "OriginalRecipient": address,
        "Subject": "Hello",
        "MessageID": said.event_id,
        "ReplyTo": "",
        "MailboxHash": "",
        "Date": date,
        "TextBody": said.text,
        "HtmlBody": "",
        "StrippedTextReply": "",
        "Tag": "",
        "Headers": [
            header("X-Spam-Status", "No"),
            header("X-Spam-Tests", "DKIM_SIGNED,DKIM_VALID,DKIM_VALID_AU,SPF_PASS"),
            header("Message-ID", &format!("<{}@{domain}>", said.event_id)),
            header("References", &format!("<{thread}>")),
            header("Date", &date),
        ],
        "Attachments": [],
    })
}

fn with_domain(name: &str) -> String {
    if name.contains('@') { name.to_owned() } else { format!("{name}@example.org") }
}

/// The plain text of a mail that was sent by SMTP: the first part of that type.
pub(super) fn plain_text(mail: &[u8]) -> Option<String> {
    let mail = String::from_utf8_lossy(mail);
    let (_, part) = mail.split_once("Content-Type: text/plain")?;
    let (head, rest) = part.split_once("\r\n\r\n")?;
    let (content, _) = rest.split_once("\r\n--")?;
    let encoding = head.split_once("Content-Transfer-Encoding: ").map_or("7bit", |(_, encoding)| encoding.trim());
    let bytes = match encoding {
        "base64" => STANDARD.decode(content.replace(['\r', '\n'], "")).ok()?,
        "quoted-printable" => unquoted(content.as_bytes()),
        _ => content.as_bytes().to_vec(),
    };
    String::from_utf8(bytes).ok().map(|text| text.replace("\r\n", "\n").trim_end().to_owned())
}

/// Quoted-printable, decoded.
fn unquoted(text: &[u8]) -> Vec<u8> {
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text);
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        match (first, code, code.and_then(|code| u8::from_str_radix(code, 16).ok())) {
            (b'=', _, Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            // A line that goes on.
            (b'=', Some("\r\n"), None) => rest = &after[2..],
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    bytes
}
