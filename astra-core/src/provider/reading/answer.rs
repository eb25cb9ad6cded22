//! An answer as it grows, whatever its protocol: what was said, and whether that is all of it.

use super::calls::{Calls, Piece};
use super::finish::Finish;
use super::json::Joiner;
use crate::provider::error::{Error, ErrorKind};
use crate::provider::{Chunk, FinishReason};

/// An answer as it grows.
#[derive(Debug, Default)]
pub(in crate::provider) struct Answer {
    joiner: Joiner,
    calls: Calls,
    /// Why the model stopped, of an answer with calls: more of them may follow.
    reason: Option<FinishReason>,
    has_text: bool,
    has_finished: bool,
}

impl Answer {
    /// Takes the next text; `is_mended` as [`super::read`] says it.
    pub(in crate::provider) fn say(&mut self, text: String, is_mended: bool, chunks: &mut Vec<Chunk>) {
        let text = self.joiner.next(text, is_mended);
        if !text.is_empty() {
            self.has_text = true;
            chunks.push(Chunk::Content(text));
        }
    }

    /// Takes a piece of a call; `is_mended` as [`super::read`] says it.
    ///
    /// # Errors
    /// If the answer has more calls, or longer ones, than an answer may have; or if it has ended without any.
    pub(in crate::provider) fn call(
        &mut self,
        piece: Piece<'_>,
        is_mended: bool,
        chunks: &mut Vec<Chunk>,
    ) -> Result<(), Error> {
        if self.has_finished {
            // A name alone makes a call, whose answer has been given out as one without any.
            let is_call = piece.name.is_some_and(|name| !name.is_empty());
            let late = || Error::new(ErrorKind::Malformed, "the provider's answer calls a tool after its end");
            return if is_call { Err(late()) } else { Ok(()) };
        }
        self.calls.take(piece, is_mended, chunks)
    }

    /// Takes a finish reason; only the first one counts.
    ///
    /// # Errors
    /// If it says that the answer was broken off.
    pub(in crate::provider) fn finish(&mut self, word: &str, chunks: &mut Vec<Chunk>) -> Result<(), Error> {
        match Finish::read(word) {
            None => Ok(()),
            // Some servers send one with each call.
            Some(Finish::Whole(reason)) if !self.calls.is_empty() => {
                self.reason.get_or_insert(reason);
                Ok(())
            }
            Some(Finish::Whole(reason)) => self.close(reason, chunks),
            Some(Finish::Broken) => {
                let word: String = word.chars().take(40).filter(|letter| !letter.is_control()).collect();
                Err(Error::new(ErrorKind::Cut, format!("the provider broke its answer off (finish reason {word})")))
            }
        }
    }

    /// There is no more. `is_done` if the upstream said so.
    ///
    /// # Errors
    /// [`ErrorKind::Cut`] if there should have been more, [`ErrorKind::Malformed`] if there was neither text nor a reason, or a call that
    /// says not of what.
    pub(in crate::provider) fn end(&mut self, is_done: bool, chunks: &mut Vec<Chunk>) -> Result<(), Error> {
        if !self.has_finished && self.reason.is_none() && !is_done {
            return Err(cut());
        }
        self.say_rest(chunks);
        if !self.has_finished && self.reason.is_none() && !self.has_text && self.calls.is_empty() {
            return Err(Error::new(
                ErrorKind::Malformed,
                "the provider's answer has neither a text nor a finish reason",
            ));
        }
        self.close(self.reason.unwrap_or(FinishReason::Stop), chunks)
    }

    fn close(&mut self, reason: FinishReason, chunks: &mut Vec<Chunk>) -> Result<(), Error> {
        self.say_rest(chunks);
        if self.has_finished {
            return Ok(());
        }
        // Servers say of an answer with calls that it has stopped.
        let has_calls = !self.calls.is_empty() && self.calls.close(chunks)?;
        let reason = if has_calls && reason == FinishReason::Stop { FinishReason::ToolCalls } else { reason };
        self.has_finished = true;
        chunks.push(Chunk::Finish(reason));
        Ok(())
    }

    fn say_rest(&mut self, chunks: &mut Vec<Chunk>) {
        let rest = self.joiner.end();
        if !rest.is_empty() {
            self.has_text = true;
            chunks.push(Chunk::Content(rest));
        }
    }
}

/// What is not of the protocol.
pub(in crate::provider) fn malformed(fault: &serde_json::Error) -> Error {
    // The category alone: serde's text may quote what it read.
    let category = fault.classify();
    Error::new(ErrorKind::Malformed, format!("the provider's answer is not of its protocol ({category:?} error)"))
}

/// The end of an answer that is not its end.
pub(in crate::provider) fn cut() -> Error {
    Error::new(ErrorKind::Cut, "the provider's answer ended before it was complete")
}
