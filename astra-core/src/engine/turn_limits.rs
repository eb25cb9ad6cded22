//! How many turns may run or wait at once: of one credential, of one workspace, in all. A compaction on request counts as
//! a turn: it holds a call to a model too.

use std::sync::Arc;

use super::error::{Error, Result};
use super::turn::TurnCaller;
use crate::config::LimitsConfig;
use crate::tally::{Share, Tally};

/// Counts what runs.
pub struct TurnLimits {
    per_token: u32,
    per_workspace: u32,
    in_all: u32,
    tokens: Arc<Tally>,
    workspaces: Arc<Tally>,
    all: Arc<Tally>,
}

/// The place of one turn in all counts, until it is dropped.
pub(super) struct Admission {
    _shares: [Share; 3],
}

impl TurnLimits {
    /// The limits of `config`.
    #[must_use]
    pub fn new(config: &LimitsConfig) -> Self {
        Self {
            per_token: config.turns_per_token,
            per_workspace: config.turns_per_workspace,
            in_all: config.turns,
            tokens: Arc::default(),
            workspaces: Arc::default(),
            all: Arc::default(),
        }
    }

    /// Counts a turn of `caller`, which is about to begin.
    ///
    /// # Errors
    /// [`Error::TooManyTurns`], which names the limit.
    pub(super) fn admit(&self, caller: &TurnCaller) -> Result<Admission> {
        let refused = |limit| move || Error::TooManyTurns { limit };
        let token = self.tokens.take((&caller.workspace, &caller.credential), self.per_token);
        let token = token.ok_or_else(refused("limits.turns_per_token"))?;
        let workspace = self.workspaces.take(&caller.workspace, self.per_workspace);
        let workspace = workspace.ok_or_else(refused("limits.turns_per_workspace"))?;
        let all = self.all.take((), self.in_all).ok_or_else(refused("limits.turns"))?;
        Ok(Admission { _shares: [token, workspace, all] })
    }
}
