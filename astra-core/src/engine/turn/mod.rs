//! A turn: a question kept, answered in rounds of model and tools, and its end kept before it is published.

mod ask;
mod begin;
mod calls;
mod finish;
mod handle;
mod log;
mod progress;
mod rounds;
mod run;
mod running;
mod tools;

pub use ask::{Ask, CallerToolChoice, CallerTools, OnCall, Overrides, TurnCaller};
pub use begin::Asked;
pub use handle::TurnHandle;
pub(super) use log::tool_uses;
