//! The binary `astra`: reads the command line, runs the command, reports what went wrong.

mod cli;
mod client;
mod codegen;
mod commands;
mod document;
mod env;
mod error;
mod harmless;
mod output;
mod settings;

use std::process::ExitCode;

use clap::Parser;

/// Saves about a tenth of the processor time of a turn: what one thread allocates, another one frees without a lock.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let environment = env::Environment::of_process();
    let printer = output::Printer::new(&environment);
    let context = commands::Context { printer, environment };
    match cli::Cli::try_parse().map(|cli| cli.command.run(&context)) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => context.printer.failure(&error),
        // Help and version are data on stdout, and a reader of theirs may leave early like any other.
        Err(usage) => {
            let _reader_gone = usage.print();
            ExitCode::from(u8::try_from(usage.exit_code()).unwrap_or(2))
        }
    }
}
