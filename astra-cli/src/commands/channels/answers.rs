//! What a channel is given: settings and secrets of options, files and stdin, and what is asked for in the terminal.
//! A secret stands on no command line: other users of the machine see it there, and the shell keeps it.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;

use super::platform::{Field, Platform};
use super::questions::{Questions, hidden, stdin_line};
use crate::error::{Error, Result};

/// The flag for secrets.
#[derive(Debug, clap::Args)]
pub(super) struct SecretArgs {
    /// A secret: NAME=@FILE reads it from a file, NAME=- from a line of stdin; can be given several times
    #[arg(long = "secret", value_name = "NAME=@FILE")]
    secrets: Vec<String>,
}

/// Where a secret is read.
#[derive(Debug, PartialEq, Eq)]
enum Source<'a> {
    File(&'a str),
    Stdin,
}

impl SecretArgs {
    /// Whether none is given.
    pub(super) fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }

    /// Reads them, in the order in which they are given.
    pub(super) fn read(&self, platform: &Platform, values: &mut BTreeMap<String, String>) -> Result<()> {
        // Before anything is read: what is wrong with the command line is said first.
        let places = self.secrets.iter().map(|text| source(text)).collect::<Result<Vec<_>>>()?;
        for (name, _) in &places {
            if !platform.field(name)?.is_secret {
                return Err(Error::usage(format!("`{name}` is no secret: give it by --set {name}=VALUE")));
            }
        }
        for (name, source) in places {
            if values.contains_key(name) {
                return Err(Error::usage(format!("`{name}` is given twice")));
            }
            values.insert(name.to_owned(), secret(name, &source)?);
        }
        Ok(())
    }
}

/// The name of a secret, and where it is read. What is wrong is said without the text, which may be a secret.
fn source(text: &str) -> Result<(&str, Source<'_>)> {
    let wrong = || {
        Error::usage("a secret is never written on the command line")
            .hint("--secret NAME=@FILE reads it from a file, --secret NAME=- from a line of stdin")
    };
    let (name, place) = text.split_once('=').ok_or_else(wrong)?;
    match place.strip_prefix('@') {
        Some(file) if !file.is_empty() => Ok((name, Source::File(file))),
        None if place == "-" => Ok((name, Source::Stdin)),
        _ => Err(wrong()),
    }
}

fn secret(name: &str, source: &Source<'_>) -> Result<String> {
    match source {
        Source::File(file) => {
            let read = std::fs::read_to_string(file);
            let text = read.map_err(|fault| Error::new(format!("cannot read {name} from {file}")).because(&fault))?;
            Ok(text.trim_end_matches(['\r', '\n']).to_owned())
        }
        Source::Stdin if std::io::stdin().is_terminal() => hidden(&format!("{name}: ")),
        Source::Stdin => {
            let line = stdin_line()?;
            line.ok_or_else(|| {
                Error::usage(format!("stdin has no line for {name}: each secret is one, in their order"))
            })
        }
    }
}

/// The settings of `--set NAME=VALUE`.
pub(super) fn settings(texts: &[String], platform: &Platform) -> Result<BTreeMap<String, String>> {
    let mut values = BTreeMap::new();
    for text in texts {
        let (name, value) =
            text.split_once('=').ok_or_else(|| Error::usage("there is no `=` in a setting: write --set NAME=VALUE"))?;
        if platform.field(name)?.is_secret {
            let error = Error::usage(format!("`{name}` is a secret, which is never written on the command line"));
            return Err(error.hint(format!("--secret {name}=@FILE reads it from a file, --secret {name}=- from stdin")));
        }
        if values.insert(name.to_owned(), value.to_owned()).is_some() {
            return Err(Error::usage(format!("`{name}` is given twice")));
        }
    }
    Ok(values)
}

/// Asks for what is not given and has no default; without a person, what must be given must be there.
pub(super) fn complete(
    platform: &Platform,
    values: &mut BTreeMap<String, String>,
    questions: &Questions<'_>,
) -> Result<()> {
    if questions.has_person() {
        for field in &platform.fields {
            if is_open(field, values) {
                let may_omit = (!field.is_required).then_some("Enter leaves it out");
                values.extend(questions.field(field, may_omit)?.map(|value| (field.name.clone(), value)));
            }
        }
        return Ok(());
    }
    let missing = platform.fields.iter().filter(|field| field.is_required && is_open(field, values));
    let missing: Vec<String> = missing.map(option).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let error = Error::usage(format!("{} needs more, and there is no terminal to ask for it on", platform.title));
    Err(missing.into_iter().fold(error, Error::cause))
}

/// Whether a field has neither a value nor a default.
fn is_open(field: &Field, values: &BTreeMap<String, String>) -> bool {
    field.default.is_none() && !values.contains_key(&field.name)
}

/// The option that gives a field, and what it is.
fn option(field: &Field) -> String {
    let Field { name, description, .. } = field;
    if field.is_secret {
        format!("--secret {name}=@FILE  {description}")
    } else {
        format!("--set {name}=..  {description}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_read_from_files_and_stdin_alone() {
        assert_eq!(source("bot_token=@t=1.txt").expect("a file"), ("bot_token", Source::File("t=1.txt")));
        assert_eq!(source("bot_token=-").expect("stdin"), ("bot_token", Source::Stdin));
        for wrong in ["bot_token", "bot_token=", "bot_token=@", "bot_token=xoxb-1", "bot_token=--"] {
            let said = source(wrong).expect_err("it is refused").to_string();
            assert!(!said.contains("xoxb-1") && said.contains("NAME=@FILE"), "{said}");
        }
    }
}
