//! Identifiers: 63-bit keys that grow with time, and their public form, a prefix and 13 characters of the key.

mod id;
mod kind;
mod source;

use std::fmt;
use std::sync::Arc;

pub use id::{
    Approval, ApprovalId, Channel, ChannelId, Delivery, DeliveryId, Entity, EntityId, Event, EventId, Grant, GrantId,
    Id, Job, JobId, Memory, MemoryId, MemoryProfile, MemoryProfileId, MessageId, Named, NotAnId, Schedule, ScheduleId,
    ScheduleRun, ScheduleRunId, Session, SessionId, Trace, TraceId, Turn, TurnId, Webhook, WebhookId, key_in,
};
pub use kind::IdKind;
pub use source::{CountingIds, EPOCH_MS, INSTANCES, Ids, TimeOrderedIds};

/// Makes identifiers from an injected source.
#[derive(Clone)]
pub struct IdMaker(Arc<dyn Ids>);

impl fmt::Debug for IdMaker {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("IdMaker")
    }
}

impl IdMaker {
    /// A maker that draws from `source`.
    pub fn new(source: impl Ids) -> Self {
        Self(Arc::new(source))
    }

    /// A new identifier as text, such as `tok_1a2b3c4d5e6f7`.
    #[must_use]
    pub fn make(&self, kind: IdKind) -> String {
        encode(kind, self.key())
    }

    /// A new identifier of a row whose key is the identifier itself.
    #[must_use]
    pub fn id<K: Named>(&self) -> Id<K> {
        Id::from_key(self.key())
    }

    /// A new key: positive, and greater than all that this source gave before.
    #[must_use]
    pub fn key(&self) -> i64 {
        self.0.next()
    }
}

/// `key` as an identifier of `kind`. The characters sort as the keys do.
#[must_use]
pub fn encode(kind: IdKind, key: i64) -> String {
    let mut text = String::with_capacity(17);
    text.push_str(kind.prefix());
    text.push('_');
    id::push_digits(&mut text, key.cast_unsigned(), id::DIGITS);
    text
}

/// The pattern of identifiers such as `example`, if it is one.
#[must_use]
pub fn pattern(example: &str) -> Option<String> {
    let (prefix, digits) = example.split_once('_')?;
    let kind = IdKind::ALL.into_iter().find(|kind| kind.prefix() == prefix)?;
    let length = if matches!(kind, IdKind::Message) { id::DIGITS + id::PLACE_DIGITS } else { id::DIGITS };
    let (first, rest) = digits.split_at_checked(1)?;
    let is_digit = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_lowercase() && !b"ilou".contains(&byte);
    let is_id = digits.len() == length as usize && ("0"..="7").contains(&first) && rest.bytes().all(is_digit);
    is_id.then(|| format!("^{prefix}_[0-7][0-9a-hjkmnp-tv-z]{{{}}}$", rest.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_sort_as_their_keys_do() {
        assert_eq!(encode(IdKind::Turn, 1), "trn_0000000000001");
        assert_eq!(encode(IdKind::Token, i64::MAX), "tok_7zzzzzzzzzzzz");
        let keys = [0, 1, 31, 32, 4_096, 1 << 40, i64::MAX];
        let texts = keys.map(|key| encode(IdKind::Session, key));
        assert!(texts.is_sorted());
    }
}
