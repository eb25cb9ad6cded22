//! A call of a tool that needs an approval: the person who types decides, or reads who can.

use serde::Deserialize;

use super::input::{Input, Said};
use crate::client::Client;
use crate::commands::approvals::decide;
use crate::env;
use crate::error::Result;
use crate::output::Printer;

/// The call of a tool that a person decides on.
#[derive(Deserialize)]
pub(super) struct Required {
    approval_id: String,
    tool: String,
    expires_at: String,
}

/// What came of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// The turn goes on, or waits on.
    On,
    /// The person wants no answer any more.
    Stop,
}

/// Asks the person who types, if there is one.
pub(super) async fn ask(required: &Required, client: &Client, printer: &Printer, input: &mut Input) -> Result<Asked> {
    let Required { approval_id: id, tool, expires_at } = required;
    loop {
        let said = match input.decision().await? {
            Some(Said::Message(text)) => text,
            Some(Said::Nothing) => continue,
            Some(Said::Interrupted) => return Ok(Asked::Stop),
            Some(Said::Goodbye) | None => {
                let program = env::program();
                printer.note(printer.dimmed(&format!(
                    "the call of {tool} waits for an approval until {expires_at}: {program} approvals approve {id}, or deny"
                )));
                return Ok(Asked::On);
            }
        };
        let (is_approved, note) = verdict(&said);
        if let Err(error) = decide(client, id, is_approved, note).await {
            if !error.has_words() {
                return Err(error);
            }
            // The turn waits on for a person who may, or goes on with what was decided before.
            let _code = printer.failure(&error);
        }
        return Ok(Asked::On);
    }
}

/// Whether `said` approves, and what is said beside. What is neither yes nor no is why not.
fn verdict(said: &str) -> (bool, Option<&str>) {
    let said = said.trim();
    let (first, rest) = said.split_once(char::is_whitespace).unwrap_or((said, ""));
    let note = Some(rest.trim()).filter(|note| !note.is_empty());
    match first.to_ascii_lowercase().as_str() {
        "y" | "yes" => (true, note),
        "n" | "no" => (false, note),
        _ => (false, Some(said)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_yes_is_yes() {
        for (said, meant) in [
            ("y", (true, None)),
            (" Yes ", (true, None)),
            ("y go on", (true, Some("go on"))),
            ("n", (false, None)),
            ("NO  not on a Friday ", (false, Some("not on a Friday"))),
            ("yesterday was better", (false, Some("yesterday was better"))),
            ("not on a Friday", (false, Some("not on a Friday"))),
        ] {
            assert_eq!(verdict(said), meant, "{said:?}");
        }
    }
}
