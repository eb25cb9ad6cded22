//! A turn: a question kept, answered in rounds of model and tools, and its end kept before it is published.

mod ask;
mod begin;
mod call_budget;
mod calls;
mod finish;
mod handle;
mod interrupt;
mod log;
mod open_call;
mod progress;
mod refusal;
mod resume;
mod rounds;
mod run;
mod running;
mod skill_uses;
mod spawn;
mod spawned;
mod submit;
mod suspend;
mod tools;

pub use ask::{Ask, CallerToolChoice, CallerTools, OnCall, Overrides, TurnCaller};
pub use begin::Asked;
pub use handle::TurnHandle;
pub use spawned::Spawned;
pub use submit::Submitted;
