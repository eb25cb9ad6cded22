//! Errors that come where an answer is due, in every form that servers have for them.

use serde_json::Value;

use super::at::at;
use super::json;
use crate::provider::error::ErrorKind;

/// The words of a longer error are left out.
const ERROR_BYTES_MAX: usize = 64 << 10;

/// An error that an upstream reported.
#[derive(Debug)]
pub(in crate::provider) struct Reported {
    /// What it means.
    pub kind: ErrorKind,
    /// Its sentence, if it has one.
    pub words: Option<String>,
    /// Where it stands, if it is JSON.
    pub error: Option<Value>,
}

impl Reported {
    /// The error in `data`, which is one for certain, be it JSON or not.
    pub(in crate::provider) fn certain(data: &[u8]) -> Self {
        match value(data) {
            Some(value) => Self::of(error_in(&value).unwrap_or(&value), &value),
            None => {
                let text = String::from_utf8_lossy(&data[..data.len().min(ERROR_BYTES_MAX)]).into_owned();
                let words = Some(text).filter(|text| !text.trim().is_empty());
                Self { kind: kind_of_words(words.as_deref().unwrap_or_default()), words, error: None }
            }
        }
    }

    /// The error in JSON that is no answer, if it looks like one or `is_certain`.
    pub(in crate::provider) fn find(data: &[u8], is_certain: bool) -> Option<Self> {
        let found = value(data).and_then(|value| error_in(&value).map(|error| Self::of(error, &value)));
        found.or_else(|| is_certain.then(|| Self::certain(data)))
    }

    /// The error of this value, which stands in `around`.
    fn of(error: &Value, around: &Value) -> Self {
        let words = sentence(error).or_else(|| sentence(around));
        let kind = kind_of(error).or_else(|| kind_of(around));
        let kind = kind.unwrap_or_else(|| kind_of_words(words.as_deref().unwrap_or_default()));
        Self { kind, words, error: Some(error.clone()) }
    }
}

fn value(data: &[u8]) -> Option<Value> {
    if data.len() > ERROR_BYTES_MAX {
        return None;
    }
    let mut mended = Vec::new();
    json::read(data, &mut mended).ok().map(|(value, _)| value)
}

/// Where the error stands, if there is one.
fn error_in(value: &Value) -> Option<&Value> {
    // Gemini wraps its errors in an array.
    let value = value.get(0).unwrap_or(value);
    let inside = ["error", "choices/0/error", "choices/0/message/error", "choices/0/delta/error", "errors/0", "errors"];
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    if let Some(error) = inside.into_iter().filter_map(|place| at(value, place)).find(|error| is_given(error)) {
        // A bare name, whose sentence stands beside it.
        return Some(if error.is_string() && text("message").is_some() { value } else { error });
    }
    let is_named = text("object") == Some("error") || text("type").is_some_and(is_error_name);
    let has_code = ["code", "status", "status_code", "statusCode"].iter().any(|key| value.get(*key).is_some());
    let has_code = has_code || text("type").is_some_and(|name| by_words(name).is_some());
    let has_words = ["message", "msg", "Message"].into_iter().any(|key| text(key).is_some());
    let has_detail = ["detail", "error_message", "errorMessage", "error_msg"];
    let has_detail = has_detail.into_iter().any(|key| value.get(key).is_some_and(is_given));
    (value.is_object() && value.get("choices").is_none_or(|choices| !is_given(choices)))
        .then_some(value)
        .filter(|_| is_named || has_words && has_code || has_detail)
}

fn is_error_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with("error") || name.ends_with("exception")
}

fn is_given(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(is) => *is,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(object) => !object.is_empty(),
    }
}

/// The sentence of an error, in whichever of the usual places it stands.
pub(in crate::provider) fn sentence(error: &Value) -> Option<String> {
    const PLACES: [&str; 10] = [
        "message",
        "detail",
        "error",
        "msg",
        "Message",
        "error_message",
        "errorMessage",
        "error_msg",
        "description",
        "reason",
    ];
    match error {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        // FastAPI's list of faults.
        Value::Array(list) => list.first().and_then(sentence),
        Value::Object(object) => PLACES.iter().find_map(|place| object.get(*place).and_then(sentence)),
        _ => None,
    }
}

/// What an error means by its code, which is a status, a number in a text, or a word.
fn kind_of(error: &Value) -> Option<ErrorKind> {
    let error = error.get(0).unwrap_or(error);
    let places = ["code", "status", "status_code", "statusCode", "http_status", "error_code", "type", "error"];
    let codes = || places.iter().filter_map(|place| error.get(*place));
    let number = |code: &Value| code.as_u64().or_else(|| code.as_str()?.trim().parse().ok());
    let status =
        codes().filter_map(number).find_map(|code| u16::try_from(code).ok().filter(|code| (400..600).contains(code)));
    let words: Vec<&str> = codes().filter_map(Value::as_str).collect();
    match status {
        Some(429) => Some(ErrorKind::RateLimited(None)),
        Some(401 | 403) => Some(ErrorKind::Key),
        Some(status @ 400..=499) => Some(ErrorKind::Refused(status)),
        Some(status) => Some(ErrorKind::Server(status, None)),
        None => by_words(&words.join(" ")),
    }
}

/// What an error means that has words alone.
fn kind_of_words(words: &str) -> ErrorKind {
    const PAUSES: [&str; 4] = ["429", "rate limit", "too many requests", "quota"];
    let words = words.to_ascii_lowercase();
    if PAUSES.iter().any(|pause| words.contains(pause)) {
        ErrorKind::RateLimited(None)
    } else {
        ErrorKind::Server(500, None)
    }
}

/// What the names of errors mean, the first that is found; `_`, `-`, spaces and capitals make no difference.
fn by_words(words: &str) -> Option<ErrorKind> {
    const NAMES: [(&[&str], ErrorKind); 8] = [
        (&["ratelimit", "toomanyrequests", "quota", "resourceexhausted", "throttl"], ErrorKind::RateLimited(None)),
        (&["authentication", "apikey", "permission", "unauthorized", "forbidden", "unauthenticated"], ErrorKind::Key),
        (
            &["contextlength", "invalidrequest", "badrequest", "invalidargument", "validation", "unprocessable"],
            ErrorKind::Refused(400),
        ),
        (&["billing", "insufficientbalance"], ErrorKind::Refused(402)),
        (&["notfound"], ErrorKind::Refused(404)),
        (&["toolarge"], ErrorKind::Refused(413)),
        (&["overloaded", "unavailable"], ErrorKind::Server(529, None)),
        (&["timeout", "deadline"], ErrorKind::Server(504, None)),
    ];
    let words: String =
        words.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    NAMES.iter().find(|(names, _)| names.iter().any(|name| words.contains(name))).map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn errors_are_found_in_every_form() {
        for (value, kind) in [
            (json!({"error": {"message": "no", "code": 429}}), ErrorKind::RateLimited(None)),
            (json!({"error": {"message": "no", "code": "503"}}), ErrorKind::Server(503, None)),
            (
                json!({"error": {"message": "no", "type": "invalid_request_error", "code": null}}),
                ErrorKind::Refused(400),
            ),
            (json!({"error": {"message": "no", "code": "insufficient_quota"}}), ErrorKind::RateLimited(None)),
            (json!({"error": "no"}), ErrorKind::Server(500, None)),
            (json!({"error": "no", "code": 404}), ErrorKind::Refused(404)),
            (json!({"error": "rate_limit_exceeded", "message": "no"}), ErrorKind::RateLimited(None)),
            (json!([{"error": {"message": "no", "status": "RESOURCE_EXHAUSTED"}}]), ErrorKind::RateLimited(None)),
            (
                json!({"object": "error", "message": "no", "type": "BadRequestError", "code": 400}),
                ErrorKind::Refused(400),
            ),
            (json!({"object": "error", "message": "no", "code": 40303}), ErrorKind::Server(500, None)),
            (
                json!({"type": "error", "error": {"type": "overloaded_error", "message": "no"}}),
                ErrorKind::Server(529, None),
            ),
            (json!({"type": "ThrottlingException", "message": "no"}), ErrorKind::RateLimited(None)),
            (json!({"message": "no", "code": 401}), ErrorKind::Key),
            (json!({"detail": "no"}), ErrorKind::Server(500, None)),
            (json!({"detail": [{"loc": ["body"], "msg": "no"}], "status": 422}), ErrorKind::Refused(422)),
            (
                json!({"choices": [{"error": {"message": "no", "code": 502}, "finish_reason": "error"}]}),
                ErrorKind::Server(502, None),
            ),
            (json!({"choices": [], "errors": [{"message": "no"}]}), ErrorKind::Server(500, None)),
            (json!({"error": {"error": {"message": "no"}, "code": 400}}), ErrorKind::Refused(400)),
        ] {
            let found = Reported::find(value.to_string().as_bytes(), false).unwrap_or_else(|| panic!("{value}"));
            assert_eq!((found.kind, found.words.as_deref()), (kind, Some("no")), "{value}");
        }
    }

    #[test]
    fn what_is_no_error_is_none() {
        for value in [
            json!({"choices": [], "usage": {"prompt_tokens": 1}}),
            json!({"id": "x", "object": "chat.completion.chunk", "error": null}),
            json!({"error": false, "model": "m"}),
            json!({"type": "ping"}),
            json!({"status": "processing", "queue": 5}),
            json!({"message": {"content": "hello"}, "code": 0}),
            json!({"choices": [{"delta": {"content": "x"}}], "message": "fine", "code": 200}),
            json!([]),
            json!("error"),
        ] {
            assert!(Reported::find(value.to_string().as_bytes(), false).is_none(), "{value}");
        }
    }

    #[test]
    fn an_event_of_errors_is_one_whatever_it_holds() {
        let told = |data: &str| Reported::certain(data.as_bytes());
        assert_eq!((told("boom").kind, told("boom").words.as_deref()), (ErrorKind::Server(500, None), Some("boom")));
        assert_eq!((told("").kind, told("").words), (ErrorKind::Server(500, None), None));
        assert_eq!(told("Rate limit reached").kind, ErrorKind::RateLimited(None));
        assert_eq!(told(r#"{"message": "no"}"#).words.as_deref(), Some("no"));
        assert_eq!(told(r#""no""#).words.as_deref(), Some("no"));
    }
}
