//! What the person says: edited lines of a terminal, or plain lines of a pipe, and ctrl-c.

use std::io::{BufRead, IsTerminal};

use tokio::sync::mpsc::{Receiver, channel};

use super::terminal::{Prompt, Terminal};
use crate::env::Environment;
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

/// Where messages come from. Each is read by a thread of its own, since reading cannot be given up.
pub(super) enum Input {
    Terminal(Terminal),
    Pipe(Receiver<std::io::Result<String>>),
}

impl Input {
    pub(super) fn new(environment: &Environment) -> Result<Self> {
        let unreadable = |fault: std::io::Error| Error::new("cannot read the input").because(&fault);
        if std::io::stdin().is_terminal() {
            return Terminal::open(environment).map(Self::Terminal).map_err(unreadable);
        }
        let (said, lines) = channel(LINES_AHEAD);
        let read = move || {
            for line in std::io::stdin().lock().lines() {
                if said.blocking_send(line).is_err() {
                    return;
                }
            }
        };
        #[expect(
            clippy::disallowed_methods,
            reason = "it blocks on the standard input for as long as the program runs"
        )]
        std::thread::Builder::new().name("stdin".into()).spawn(read).map_err(unreadable)?;
        Ok(Self::Pipe(lines))
    }

    /// Whether a person types.
    pub(super) const fn is_terminal(&self) -> bool {
        matches!(self, Self::Terminal(_))
    }

    /// Asks the person who types to decide on something; nothing if no person types.
    pub(super) async fn decision(&mut self) -> Result<Option<Said>> {
        match self {
            Self::Terminal(terminal) => terminal.next(Prompt::Decision).await.map(Some),
            Self::Pipe(_) => Ok(None),
        }
    }

    /// Waits for the next thing.
    pub(super) async fn next(&mut self) -> Result<Said> {
        let lines = match self {
            Self::Terminal(terminal) => return terminal.next(Prompt::Message).await,
            Self::Pipe(lines) => lines,
        };
        let line = tokio::select! {
            () = interrupted() => return Ok(Said::Interrupted),
            line = lines.recv() => line,
        };
        match line {
            None => Ok(Said::Goodbye),
            Some(Ok(line)) if line.trim().is_empty() => Ok(Said::Nothing),
            Some(Ok(line)) => Ok(Said::Message(line)),
            Some(Err(fault)) => Err(Error::new("cannot read the input").because(&fault)),
        }
    }
}

/// Ready at the next ctrl-c; never where ctrl-c cannot be caught.
pub(super) async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
