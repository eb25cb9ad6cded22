//! The body of a request: read as a whole and held against its schema, or handed to the handler as it comes.

mod parse;
mod raw;
mod read;

pub(in crate::http) use parse::{BodyValue, frame};
pub(super) use parse::{check_raw_type, parse, schema};
pub(super) use raw::bounded;
pub(super) use read::{Coding, coding, read};
