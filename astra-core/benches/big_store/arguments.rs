//! How large the store is, and how long everything is measured.

use std::time::Duration;

use super::Result;
use super::fill::Size;

const USAGE: &str = "cargo bench -p astra-core --bench big_store -- [--turns N] [--workspaces N] [--clients N] \
    [--rounds N] [--seconds N] [--database-url URL]";

/// What to measure.
pub(crate) struct Plan {
    /// How large the store is.
    pub(crate) size: Size,
    /// How many clients chat.
    pub(crate) clients: usize,
    /// How often everything is measured. Each round removes one long session.
    pub(crate) rounds: u32,
    /// How long one measurement takes at least.
    pub(crate) time: Duration,
    /// An empty PostgreSQL database; SQLite in a folder of its own without it.
    pub(crate) database_url: Option<String>,
}

impl Plan {
    /// Reads the arguments after the program's name; none if nothing is to be measured.
    pub(crate) fn read(mut arguments: impl Iterator<Item = String>) -> Result<Option<Self>> {
        let size = Size { turns: 1_000_000, workspaces: 10_000, long_sessions: 3 };
        let mut plan = Self { size, clients: 64, rounds: 3, time: Duration::from_secs(10), database_url: None };
        // `cargo bench` says --bench; a runner of tests does not, and wants no measurement.
        let mut is_bench = false;
        while let Some(argument) = arguments.next() {
            if argument == "--bench" {
                is_bench = true;
                continue;
            }
            let value = arguments.next().ok_or_else(|| format!("{argument} needs a value: {USAGE}"))?;
            match argument.as_str() {
                "--turns" => plan.size.turns = value.parse::<i64>()?.max(1_000),
                "--workspaces" => plan.size.workspaces = value.parse::<i64>()?.max(2),
                "--clients" => plan.clients = value.parse::<usize>()?.max(1),
                "--rounds" => plan.rounds = value.parse::<u32>()?.clamp(1, 9),
                "--seconds" => plan.time = Duration::from_secs_f64(value.parse()?),
                "--database-url" => plan.database_url = Some(value),
                _ => return Err(format!("there is no option {argument}. {USAGE}").into()),
            }
        }
        plan.size.long_sessions = i64::from(plan.rounds);
        Ok(is_bench.then_some(plan))
    }
}
