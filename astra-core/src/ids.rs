//! Identifiers: `<prefix>_` and 26 lower-case characters of a UUIDv7 in Crockford's base 32, ordered by time.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A source of 128-bit values that grow with time.
pub trait Ids: Send + Sync + 'static {
    /// The next value: unique, and greater than all that this source gave before.
    fn next(&self) -> u128;
}

/// UUIDv7 (RFC 9562), monotonic within the process.
#[derive(Debug, Default, Clone, Copy)]
pub struct TimeOrderedIds;

impl Ids for TimeOrderedIds {
    #[expect(clippy::disallowed_methods, reason = "the one place where the gateway makes an identifier")]
    fn next(&self) -> u128 {
        uuid::Uuid::now_v7().as_u128()
    }
}

/// 1, 2, 3, ...: for tests that name an identifier before it exists.
#[derive(Debug, Default, Clone)]
pub struct CountingIds(Arc<AtomicU64>);

impl Ids for CountingIds {
    fn next(&self) -> u128 {
        u128::from(self.0.fetch_add(1, Ordering::SeqCst)) + 1
    }
}

/// What an identifier names; decides its prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A person or an application's end user.
    User,
    /// A tenant.
    Workspace,
    /// A service account.
    ServiceAccount,
    /// A token of a service account.
    Token,
    /// A chain of refresh tokens that began with one sign-in.
    Family,
    /// An invitation to a workspace.
    Invitation,
    /// A conversation.
    Session,
    /// One message of a conversation.
    Message,
    /// One question and its answer.
    Turn,
    /// The record of a turn's inner workings.
    Trace,
    /// One HTTP request.
    Request,
    /// One running gateway process.
    Instance,
    /// An entry of the outbox.
    Event,
}

impl Kind {
    /// The letters before the underscore.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::User => "usr",
            Self::Workspace => "wsp",
            Self::ServiceAccount => "svc",
            Self::Token => "tok",
            Self::Family => "fam",
            Self::Invitation => "inv",
            Self::Session => "ses",
            Self::Message => "msg",
            Self::Turn => "trn",
            Self::Trace => "trc",
            Self::Request => "req",
            Self::Instance => "ins",
            Self::Event => "evt",
        }
    }
}

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Makes identifiers from an injected source.
#[derive(Clone)]
pub struct IdMaker(Arc<dyn Ids>);

impl fmt::Debug for IdMaker {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("IdMaker")
    }
}

impl Default for IdMaker {
    fn default() -> Self {
        Self::new(TimeOrderedIds)
    }
}

impl IdMaker {
    /// A maker that draws from `source`.
    pub fn new(source: impl Ids) -> Self {
        Self(Arc::new(source))
    }

    /// A new identifier, such as `ses_06a1b2c3d4e5f6g7h8j9k0mnpq`.
    #[must_use]
    pub fn make(&self, kind: Kind) -> String {
        encode(kind, self.0.next())
    }
}

/// `value` as an identifier of `kind`.
#[must_use]
pub fn encode(kind: Kind, value: u128) -> String {
    let mut text = String::with_capacity(30);
    text.push_str(kind.prefix());
    text.push('_');
    for place in (0..26u32).rev() {
        let digit = usize::try_from((value >> (place * 5)) & 31).unwrap_or_default();
        text.push(char::from(ALPHABET[digit]));
    }
    text
}

/// Whether `text` has the form of an identifier of `kind`; says nothing of whether it exists.
#[must_use]
pub fn is_id(kind: Kind, text: &str) -> bool {
    text.strip_prefix(kind.prefix())
        .and_then(|rest| rest.strip_prefix('_'))
        .is_some_and(|digits| digits.len() == 26 && digits.bytes().all(|byte| ALPHABET.contains(&byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_ordered_and_recognised() {
        let ids = IdMaker::default();
        let (first, second) = (ids.make(Kind::Session), ids.make(Kind::Session));
        assert!(first < second);
        assert!(is_id(Kind::Session, &first));
        assert!(!is_id(Kind::Turn, &first));
        assert!(!is_id(Kind::Session, "ses_short"));
        assert_eq!(encode(Kind::Turn, 1), "trn_00000000000000000000000001");
    }
}
