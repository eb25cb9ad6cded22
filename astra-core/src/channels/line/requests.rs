//! Requests to the Messaging API (<https://developers.line.biz/en/reference/messaging-api/>).

use http::{HeaderName, Method};
use serde_json::{Value, json};

use crate::channels::connection::Connection;
use crate::channels::inbound::Place;
use crate::channels::outgoing::{HttpCall, Outgoing};
use crate::channels::proof::{hex, hmac_sha256};

const RETRY_KEY: HeaderName = HeaderName::from_static("x-line-retry-key");

/// A reply token is good for a minute; ten seconds of it are left for the request.
const TOKEN_LIFE_MS: i64 = 50_000;

/// How long the animation of something being written is shown, in seconds: 5 to 60, in steps of 5.
pub(super) const LOADING_S: u64 = 20;

/// The first part as a reply, which is free, while its token is good.
pub(super) fn reply(connection: &Connection, outgoing: &Outgoing<'_>) -> Option<HttpCall> {
    let replies = connection.settings.get("sending") != "push" && outgoing.part == 0;
    let (came_at_ms, token) = outgoing.place.reply_to.split_once(' ').filter(|_| replies)?;
    let ends_at_ms = came_at_ms.parse::<i64>().ok()?.saturating_add(TOKEN_LIFE_MS);
    let body = json!({"replyToken": token, "messages": messages(outgoing)});
    let is_good = !token.is_empty() && outgoing.at_ms < ends_at_ms;
    is_good.then(|| as_bot(connection, HttpCall::post(api(connection, "v2/bot/message/reply"), &body)))
}

/// A part as a message of the bot's own. The key lets LINE take it once, however often it comes.
pub(super) fn push(connection: &Connection, outgoing: &Outgoing<'_>) -> HttpCall {
    let body = json!({"to": outgoing.place.conversation, "messages": messages(outgoing)});
    let call = HttpCall::post(api(connection, "v2/bot/message/push"), &body);
    as_bot(connection, call).header(RETRY_KEY, retry_key(outgoing.id))
}

/// Shows that something is being written, which LINE does in chats with one person alone.
pub(super) fn loading(connection: &Connection, place: &Place) -> Option<HttpCall> {
    let body = json!({"chatId": place.conversation, "loadingSeconds": LOADING_S});
    let call = HttpCall::post(api(connection, "v2/bot/chat/loading/start"), &body);
    place.conversation.starts_with('U').then(|| as_bot(connection, call))
}

/// Who the bot is.
pub(super) fn info(connection: &Connection) -> HttpCall {
    as_bot(connection, HttpCall::get(api(connection, "v2/bot/info")))
}

/// Enters the URL of the webhook.
pub(super) fn enter_webhook(connection: &Connection, url: &str) -> HttpCall {
    let call = HttpCall::new(Method::PUT, api(connection, "v2/bot/channel/webhook/endpoint"));
    as_bot(connection, call.json(&json!({"endpoint": url})))
}

/// The content of a message by its id, or of one that an app has sent by its URL, which gets no token.
pub(super) fn download(connection: &Connection, attachment: &str) -> HttpCall {
    if !attachment.bytes().all(|byte| byte.is_ascii_digit()) {
        return HttpCall::get(attachment);
    }
    let url = connection.settings.url("data_url", &format!("v2/bot/message/{attachment}/content"));
    as_bot(connection, HttpCall::get(url))
}

fn api(connection: &Connection, path: &str) -> String {
    connection.settings.url("api_url", path)
}

fn as_bot(connection: &Connection, call: HttpCall) -> HttpCall {
    call.bearer(connection.secrets.get("channel_access_token"))
}

fn messages(outgoing: &Outgoing<'_>) -> Value {
    json!([{"type": "text", "text": outgoing.text}])
}

/// A UUID (of version 8, whose bits are the maker's) that is always the same for a part.
fn retry_key(id: &str) -> String {
    let mut digest = hmac_sha256(b"x-line-retry-key", &[id.as_bytes()]);
    digest.truncate(16);
    if let [_, _, _, _, _, _, version, _, variant, ..] = digest.as_mut_slice() {
        *version = *version & 0x0f | 0x80;
        *variant = *variant & 0x3f | 0x80;
    }
    let digits = hex(&digest);
    [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| digits.get(range).unwrap_or_default()).join("-")
}
