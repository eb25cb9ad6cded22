//! What the Cloud API answers. Its codes say more than its statuses
//! (<https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes>).

use std::time::Duration;

use serde_json::{Value, json};

use crate::channels::connection::Identity;
use crate::channels::outgoing::{HttpAnswer, Sent};

/// The codes of a window that is closed: the person has written nothing for 24 hours.
const WINDOW_IS_CLOSED: u64 = 131_047;

/// What became of a message.
pub(super) fn sent(answer: &HttpAnswer) -> Sent {
    let body = answer.json();
    if let Some(code) = code(&body) {
        return refused(answer, code);
    }
    if let Some(failure) = answer.failure() {
        return failure;
    }
    let id = body.get("messages").and_then(|messages| messages.get(0)?.get("id")?.as_str());
    match id {
        Some(id) => Sent::Done { message_id: Some(id.to_owned()) },
        None => Sent::Unknown { reason: "the answer is not one of Meta's".to_owned() },
    }
}

/// What an error means.
fn refused(answer: &HttpAnswer, code: u64) -> Sent {
    let reason = reason(answer, Some(code));
    match code {
        // The app, the account or the number sends too much.
        4 | 80_007 | 130_429 => Sent::RateLimited { after: pause(answer, 30) },
        // The number is bounded since people have complained of it.
        131_048 => Sent::RateLimited { after: pause(answer, 300) },
        // Too much was sent to this person: others can be written to.
        131_056 => Sent::NotTaken { reason },
        // Meta says that it is away.
        2 | 131_016 | 131_057 => Sent::NotTaken { reason },
        // The token is not good or may not do this; the account is blocked, or the number gone.
        0 | 3 | 10 | 190 | 200..=299 | 368 | 131_005 | 131_031 => Sent::Refused { reason, is_credential: true },
        131_000 => Sent::Unknown { reason },
        _ => match answer.failure() {
            // The code is not one of the credential, whatever the status is.
            None | Some(Sent::Refused { .. }) => Sent::Refused { reason, is_credential: false },
            Some(failure) => failure,
        },
    }
}

fn pause(answer: &HttpAnswer, otherwise_s: u64) -> Duration {
    answer.retry_after().unwrap_or(Duration::from_secs(otherwise_s))
}

/// Which number it is.
pub(super) fn checked(answer: &HttpAnswer) -> Result<Identity, String> {
    let body = answer.json();
    entered(answer)?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let id = text("id").ok_or("the answer is not one of Meta's")?;
    let extra = json!({"display_phone_number": text("display_phone_number")});
    Ok(Identity { id, name: text("verified_name").unwrap_or_default(), extra })
}

/// Whether Meta has done what it was asked for.
pub(super) fn entered(answer: &HttpAnswer) -> Result<(), String> {
    let code = code(&answer.json());
    if code.is_none() && answer.status.is_success() { Ok(()) } else { Err(reason(answer, code)) }
}

fn code(body: &Value) -> Option<u64> {
    body.get("error")?.get("code")?.as_u64()
}

fn reason(answer: &HttpAnswer, code: Option<u64>) -> String {
    match code {
        Some(WINDOW_IS_CLOSED) => {
            format!(
                "the person has written nothing for 24 hours, and may be sent templates alone (code {WINDOW_IS_CLOSED})"
            )
        }
        Some(code) => format!("Meta answered with status {} and code {code}", answer.status.as_u16()),
        None => format!("Meta answered with status {}", answer.status.as_u16()),
    }
}
