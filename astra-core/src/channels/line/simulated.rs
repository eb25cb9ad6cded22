//! A LINE Platform for simulations: its requests, and what it answers.

use serde_json::{Value, json};

use crate::channels::platform::Simulated;
use crate::channels::proof::{hex, hmac_sha256};

/// The bot of a simulation.
const BOT: &str = "U00000000000000000000000000000000";

/// A direct message.
pub(super) fn request(said: &Simulated<'_>) -> Value {
    let event_id = hex(&hmac_sha256(b"line", &[said.event_id.as_bytes()]));
    json!({
        "destination": BOT,
        "events": [{
            "type": "message",
            "message": {
                "type": "text",
                "id": "14353798921116",
                "text": said.text,
                "quoteToken": "simulated",
            },
            "timestamp": said.at_ms,
            "source": {"type": "user", "userId": user(said)},
            "replyToken": &event_id[..32],
            "mode": "active",
            "webhookEventId": format!("01{}", event_id[..24].to_ascii_uppercase()),
            "deliveryContext": {"isRedelivery": false},
        }],
    })
}

/// The user as LINE names people. A direct chat has the name of its person, and so stands for both.
fn user(said: &Simulated<'_>) -> String {
    let is_user = |id: &str| {
        id.len() == 33 && id.starts_with('U') && id[1..].bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    if is_user(said.user) {
        return said.user.to_owned();
    }
    let digest = hmac_sha256(b"line", &[said.user.as_bytes(), b"\n", said.conversation.as_bytes()]);
    format!("U{}", &hex(&digest)[..32])
}

/// The text of a reply or a pushed message.
pub(super) fn text(path: &str, body: &[u8]) -> Option<String> {
    let has_text = path.ends_with("/v2/bot/message/reply") || path.ends_with("/v2/bot/message/push");
    let body: Value = serde_json::from_slice(body).ok().filter(|_| has_text)?;
    body.get("messages")?.get(0)?.get("text")?.as_str().map(str::to_owned)
}

/// What the fake answers.
pub(super) fn answer(path: &str) -> Value {
    match path.rsplit('/').next().unwrap_or_default() {
        "info" => json!({"userId": BOT, "basicId": "@simulated", "displayName": "Simulated", "chatMode": "bot",
            "markAsReadMode": "auto"}),
        "reply" | "push" => json!({"sentMessages": [{"id": "461230966842064897", "quoteToken": "simulated"}]}),
        _ => json!({}),
    }
}
