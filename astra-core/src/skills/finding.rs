//! What is found in a skill's folder: what makes the skill unusable, and what is only worth a word.

use std::fmt;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The skill cannot be used.
    Error,
    /// The skill can be used.
    Warning,
}

/// Something that is found in a skill's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// The file, relative to the folder that was checked.
    pub file: String,
    /// The line, if it is in one place; counted from 1.
    pub line: Option<u32>,
    /// What is wrong, and how to correct it.
    pub reason: String,
}

impl Severity {
    /// The word for it: `error` or `warning`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

impl Finding {
    pub(super) fn error(file: &str, line: Option<u32>, reason: impl Into<String>) -> Self {
        Self { severity: Severity::Error, file: file.to_owned(), line, reason: reason.into() }
    }

    pub(super) fn warning(file: &str, line: Option<u32>, reason: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(file, line, reason) }
    }

    /// Whether it makes the skill unusable.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The same finding, with `folder` before the name of its file.
    pub(super) fn within(mut self, folder: &str) -> Self {
        self.file = format!("{folder}/{}", self.file);
        self
    }
}

/// `FILE:LINE: error: REASON`, as compilers write it.
impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.line.map_or_else(String::new, |line| format!(":{line}"));
        write!(formatter, "{}{line}: {}: {}", self.file, self.severity.as_str(), self.reason)
    }
}
