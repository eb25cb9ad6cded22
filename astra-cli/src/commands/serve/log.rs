//! The gateway's log: to stderr, as lines for people or as JSON for programs, in the way of no request.

mod line;
mod queue;
mod requests;

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::time::Duration;

use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::env::{self, Environment};
use crate::error::{Error, Result};
use crate::output::Printer;
use queue::Queue;
use requests::Requests;

const DEFAULT_LEVEL: &str = "info";
/// What is not logged unless it is named.
const QUIET: &str = "rmcp=off";
/// How long the end of the process waits for stderr to take what was logged.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(1);

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

/// The logger of this process. What was logged is written before it is dropped.
#[derive(Clone)]
pub(super) struct Log {
    queue: Arc<Queue>,
    /// How it logs.
    pub(super) format: Format,
}

impl Log {
    /// Waits a moment for what was logged to be written.
    pub(super) fn flush(&self) {
        self.queue.flush(FLUSH_TIMEOUT);
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.flush();
    }
}

/// Installs the logger of this process.
pub(super) fn start(args: &LogArgs, environment: &Environment, printer: &Printer) -> Result<Log> {
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
    // The crate of MCP logs whatever a server says; what matters of it is logged by the gateway.
    let filter = match QUIET.parse() {
        Ok(quiet) if !level.contains("rmcp") => filter.add_directive(quiet),
        _ => filter,
    };
    let queue = stderr().and_then(Queue::start).map_err(|fault| Error::new("cannot start the log").because(&fault))?;
    let is_coloured = format == Format::Text && printer.colours_allowed() && io::stderr().is_terminal();
    // For details, and on a terminal, the cost of a line does not matter.
    let is_plain = !is_coloured && filter.max_level_hint().is_some_and(|level| level <= LevelFilter::INFO);
    // A line that cannot be formatted is not worth a word on stderr, which may be what fails.
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(Arc::clone(&queue));
    let log = log.log_internal_errors(false);
    match format {
        Format::Json => {
            install(log.json().flatten_event(true).with_span_list(false).finish(), &queue, format, is_plain)
        }
        Format::Text => install(log.with_ansi(is_coloured).finish(), &queue, format, is_plain),
    }
    // The standard hook writes to stderr itself and waits for it.
    std::panic::set_hook(Box::new(|panic| tracing::error!(panic = panic.to_string(), "a thread panicked")));
    Ok(Log { queue, format })
}

fn install<S: Subscriber + Send + Sync>(log: S, queue: &Arc<Queue>, format: Format, is_plain: bool) {
    if is_plain { Requests::beside(log, Arc::clone(queue), format).init() } else { log.init() }
}

/// Stderr without the lock that the rest of the process shares.
#[cfg(unix)]
fn stderr() -> io::Result<impl Write + Send + 'static> {
    use std::os::fd::AsFd as _;
    io::stderr().as_fd().try_clone_to_owned().map(std::fs::File::from)
}

/// Stderr.
#[cfg(not(unix))]
fn stderr() -> io::Result<impl Write + Send + 'static> {
    Ok(io::stderr())
}
