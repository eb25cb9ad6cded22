//! What was found in a message: one thing, its tier and what it is about.

use crate::memory::analyse::fold;
use crate::store::MemoryTier;

/// Most things that are remembered of one message.
pub const ITEMS_MAX: usize = 8;

/// What kind of thing is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExtractedKind {
    /// Something is so.
    Fact,
    /// A person likes something better, or not at all.
    Preference,
    /// Something was decided.
    Decision,
    /// Something came of something.
    Outcome,
    /// Something is planned.
    Strategy,
    /// A person is at work on something.
    Note,
    /// Two things have to do with each other.
    Relation,
    /// Something is done so.
    Procedure,
    /// Something is to be forgotten.
    Forget,
}

/// One thing that was found in a message.
#[derive(Debug, Clone, PartialEq)]
pub struct Extracted {
    /// Its kind.
    pub kind: ExtractedKind,
    /// What it is about: `user` for who wrote the message.
    pub subject: String,
    /// What of it, such as `home`; empty for what has no slot.
    pub attribute: String,
    /// What of it is so; of what is to be forgotten, the words that name it.
    pub value: String,
    /// The sentence that is kept.
    pub content: String,
    /// The words of the message that it was made of.
    pub quote: String,
    /// The pattern that found it; none for a model.
    pub rule: Option<&'static str>,
    /// How sure it is, 0 to 1.
    pub confidence: f64,
    /// Since when it holds, if the message says so, in milliseconds since the epoch.
    pub valid_from_ms: Option<i64>,
    /// Until when it holds, if the message says so.
    pub valid_to_ms: Option<i64>,
    /// What is between two things, of [`ExtractedKind::Relation`].
    pub relation: Option<ExtractedRelation>,
    /// What is done, in order, of [`ExtractedKind::Procedure`].
    pub steps: Vec<String>,
}

/// What is between two things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtractedRelation {
    /// What the first one is: `person`, `organisation`, `place` or `thing`.
    pub from_kind: String,
    /// The name of the first one.
    pub from: String,
    /// What is between them, such as `works_on`.
    pub kind: String,
    /// What the second one is.
    pub to_kind: String,
    /// The name of the second one.
    pub to: String,
}

impl Extracted {
    /// The tier that it belongs to.
    #[must_use]
    pub fn tier(&self) -> MemoryTier {
        match self.kind {
            ExtractedKind::Fact if self.subject != "user" && self.subject != "team" && !self.attribute.is_empty() => {
                MemoryTier::Graph
            }
            ExtractedKind::Fact | ExtractedKind::Preference | ExtractedKind::Forget => MemoryTier::Profile,
            ExtractedKind::Relation => MemoryTier::Graph,
            ExtractedKind::Procedure => MemoryTier::Procedural,
            ExtractedKind::Decision | ExtractedKind::Outcome | ExtractedKind::Strategy | ExtractedKind::Note => {
                MemoryTier::Daily
            }
        }
    }

    /// The category of a note of the day.
    #[must_use]
    pub const fn category(&self) -> Option<&'static str> {
        match self.kind {
            ExtractedKind::Decision => Some("decision"),
            ExtractedKind::Outcome => Some("outcome"),
            ExtractedKind::Strategy => Some("strategy"),
            ExtractedKind::Note => Some("note"),
            _ => None,
        }
    }

    /// What it is about, folded: subject and attribute. `None` for what stands beside others of its kind.
    #[must_use]
    pub fn slot(&self) -> Option<String> {
        (!self.attribute.is_empty()).then(|| format!("{}/{}", fold(&self.subject), fold(&self.attribute)))
    }
}

/// Words by which a text speaks to the program that reads it, rather than of its author.
const SMUGGLING: &[&str] = &[
    "ignore previous",
    "ignore all",
    "ignore the above",
    "ignore any",
    "ignore your",
    "disregard",
    "system prompt",
    "system message",
    "developer mode",
    "you are now",
    "jailbreak",
    "new instructions",
    "previous instructions",
    "prior instructions",
    "above instructions",
    "<system",
    "</",
    "[inst]",
    "<|",
    "tool_call",
    "function_call",
    "user_id",
    "workspace_id",
    "all users",
    "every user",
    "other users",
    "another user",
    "for all agents",
    "usr_",
    "svc_",
    "tier:",
    "override",
    "exfiltrate",
];

/// Whether `text` speaks to the program, or for a person other than its author.
#[must_use]
pub(super) fn smuggles(text: &str) -> bool {
    let lower = text.to_lowercase();
    SMUGGLING.iter().any(|words| lower.contains(words))
}
