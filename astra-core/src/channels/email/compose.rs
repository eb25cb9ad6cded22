//! The mail that an answer is.

use std::time::{Duration, UNIX_EPOCH};

use lettre::Address;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart, SinglePart};

use super::address::domain;
use super::mail::{Answered, one_line};
use crate::channels::connection::Connection;
use crate::channels::outgoing::Outgoing;

/// What is sent, and its id.
pub(super) struct Composed {
    pub(super) message: Message,
    /// With its angle brackets.
    pub(super) message_id: String,
}

/// The mail of a part.
///
/// # Errors
/// Why there can be none, for people.
pub(super) fn compose(connection: &Connection, outgoing: &Outgoing<'_>) -> Result<Composed, String> {
    let answered: Answered = serde_json::from_str(&outgoing.place.reply_to)
        .map_err(|fault| format!("it is not known what is answered: {fault}"))?;
    let own = connection.settings.get("address");
    // A control character in a name is a panic of lettre's.
    let named = |name: &str, address| Mailbox::new(Some(one_line(name)).filter(|name| !name.is_empty()), address);
    let from = named(connection.settings.get("name"), address(own)?);
    let to = named(answered.name.as_deref().unwrap_or_default(), address(&answered.to)?);
    let message_id = format!("<{}.{}@{}>", outgoing.id, connection.id, domain(own));
    let at = Duration::from_millis(u64::try_from(outgoing.at_ms).unwrap_or_default());
    let mut builder = Message::builder()
        .from(from)
        .to(to)
        .subject(subject(&answered.subject))
        .date(UNIX_EPOCH + at)
        .message_id(Some(message_id.clone()))
        // RFC 3834: other programs do not answer it.
        .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-replied".to_owned()));
    if !answered.message_id.is_empty() {
        let references = one_line(&format!("{} {}", answered.references, answered.message_id));
        builder = builder.in_reply_to(one_line(&answered.message_id)).references(references);
    }
    let boundary = format!("astra_{}", outgoing.id);
    let body = MultiPart::alternative()
        .boundary(boundary)
        .singlepart(SinglePart::plain(outgoing.markdown.to_owned()))
        .singlepart(SinglePart::html(outgoing.text.to_owned()));
    let message = builder.multipart(body).map_err(|fault| format!("the mail cannot be written: {fault}"))?;
    Ok(Composed { message, message_id })
}

/// An address as lettre knows it.
pub(super) fn address(text: &str) -> Result<Address, String> {
    text.parse().map_err(|_| "the address is none that a mail can be sent to".to_owned())
}

fn subject(of: &str) -> String {
    let of = one_line(of);
    match of.get(..3) {
        _ if of.is_empty() => "Re:".to_owned(),
        Some(beginning) if beginning.eq_ignore_ascii_case("re:") => of,
        _ => format!("Re: {of}"),
    }
}
