//! What a job of `batch_chat` is about: an agent and the questions to it, as a list or as JSON Lines.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::agent_run::{agent_id_schema, message_schema, overrides_schema};
use crate::engine::Overrides;
use crate::work::PayloadFault;

/// Most questions of one job.
const QUESTIONS_MAX: usize = 10_000;
/// Most questions that a job asks at once.
pub(super) const CONCURRENCY_MAX: u32 = 20;
/// Longest id of a question, in bytes.
const ID_BYTES_MAX: usize = 64;
/// So many faults show what is wrong.
const FAULTS_MAX: usize = 8;

/// What a job is about.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BatchChatPayload {
    pub(super) agent_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    questions: Option<Vec<BatchQuestion>>,
    /// One question a line, as in `questions`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    jsonl: Option<String>,
    /// How many are asked at once.
    #[serde(default = "usual_concurrency")]
    pub(super) concurrency: u32,
    #[serde(default)]
    pub(super) overrides: Overrides,
}

const fn usual_concurrency() -> u32 {
    4
}

/// A question: its text, or that with an id of the caller's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum BatchQuestion {
    Text(String),
    Named(NamedQuestion),
}

/// A question with an id of the caller's own, which comes back with the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NamedQuestion {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
    pub(super) message: String,
}

impl BatchQuestion {
    pub(super) fn into_named(self) -> NamedQuestion {
        match self {
            Self::Text(message) => NamedQuestion { id: None, message },
            Self::Named(named) => named,
        }
    }

    fn fault(&self) -> Option<String> {
        let (id, message) = match self {
            Self::Text(message) => (None, message),
            Self::Named(named) => (named.id.as_deref(), &named.message),
        };
        let id = id.unwrap_or("1");
        if id.is_empty() || id.len() > ID_BYTES_MAX || id.contains('\0') {
            return Some(format!("the id of a question has 1 to {ID_BYTES_MAX} bytes, and no NUL"));
        }
        (message.trim().is_empty() || message.contains('\0')).then(|| "the question is blank, or has a NUL".to_owned())
    }
}

impl BatchChatPayload {
    /// The JSON Schema.
    pub(super) fn schema() -> Value {
        let named = json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["message"],
            "properties": {
                "id": {"type": "string", "minLength": 1, "maxLength": ID_BYTES_MAX},
                "message": message_schema(),
            },
        });
        let questions = json!({
            "type": "array",
            "minItems": 1,
            "maxItems": QUESTIONS_MAX,
            "items": {"anyOf": [message_schema(), named]},
        });
        json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["agent_id"],
            "properties": {
                "agent_id": agent_id_schema(),
                "questions": questions,
                "jsonl": {"type": "string", "minLength": 1},
                "concurrency": {"type": "integer", "minimum": 1, "maximum": CONCURRENCY_MAX},
                "overrides": overrides_schema(),
            },
        })
    }

    /// The questions, in their order.
    ///
    /// # Errors
    /// What is wrong with them.
    pub(super) fn into_questions(self) -> Result<Vec<NamedQuestion>, Vec<PayloadFault>> {
        let named = |questions: Vec<BatchQuestion>| questions.into_iter().map(BatchQuestion::into_named).collect();
        self.read().map(named)
    }

    /// What is wrong with the questions.
    ///
    /// # Errors
    /// The faults.
    pub(super) fn check(&self) -> Result<(), Vec<PayloadFault>> {
        self.clone().read().map(drop)
    }

    fn read(self) -> Result<Vec<BatchQuestion>, Vec<PayloadFault>> {
        let fault = |place: &str, what: &str| Err(vec![(place.to_owned(), what.to_owned())]);
        let is_list = self.questions.is_some();
        let questions = match (self.questions, self.jsonl) {
            (Some(questions), None) => questions,
            (None, Some(jsonl)) => lines(&jsonl)?,
            _ => return fault("", "give the questions as `questions` or as `jsonl`, and not both"),
        };
        if questions.is_empty() || questions.len() > QUESTIONS_MAX {
            return fault("", &format!("there are 1 to {QUESTIONS_MAX} questions in a job, not {}", questions.len()));
        }
        let of_one = |(at, question): (usize, &BatchQuestion)| {
            let place = if is_list { format!("/questions/{at}") } else { "/jsonl".to_owned() };
            question.fault().map(|what| (place, format!("question {}: {what}", at + 1)))
        };
        let faults: Vec<PayloadFault> = questions.iter().enumerate().filter_map(of_one).take(FAULTS_MAX).collect();
        if faults.is_empty() { Ok(questions) } else { Err(faults) }
    }
}

/// The questions of JSON Lines: each line that is not blank is a text, or an object.
fn lines(text: &str) -> Result<Vec<BatchQuestion>, Vec<PayloadFault>> {
    let (mut questions, mut faults) = (Vec::new(), Vec::new());
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        match serde_json::from_str(line) {
            Ok(question) => questions.push(question),
            Err(_) => faults.push((
                "/jsonl".to_owned(),
                format!("line {number} is neither a JSON text nor an object with `message` and perhaps `id`"),
            )),
        }
        if faults.len() == FAULTS_MAX || questions.len() > QUESTIONS_MAX {
            break;
        }
    }
    if faults.is_empty() { Ok(questions) } else { Err(faults) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload(mut value: Value) -> BatchChatPayload {
        value["agent_id"] = json!("a");
        serde_json::from_value(value).expect("a payload")
    }

    fn faults(value: Value) -> String {
        match payload(value).check() {
            Ok(()) => String::new(),
            Err(faults) => format!("{faults:?}"),
        }
    }

    #[test]
    fn questions_come_as_a_list_or_as_lines() {
        let list = json!({"questions": ["one", {"message": "two"}, {"id": "x", "message": "three"}]});
        let lines = json!({"jsonl": "\"one\"\n\n{\"message\": \"two\"}\r\n{\"id\":\"x\",\"message\":\"three\"}\n"});
        let named = |value| payload(value).into_questions().expect("questions");
        assert_eq!(named(list.clone()), named(lines));
        assert_eq!(named(list)[2], NamedQuestion { id: Some("x".into()), message: "three".into() });
    }

    #[test]
    fn what_is_wrong_with_questions_is_said_with_its_place() {
        for (value, told) in [
            (json!({}), "not both"),
            (json!({"questions": ["a"], "jsonl": "\"a\""}), "not both"),
            (json!({"questions": []}), "not 0"),
            (json!({"jsonl": "\n \n"}), "not 0"),
            (json!({"questions": vec!["a"; 10_001]}), "not 10001"),
            (json!({"jsonl": "\"a\"\n".repeat(10_001)}), "not 10001"),
            (json!({"questions": ["a", " \t"]}), "/questions/1"),
            (json!({"questions": [{"message": "a\0"}]}), "/questions/0"),
            (json!({"questions": [{"id": "", "message": "a"}]}), "64 bytes"),
            (json!({"jsonl": "\"a\"\n{\"massage\": \"b\"}\n[1]"}), "line 3"),
            (json!({"jsonl": "a"}), "line 1"),
        ] {
            assert!(faults(value.clone()).contains(told), "{value:.80}: {}", faults(value.clone()));
        }
        assert_eq!(faults(json!({"jsonl": "[]\n".repeat(100)})).matches("line").count(), FAULTS_MAX);
        assert_eq!(faults(json!({"questions": vec!["a"; 10_000]})), "");
    }
}
