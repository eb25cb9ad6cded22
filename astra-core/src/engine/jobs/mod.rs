//! The types of jobs that ask agents: one turn (`agent_run`), and many questions (`batch_chat`). Each turn belongs to the owner of
//! its job, with the owner's rights at the time at which it begins, and with the quotas and budgets of the agent as in a chat.

mod agent_run;
mod answer;
mod asking;
mod batch_chat;
mod batch_payload;
mod owners;

use std::sync::Arc;

pub use answer::JobAnswer;
use asking::Asking;
pub use owners::Owners;

use super::Engine;
use crate::work::JobTypes;

/// The same types and those that ask agents of `engine`, in the name of `owners`.
#[must_use]
pub fn with_agents(types: JobTypes, engine: &Arc<Engine>, owners: Owners) -> JobTypes {
    let asking = Asking::new(Arc::clone(engine), owners);
    types.with(agent_run::AgentRun::new(asking.clone())).with(batch_chat::BatchChat::new(asking))
}
