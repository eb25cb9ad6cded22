//! What is remembered of a turn: found in the words of the user alone, by patterns and by the agent's own model, checked, and
//! written in one transaction after the answer. Neither the answer nor what tools have said nor what was recalled is read.

mod admit;
mod asking;
mod clauses;
mod dates;
mod gate;
mod item;
mod model;
mod own_words;
mod repair;
pub mod rules;
mod secrets;
mod worker;
mod write;

pub use admit::Dropped;
pub use asking::{Asking, ExtractionModel, NotAsked};
pub use gate::{gate, is_for_model};
pub use item::{Extracted, ExtractedKind, ExtractedRelation, ITEMS_MAX};
pub(crate) use secrets::is_secret;
pub use worker::Extractor;
