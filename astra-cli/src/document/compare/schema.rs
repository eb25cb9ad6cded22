//! What changes from one schema to another, for one direction.

use std::collections::BTreeSet;

use serde_json::Value;

use super::change::Report;
use super::{Direction, bounds, variants};
use crate::document::place::Place;
use crate::document::shape::{Extra, Shape};

/// The comparison of an operation's schemas in one direction.
pub(super) struct Comparison<'r> {
    report: &'r mut Report,
    operation: &'r str,
    pub(super) direction: Direction,
    /// Pairs that are compared already, or just now: schemas may be part of themselves.
    seen: BTreeSet<(String, String)>,
}

impl<'r> Comparison<'r> {
    /// Nothing compared yet.
    pub(super) fn new(report: &'r mut Report, operation: &'r str, direction: Direction) -> Self {
        Self { report, operation, direction, seen: BTreeSet::new() }
    }

    /// Compares two schemas.
    pub(super) fn schemas(&mut self, old: &Place<'_>, new: &Place<'_>) {
        if !self.seen.insert((old.pointer.clone(), new.pointer.clone())) {
            return;
        }
        let (old, new) = (Shape::of(old), Shape::of(new));
        if old.is_nullable != new.is_nullable {
            let words = if new.is_nullable { "may be null" } else { "may not be null" };
            self.judge(old.is_nullable, new.is_nullable, new.pointer(), words);
        }
        self.shapes(&old, &new);
    }

    /// Compares two variants of unions, for which null was compared already.
    pub(super) fn variants(&mut self, old: &Shape<'_>, new: &Shape<'_>) {
        if self.seen.insert((format!("{} alone", old.pointer()), new.pointer().to_owned())) {
            self.shapes(old, new);
        }
    }

    /// Compares what is left when null is set aside.
    fn shapes(&mut self, old: &Shape<'_>, new: &Shape<'_>) {
        if !old.variants.is_empty() || !new.variants.is_empty() {
            variants::compare(self, old, new);
            return;
        }
        if !self.have_a_type_in_common(old, new) {
            return;
        }
        self.values(old, new);
        bounds::compare(self, old, new);
        self.fields(old, new);
        self.required_alone(old, new);
        self.extra(old, new);
        self.part(old.items(), new.items(), new.pointer(), "elements");
        if self.direction == Direction::Sent {
            self.part(old.part("propertyNames"), new.part("propertyNames"), new.pointer(), "names of fields");
        }
        if self.direction == Direction::Sent && old.keyword("default") != new.keyword("default") {
            let shown = |shape: &Shape<'_>| shape.keyword("default").map_or("nothing".into(), Value::to_string);
            let change = format!("has the default {} instead of {}", shown(new), shown(old));
            self.breaking(new.pointer(), change);
        }
    }

    /// Adds a change that breaks clients.
    pub(super) fn breaking(&mut self, pointer: &str, change: impl AsRef<str>) {
        self.add(true, pointer, change);
    }

    /// Adds a change that breaks no client.
    pub(super) fn compatible(&mut self, pointer: &str, change: impl AsRef<str>) {
        self.add(false, pointer, change);
    }

    /// Adds a change that allows less, or more, or both.
    pub(super) fn judge(&mut self, is_narrower: bool, is_wider: bool, pointer: &str, change: impl AsRef<str>) {
        self.add(self.direction.breaks(is_narrower, is_wider), pointer, change);
    }

    fn add(&mut self, is_breaking: bool, pointer: &str, change: impl AsRef<str>) {
        let change = format!("{}: {}", self.direction.name(), change.as_ref());
        self.report.add(is_breaking, self.operation, pointer, change);
    }

    /// Compares the types. Schemas of different things have no more to compare.
    fn have_a_type_in_common(&mut self, old: &Shape<'_>, new: &Shape<'_>) -> bool {
        let (before, after) = (old.types(), new.types());
        let lacks =
            |some: &BTreeSet<&str>, name: &str| !(some.contains(name) || name == "integer" && some.contains("number"));
        let is_narrower = before.iter().any(|name| lacks(&after, name));
        let is_wider = after.iter().any(|name| lacks(&before, name));
        if is_narrower || is_wider {
            let change = format!("type {} instead of {}", listed(&after), listed(&before));
            self.judge(is_narrower, is_wider, new.pointer(), change);
        }
        before.iter().any(|name| !lacks(&after, name)) || after.iter().any(|name| !lacks(&before, name))
    }

    /// Compares enums and constants.
    fn values(&mut self, old: &Shape<'_>, new: &Shape<'_>) {
        let (before, after) = match (old.values(), new.values()) {
            (None, None) => return,
            (Some(_), None) => return self.compatible(new.pointer(), "takes any value"),
            (None, Some(values)) => {
                let change = format!("only takes {}", shown(&values));
                return self.judge(true, false, new.pointer(), change);
            }
            (Some(before), Some(after)) => (before, after),
        };
        let without = |all: &[&Value], some: &[&Value]| -> String {
            shown(&all.iter().filter(|value| !some.contains(value)).copied().collect::<Vec<_>>())
        };
        let (gone, added) = (without(&before, &after), without(&after, &before));
        // An answer may know fewer values; one that knows none of the old ones is another answer.
        let is_other = !before.iter().any(|value| after.contains(value));
        if !gone.is_empty() {
            let is_breaking = self.direction == Direction::Sent || is_other;
            self.add(is_breaking, old.pointer(), format!("value {gone} is gone"));
        }
        if !added.is_empty() {
            self.compatible(new.pointer(), format!("value {added} is new"));
        }
    }

    fn fields(&mut self, old: &Shape<'_>, new: &Shape<'_>) {
        let (required_before, required_after) = (old.required(), new.required());
        for (name, field) in old.fields() {
            match new.field(name) {
                Some(now) => self.schemas(&field, &now),
                None => self.breaking(&field.pointer, format!("field `{name}` is gone")),
            }
        }
        let is_sent = self.direction == Direction::Sent;
        for (name, field) in new.fields() {
            if old.field(name).is_none() {
                let is_demanded = is_sent && required_after.contains(name);
                let state = if is_demanded { "is new and required" } else { "is new" };
                self.add(is_demanded, &field.pointer, format!("field `{name}` {state}"));
                continue;
            }
            match (required_before.contains(name), required_after.contains(name)) {
                (false, true) if is_sent => self.breaking(&field.pointer, format!("field `{name}` is required")),
                (false, true) => self.compatible(&field.pointer, format!("field `{name}` is always there")),
                (true, false) if is_sent => {
                    self.compatible(&field.pointer, format!("field `{name}` is no longer required"));
                }
                (true, false) => self.breaking(&field.pointer, format!("field `{name}` is not always there")),
                _ => {}
            }
        }
    }

    /// Names that must be there though no schema says what they are.
    fn required_alone(&mut self, old: &Shape<'_>, new: &Shape<'_>) {
        let (before, after) = (old.required(), new.required());
        for name in after.symmetric_difference(&before).filter(|name| new.field(name).is_none()) {
            // A field that is gone was reported as such.
            if old.field(name).is_none() {
                let (is_demanded, is_left) = (after.contains(name), before.contains(name));
                let state = if is_demanded { "is required" } else { "is no longer required" };
                self.judge(is_demanded, is_left, new.pointer(), format!("field `{name}` {state}"));
            }
        }
    }

    fn extra(&mut self, old: &Shape<'_>, new: &Shape<'_>) {
        let at = new.pointer().to_owned();
        match (old.extra(), new.extra()) {
            (Extra::Of(old), Extra::Of(new)) => self.schemas(&old, &new),
            (Extra::Closed, Extra::Open | Extra::Of(_)) => self.compatible(&at, "takes fields that it does not name"),
            (Extra::Open | Extra::Of(_), Extra::Closed) => {
                self.judge(true, false, &at, "refuses fields that it does not name");
            }
            (Extra::Open, Extra::Of(_)) => self.judge(true, false, &at, "holds fields it does not name to a schema"),
            (Extra::Of(_), Extra::Open) => self.judge(false, true, &at, "holds fields it does not name to no schema"),
            (Extra::Open, Extra::Open) | (Extra::Closed, Extra::Closed) => {}
        }
    }

    /// Compares schemas that may be absent, which allows everything.
    fn part(&mut self, old: Option<Place<'_>>, new: Option<Place<'_>>, at: &str, what: &str) {
        match (old, new) {
            (Some(old), Some(new)) => self.schemas(&old, &new),
            (None, Some(_)) => self.judge(true, false, at, format!("{what} are held to a schema")),
            (Some(_), None) => self.judge(false, true, at, format!("{what} are held to no schema")),
            (None, None) => {}
        }
    }
}

/// The types in words.
fn listed(types: &BTreeSet<&str>) -> String {
    if types.len() >= 6 { "any".to_owned() } else { types.iter().copied().collect::<Vec<_>>().join(" or ") }
}

fn shown(values: &[&Value]) -> String {
    values
        .iter()
        .map(|value| format!("`{}`", value.as_str().map_or(value.to_string(), str::to_owned)))
        .collect::<Vec<_>>()
        .join(", ")
}
