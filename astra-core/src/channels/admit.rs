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
pub(super) const ATTACHMENTS_MAX: usize = 10;
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
