//! What changes for a client from one document to another, and whether it breaks it. Requests and answers are judged the
//! other way round: a request may be allowed more, an answer may say less. Clients are held to survive what is new to
//! them: fields of answers, values of enums, types of events, statuses of errors.

mod access;
mod bounds;
mod change;
mod operation;
mod schema;
mod variants;

#[cfg(test)]
mod tests;

pub(crate) use change::Change;
use change::Report;
use serde_json::Value;

use super::operations::{operations, webhooks};
use super::place::Place;

/// The side of the schemas that are compared, from the client's point of view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Direction {
    /// The client sends it.
    Sent,
    /// The client receives it.
    Received,
}

impl Direction {
    const fn name(self) -> &'static str {
        match self {
            Self::Sent => "request",
            Self::Received => "answer",
        }
    }

    /// Whether it breaks clients to allow less, or more, than before.
    const fn breaks(self, is_narrower: bool, is_wider: bool) -> bool {
        match self {
            Self::Sent => is_narrower,
            Self::Received => is_wider,
        }
    }

    const fn reversed(self) -> Self {
        match self {
            Self::Sent => Self::Received,
            Self::Received => Self::Sent,
        }
    }
}

/// The changes from `old` to `new`, those that break clients first.
pub(crate) fn compare(old: &Value, new: &Value) -> Vec<Change> {
    let (old, new) = (Place::root(old), Place::root(new));
    let mut report = Report::default();
    operation::all(&mut report, &operations(&old), &operations(&new), Direction::Sent);
    operation::all(&mut report, &webhooks(&old), &webhooks(&new), Direction::Received);
    access::schemes(&mut report, &old, &new);
    servers(&mut report, &old, &new);
    report.finish()
}

fn servers(report: &mut Report, old: &Place<'_>, new: &Place<'_>) {
    let kept: Vec<_> = new.elements("servers").iter().filter_map(|server| server.text("url")).collect();
    for server in old.elements("servers") {
        if let Some(url) = server.text("url").filter(|url| !kept.contains(url)) {
            report.breaking("", &server.pointer, format!("server `{url}` is gone"));
        }
    }
}
