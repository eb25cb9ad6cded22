//! The gateway's log: to stderr, as lines for people or as JSON for programs.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::env::{self, Environment};
use crate::error::{Error, Result};
use crate::output::Printer;

const DEFAULT_LEVEL: &str = "info";

/// How and what to log.
#[derive(Debug, clap::Args)]
pub(crate) struct LogArgs {
    /// Log format [env: ASTRA_LOG_FORMAT] [default: text]
    #[arg(long, value_enum)]
    log_format: Option<Format>,
    /// Log level: error, warn, info, debug, trace, or levels of modules such as info,astra_core=debug [env: ASTRA_LOG] [default: info]
    #[arg(long, value_name = "LEVEL")]
    log_level: Option<String>,
}

/// How to log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Lines for people
    Text,
    /// One JSON object per line
    Json,
}

/// Installs the logger of this process.
pub(super) fn start(args: &LogArgs, environment: &Environment, printer: &Printer) -> Result<Format> {
    let format = match (args.log_format, environment.get(env::LOG_FORMAT)) {
        (Some(format), _) => format,
        (None, Some("json")) => Format::Json,
        (None, Some("text") | None) => Format::Text,
        (None, Some(other)) => {
            return Err(Error::new(format!("{} is `{other}`", env::LOG_FORMAT)).hint("write text or json"));
        }
    };
    let level = args.log_level.as_deref().or_else(|| environment.get(env::LOG)).unwrap_or(DEFAULT_LEVEL);
    let filter = EnvFilter::builder().parse(level).map_err(|fault| {
        let error = Error::new(format!("`{level}` is no log level")).because(&fault);
        error.hint("write error, warn, info, debug or trace, or parts of it, such as info,astra_core=debug")
    })?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        Format::Json => log.json().flatten_event(true).with_span_list(false).init(),
        Format::Text => log.with_ansi(printer.colours_allowed() && std::io::stderr().is_terminal()).init(),
    }
    Ok(format)
}
