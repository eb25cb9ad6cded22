//! WhatsApp for simulations: its requests, and what it answers.

use serde_json::{Value, json};

use crate::channels::platform::Simulated;
use crate::channels::proof::{hex, hmac_sha256};

/// The phone number of a simulation.
pub(super) const PHONE_NUMBER_ID: &str = "106540352242922";

const DISPLAY_PHONE_NUMBER: &str = "15550783881";

/// A direct message.
pub(super) fn request(phone_number_id: &str, said: &Simulated<'_>) -> Value {
    let user = user(said);
    let event_id = hex(&hmac_sha256(b"whatsapp", &[said.event_id.as_bytes()]));
    json!({
        "object": "whatsapp_business_account",
        "entry": [{
            "id": "102290129340398",
            "changes": [{
                "value": {
                    "messaging_product": "whatsapp",
                    "metadata": {
                        "display_phone_number": DISPLAY_PHONE_NUMBER,
                        "phone_number_id": phone_number_id,
                    },
                    "contacts": [{"profile": {"name": said.user}, "wa_id": user}],
                    "messages": [{
                        "from": user,
                        "id": format!("wamid.{}", &event_id[..40]),
                        "timestamp": said.at_ms.div_euclid(1_000).to_string(),
                        "type": "text",
                        "text": {"body": said.text},
                    }],
                },
                "field": "messages",
            }],
        }],
    })
}

/// A phone number. A direct chat has the name of its person, and so stands for both.
fn user(said: &Simulated<'_>) -> String {
    if (8..=15).contains(&said.user.len()) && said.user.bytes().all(|byte| byte.is_ascii_digit()) {
        return said.user.to_owned();
    }
    let digest = hmac_sha256(b"whatsapp", &[said.user.as_bytes(), b"\n", said.conversation.as_bytes()]);
    let number = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    format!("99{:013}", number % 10_000_000_000_000)
}

/// The text of a message.
pub(super) fn text(path: &str, body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok().filter(|_| path.ends_with("/messages"))?;
    body.get("text")?.get("body")?.as_str().map(str::to_owned)
}

/// What the fake answers.
pub(super) fn answer(path: &str, body: &[u8]) -> Value {
    if text(path, body).is_some() {
        let id = "wamid.HBgLMTY0NjcwNDM1OTUVAgARGBI1RjQyNUE3NEYxMzAzMzQ5MkEA";
        return json!({"messaging_product": "whatsapp", "contacts": [], "messages": [{"id": id}]});
    }
    if path.contains("?fields=") {
        return json!({
            "display_phone_number": "+1 555-078-3881", "verified_name": "Simulated", "id": PHONE_NUMBER_ID,
        });
    }
    json!({"success": true})
}
