//! Questions to a person in a terminal. What is secret is typed unseen.

use std::io::{BufRead as _, IsTerminal as _};

use astra_core::json_schema::Schema;
use console::Term;
use serde_json::{Value, json};

use super::platform::Field;
use crate::error::{Error, Result};
use crate::harmless::on_one_line;
use crate::output::Printer;

/// Asks a person, if there is one.
pub(super) struct Questions<'a> {
    printer: &'a Printer,
    has_person: bool,
}

impl<'a> Questions<'a> {
    /// Of the person at the terminal; none is asked where stdin or stderr is something else.
    pub(super) fn new(printer: &'a Printer) -> Self {
        Self { printer, has_person: std::io::stdin().is_terminal() && std::io::stderr().is_terminal() }
    }

    /// Whether there is a person to ask.
    pub(super) const fn has_person(&self) -> bool {
        self.has_person
    }

    /// Asks for a line; `usual` is the answer of a person who only presses Enter.
    pub(super) fn line(&self, what: &str, usual: Option<&str>) -> Result<String> {
        loop {
            let prompt = usual.map_or_else(|| format!("{what}: "), |usual| format!("{what} [{usual}]: "));
            write(&prompt)?;
            let answer = stdin_line()?.ok_or_else(unanswered)?;
            match (answer.trim(), usual) {
                ("", None) => self.printer.note("it must be given"),
                ("", Some(usual)) => return Ok(usual.to_owned()),
                (answer, _) => return Ok(answer.to_owned()),
            }
        }
    }

    /// Asks for the value of a field until it is good; `None` if it is left out. `may_omit` says that it can be, and why.
    pub(super) fn field(&self, field: &Field, may_omit: Option<&str>) -> Result<Option<String>> {
        self.printer.note(on_one_line(&field.description));
        if !field.is_secret && field.choices.is_empty() {
            self.printer.note(self.printer.dimmed(&on_one_line(&format!("such as {}", field.example))));
        }
        let choices = if field.choices.is_empty() { String::new() } else { format!(" ({})", field.choices.join(", ")) };
        let omitting = may_omit.map_or_else(String::new, |why| format!(" [{why}]"));
        let prompt = on_one_line(&format!("{}{choices}{omitting}: ", field.name));
        loop {
            let value = if field.is_secret { hidden(&prompt)? } else { shown(&prompt)? };
            match fault(field, &value) {
                _ if value.is_empty() && may_omit.is_some() => return Ok(None),
                _ if value.is_empty() => self.printer.note("it must be given"),
                None => return Ok(Some(value)),
                Some(fault) => self.printer.note(format!("{} {fault}", field.name)),
            }
        }
    }
}

/// A line of stdin without its end; `None` at the end of stdin.
pub(super) fn stdin_line() -> Result<Option<String>> {
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    let count = read.map_err(|fault| Error::new("cannot read stdin").because(&fault))?;
    Ok((count > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned()))
}

/// Asks for something that is not shown while it is typed.
pub(super) fn hidden(prompt: &str) -> Result<String> {
    let typed = Term::stderr().write_str(prompt).and_then(|()| Term::stderr().read_secure_line());
    let typed = typed.map_err(|fault| Error::new("cannot read the secret").because(&fault))?;
    Ok(typed.trim().to_owned())
}

fn shown(prompt: &str) -> Result<String> {
    write(prompt)?;
    Ok(stdin_line()?.ok_or_else(unanswered)?.trim().to_owned())
}

fn write(prompt: &str) -> Result<()> {
    let written = Term::stderr().write_str(&on_one_line(prompt));
    written.map_err(|fault| Error::new("cannot ask in the terminal").because(&fault))
}

fn unanswered() -> Error {
    Error::new("the questions were not answered")
}

/// What is wrong with a value, without the value.
fn fault(field: &Field, value: &str) -> Option<String> {
    if !field.choices.is_empty() && !field.choices.iter().any(|choice| choice == value) {
        return Some(format!("must be one of {}", field.choices.join(", ")));
    }
    let pattern = field.pattern.as_ref()?;
    // The gateway has the last word, also of a pattern that cannot be read here.
    let schema = Schema::of_any(&json!({"pattern": pattern})).ok()?;
    let is_good = schema.faults_of(&Value::String(value.to_owned())).is_empty();
    (!is_good).then(|| format!("must match {pattern}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(pattern: Option<&str>, choices: &[&str]) -> Field {
        Field {
            name: "x".to_owned(),
            description: String::new(),
            example: String::new(),
            is_secret: true,
            is_required: true,
            default: None,
            pattern: pattern.map(str::to_owned),
            choices: choices.iter().map(|choice| (*choice).to_owned()).collect(),
        }
    }

    #[test]
    fn a_wrong_value_is_found_and_not_shown() {
        let token = field(Some("^xoxb-[0-9]+$"), &[]);
        assert_eq!(fault(&token, "xoxb-1"), None);
        assert_eq!(fault(&token, "my-secret").as_deref(), Some("must match ^xoxb-[0-9]+$"));
        assert_eq!(fault(&field(None, &["on", "off"]), "maybe").as_deref(), Some("must be one of on, off"));
        assert_eq!(fault(&field(None, &["on", "off"]), "on"), None);
        assert_eq!(fault(&field(Some("(?=x)"), &[]), "anything"), None);
    }
}
