//! What the person says: lines of stdin, and ctrl-c.

use std::io::{BufRead, IsTerminal};

use tokio::sync::mpsc::{Receiver, channel};

use crate::error::{Error, Result};

/// Lines that may wait while an answer is running.
const LINES_AHEAD: usize = 16;

/// One thing said.
pub(super) enum Said {
    Message(String),
    /// An empty line.
    Nothing,
    /// Ctrl-c.
    Interrupted,
    /// The end of the input.
    Goodbye,
}

/// Stdin, read by a thread of its own, since reading cannot be given up.
pub(super) struct Input {
    lines: Receiver<std::io::Result<String>>,
    is_terminal: bool,
}

impl Input {
    pub(super) fn new() -> Result<Self> {
        let (said, lines) = channel(LINES_AHEAD);
        let read = move || {
            for line in std::io::stdin().lock().lines() {
                if said.blocking_send(line).is_err() {
                    return;
                }
            }
        };
        let started = std::thread::Builder::new().name("stdin".into()).spawn(read);
        started.map_err(|fault| Error::new("cannot read the input").because(&fault))?;
        Ok(Self { lines, is_terminal: std::io::stdin().is_terminal() })
    }

    /// Whether a person types.
    pub(super) const fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// Waits for the next thing.
    pub(super) async fn next(&mut self) -> Result<Said> {
        let line = tokio::select! {
            () = interrupted() => return Ok(Said::Interrupted),
            line = self.lines.recv() => line,
        };
        match line {
            None => Ok(Said::Goodbye),
            Some(Ok(line)) if line.trim().is_empty() => Ok(Said::Nothing),
            Some(Ok(line)) => Ok(Said::Message(line)),
            Some(Err(fault)) => Err(Error::new("cannot read the input").because(&fault)),
        }
    }
}

/// Ready at the next ctrl-c; never where ctrl-c cannot be heard.
pub(super) async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
