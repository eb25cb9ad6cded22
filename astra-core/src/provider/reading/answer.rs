//! An answer as it grows, whatever its protocol: what was said, and whether that is all of it.

use super::finish::Finish;
use super::json::Joiner;
use crate::provider::error::{Error, Kind};
use crate::provider::{Chunk, FinishReason};

/// An answer as it grows.
#[derive(Debug, Default)]
pub(in crate::provider) struct Answer {
    joiner: Joiner,
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

    /// Takes a finish reason; only the first one counts.
    ///
    /// # Errors
    /// If it says that the answer was broken off.
    pub(in crate::provider) fn finish(&mut self, word: &str, chunks: &mut Vec<Chunk>) -> Result<(), Error> {
        match Finish::read(word) {
            None => Ok(()),
            Some(Finish::Whole(reason)) => {
                self.close(reason, chunks);
                Ok(())
            }
            Some(Finish::Broken) => {
                let word: String = word.chars().take(40).filter(|letter| !letter.is_control()).collect();
                Err(Error::new(Kind::Cut, format!("the provider broke its answer off (finish reason {word})")))
            }
        }
    }

    /// There is no more. `is_done` if the upstream said so.
    ///
    /// # Errors
    /// [`Kind::Cut`] if there should have been more, [`Kind::Malformed`] if there was neither text nor a reason.
    pub(in crate::provider) fn end(&mut self, is_done: bool, chunks: &mut Vec<Chunk>) -> Result<(), Error> {
        if !self.has_finished && !is_done {
            return Err(cut());
        }
        self.say_rest(chunks);
        if !self.has_finished && !self.has_text {
            return Err(Error::new(Kind::Malformed, "the provider's answer has neither a text nor a finish reason"));
        }
        self.close(FinishReason::Stop, chunks);
        Ok(())
    }

    fn close(&mut self, reason: FinishReason, chunks: &mut Vec<Chunk>) {
        self.say_rest(chunks);
        if !std::mem::replace(&mut self.has_finished, true) {
            chunks.push(Chunk::Finish(reason));
        }
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
    Error::new(Kind::Malformed, format!("the provider's answer is not of its protocol ({category:?} error)"))
}

/// The end of an answer that is not its end.
pub(in crate::provider) fn cut() -> Error {
    Error::new(Kind::Cut, "the provider's answer ended before it was complete")
}
