//! One thing that was examined.

use serde::Serialize;

/// Whether it is as it must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// It is.
    Ok,
    /// The gateway works, and it should be mended.
    Warning,
    /// The gateway does not start, or will not work for long.
    Fault,
}

/// What was found about one thing.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Finding {
    pub(super) state: State,
    /// What was examined.
    check: &'static str,
    found: String,
    /// How to mend it; nothing for what is as it must be.
    cure: Option<String>,
}

impl Finding {
    pub(super) fn ok(check: &'static str, found: impl Into<String>) -> Self {
        Self { state: State::Ok, check, found: found.into(), cure: None }
    }

    pub(super) fn warning(check: &'static str, found: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { state: State::Warning, check, found: found.into(), cure: Some(cure.into()) }
    }

    pub(super) fn fault(check: &'static str, found: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { state: State::Fault, check, found: found.into(), cure: Some(cure.into()) }
    }

    pub(super) fn columns(&self) -> [String; 4] {
        let state = match self.state {
            State::Ok => "ok",
            State::Warning => "warning",
            State::Fault => "fault",
        };
        let cure = self.cure.clone().unwrap_or_else(|| "-".into());
        [state.into(), self.check.into(), self.found.clone(), cure]
    }
}

/// A number of bytes for people.
pub(super) fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", bytes >> 20)
}
