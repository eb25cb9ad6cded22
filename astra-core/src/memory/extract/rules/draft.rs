//! What a pattern has made of a clause.

use super::found::Found;
use crate::memory::extract::dates::Period;
use crate::memory::extract::{ExtractedKind, ExtractedRelation};

/// What a pattern has made of a clause.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) kind: ExtractedKind,
    pub(super) subject: String,
    /// Empty: it has no slot.
    pub(super) attribute: String,
    pub(super) value: String,
    pub(super) content: String,
    pub(super) period: Period,
    pub(super) confidence: f64,
    pub(super) relation: Option<ExtractedRelation>,
    pub(super) steps: Vec<String>,
}

impl Draft {
    /// A fact of the user.
    pub(super) fn fact(attribute: &str, value: &str, content: String) -> Self {
        Self {
            kind: ExtractedKind::Fact,
            subject: "user".to_owned(),
            attribute: attribute.to_owned(),
            value: value.to_owned(),
            content,
            period: Period::default(),
            confidence: 0.9,
            relation: None,
            steps: Vec::new(),
        }
    }

    /// A fact of which there is one at a time, or that it is so no longer.
    pub(super) fn fact_or_not(
        found: &Found<'_>,
        attribute: &str,
        value: &str,
        content: String,
        denial: String,
    ) -> Self {
        match (found.is_negated, found.is_over) {
            (false, _) => Self::fact(attribute, value, content),
            (true, true) => Self::fact(attribute, &format!("not {value}"), denial),
            // That something is not so says nothing of what is.
            (true, false) => Self::fact(&format!("{attribute}: {value}"), "no", denial.replace(" any more.", ".")),
        }
    }

    /// A preference of the user.
    pub(super) fn preference(attribute: &str, value: &str, content: String) -> Self {
        Self { kind: ExtractedKind::Preference, ..Self::fact(attribute, value, content) }
    }

    /// A note of the day.
    pub(super) fn note(kind: ExtractedKind, content: &str) -> Self {
        Self { kind, confidence: 0.7, ..Self::fact("", content, content.to_owned()) }
    }

    /// The same, for as long as `period` says.
    pub(super) fn lasting(self, period: Period) -> Self {
        Self { period, ..self }
    }
}
