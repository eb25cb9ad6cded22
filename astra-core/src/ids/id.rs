//! Typed identifiers: a key, and the public form that it parses, prints and documents.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::kind::IdKind;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Characters of a key: 12 of 5 bits, and a first one of 3.
pub(super) const DIGITS: u32 = 13;
/// Characters of a message's place within its turn.
pub(super) const PLACE_DIGITS: u32 = 2;

/// A kind of row that is named by its key.
pub trait Named: 'static {
    /// What its identifiers name.
    const KIND: IdKind;
}

/// Names sessions.
#[derive(Debug)]
pub enum Session {}
/// Names turns.
#[derive(Debug)]
pub enum Turn {}
/// Names traces, by the keys of their turns.
#[derive(Debug)]
pub enum Trace {}
/// Names jobs.
#[derive(Debug)]
pub enum Job {}
/// Names approvals.
#[derive(Debug)]
pub enum Approval {}
/// Names events of the log.
#[derive(Debug)]
pub enum Event {}
/// Names schedules.
#[derive(Debug)]
pub enum Schedule {}
/// Names runs of schedules.
#[derive(Debug)]
pub enum ScheduleRun {}
/// Names webhooks.
#[derive(Debug)]
pub enum Webhook {}
/// Names deliveries of events to webhooks.
#[derive(Debug)]
pub enum Delivery {}
/// Names memories.
#[derive(Debug)]
pub enum Memory {}
/// Names memory profiles.
#[derive(Debug)]
pub enum MemoryProfile {}
/// Names entities of the graph.
#[derive(Debug)]
pub enum Entity {}
/// Names grants.
#[derive(Debug)]
pub enum Grant {}
/// Names channels.
#[derive(Debug)]
pub enum Channel {}

impl Named for Session {
    const KIND: IdKind = IdKind::Session;
}
impl Named for Turn {
    const KIND: IdKind = IdKind::Turn;
}
impl Named for Trace {
    const KIND: IdKind = IdKind::Trace;
}
impl Named for Job {
    const KIND: IdKind = IdKind::Job;
}
impl Named for Approval {
    const KIND: IdKind = IdKind::Approval;
}
impl Named for Event {
    const KIND: IdKind = IdKind::Event;
}
impl Named for Schedule {
    const KIND: IdKind = IdKind::Schedule;
}
impl Named for ScheduleRun {
    const KIND: IdKind = IdKind::ScheduleRun;
}
impl Named for Webhook {
    const KIND: IdKind = IdKind::Webhook;
}
impl Named for Delivery {
    const KIND: IdKind = IdKind::Delivery;
}
impl Named for Memory {
    const KIND: IdKind = IdKind::Memory;
}
impl Named for MemoryProfile {
    const KIND: IdKind = IdKind::MemoryProfile;
}
impl Named for Entity {
    const KIND: IdKind = IdKind::Entity;
}
impl Named for Grant {
    const KIND: IdKind = IdKind::Grant;
}
impl Named for Channel {
    const KIND: IdKind = IdKind::Channel;
}

/// The identifier of a session.
pub type SessionId = Id<Session>;
/// The identifier of a turn.
pub type TurnId = Id<Turn>;
/// The identifier of a trace: the key of its turn.
pub type TraceId = Id<Trace>;
/// The identifier of a job.
pub type JobId = Id<Job>;
/// The identifier of an approval.
pub type ApprovalId = Id<Approval>;
/// The identifier of an event of the log.
pub type EventId = Id<Event>;
/// The identifier of a schedule.
pub type ScheduleId = Id<Schedule>;
/// The identifier of a run of a schedule.
pub type ScheduleRunId = Id<ScheduleRun>;
/// The identifier of a webhook.
pub type WebhookId = Id<Webhook>;
/// The identifier of a delivery.
pub type DeliveryId = Id<Delivery>;
/// The identifier of a memory.
pub type MemoryId = Id<Memory>;
/// The identifier of a memory profile.
pub type MemoryProfileId = Id<MemoryProfile>;
/// The identifier of an entity of the graph.
pub type EntityId = Id<Entity>;
/// The identifier of a grant.
pub type GrantId = Id<Grant>;
/// The identifier of a channel.
pub type ChannelId = Id<Channel>;

/// The identifier of a row: its key. In public `<prefix>_` and 13 lower-case characters of Crockford's base 32, of which the
/// first is 0 to 7.
pub struct Id<K>(i64, PhantomData<fn() -> K>);

impl<K> Id<K> {
    /// The identifier of the row with this key.
    #[must_use]
    pub const fn from_key(key: i64) -> Self {
        Self(key, PhantomData)
    }

    /// The key of the row.
    #[must_use]
    pub const fn key(self) -> i64 {
        self.0
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}
impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<K: Named> fmt::Display for Id<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = [0; DIGITS as usize];
        write_digits(&mut digits, self.0.cast_unsigned());
        write!(formatter, "{}_{}", K::KIND.prefix(), ascii(&digits))
    }
}

impl<K: Named> fmt::Debug for Id<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// A text that is no identifier of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnId;

impl fmt::Display for NotAnId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("is not an identifier of this kind")
    }
}

impl std::error::Error for NotAnId {}

impl<K: Named> FromStr for Id<K> {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        digits_of(text, K::KIND).and_then(key_of).map(Self::from_key).ok_or(NotAnId)
    }
}

impl<K: Named> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, K: Named> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

/// The identifier of a message: its turn's key, and its place within the turn. In public `msg_`, the 13 characters of the
/// turn, and two of the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId {
    /// The turn that the message belongs to.
    pub turn: TurnId,
    /// 0 for the question; below 1,024.
    pub place: u16,
}

impl fmt::Display for MessageId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = [0; (DIGITS + PLACE_DIGITS) as usize];
        let (key, place) = digits.split_at_mut(DIGITS as usize);
        write_digits(key, self.turn.key().cast_unsigned());
        write_digits(place, u64::from(self.place));
        write!(formatter, "{}_{}", IdKind::Message.prefix(), ascii(&digits))
    }
}

impl FromStr for MessageId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let digits = digits_of(text, IdKind::Message).ok_or(NotAnId)?;
        let (key, place) = digits.split_at_checked(DIGITS as usize).ok_or(NotAnId)?;
        let key = key_of(key).ok_or(NotAnId)?;
        let place = (place.len() == PLACE_DIGITS as usize).then(|| value_of(place)).flatten().ok_or(NotAnId)?;
        Ok(Self { turn: TurnId::from_key(key), place: u16::try_from(place).map_err(|_| NotAnId)? })
    }
}

impl Serialize for MessageId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for MessageId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

/// Appends the last `count` base-32 digits of `value`.
pub(super) fn push_digits(text: &mut String, value: u64, count: u32) {
    for place in (0..count).rev() {
        text.push(char::from(digit(value, place)));
    }
}

fn write_digits(into: &mut [u8], value: u64) {
    for (place, byte) in (0..).zip(into.iter_mut().rev()) {
        *byte = digit(value, place);
    }
}

fn digit(value: u64, place: u32) -> u8 {
    let bits = value.checked_shr(place * 5).unwrap_or(0) & 31;
    ALPHABET[usize::try_from(bits).unwrap_or_default()]
}

/// `digits` as text; they are all ASCII.
fn ascii(digits: &[u8]) -> &str {
    std::str::from_utf8(digits).unwrap_or_default()
}

/// The key in an identifier of any kind.
#[must_use]
pub fn key_in(text: &str) -> Option<i64> {
    text.split_once('_').and_then(|(_, digits)| key_of(digits))
}

fn digits_of(text: &str, kind: IdKind) -> Option<&str> {
    text.strip_prefix(kind.prefix())?.strip_prefix('_')
}

fn key_of(digits: &str) -> Option<i64> {
    if digits.len() != DIGITS as usize || digits.as_bytes()[0] > b'7' {
        return None;
    }
    value_of(digits).and_then(|value| i64::try_from(value).ok())
}

fn value_of(digits: &str) -> Option<u64> {
    digits.bytes().try_fold(0_u64, |value, byte| {
        let digit = ALPHABET.iter().position(|known| *known == byte)?;
        Some(value << 5 | u64::try_from(digit).ok()?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_what_it_prints() {
        for key in [0, 1, 31, 32, 1 << 22, i64::MAX] {
            let id = TurnId::from_key(key);
            assert_eq!(id.to_string().parse(), Ok(id));
            assert_eq!(id.to_string(), super::super::encode(IdKind::Turn, key));
            let message = MessageId { turn: id, place: 1_023 };
            assert_eq!(message.to_string().parse(), Ok(message));
            assert_eq!(message.to_string().len(), 19);
        }
        assert_eq!(serde_json::to_string(&TurnId::from_key(1)).unwrap(), "\"trn_0000000000001\"");
        assert_eq!(serde_json::from_str::<TurnId>("\"trn_0000000000001\"").unwrap(), TurnId::from_key(1));
    }

    #[test]
    fn foreign_and_malformed_texts_are_no_identifiers() {
        let odd =
            ["", "trn", "trn_", "ses_0000000000001", "trn_000000000001", "trn_00000000000001", "trn_8000000000000"];
        let odder = ["trn_000000000000u", "trn_000000000000A", "trn_00000000000\u{e9}", "trn-0000000000001"];
        for text in odd.iter().chain(&odder) {
            assert_eq!(text.parse::<TurnId>(), Err(NotAnId), "{text}");
        }
        for text in [
            "msg_0000000000001",
            "msg_00000000000010",
            "msg_0000000000001000",
            "msg_00000000000010u",
            "trn_000000000000100",
        ] {
            assert_eq!(text.parse::<MessageId>(), Err(NotAnId), "{text}");
        }
    }
}
