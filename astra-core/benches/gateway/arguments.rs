//! The arguments of the program: what to measure and for how long, or, in the processes that it starts itself, what to serve.

use std::path::PathBuf;
use std::time::Duration;

use crate::Result;

const USAGE: &str =
    "cargo bench -p astra-core -- [--quick] [--rounds N] [--seconds N] [--binary FILE] [--postgres URL] [ROW...]";

/// The URL of a PostgreSQL server, as the tests find it.
const SERVER: &str = "ASTRA_TEST_POSTGRES";

/// What this process is.
pub(crate) enum Role {
    /// The program that measures.
    Measure(Plan),
    /// The fake model server.
    Upstream,
    /// The proxy that everything is held against, with its SQLite database and `PRAGMA synchronous`.
    Floor(PathBuf, &'static str),
    /// A server of this one file.
    Files(PathBuf),
    /// A test runner's guest, to whom it has nothing to say.
    Nothing,
}

/// What to measure.
pub(crate) struct Plan {
    /// How often everything is measured; medians are reported.
    pub(crate) rounds: usize,
    /// How long one measurement takes.
    pub(crate) time: Duration,
    /// The binary; by default the one that cargo builds here.
    pub(crate) binary: Option<PathBuf>,
    /// A PostgreSQL server on which databases may be made; by default the one of `ASTRA_TEST_POSTGRES`.
    pub(crate) postgres: Option<String>,
    /// The rows by name; all when empty.
    pub(crate) rows: Vec<String>,
    /// How many turns a store has that counts as full of messages.
    pub(crate) stored_turns: u64,
}

/// The command line.
pub(crate) struct Arguments {
    /// What this process is.
    pub(crate) role: Role,
}

impl Arguments {
    /// Reads the arguments after the program's name.
    pub(crate) fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self> {
        let mut plan = Plan::default();
        // `cargo bench` says --bench; a caller that does not, such as a runner of tests, wants no measurement.
        let mut is_bench = false;
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value: {USAGE}"));
            match argument.as_str() {
                "serve-upstream" => return Ok(Self { role: Role::Upstream }),
                "serve-floor-normal" => return Ok(Self { role: Role::Floor(value()?.into(), "NORMAL") }),
                "serve-floor-full" => return Ok(Self { role: Role::Floor(value()?.into(), "FULL") }),
                "serve-file" => return Ok(Self { role: Role::Files(value()?.into()) }),
                "--bench" => is_bench = true,
                "--quick" => plan.hurry(),
                "--rounds" => plan.rounds = value()?.parse::<usize>()?.max(1),
                "--seconds" => plan.time = Duration::from_secs_f64(value()?.parse()?),
                "--binary" => plan.binary = Some(value()?.into()),
                "--postgres" => plan.postgres = Some(value()?),
                row if crate::rows::NAMES.contains(&row) => plan.rows.push(argument),
                _ => {
                    return Err(
                        format!("there is no row {argument}. {USAGE}\nRows: {}", crate::rows::NAMES.join(" ")).into()
                    );
                }
            }
        }
        Ok(Self { role: if is_bench { Role::Measure(plan) } else { Role::Nothing } })
    }
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            rounds: 5,
            time: Duration::from_secs(3),
            binary: None,
            postgres: std::env::var(SERVER).ok().filter(|server| !server.is_empty()),
            rows: Vec::new(),
            stored_turns: 50_000,
        }
    }
}

impl Plan {
    fn hurry(&mut self) {
        self.rounds = 1;
        self.time = Duration::from_secs(1);
        self.stored_turns = 5_000;
    }

    /// Whether `row` is to be measured.
    pub(crate) fn has(&self, row: &str) -> bool {
        self.rows.is_empty() || self.rows.iter().any(|wanted| wanted == row)
    }
}
