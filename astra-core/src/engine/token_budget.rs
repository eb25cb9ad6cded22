//! How many tokens a model reads, and how many of them are kept for its answer.

use super::Engine;
use super::agent::AgentVersion;

/// Room kept for the answer, unless the agent says how long it may be: a quarter of the context, at most this.
const ANSWER_TOKENS_MAX: u32 = 1_024;
/// Most tokens of a summary: an eighth of the context, at most this.
const SUMMARY_TOKENS_MAX: u32 = 600;

/// How much a model reads and writes.
#[derive(Debug, Clone, Copy)]
pub(super) struct TokenBudget {
    /// Tokens of the whole context.
    pub(super) context: u32,
    /// Tokens of it that are kept for the answer.
    pub(super) answer: u32,
    /// Whether that is known of the model. If not, it bounds the history that the gateway keeps, and what the caller sends
    /// goes whole: the provider decides over it.
    pub(super) is_known: bool,
}

impl TokenBudget {
    /// The room in a context of `context` tokens, with answers of at most `answer` tokens.
    #[must_use]
    pub(super) fn new(context: u32, is_known: bool, answer: Option<u32>) -> Self {
        let answer = answer.unwrap_or((context / 4).min(ANSWER_TOKENS_MAX)).min(context / 2);
        Self { context, answer, is_known }
    }

    /// The room in a model that refused `tokens` tokens for their number: half of them.
    #[must_use]
    pub(super) fn after_refusal(self, tokens: u32) -> Self {
        Self::new(self.context.min(tokens / 2), false, Some(self.answer))
    }

    /// Most tokens that the model reads, if that is known.
    #[must_use]
    pub(super) fn readable_if_known(self) -> Option<u32> {
        self.is_known.then(|| self.context - self.answer)
    }

    /// Most tokens that a summary of what was said may have.
    #[must_use]
    pub(super) const fn summary(self) -> u32 {
        let share = self.context / 8;
        if share < SUMMARY_TOKENS_MAX { share } else { SUMMARY_TOKENS_MAX }
    }
}

impl Engine {
    /// How much the agent's model reads and writes.
    pub(super) fn room(&self, agent: &AgentVersion) -> TokenBudget {
        let model = &agent.definition.model;
        let listed = || self.providers.context_tokens(&model.provider, model.model.as_deref());
        let known = model.max_context_tokens.or_else(listed);
        TokenBudget::new(known.unwrap_or(self.config.unknown_context_tokens), known.is_some(), model.max_output_tokens)
    }
}
