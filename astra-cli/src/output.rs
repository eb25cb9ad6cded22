//! Where words go: data to stdout, everything else to stderr, colours and progress only for people.

use std::borrow::Cow;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::env::{self, Environment};
use crate::error::{Error, Result};
use crate::harmless::{harmless, plain};

/// How long something may take before progress is shown.
const PATIENCE: Duration = Duration::from_secs(1);

/// The program's two outputs.
pub(crate) struct Printer {
    stdout_is_terminal: bool,
    stderr_is_terminal: bool,
    colours_allowed: bool,
}

impl Printer {
    /// The process's own outputs.
    pub(crate) fn new(environment: &Environment) -> Self {
        Self {
            stdout_is_terminal: std::io::stdout().is_terminal(),
            stderr_is_terminal: std::io::stderr().is_terminal(),
            colours_allowed: environment.get(env::NO_COLOR).is_none() && environment.get("TERM") != Some("dumb"),
        }
    }

    /// Whether a person reads stdout.
    pub(crate) const fn stdout_is_terminal(&self) -> bool {
        self.stdout_is_terminal
    }

    /// Whether colours may be used where a person reads.
    pub(crate) const fn colours_allowed(&self) -> bool {
        self.colours_allowed
    }

    /// Writes data at once: as it is into a file or a pipe; in a terminal without what would steer it.
    pub(crate) fn data(&self, text: impl AsRef<[u8]>) -> Result<()> {
        let shown = match std::str::from_utf8(text.as_ref()) {
            Ok(text) if self.stdout_is_terminal => Cow::from(harmless(text).into_owned().into_bytes()),
            _ => Cow::from(text.as_ref()),
        };
        let mut stdout = std::io::stdout().lock();
        stdout.write_all(&shown).and_then(|()| stdout.flush()).map_err(|fault| Error::output(&fault))
    }

    /// Writes a line of data.
    pub(crate) fn line(&self, text: impl AsRef<str>) -> Result<()> {
        self.data(format!("{}\n", text.as_ref()))
    }

    /// Writes what a model says: as [`Printer::data`], and without styles.
    pub(crate) fn speech(&self, text: &str) -> Result<()> {
        if self.stdout_is_terminal { self.data(&*plain(text)) } else { self.data(text) }
    }

    /// Tells the user something beside the data; nothing in it steers a terminal but the colours of this program. A
    /// closed stderr is no reason to fail.
    pub(crate) fn note(&self, text: impl AsRef<str>) {
        // In one piece: the log writes to the same place, and not through this lock.
        let line = format!("{}\n", harmless(text.as_ref()));
        let _gone = std::io::stderr().lock().write_all(line.as_bytes());
    }

    /// Warns.
    pub(crate) fn warning(&self, text: impl AsRef<str>) {
        self.note(format!("{} {}", self.painted("warning:", "1;33"), text.as_ref()));
    }

    /// Tells what went wrong and gives the exit code.
    pub(crate) fn failure(&self, error: &Error) -> ExitCode {
        if error.has_words() {
            self.note(format!("{} {error}", self.painted("error:", "1;31")));
        }
        error.exit_code()
    }

    /// `text` for stderr, dimmed if that is seen.
    pub(crate) fn dimmed(&self, text: &str) -> String {
        self.painted(text, "2")
    }

    /// `text` for stderr, bold if that is seen.
    pub(crate) fn bold(&self, text: &str) -> String {
        self.painted(text, "1")
    }

    /// `text` for stdout, bold if that is seen.
    pub(crate) fn heading(&self, text: &str) -> String {
        painted(text, "1", self.stdout_is_terminal && self.colours_allowed)
    }

    fn painted(&self, text: &str, code: &str) -> String {
        painted(text, code, self.stderr_is_terminal && self.colours_allowed)
    }

    /// Whether bars are seen.
    pub(crate) const fn shows_bars(&self) -> bool {
        self.stderr_is_terminal
    }

    /// A place on stderr for bars, one under the other; nothing is seen of it but in a terminal.
    pub(crate) fn bars(&self) -> MultiProgress {
        let target = if self.shows_bars() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        MultiProgress::with_draw_target(target)
    }

    /// A bar from 0 to 100 with words beside it.
    pub(crate) fn bar() -> ProgressBar {
        let style = ProgressStyle::with_template("{bar:24} {percent:>3} % {wide_msg}");
        ProgressBar::new(100).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
    }

    /// Awaits `work`; if it takes longer than a second and stderr is a terminal, shows that it is going on.
    pub(crate) async fn progress<T>(&self, what: &str, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        if let Ok(done) = tokio::time::timeout(PATIENCE, &mut work).await {
            return done;
        }
        let spinner = if self.stderr_is_terminal { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        spinner.set_style(ProgressStyle::default_spinner());
        spinner.set_message(what.to_owned());
        spinner.enable_steady_tick(Duration::from_millis(100));
        let done = work.await;
        spinner.finish_and_clear();
        done
    }
}

fn painted(text: &str, code: &str, is_seen: bool) -> String {
    if is_seen { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}
