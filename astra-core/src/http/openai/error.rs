//! A refusal in OpenAI's form: its clients choose their exception, and whether they try again, by the status.

use http::{HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::{Code, Error};
use crate::text::shorten;

/// Tells OpenAI's clients whether to send a request again, whatever its status.
pub const SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");
/// A quota that is used up for longer than this is used up at the next try too: no client waits that long.
const QUOTA_WAIT_S: u64 = 60;

/// An error in OpenAI's format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OpenAiError {
    /// What went wrong.
    pub error: OpenAiErrorBody,
}

/// An error in OpenAI's format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OpenAiErrorBody {
    /// What was wrong, and how to correct it.
    #[schema(max_length = 8192, example = "There is no agent with this id.")]
    pub message: String,
    /// The class of the error.
    #[serde(rename = "type")]
    #[schema(max_length = 64, example = "invalid_request_error")]
    pub kind: String,
    /// The parameter at fault, if it was one, such as `messages[0].content`.
    #[schema(max_length = 1024, example = "model")]
    pub param: Option<String>,
    /// The kind of problem, for programs: the upstream's own code if its provider refused, such as
    /// `context_length_exceeded`, else that of a problem.
    #[schema(max_length = 128, example = "model_not_found")]
    pub code: String,
}

impl OpenAiError {
    /// `error` as OpenAI's clients read it.
    #[must_use]
    pub fn new(error: &Error) -> Self {
        let kind = match (error.code, status(error)) {
            (Code::UpstreamQuotaExceeded, _) => "insufficient_quota",
            (_, 401) => "authentication_error",
            (_, 403) => "permission_error",
            (_, 429) => "rate_limit_error",
            (_, 500..) => "server_error",
            _ => "invalid_request_error",
        };
        let mut message = error.message.clone();
        for field in error.fields.iter().take(4) {
            let detail = shorten(&field.detail);
            let name = param(&field.pointer).map_or_else(String::new, |name| format!("{name}: "));
            message.push_str(&format!(" {name}{}.", detail.trim_end_matches('.')));
        }
        let upstream = error.upstream.as_deref();
        let own = error.fields.first().and_then(|field| param(&field.pointer));
        let param = own.or_else(|| upstream.and_then(|terms| terms.param.clone()));
        let code = match error.code {
            Code::UpstreamQuotaExceeded => "insufficient_quota".to_owned(),
            // What an upstream thinks of the operator's key is none of the caller's business.
            Code::UpstreamMisconfigured | Code::ContextLengthExceeded => error.code.as_str().to_owned(),
            code => upstream.and_then(|terms| terms.code.clone()).unwrap_or_else(|| code.as_str().to_owned()),
        };
        Self { error: OpenAiErrorBody { message, kind: kind.to_owned(), param, code } }
    }
}

/// The status of `error` where OpenAI's clients call. A request that would be refused again has one that none of them
/// sends again: they try 408, 409, 429 and 5xx again, and LangChain.js 422 too.
#[must_use]
pub const fn status(error: &Error) -> u16 {
    match error.code {
        Code::InvalidRequest | Code::IdempotencyKeyReused | Code::ContextLengthExceeded | Code::UpstreamRefused => 400,
        Code::UpstreamQuotaExceeded => 402,
        Code::UpstreamRateLimited => 429,
        code => code.status(),
    }
}

/// The word for clients that would send a request again because of its status, though it would be refused again.
#[must_use]
pub fn should_retry(error: &Error) -> Option<HeaderValue> {
    let is_final = match error.code {
        Code::Cancelled | Code::UpstreamMisconfigured => true,
        Code::QuotaExceeded => error.retry_after_s.is_some_and(|seconds| seconds > QUOTA_WAIT_S),
        _ => false,
    };
    is_final.then_some(HeaderValue::from_static("false"))
}

/// A JSON Pointer as OpenAI writes the names of parameters: `/messages/0/content` is `messages[0].content`;
/// `None` for the whole body.
fn param(pointer: &str) -> Option<String> {
    let Some(path) = pointer.strip_prefix('/') else { return (!pointer.is_empty()).then(|| shorten(pointer)) };
    let mut name = String::new();
    for part in path.split('/') {
        if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) {
            name.push_str(&format!("[{part}]"));
        } else {
            name.push_str(if name.is_empty() { "" } else { "." });
            name.push_str(part);
        }
    }
    Some(shorten(&name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::UpstreamTerms;

    fn refused(code: Code, upstream: Option<&str>) -> (u16, String, bool) {
        let upstream = UpstreamTerms::boxed(upstream.map(str::to_owned), None);
        let error = Error { upstream, ..Error::new(code, "no") };
        (status(&error), OpenAiError::new(&error).error.code, should_retry(&error).is_some())
    }

    #[test]
    fn refusals_have_a_status_that_no_client_sends_again() {
        for (code, upstream, expected) in [
            (Code::UpstreamRefused, Some("unsupported_value"), (400, "unsupported_value", false)),
            (Code::UpstreamRefused, None, (400, "upstream_refused", false)),
            (Code::ContextLengthExceeded, Some("exceed_context_size_error"), (400, "context_length_exceeded", false)),
            (Code::UpstreamMisconfigured, Some("invalid_api_key"), (502, "upstream_misconfigured", true)),
            (Code::UpstreamQuotaExceeded, Some("insufficient_balance"), (402, "insufficient_quota", false)),
            (Code::UpstreamRateLimited, Some("rate_limit_exceeded"), (429, "rate_limit_exceeded", false)),
            (Code::UpstreamError, None, (502, "upstream_error", false)),
            (Code::Cancelled, None, (409, "cancelled", true)),
        ] {
            let (status, code_on_the_wire, is_final) = refused(code, upstream);
            assert_eq!((status, code_on_the_wire.as_str(), is_final), expected, "{code:?}");
        }
        let quota = |seconds| Error { retry_after_s: Some(seconds), ..Error::new(Code::QuotaExceeded, "no") };
        assert!(should_retry(&quota(3600)).is_some() && should_retry(&quota(5)).is_none());
    }

    #[test]
    fn parameters_are_named_as_openai_names_them() {
        let named = |pointer: &str| param(pointer).unwrap_or_default();
        assert_eq!(named("/messages/0/content"), "messages[0].content");
        assert_eq!(named("/tools"), "tools");
        assert_eq!((named("query/limit"), param("")), ("query/limit".to_owned(), None));
    }
}
