//! What the gateway itself says to people on a platform, in Markdown.

use crate::content::without_nul;
use crate::engine;
use crate::store::{Status, Turn};

/// What `/help` says.
pub(super) fn help(agents: &[String]) -> String {
    let mut lines = vec![
        "I answer what you write. I also know these commands:".to_owned(),
        "- `/reset` begins a new conversation: I forget what was said in this one.".to_owned(),
        "- `/agents` lists the agents that answer here; `/agents NAME` chooses one.".to_owned(),
        "- `/link CODE`, in a direct message, links you to your account.".to_owned(),
        "- `/help` shows this.".to_owned(),
    ];
    if agents.len() < 2 {
        lines.remove(2);
    }
    lines.join("\n")
}

/// What `/agents` says; `current` answers.
pub(super) fn agents(agents: &[String], current: &str) -> String {
    let mark = |id: &String| if id == current { format!("- `{id}` (answers here)") } else { format!("- `{id}`") };
    let list: Vec<String> = agents.iter().map(mark).collect();
    format!("These agents answer here; `/agents NAME` chooses one.\n{}", list.join("\n"))
}

pub(super) fn chosen(id: &str) -> String {
    format!("From now on `{id}` answers here.")
}

pub(super) fn no_agent(id: &str) -> String {
    format!("There is no agent `{}` here. `/agents` lists those that there are.", shown(id))
}

pub(super) const RESET: &str = "This is a new conversation.";
pub(super) const RESET_BUSY: &str = "An answer is still being written. Try `/reset` again when it is there.";
pub(super) const LINK_USAGE: &str = "Say `/link CODE` with the code that your account has been given.";
pub(super) const LINK_DIRECT: &str = "For your safety, say `/link CODE` in a direct message to me.";
pub(super) const LINK_WRONG: &str = "This code is not good, or not any more. Ask for a new one.";
pub(super) const LINKED: &str = "You are linked to your account.";
pub(super) const MAY_NOT: &str = "Your account may not ask agents here.";
pub(super) const GONE: &str = "The conversation was deleted while I was answering.";
pub(super) const FAILED: &str = "Sorry, I could not answer this. Please try again later.";

/// What is said of attachments that cannot be read.
pub(super) fn unreadable(names: &[String]) -> Option<String> {
    if names.is_empty() {
        return None;
    }
    let names: Vec<String> = names.iter().map(|name| format!("`{}`", shown(name))).collect();
    Some(format!("I could not read {}: I read text and images (PNG, JPEG, GIF, WebP).", names.join(", ")))
}

/// What is said in the place of the answer of a turn that has none, and of one that is not whole.
pub(super) fn of_turn(turn: &Turn) -> String {
    let said = turn.outcome.content.clone().unwrap_or_default();
    if turn.status == Status::Completed {
        return if said.trim().is_empty() { "I have nothing to say to this.".to_owned() } else { said };
    }
    let why = match turn.status {
        Status::Cancelled => "The answer was cancelled.",
        Status::Interrupted => "The answer was cut off.",
        _ => FAILED,
    };
    if said.trim().is_empty() { why.to_owned() } else { format!("{said}\n\n{why}") }
}

/// What is said when no turn was begun.
pub(super) fn refused(fault: &engine::Error) -> String {
    match fault {
        engine::Error::Quota { retry_after_s, .. } => {
            let minutes = retry_after_s.div_ceil(60).max(1);
            format!("I may not answer more at the moment. Please try again in {minutes} min.")
        }
        engine::Error::StorageLimit { .. } => {
            "This conversation is as long as it may be. Begin a new one by `/reset`.".to_owned()
        }
        _ => FAILED.to_owned(),
    }
}

/// A text of others within a line of ours, which it must not break.
fn shown(text: &str) -> String {
    let text: String = without_nul(text.to_owned()).chars().filter(|letter| !matches!(letter, '`' | '\n')).collect();
    text.chars().take(80).collect()
}
