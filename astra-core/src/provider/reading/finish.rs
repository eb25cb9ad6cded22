//! Why a model stopped, in whatever words its server has for it.

use crate::provider::FinishReason;

/// What a finish reason says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finish {
    /// The answer is all that it will be.
    Whole(FinishReason),
    /// The answer was broken off.
    Broken,
}

const LENGTH: [&str; 7] = [
    "length",
    "max_tokens",
    "max_output_tokens",
    "model_length",
    "model_context_window_exceeded",
    "context_length",
    "token_limit",
];
const CONTENT_FILTER: [&str; 15] = [
    "content_filter",
    "content_filtered",
    "safety",
    "refusal",
    "sensitive",
    "recitation",
    "blocklist",
    "prohibited_content",
    "spii",
    "language",
    "image_safety",
    "guardrail_intervened",
    "moderation",
    "eos_moderation",
    "error_toxic",
];
const BROKEN: [&str; 15] = [
    "abort",
    "aborted",
    "cancel",
    "cancelled",
    "canceled",
    "insufficient_system_resource",
    "network_error",
    "server_error",
    "internal_error",
    "failed",
    "failure",
    "timeout",
    "timed_out",
    "interrupted",
    "malformed_function_call",
];

impl Finish {
    /// What `word` says, in capitals or not; `None` if it says nothing.
    pub(super) fn read(word: &str) -> Option<Self> {
        let word = word.trim().to_ascii_lowercase().replace('-', "_");
        // Gemini's own names, and those of Java.
        let word = word.strip_prefix("finish_reason_").unwrap_or(&word);
        Some(match word {
            "" | "null" | "none" | "unspecified" => return None,
            word if LENGTH.contains(&word) => Self::Whole(FinishReason::Length),
            word if CONTENT_FILTER.contains(&word) => Self::Whole(FinishReason::ContentFilter),
            word if BROKEN.contains(&word) || word.starts_with("error") => Self::Broken,
            _ => Self::Whole(FinishReason::Stop),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_compared_without_case() {
        for (word, expected) in [
            ("stop", Some(Finish::Whole(FinishReason::Stop))),
            ("STOP", Some(Finish::Whole(FinishReason::Stop))),
            ("end_turn", Some(Finish::Whole(FinishReason::Stop))),
            ("MAX_TOKENS", Some(Finish::Whole(FinishReason::Length))),
            ("Content-Filter", Some(Finish::Whole(FinishReason::ContentFilter))),
            ("ERROR_TOXIC", Some(Finish::Whole(FinishReason::ContentFilter))),
            ("error", Some(Finish::Broken)),
            ("Error_Limit", Some(Finish::Broken)),
            ("Aborted", Some(Finish::Broken)),
            ("insufficient_system_resource", Some(Finish::Broken)),
            ("null", None),
            ("", None),
        ] {
            assert_eq!(Finish::read(word), expected, "{word}");
        }
    }
}
