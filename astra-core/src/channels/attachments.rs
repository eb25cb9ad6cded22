//! What comes with a message: images become parts of the question, all else is named.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use super::connection::Connection;
use super::inbound::{Attachment, AttachmentContent, Message};
use super::outgoing::Download;
use super::platform::Platform;
use super::transport::{DOWNLOAD_BYTES_MAX, Transport};
use crate::content::{Content, Part};

/// Images that models read.
const IMAGE_TYPES: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];
/// Most bytes of one image.
const IMAGE_BYTES_MAX: usize = 5 << 20;
/// Most images of a message.
const IMAGES_MAX: usize = 4;
/// Most requests for one attachment.
const DOWNLOADS_MAX: usize = 3;

/// A question, and what of its message could not be read.
pub(super) struct Question {
    pub(super) content: Content,
    pub(super) unread: Vec<String>,
}

/// The question of a message: its text with its images; attachments that could not be read are named in it, so that the
/// agent knows of them.
pub(super) async fn question(
    platform: &dyn Platform,
    connection: &Connection,
    transport: &Transport,
    message: &Message,
) -> Question {
    let (mut images, mut unread) = (Vec::new(), Vec::new());
    for attachment in &message.attachments {
        let image = match images.len() {
            0..IMAGES_MAX => image(platform, connection, transport, attachment).await,
            _ => None,
        };
        match image {
            Some(url) => images.push(Part::ImageUrl { url }),
            None => unread.push(attachment.name.clone()),
        }
    }
    let mut text = message.text.clone();
    if !unread.is_empty() && !(text.is_empty() && images.is_empty()) {
        text = format!("{text}\n\n[Attached, and not readable here: {}]", unread.join(", "));
    }
    let text = text.trim().to_owned();
    let content = if images.is_empty() {
        Content::Text(text)
    } else {
        let said = (!text.is_empty()).then_some(Part::Text { text });
        Content::Parts(said.into_iter().chain(images).collect())
    };
    Question { content, unread }
}

/// An image as a `data:` URL; `None` if it is none, or cannot be had.
async fn image(
    platform: &dyn Platform,
    connection: &Connection,
    transport: &Transport,
    attachment: &Attachment,
) -> Option<String> {
    let may_be = attachment.media_type.is_empty() || attachment.media_type.starts_with("image/");
    if !may_be || attachment.bytes.is_some_and(|bytes| bytes > IMAGE_BYTES_MAX as u64) {
        return None;
    }
    let bytes = match &attachment.content {
        AttachmentContent::None => return None,
        AttachmentContent::Inline(data) => Bytes::from(STANDARD.decode(data.trim()).ok()?),
        AttachmentContent::Remote(id) => download(platform, connection, transport, id).await?,
    };
    // What it is, its bytes say: what a platform says of it may be wrong.
    let media_type = sniffed(&bytes).filter(|_| bytes.len() <= IMAGE_BYTES_MAX)?;
    Some(format!("data:{media_type};base64,{}", STANDARD.encode(&bytes)))
}

async fn download(platform: &dyn Platform, connection: &Connection, transport: &Transport, id: &str) -> Option<Bytes> {
    let mut call = platform.download(connection, id)?;
    for _ in 0..DOWNLOADS_MAX {
        let answer = transport.call_for(call, DOWNLOAD_BYTES_MAX).await.ok()?;
        match platform.read_download(connection, id, &answer) {
            Download::Next(next) => call = next,
            Download::Content { bytes, .. } => return Some(bytes),
            Download::Refused(why) => {
                tracing::info!(channel.id = %connection.id, why, "an attachment could not be had");
                return None;
            }
        }
    }
    None
}

/// The type of an image by its first bytes.
fn sniffed(bytes: &[u8]) -> Option<&'static str> {
    let [png, jpeg, gif, webp] = IMAGE_TYPES;
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some(png),
        [0xff, 0xd8, 0xff, ..] => Some(jpeg),
        [b'G', b'I', b'F', b'8', ..] => Some(gif),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(webp),
        _ => None,
    }
}
