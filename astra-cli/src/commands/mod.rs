//! The commands, each with its arguments and its `run`.

pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod man;

use crate::env::Environment;
use crate::error::{Error, Result};
use crate::output::Printer;

/// What every command may use.
pub(crate) struct Context {
    pub(crate) printer: Printer,
    pub(crate) environment: Environment,
}

/// Runs `work` on a runtime of one thread, made only now: most commands need none.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|fault| Error::new("cannot start the runtime").because(&fault))?.block_on(work)
}
