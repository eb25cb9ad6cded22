//! How answers are read, whatever their protocol: lenient in what is read, strict in what counts as an answer.

#[macro_use]
mod loose;

mod answer;
mod arguments;
mod at;
mod blocks;
mod body;
mod calls;
mod finish;
mod json;
mod reported;
mod usage;

pub(super) use answer::{Answer, cut, malformed};
pub(super) use blocks::{Blocks, CallIndex, List};
pub(super) use body::{ANSWER_BYTES_MAX, Body, ExplainsFaults, Media, begins_as_json};
pub(super) use calls::{Begins, CALLS_MAX, Piece};
pub(super) use json::{read, whole_characters};
pub(super) use loose::{Given, Loose, Text, Word, object_or_list};
pub(super) use reported::{Reported, sentence};
pub(super) use usage::{anthropic, openai};
