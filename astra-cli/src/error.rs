//! How a command fails: one sentence, the chain of causes, a hint, and the exit code.

use std::error::Error as StdError;
use std::fmt;
use std::process::ExitCode;

/// A result of a command.
pub(crate) type Result<T> = std::result::Result<T, Error>;

/// A failure, as its user reads it.
#[derive(Debug)]
pub(crate) struct Error {
    kind: Kind,
    message: String,
    causes: Vec<String>,
    hint: Option<String>,
}

#[derive(Debug, PartialEq, Eq)]
enum Kind {
    /// It did not work.
    Failed,
    /// It was not asked for rightly.
    Usage,
    /// The reader of the output closed it.
    PipeClosed,
    /// What was to be reported is on stdout already.
    Silent,
}

impl Error {
    fn of(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), causes: Vec::new(), hint: None }
    }

    /// A failure (exit code 1), in one sentence without a full stop.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self::of(Kind::Failed, message)
    }

    /// A wrong call (exit code 2).
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::of(Kind::Usage, message)
    }

    /// Exit code 1 without words, for a check whose finding is the output.
    pub(crate) fn silent() -> Self {
        Self::of(Kind::Silent, "")
    }

    /// A failure to write to stdout; a reader that has gone is no failure.
    pub(crate) fn output(fault: &std::io::Error) -> Self {
        if fault.kind() == std::io::ErrorKind::BrokenPipe {
            return Self::of(Kind::PipeClosed, "");
        }
        Self::new("cannot write the output").because(fault)
    }

    /// The same failure with what to do about it.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same failure with its cause and that one's causes.
    pub(crate) fn because(mut self, cause: &(dyn StdError + 'static)) -> Self {
        let mut next = Some(cause);
        while let Some(cause) = next {
            let text = cause.to_string();
            // Many errors end with the words of their own cause.
            if !self.causes.last().is_some_and(|last| last.ends_with(&text)) {
                self.causes.push(text);
            }
            next = cause.source();
        }
        self
    }

    /// The same failure with the innermost cause alone, where the ones between are the layers of a library.
    pub(crate) fn because_at_root(self, cause: &(dyn StdError + 'static)) -> Self {
        let mut root = cause;
        while let Some(cause) = root.source() {
            root = cause;
        }
        self.cause(root.to_string())
    }

    /// A cause in words.
    pub(crate) fn cause(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(cause.into());
        self
    }

    /// 0 for a closed pipe, 2 for a wrong call, else 1.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self.kind {
            Kind::PipeClosed => ExitCode::SUCCESS,
            Kind::Usage => ExitCode::from(2),
            Kind::Failed | Kind::Silent => ExitCode::FAILURE,
        }
    }

    /// Whether there is anything to print.
    pub(crate) const fn has_words(&self) -> bool {
        matches!(self.kind, Kind::Failed | Kind::Usage)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)?;
        for cause in &self.causes {
            write!(formatter, "\n  cause: {}", cause.trim_end().replace('\n', "\n         "))?;
        }
        if let Some(hint) = &self.hint {
            write!(formatter, "\n  hint: {}", hint.replace('\n', "\n        "))?;
        }
        Ok(())
    }
}
