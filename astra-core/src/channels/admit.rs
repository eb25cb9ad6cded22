//! Which messages are answered: not those of bots, of people and conversations that are not on the channel's lists, and
//! of groups unless the bot is meant.

use super::connection::Identity;
use super::inbound::{Event, Inbound, Message};
use super::reply_job;
use crate::content::without_nul;
use crate::ids::IdMaker;
use crate::store::{ChannelGroups, ChannelMessageFate, ChannelSettings, NewChannelMessage, StoredChannel};

/// Longest id of a platform, in bytes.
const ID_BYTES_MAX: usize = 255;
/// Longest text of a message, in bytes; what is beyond is cut off.
const TEXT_BYTES_MAX: usize = 64 << 10;
/// Longest hint for the answer, in bytes.
const REPLY_TO_BYTES_MAX: usize = 4 << 10;
/// Most attachments of a message; what is beyond is left out.
const ATTACHMENTS_MAX: usize = 10;
/// Most bytes of a message as JSON, with what is attached within it.
const MESSAGE_BYTES_MAX: usize = 4 << 20;
/// Longest reason why an event is ignored, in bytes.
const REASON_BYTES_MAX: usize = 200;

/// The event as it is kept; `None` for one that names itself in no good way, which the platform never sends.
pub(super) fn admit(
    channel: &StoredChannel,
    identity: Option<&Identity>,
    inbound: Inbound,
    ids: &IdMaker,
) -> Option<NewChannelMessage> {
    let event_id = good_id(inbound.event_id)?;
    let id = ids.key();
    let ignored = |conversation: String, person, reason: String| {
        let mut reason = without_nul(reason);
        reason.truncate(reason.floor_char_boundary(REASON_BYTES_MAX));
        let fate = ChannelMessageFate::Ignore(reason);
        NewChannelMessage { id, event_id: event_id.clone(), conversation, person, fate }
    };
    let mut message = match inbound.event {
        Event::Ignored(reason) => return Some(ignored(String::new(), None, reason)),
        Event::Message(message) => *message,
    };
    let (conversation, person) = (good_id(message.place.conversation.clone()), good_id(message.user.id.clone()));
    let (Some(conversation), Some(person)) = (conversation, person) else {
        return Some(ignored(String::new(), None, "the message names no conversation or no person".to_owned()));
    };
    if let Some(reason) = refusal(&channel.settings, identity, &message) {
        return Some(ignored(conversation, Some(person), reason.to_owned()));
    }
    tidy(&mut message);
    let text = serde_json::to_string(&message).ok().filter(|text| text.len() <= MESSAGE_BYTES_MAX);
    let made = text.and_then(|text| Some((text, reply_job::job(channel.id, id).ok()?)));
    let Some((message, job)) = made else {
        return Some(ignored(conversation, Some(person), "the message is too large".to_owned()));
    };
    let fate = ChannelMessageFate::Answer { message, job_id: ids.id(), job };
    Some(NewChannelMessage { id, event_id, conversation, person: Some(person), fate })
}

/// Why a message is not answered.
fn refusal(settings: &ChannelSettings, identity: Option<&Identity>, message: &Message) -> Option<&'static str> {
    let is_own = identity.is_some_and(|identity| !identity.id.is_empty() && identity.id == message.user.id);
    let is_listed = |list: &[crate::store::PlatformId], id: &str| list.is_empty() || list.iter().any(|one| one.0 == id);
    let is_in_group = !message.is_direct;
    if is_own || message.user.is_bot {
        Some("it was written by a bot")
    } else if !settings.is_enabled {
        Some("the channel is switched off")
    } else if message.text.trim().is_empty() && message.attachments.is_empty() {
        Some("it says nothing")
    } else if !is_listed(&settings.user_ids, &message.user.id) {
        Some("the person is not on the channel's list")
    } else if !is_listed(&settings.conversation_ids, &message.place.conversation) {
        Some("the conversation is not on the channel's list")
    } else if is_in_group && settings.groups == ChannelGroups::None {
        Some("groups are not answered")
    } else if is_in_group && settings.groups == ChannelGroups::Mentions && !message.mentions_bot {
        Some("it does not mention the bot")
    } else {
        None
    }
}

/// An id that the store takes.
fn good_id(id: String) -> Option<String> {
    (!id.is_empty() && id.len() <= ID_BYTES_MAX && !id.contains('\0')).then_some(id)
}

/// Makes of what a platform has sent what the store and models take.
fn tidy(message: &mut Message) {
    let text = without_nul(std::mem::take(&mut message.text));
    text.trim().clone_into(&mut message.text);
    message.text.truncate(message.text.floor_char_boundary(TEXT_BYTES_MAX));
    message.place.reply_to.truncate(message.place.reply_to.floor_char_boundary(REPLY_TO_BYTES_MAX));
    if let Some(thread) = message.place.thread.take() {
        message.place.thread = good_id(thread);
    }
    message.user.name = message.user.name.take().map(|name| {
        let mut name = without_nul(name);
        name.truncate(name.floor_char_boundary(ID_BYTES_MAX));
        name
    });
    message.attachments.truncate(ATTACHMENTS_MAX);
    for attachment in &mut message.attachments {
        attachment.name.truncate(attachment.name.floor_char_boundary(ID_BYTES_MAX));
        attachment.media_type.truncate(attachment.media_type.floor_char_boundary(ID_BYTES_MAX));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::channels::{Person, Place};
    use crate::ids::{ChannelId, CountingIds};

    fn channel(change: &serde_json::Value) -> StoredChannel {
        let mut settings = json!({"name": "a", "agent_id": "support"});
        settings.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        StoredChannel {
            id: ChannelId::from_key(1),
            kind: "generic".into(),
            version: 1,
            settings: serde_json::from_value(settings).unwrap(),
            fields: std::collections::BTreeMap::new(),
            sealed: Vec::new(),
            secrets: std::collections::BTreeMap::new(),
            identity: None,
            last_error: None,
            failing_since_ms: None,
            created_at_ms: 0,
            updated_at_ms: 0,
            created_by: "usr_a".into(),
        }
    }

    fn message() -> Message {
        Message {
            place: Place { conversation: "c".into(), ..Place::default() },
            user: Person { id: "ada".into(), ..Person::default() },
            is_direct: false,
            mentions_bot: true,
            text: " hello\0 ".into(),
            attachments: Vec::new(),
            sent_at_ms: None,
        }
    }

    fn fate(change: &serde_json::Value, message: Message) -> Result<Message, String> {
        let ids = IdMaker::new(CountingIds::default());
        let identity = Identity { id: "bot".into(), ..Identity::default() };
        let inbound = Inbound { event_id: "e".into(), event: Event::Message(Box::new(message)) };
        match admit(&channel(change), Some(&identity), inbound, &ids).unwrap().fate {
            ChannelMessageFate::Answer { message, .. } => Ok(serde_json::from_str(&message).unwrap()),
            ChannelMessageFate::Ignore(reason) => Err(reason),
        }
    }

    #[test]
    fn what_is_answered_is_tidy() {
        let kept = fate(&json!({}), message()).unwrap();
        assert_eq!(kept.text, "hello\u{fffd}");
        let long = Message { text: "€".repeat(30_000), ..message() };
        assert_eq!(fate(&json!({}), long).unwrap().text.len(), TEXT_BYTES_MAX / 3 * 3);
        let thread = Place { thread: Some("t".repeat(300)), ..message().place };
        assert_eq!(fate(&json!({}), Message { place: thread, ..message() }).unwrap().place.thread, None);
    }

    #[test]
    fn what_is_not_answered_has_a_reason() {
        let own = Message { user: Person { id: "bot".into(), ..Person::default() }, ..message() };
        let nowhere = Message { place: Place::default(), ..message() };
        let unmeant = Message { mentions_bot: false, ..message() };
        for (change, message, reason) in [
            (json!({}), own, "it was written by a bot"),
            (json!({"is_enabled": false}), message(), "the channel is switched off"),
            (json!({"user_ids": ["bob"]}), message(), "the person is not on the channel's list"),
            (json!({"conversation_ids": ["d"]}), message(), "the conversation is not on the channel's list"),
            (json!({"groups": "none"}), message(), "groups are not answered"),
            (json!({}), unmeant.clone(), "it does not mention the bot"),
            (json!({}), Message { text: " ".into(), ..message() }, "it says nothing"),
            (json!({}), nowhere, "the message names no conversation or no person"),
        ] {
            assert_eq!(fate(&change, message).unwrap_err(), reason);
        }
        assert!(fate(&json!({"groups": "all"}), unmeant).is_ok());
    }

    #[test]
    fn an_event_without_a_good_id_is_none() {
        let ids = IdMaker::new(CountingIds::default());
        for event_id in [String::new(), "e".repeat(256), "a\0".to_owned()] {
            let inbound = Inbound { event_id, event: Event::Ignored("x".repeat(300)) };
            assert!(admit(&channel(&json!({})), None, inbound, &ids).is_none());
        }
        let inbound = Inbound { event_id: "e".into(), event: Event::Ignored("x".repeat(300)) };
        let kept = admit(&channel(&json!({})), None, inbound, &ids).unwrap().fate;
        assert!(matches!(kept, ChannelMessageFate::Ignore(reason) if reason.len() == REASON_BYTES_MAX));
    }
}
