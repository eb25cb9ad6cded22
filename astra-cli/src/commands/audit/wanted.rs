//! Which entries of the audit are wanted.

use astra_core::clock::{Clock, SystemClock, rfc3339};

use crate::commands::duration as span;

/// The flags of commands that read entries.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Wanted {
    /// Only changes that this user or service account has made
    #[arg(long, value_name = "ID")]
    actor: Option<String>,
    /// Only changes by this operation, such as agents.update
    #[arg(long, value_name = "ID")]
    operation: Option<String>,
    /// Only changes of things of this kind, such as agent
    #[arg(long, value_name = "KIND")]
    target_kind: Option<String>,
    /// Only changes of the thing with this id
    #[arg(long, value_name = "ID")]
    target_id: Option<String>,
    /// Only changes that were made so long ago or later, such as 45m, 12h or 7d
    #[arg(long, value_name = "TIME", value_parser = span::parse)]
    since: Option<i64>,
}

impl Wanted {
    /// The query of a request.
    pub(super) fn query(&self) -> [(&'static str, Option<String>); 5] {
        let from =
            self.since.map(|seconds| rfc3339(SystemClock.now_ms().saturating_sub(seconds.saturating_mul(1_000))));
        [
            ("actor", self.actor.clone()),
            ("operation", self.operation.clone()),
            ("target_kind", self.target_kind.clone()),
            ("target_id", self.target_id.clone()),
            ("from", from),
        ]
    }
}
