//! When requests to platforms may be sent: after the pause of a conversation, and after the time that a platform has
//! asked for.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::ids::ChannelId;

/// Most conversations that are remembered; beyond that those are forgotten whose pause is over.
const PACES_MAX: usize = 16_384;

/// When requests may be sent.
#[derive(Default)]
pub(super) struct Pace(Mutex<Times>);

#[derive(Default)]
struct Times {
    /// The next request in a conversation.
    conversations: HashMap<(ChannelId, String), Instant>,
    /// The next request of a channel whose platform wants to be left alone.
    channels: HashMap<ChannelId, Instant>,
}

impl Pace {
    /// How long the next request in a conversation has to wait.
    pub(super) fn wait(&self, channel: ChannelId, conversation: &str) -> Duration {
        let (times, now) = (self.lock(), Instant::now());
        let of_channel = times.channels.get(&channel).map_or(Duration::ZERO, |at| at.saturating_duration_since(now));
        let key = (channel, conversation.to_owned());
        let own = times.conversations.get(&key).map_or(Duration::ZERO, |at| at.saturating_duration_since(now));
        of_channel.max(own)
    }

    /// Notes that a request is sent in a conversation, whose pause begins.
    pub(super) fn note(&self, channel: ChannelId, conversation: &str, pause: Duration) {
        if pause.is_zero() {
            return;
        }
        let (mut times, now) = (self.lock(), Instant::now());
        if times.conversations.len() >= PACES_MAX {
            times.conversations.retain(|_, at| *at > now);
        }
        times.conversations.insert((channel, conversation.to_owned()), now + pause);
    }

    /// Leaves the platform of a channel alone for a time.
    pub(super) fn leave_alone(&self, channel: ChannelId, time: Duration) {
        let (mut times, now) = (self.lock(), Instant::now());
        times.channels.retain(|_, at| *at > now);
        times.channels.insert(channel, now + time);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Times> {
        // A panic elsewhere leaves the maps whole: each change is one operation.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn pauses_are_of_one_conversation_and_rests_of_one_channel() {
        let (pace, one, other) = (Pace::default(), ChannelId::from_key(1), ChannelId::from_key(2));
        pace.note(one, "a", Duration::from_secs(1));
        assert_eq!(pace.wait(one, "a"), Duration::from_secs(1));
        assert_eq!((pace.wait(one, "b"), pace.wait(other, "a")), (Duration::ZERO, Duration::ZERO));
        pace.leave_alone(one, Duration::from_secs(30));
        assert_eq!((pace.wait(one, "b"), pace.wait(other, "a")), (Duration::from_secs(30), Duration::ZERO));
        tokio::time::advance(Duration::from_secs(30)).await;
        assert_eq!(pace.wait(one, "a"), Duration::ZERO);
    }
}
