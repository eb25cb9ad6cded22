//! How many calls of tools a turn may make. Calls beyond that have a result that says so, and the model must answer next.

use super::open_call::CallState;
use super::progress::Progress;
use super::running::Running;
use super::spawned::within;

impl Running {
    /// Answers the open calls that are beyond the agent's budget. Those that end the turn are the caller's own affair.
    pub(super) fn refuse_beyond_budget(&self, progress: &mut Progress) {
        let Some(limit) = self.calls_max() else { return };
        if self.ends_turn(&progress.open) {
            return;
        }
        let within = usize::try_from(limit.saturating_sub(progress.spent.below.calls)).unwrap_or(usize::MAX);
        for place in 0..progress.open.len() {
            let open = &progress.open[place];
            let number = progress.uses.iter().position(|used| used.call_id == open.call.id);
            let is_open = !matches!(open.state, CallState::Done(_) | CallState::Spawned(_));
            if is_open && number.is_some_and(|number| number >= within) {
                let why = format!("The tool was not called: a turn of this agent may make {limit} calls of tools.");
                self.answer_call(progress, place, why, true, 0);
            }
        }
    }

    /// Whether the turn has made all calls that the agent's budget allows.
    pub(super) fn has_used_its_calls(&self, progress: &Progress) -> bool {
        self.calls_max().is_some_and(|limit| self.calls_so_far(progress) >= limit)
    }

    /// Calls that the turn has made, and those below it.
    pub(super) fn calls_so_far(&self, progress: &Progress) -> u32 {
        u32::try_from(progress.uses.len()).unwrap_or(u32::MAX).saturating_add(progress.spent.below.calls)
    }

    fn calls_max(&self) -> Option<u32> {
        within(self.ask.spawned.as_deref(), self.agent.definition.budget).max_tool_calls_per_turn
    }
}
