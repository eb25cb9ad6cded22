//! How many calls of tools a turn may make. Calls beyond that have a result that says so, and the model must answer next.

use super::open_call::CallState;
use super::progress::Progress;
use super::running::Running;

impl Running {
    /// Answers the open calls that are beyond the agent's budget. Those that end the turn are the caller's own affair.
    pub(super) fn refuse_beyond_budget(&self, progress: &mut Progress) {
        let Some(limit) = self.agent.definition.budget.max_tool_calls_per_turn else { return };
        if self.ends_turn(&progress.open) {
            return;
        }
        let within = usize::try_from(limit).unwrap_or(usize::MAX);
        for place in 0..progress.open.len() {
            let open = &progress.open[place];
            let number = progress.uses.iter().position(|used| used.call_id == open.call.id);
            if !matches!(open.state, CallState::Done(_)) && number.is_some_and(|number| number >= within) {
                let why = format!("The tool was not called: a turn of this agent may make {limit} calls of tools.");
                self.answer_call(progress, place, why, true, 0);
            }
        }
    }

    /// Whether the turn has made all calls that the agent's budget allows.
    pub(super) fn has_used_its_calls(&self, progress: &Progress) -> bool {
        let limit = self.agent.definition.budget.max_tool_calls_per_turn;
        limit.is_some_and(|limit| u32::try_from(progress.uses.len()).is_ok_and(|used| used >= limit))
    }
}
