//! `cargo bench -p astra-core`: how fast and how small the gateway is, beside a floor that does as little as can be done.
//! What the rows mean is in `docs/benchmarks.md`.

#![expect(clippy::disallowed_methods, reason = "a benchmark starts what it likes")]

mod arguments;
mod floor;
mod gateway;
mod http;
mod lab;
mod load;
mod postgres;
mod process;
mod report;
mod rows;
mod upstream;

use std::process::ExitCode;

use arguments::{Arguments, Role};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> ExitCode {
    match Arguments::read(std::env::args().skip(1)).and_then(run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            report::complain(&fault);
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<()> {
    match arguments.role {
        Role::Upstream => upstream::serve(),
        Role::Floor(database, synchronous) => floor::serve(&database, synchronous),
        Role::Files(folder) => floor::serve_file(&folder),
        Role::Measure(plan) => rows::run(&plan),
        Role::Nothing => report::line("run by `cargo bench -p astra-core`, and by nothing else"),
    }
}
