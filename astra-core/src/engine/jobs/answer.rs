//! What is kept of the answer to a question of a job.

use serde::{Deserialize, Serialize};

use crate::engine::Failure;
use crate::ids::SessionId;
use crate::store::{Status, Turn};

/// Longest text of an answer that is kept with its job, in bytes; the turn has all of it.
const ANSWER_BYTES_MAX: usize = 64 << 10;

/// What became of a question of a job.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct JobAnswer {
    /// The question's own id, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The session of the turn; `None` if the question was refused.
    pub session_id: Option<SessionId>,
    /// The answer, or the beginning of it.
    pub answer: Option<String>,
    /// Whether the answer is longer.
    #[serde(default)]
    pub is_answer_cut: bool,
    /// Why there is no answer, or no whole one.
    pub error: Option<AnswerError>,
}

/// Why a question was not answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerError {
    /// One of the gateway's problem codes.
    pub code: String,
    /// In a sentence, for people.
    pub message: String,
}

impl JobAnswer {
    /// The answer of a turn that has ended.
    pub(super) fn of(id: Option<String>, turn: &Turn) -> Self {
        let (answer, is_answer_cut) = cut(turn.outcome.content.clone());
        let error = match (turn.status, &turn.outcome.error) {
            (Status::Completed, _) => None,
            (_, Some((code, message))) => Some(AnswerError { code: code.clone(), message: message.clone() }),
            (status, None) => Some(AnswerError {
                code: status.as_str().to_owned(),
                message: format!("The turn did not complete: it is {}.", status.as_str()),
            }),
        };
        // A turn that did not complete may have said something before.
        let answer = answer.filter(|answer| error.is_none() || !answer.is_empty());
        Self { id, session_id: Some(turn.session_id), answer, is_answer_cut, error }
    }

    /// What is kept of a question that was refused.
    pub(super) fn refused(id: Option<String>, error: AnswerError) -> Self {
        Self { id, error: Some(error), ..Self::default() }
    }
}

impl AnswerError {
    pub(super) fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into() }
    }
}

impl From<Failure> for AnswerError {
    fn from(failure: Failure) -> Self {
        Self::new(failure.code, failure.message)
    }
}

/// The beginning of an answer that is too long to be kept with its job, and whether it is one.
pub(super) fn cut(mut answer: Option<String>) -> (Option<String>, bool) {
    let Some(text) = answer.as_mut().filter(|text| text.len() > ANSWER_BYTES_MAX) else { return (answer, false) };
    text.truncate(text.floor_char_boundary(ANSWER_BYTES_MAX));
    (answer, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_answer_is_cut_between_characters() {
        assert_eq!(cut(None), (None, false));
        assert_eq!(cut(Some("short".into())), (Some("short".into()), false));
        let (kept, is_cut) = cut(Some("€".repeat(30_000)));
        assert!(is_cut && kept.is_some_and(|text| text.len() == ANSWER_BYTES_MAX / 3 * 3 && text.ends_with('€')));
    }
}
