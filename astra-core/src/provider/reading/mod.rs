//! How answers are read, whatever their protocol: lenient in what is read, strict in what counts as an answer.

mod answer;
mod body;
mod finish;
mod json;
mod loose;
mod reported;
mod usage;

pub(super) use answer::{Answer, cut, malformed};
pub(super) use body::{Body, Media, begins_as_json};
pub(super) use json::{read, whole_characters};
pub(super) use loose::{Given, Loose, Text, Word, object_or_list};
pub(super) use reported::{Reported, sentence};
pub(super) use usage::{anthropic, openai};
