//! What comes with a message, and how its content is fetched (<https://core.telegram.org/bots/api#getfile>).

use serde::Deserialize;
use serde_json::{Value, json};

use super::requests::{call, url};
use crate::channels::connection::Connection;
use crate::channels::inbound::{Attachment, AttachmentContent};
use crate::channels::outgoing::{Download, HttpAnswer, HttpCall};

/// Fields of a message that are a file, and what it is called if it has no name.
const FILES: [(&str, &str); 7] = [
    ("sticker", "sticker"),
    ("animation", "animation"),
    ("document", "document"),
    ("video", "video"),
    ("video_note", "video message"),
    ("voice", "voice message"),
    ("audio", "audio"),
];
/// Fields of a message that are only named.
const NAMED: [(&str, &str); 9] = [
    ("venue", "venue"),
    ("location", "location"),
    ("contact", "contact"),
    ("poll", "poll"),
    ("checklist", "checklist"),
    ("dice", "dice"),
    ("game", "game"),
    ("story", "story"),
    ("paid_media", "paid media"),
];
/// Fields that are there again for older programs, and those that say the same.
const TWICE: [(&str, &str); 2] = [("document", "animation"), ("location", "venue")];

#[derive(Deserialize)]
struct File {
    file_id: String,
    #[serde(default)]
    file_name: Option<String>,
    #[serde(default)]
    mime_type: Option<String>,
    #[serde(default)]
    file_size: Option<u64>,
    #[serde(default)]
    is_animated: bool,
    #[serde(default)]
    is_video: bool,
}

/// What comes with a message.
pub(super) fn of(message: &Value) -> serde_json::Result<Vec<Attachment>> {
    let mut attachments = Vec::new();
    if let Some(sizes) = message.get("photo") {
        // The same picture in several sizes, the largest last.
        let largest = Vec::<File>::deserialize(sizes)?.pop();
        attachments.extend(largest.map(|file| attachment(file, "photo", "image/jpeg")));
    }
    let has = |name: &str| message.get(name).is_some();
    let is_twice = |name: &str| TWICE.iter().any(|(field, other)| *field == name && has(other));
    for (name, title) in FILES {
        if let Some(file) = message.get(name).filter(|_| !is_twice(name)) {
            let file = File::deserialize(file)?;
            let media_type = match name {
                "sticker" if file.is_animated => "application/x-tgsticker",
                "sticker" if file.is_video => "video/webm",
                "sticker" => "image/webp",
                "voice" => "audio/ogg",
                "video" | "video_note" | "animation" => "video/mp4",
                _ => "application/octet-stream",
            };
            attachments.push(attachment(file, title, media_type));
        }
    }
    let named = NAMED.iter().filter(|(name, _)| has(name) && !is_twice(name));
    attachments.extend(named.map(|(_, title)| Attachment {
        name: (*title).to_owned(),
        media_type: String::new(),
        bytes: None,
        content: AttachmentContent::None,
    }));
    Ok(attachments)
}

fn attachment(file: File, title: &str, media_type: &str) -> Attachment {
    Attachment {
        name: file.file_name.filter(|name| !name.is_empty()).unwrap_or_else(|| title.to_owned()),
        media_type: file.mime_type.unwrap_or_else(|| media_type.to_owned()),
        bytes: file.file_size,
        content: AttachmentContent::Remote(file.file_id),
    }
}

/// The request that says where a file is.
pub(super) fn download(connection: &Connection, file_id: &str) -> HttpCall {
    call(connection, "getFile", &json!({"file_id": file_id}))
}

/// What came: where the file is, which `getFile` says in JSON, or its content, which is never sent as JSON.
pub(super) fn downloaded(connection: &Connection, answer: &HttpAnswer) -> Download {
    if !answer.status.is_success() {
        return Download::Refused(format!("Telegram answered with status {}", answer.status.as_u16()));
    }
    let media_type = answer.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if media_type != "application/json" {
        return Download::Content { media_type, bytes: answer.body.clone() };
    }
    let body = answer.json();
    let path = body.get("result").and_then(|file| file.get("file_path")?.as_str());
    match path.filter(|path| is_path(path)) {
        Some(path) => {
            let token = connection.secrets.get("bot_token");
            Download::Next(HttpCall::get(url(connection, &format!("file/bot{token}/{path}"))))
        }
        None => Download::Refused("Telegram does not say where the file is".to_owned()),
    }
}

/// Whether a path leads to a file below the bot's own, such as `photos/file_0.jpg`.
fn is_path(path: &str) -> bool {
    let is_good = |byte: u8| byte.is_ascii_alphanumeric() || b"/_-.".contains(&byte);
    !path.is_empty() && !path.starts_with('/') && path.bytes().all(is_good) && path.split('/').all(|name| name != "..")
}
