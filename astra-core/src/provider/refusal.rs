//! What an upstream says of its refusal: its code, the parameter at fault, and the refusals that its status does not tell
//! apart, such as a conversation that is too long or a quota that is used up. Every server has its own words for them.

use serde_json::Value;

use super::error::ErrorKind;

/// The codes and types of a conversation that has more tokens than the model reads.
const OVERFLOW_CODES: [&str; 4] = [
    "context_length_exceeded",
    "exceed_context_size_error",
    "model_context_window_exceeded",
    "context_window_exceeded",
];
/// The same in sentences, in lower case.
const OVERFLOW_TEXTS: [&str; 18] = [
    // OpenAI, vLLM, DeepSeek, Together
    "maximum context length",
    // vLLM, Ollama, LM Studio
    "context length",
    "maximum model length",
    "prompt too long",
    // llama.cpp
    "context size",
    // Anthropic
    "prompt is too long",
    "exceed context limit",
    // Gemini
    "exceeds the maximum number of tokens",
    "input token count",
    // Mistral, MiniMax
    "too large for model with",
    "context window",
    // xAI
    "maximum prompt length",
    // Bedrock
    "input is too long",
    // Text Generation Inference
    "`inputs` must have less than",
    "inputs tokens + max_new_tokens",
    // Moonshot, Copilot, Cohere
    "exceeded model token limit",
    "prompt token count",
    "too many tokens",
];
/// The codes and types of an account that has no credit left.
const QUOTA_CODES: [&str; 10] = [
    "insufficient_quota",
    "billing_hard_limit_reached",
    "billing_not_active",
    "billing_error",
    "insufficient_balance",
    "insufficient_credits",
    "insufficient_funds",
    "credit_balance_too_low",
    "exceeded_current_quota_error",
    "spend_limit_reached",
];
/// The same in sentences, in lower case.
const QUOTA_TEXTS: [&str; 7] = [
    // Anthropic
    "credit balance is too low",
    // DeepSeek
    "insufficient balance",
    // OpenRouter
    "insufficient credits",
    // OpenAI
    "billing hard limit",
    // xAI
    "used all available credits",
    "monthly spending limit",
    "run out of credits",
];
/// A longer code or parameter is no name.
const NAME_BYTES_MAX: usize = 128;

/// What an error object says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The upstream's own code, such as `model_not_found`; its type if it has no code and the type says something.
    pub(super) code: Option<String>,
    /// The parameter at fault.
    pub(super) param: Option<String>,
    /// The kind that the words tell, where the status does not.
    kind: Option<ErrorKind>,
}

impl Refusal {
    /// Reads an error object; `message` is the sentence in it.
    pub(super) fn read(error: &Value, message: Option<&str>) -> Self {
        let word = |name: &str| error.get(name).and_then(Value::as_str).filter(|word| is_name(word));
        // A code may be a status in a string or a number of the server's own, and a type may say no more than the status:
        // no names for programs.
        let named = |word: &&str| {
            !word.bytes().all(|byte| byte.is_ascii_digit()) && !matches!(*word, "invalid_request_error" | "error")
        };
        let codes = [word("code"), word("type"), word("status")].map(|word| word.filter(named));
        let kind = kind_of(&codes, &message.unwrap_or_default().to_lowercase());
        let code = codes.into_iter().flatten().next().map(str::to_owned);
        Self { code, param: word("param").map(str::to_owned), kind }
    }

    /// The kind of a refusal that is `kind` by its status alone.
    pub(super) const fn kind(&self, kind: ErrorKind) -> ErrorKind {
        match (self.kind, kind) {
            // A server may wrap every error of its own upstream in a 500; 401 says more than any words.
            (Some(known), ErrorKind::Refused(_) | ErrorKind::Server(..) | ErrorKind::RateLimited(_)) => known,
            (Some(ErrorKind::QuotaUsedUp), _) | (None, ErrorKind::Refused(402)) => ErrorKind::QuotaUsedUp,
            _ => kind,
        }
    }
}

fn kind_of(codes: &[Option<&str>], message: &str) -> Option<ErrorKind> {
    let is_one_of = |known: &[&str]| codes.iter().flatten().any(|code| known.contains(code));
    let says_one_of = |known: &[&str]| known.iter().any(|text| message.contains(text));
    if is_one_of(&QUOTA_CODES) || says_one_of(&QUOTA_TEXTS) {
        return Some(ErrorKind::QuotaUsedUp);
    }
    // A limit of tokens a minute is a pause, whatever else the sentence says.
    let is_rate = codes.iter().flatten().any(|code| code.contains("rate_limit")) || message.contains("per min");
    (is_one_of(&OVERFLOW_CODES) || (!is_rate && says_one_of(&OVERFLOW_TEXTS))).then_some(ErrorKind::ContextOverflow)
}

/// Whether `word` is a name and no sentence, nor anything that may be a key.
fn is_name(word: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-[]:/".contains(&byte);
    !word.is_empty() && word.len() <= NAME_BYTES_MAX && word.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(error: &Value) -> Refusal {
        Refusal::read(error, error["message"].as_str())
    }

    #[test]
    fn a_conversation_that_is_too_long_is_known_in_every_servers_words() {
        for (status, error) in [
            (400, json!({"message": "too long", "type": "invalid_request_error", "code": "context_length_exceeded"})),
            (
                400,
                json!({"type": "invalid_request_error", "message": "prompt is too long: 210000 tokens > 200000 maximum"}),
            ),
            (400, json!({"message": "input length and `max_tokens` exceed context limit: 199211 + 20000 > 200000"})),
            (
                400,
                json!({"code": 400, "message": "the request exceeds the available context size", "type": "exceed_context_size_error"}),
            ),
            (
                400,
                json!({"code": 400, "type": "BadRequestError",
                "message": "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens"}),
            ),
            (
                400,
                json!({"code": 400, "status": "INVALID_ARGUMENT",
                "message": "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."}),
            ),
            (
                400,
                json!({"code": "3051", "type": "invalid_request_prompt_too_long",
                "message": "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length"}),
            ),
            (500, json!({"message": "Input is too long for requested model."})),
        ] {
            assert_eq!(read(&error).kind(ErrorKind::Refused(status)), ErrorKind::ContextOverflow, "{error}");
        }
        let minute = json!({"message": "Request too large: tokens per min (TPM): limit 30000, too many tokens", "code": "rate_limit_exceeded"});
        assert_eq!(read(&minute).kind(ErrorKind::RateLimited(None)), ErrorKind::RateLimited(None));
        let other =
            json!({"message": "Unsupported value: temperature", "code": "unsupported_value", "param": "temperature"});
        assert_eq!(read(&other).kind(ErrorKind::Refused(400)), ErrorKind::Refused(400));
        assert_eq!(
            (read(&other).code.as_deref(), read(&other).param.as_deref()),
            (Some("unsupported_value"), Some("temperature"))
        );
    }

    #[test]
    fn a_used_up_quota_is_no_pause() {
        for (kind, error) in [
            (
                ErrorKind::RateLimited(None),
                json!({"message": "no credit", "type": "insufficient_quota", "code": "insufficient_quota"}),
            ),
            (ErrorKind::Refused(400), json!({"message": "x", "code": "billing_hard_limit_reached"})),
            (ErrorKind::Refused(402), json!({"message": "pay"})),
            (
                ErrorKind::Refused(400),
                json!({"type": "invalid_request_error", "message": "Your credit balance is too low to access the API"}),
            ),
            (ErrorKind::Key, json!({"message": "Your team has used all available credits"})),
        ] {
            assert_eq!(read(&error).kind(kind), ErrorKind::QuotaUsedUp, "{error}");
        }
        // Gemini's words for its limit of a minute.
        let minute = json!({"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "You exceeded your current quota. Please retry in 23 s."});
        assert_eq!(read(&minute).kind(ErrorKind::RateLimited(None)), ErrorKind::RateLimited(None));
    }

    #[test]
    fn codes_are_names() {
        for (error, code) in [
            (json!({"code": "429", "type": "slow_down"}), Some("slow_down")),
            (json!({"code": 429}), None),
            (json!({"code": "a whole sentence", "type": ""}), None),
            (json!("boom"), None),
        ] {
            assert_eq!(read(&error).code.as_deref(), code, "{error}");
        }
    }
}
