//! A terminal with line editing and history. A message goes on in the next line after `\` at the end of a line, or between
//! lines of `"""`; what is pasted stays one message.

use std::io;
use std::sync::mpsc;

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::MemHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Behavior, Config, Editor, Helper};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::history::{ENTRIES_MAX, History};
use super::input::Said;
use crate::env::Environment;
use crate::error::{Error, Result};

const QUOTES: &str = "\"\"\"";

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Prompt {
    /// What to say to the agent.
    Message,
    /// Whether something may be done.
    Decision,
}

impl Prompt {
    const fn text(self) -> &'static str {
        match self {
            Self::Message => "> ",
            Self::Decision => "approve? [y/n/why not] ",
        }
    }
}

/// The editor, in a thread of its own: it holds the terminal only while it is asked for a line.
pub(super) struct Terminal {
    ask: mpsc::SyncSender<Prompt>,
    said: Receiver<std::result::Result<Said, String>>,
}

/// Says when a message is complete; nothing else is wanted of the editor.
struct Lines;

type LineEditor = Editor<Lines, MemHistory>;

impl Terminal {
    pub(super) fn open(environment: &Environment) -> io::Result<Self> {
        let history = History::open(environment);
        let (ask, asked) = mpsc::sync_channel(1);
        let (say, said) = channel(1);
        #[expect(clippy::disallowed_methods, reason = "it blocks on the terminal for as long as the program runs")]
        std::thread::Builder::new().name("terminal".into()).spawn(move || edit(history, &asked, &say))?;
        Ok(Self { ask, said })
    }

    /// Asks for something.
    pub(super) async fn next(&mut self, prompt: Prompt) -> Result<Said> {
        let gone = || Error::new("cannot read the terminal");
        self.ask.send(prompt).map_err(|_| gone())?;
        match self.said.recv().await {
            Some(Ok(said)) => Ok(said),
            Some(Err(fault)) => Err(gone().cause(fault)),
            None => Err(gone()),
        }
    }
}

fn edit(mut history: History, asked: &mpsc::Receiver<Prompt>, say: &Sender<std::result::Result<Said, String>>) {
    let mut editor = match open(&history) {
        Ok(editor) => editor,
        Err(fault) => return drop(say.blocking_send(Err(fault.to_string()))),
    };
    while let Ok(prompt) = asked.recv() {
        let said = match editor.readline(prompt.text()) {
            Ok(text) if prompt == Prompt::Decision && text.trim().is_empty() => Ok(Said::Nothing),
            Ok(text) if prompt == Prompt::Decision => Ok(Said::Message(joined(&text))),
            Ok(text) => Ok(message(&text, &mut editor, &mut history)),
            Err(ReadlineError::Interrupted) => Ok(Said::Interrupted),
            Err(ReadlineError::Eof) => Ok(Said::Goodbye),
            Err(fault) => Err(fault.to_string()),
        };
        if say.blocking_send(said).is_err() {
            return;
        }
    }
}

fn open(history: &History) -> rustyline::Result<LineEditor> {
    // Prompts belong to the person, also when the answers go to a file.
    let config = Config::builder().behavior(Behavior::PreferTerm).max_history_size(ENTRIES_MAX)?.build();
    let mut editor = LineEditor::with_history(config.clone(), MemHistory::with_config(&config))?;
    editor.set_helper(Some(Lines));
    for entry in history.entries() {
        editor.add_history_entry(entry.as_str())?;
    }
    Ok(editor)
}

fn message(text: &str, editor: &mut LineEditor, history: &mut History) -> Said {
    if text.trim().is_empty() {
        return Said::Nothing;
    }
    // What is said twice in a row is kept once.
    if editor.add_history_entry(text).unwrap_or(false) {
        history.add(text);
    }
    Said::Message(joined(text))
}

/// The message without the marks that let it go on over several lines.
fn joined(text: &str) -> String {
    let text = text.trim();
    let quoted = text.strip_prefix(QUOTES).and_then(|rest| rest.strip_suffix(QUOTES));
    quoted.map_or_else(|| text.replace("\\\n", "\n"), |inside| inside.trim_matches('\n').to_owned())
}

/// Whether the message goes on in the next line.
fn goes_on(text: &str) -> bool {
    let text = text.trim();
    match text.strip_prefix(QUOTES) {
        Some(rest) => !rest.ends_with(QUOTES),
        None => text.ends_with('\\'),
    }
}

impl Validator for Lines {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(if goes_on(context.input()) { ValidationResult::Incomplete } else { ValidationResult::Valid(None) })
    }
}

impl Completer for Lines {
    type Candidate = String;
}

impl Hinter for Lines {
    type Hint = String;
}

impl Highlighter for Lines {}

impl Helper for Lines {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_goes_on_until_it_is_complete() {
        for (text, said) in [
            ("one", Some("one")),
            ("one \\", None),
            ("one\\\ntwo", Some("one\ntwo")),
            ("\"\"\"", None),
            ("\"\"\"\none\ntwo", None),
            ("\"\"\"\none\n\ntwo\n\"\"\"", Some("one\n\ntwo")),
            ("pasted\nlines", Some("pasted\nlines")),
        ] {
            assert_eq!((!goes_on(text)).then(|| joined(text)).as_deref(), said, "{text:?}");
        }
    }
}
