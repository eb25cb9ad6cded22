//! A turn: a question kept, answered in rounds of model and tools, and its end kept before it is published.

mod ask;
mod begin;
mod finish;
mod log;
mod progress;
mod rounds;
mod run;

pub use ask::{Ask, Overrides, TurnCaller};
pub use begin::{Asked, TurnHandle};
pub(super) use log::tool_uses;
