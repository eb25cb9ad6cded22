//! The section `chat`: turns.

use serde::{Deserialize, Serialize};

use super::validate::at_least_one;

/// A smaller context holds no conversation.
const CONTEXT_TOKENS_MIN: u32 = 256;
/// Turns.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChatConfig {
    /// Longest time of a whole turn, in seconds.
    pub turn_timeout_s: u64,
    /// How long a call of a tool waits for a person's approval, in seconds.
    pub approval_timeout_s: u64,
    /// Turns that may wait behind a session's running one.
    pub queue_per_session: u32,
    /// Share of a model's context, in percent, at which a session is compacted.
    pub compact_at_percent: u32,
    /// Tokens of a session's history that a model reads of which nothing is known.
    pub unknown_context_tokens: u32,
    /// How often the events of a running stream are written to the store, in milliseconds.
    pub event_flush_ms: u64,
}

impl Default for ChatConfig {
    fn default() -> Self {
        Self {
            turn_timeout_s: 600,
            approval_timeout_s: 300,
            queue_per_session: 32,
            compact_at_percent: 70,
            unknown_context_tokens: 128_000,
            event_flush_ms: 500,
        }
    }
}

impl ChatConfig {
    /// Tells what is wrong with it.
    pub(super) fn validate(&self, refuse: &mut impl FnMut(&str, String)) {
        let at_least = [
            ("chat.turn_timeout_s", self.turn_timeout_s),
            ("chat.approval_timeout_s", self.approval_timeout_s),
            ("chat.event_flush_ms", self.event_flush_ms),
        ];
        at_least_one(&at_least, refuse);
        if self.unknown_context_tokens < CONTEXT_TOKENS_MIN {
            refuse("chat.unknown_context_tokens", format!("must be at least {CONTEXT_TOKENS_MIN}"));
        }
        if !(10..=95).contains(&self.compact_at_percent) {
            refuse("chat.compact_at_percent", "must lie between 10 and 95".into());
        }
    }
}
