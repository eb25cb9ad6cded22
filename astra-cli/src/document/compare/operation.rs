//! What changes from operation to operation: which there are, their parameters, bodies and answers.

use super::Direction;
use super::access;
use super::change::Report;
use super::schema::Comparison;
use crate::document::operations::{Operation, media, payload};
use crate::document::place::Place;

/// Two versions of an operation.
struct Pair<'r, 'd> {
    report: &'r mut Report,
    id: String,
    old: &'r Operation<'d>,
    new: &'r Operation<'d>,
    /// What becomes of a request's body: the client sends it, but to a webhook it receives it.
    requests: Direction,
}

/// Compares all operations; those with the same method and route are the same.
pub(super) fn all(report: &mut Report, old: &[Operation<'_>], new: &[Operation<'_>], requests: Direction) {
    let is_same =
        |one: &Operation<'_>, other: &Operation<'_>| one.method == other.method && one.route() == other.route();
    for old in old {
        let id = old.id();
        match new.iter().find(|new| is_same(old, new)) {
            Some(new) => Pair { report, id, old, new, requests }.compare(),
            None => gone(report, old, new.iter().find(|new| new.id() == id)),
        }
    }
    for new in new.iter().filter(|new| !old.iter().any(|old| is_same(old, new))) {
        report.compatible(&new.id(), &new.place.pointer, "operation is new");
    }
}

fn gone(report: &mut Report, old: &Operation<'_>, new: Option<&Operation<'_>>) {
    let change = match new {
        Some(new) => format!("operation moved to {} {}", new.method.to_uppercase(), new.path),
        None => "operation is gone".to_owned(),
    };
    report.breaking(&old.id(), &old.place.pointer, change);
}

impl Pair<'_, '_> {
    fn compare(mut self) {
        let at = self.new.place.pointer.clone();
        let id = self.new.id();
        if self.id != id {
            self.breaking(&format!("{at}/operationId"), format!("operation is called `{id}`"));
        }
        if self.new.place.is("deprecated") && !self.old.place.is("deprecated") {
            self.report.compatible(&self.id, &at, "operation is deprecated");
        }
        access::requirements(self.report, &self.id, self.old, self.new);
        self.parameters();
        self.body();
        self.answers();
    }

    fn breaking(&mut self, pointer: &str, change: impl Into<String>) {
        self.report.breaking(&self.id, pointer, change);
    }

    fn compatible(&mut self, pointer: &str, change: impl Into<String>) {
        self.report.compatible(&self.id, pointer, change);
    }

    fn schemas(&mut self, direction: Direction, old: Option<Place<'_>>, new: Option<Place<'_>>) {
        if let (Some(old), Some(new)) = (old, new) {
            Comparison::new(self.report, &self.id, direction).schemas(&old, &new);
        }
    }

    fn parameters(&mut self) {
        let (old, new) = (self.old.parameters(), self.new.parameters());
        let find = |among: &[Place<'_>], wanted: &Place<'_>| {
            let is_same = |place: &&Place<'_>| {
                // The names of headers are the same in any case.
                let is_header = place.text("in") == Some("header");
                let names = (place.text("name").unwrap_or_default(), wanted.text("name").unwrap_or_default());
                place.text("in") == wanted.text("in")
                    && (names.0 == names.1 || is_header && names.0.eq_ignore_ascii_case(names.1))
            };
            among.iter().position(|place| is_same(&place))
        };
        for place in &old {
            match find(&new, place) {
                Some(at) => self.parameter(place, &new[at]),
                None => self.breaking(&place.pointer, format!("{} is gone", named(place))),
            }
        }
        for place in new.iter().filter(|place| find(&old, place).is_none()) {
            let is_required = place.is("required");
            let state = if is_required { "is new and required" } else { "is new" };
            self.report.add(is_required, &self.id, &place.pointer, format!("{} {state}", named(place)));
        }
    }

    fn parameter(&mut self, old: &Place<'_>, new: &Place<'_>) {
        self.requirement(old, new, &named(new));
        for key in ["style", "explode", "allowReserved"] {
            if old.value.get(key) != new.value.get(key) {
                self.breaking(&new.pointer, format!("{} is written in another way (`{key}`)", named(new)));
            }
        }
        self.schemas(self.requests, old.raw("schema"), new.raw("schema"));
        self.contents(self.requests, old, new, &named(new));
    }

    /// Whether something sent must be there now.
    fn requirement(&mut self, old: &Place<'_>, new: &Place<'_>, what: &str) {
        match (old.is("required"), new.is("required")) {
            (false, true) => self.breaking(&new.pointer, format!("{what} is required")),
            (true, false) => self.compatible(&new.pointer, format!("{what} is no longer required")),
            _ => {}
        }
    }

    fn body(&mut self) {
        match (self.old.body(), self.new.body()) {
            (Some(old), Some(new)) => {
                self.requirement(&old, &new, "request body");
                self.contents(self.requests, &old, &new, "request");
            }
            (Some(old), None) => self.breaking(&old.pointer, "request body is gone"),
            (None, Some(new)) if new.is("required") => self.breaking(&new.pointer, "request body is new and required"),
            (None, Some(new)) => self.compatible(&new.pointer, "request body is new"),
            (None, None) => {}
        }
    }

    fn contents(&mut self, direction: Direction, old: &Place<'_>, new: &Place<'_>, what: &str) {
        let (old, new) = (media(old), media(new));
        for (name, old) in &old {
            match new.iter().find(|(other, _)| other == name) {
                Some((_, new)) => self.schemas(direction, payload(old), payload(new)),
                None => self.breaking(&old.pointer, format!("{what} media type `{name}` is gone")),
            }
        }
        for (name, media) in new.iter().filter(|(name, _)| !old.iter().any(|(other, _)| other == name)) {
            self.compatible(&media.pointer, format!("{what} media type `{name}` is new"));
        }
    }

    fn answers(&mut self) {
        let (old, new) = (self.old.answers(), self.new.answers());
        let find = |name: &str| new.iter().find(|(other, _)| *other == name);
        for (status, old) in &old {
            // 200 may have become one of 2XX.
            let range = format!("{}XX", status.chars().next().unwrap_or_default());
            match find(status).or_else(|| find(&range)) {
                Some((_, new)) => {
                    self.headers(old, new);
                    self.contents(self.requests.reversed(), old, new, "answer");
                }
                None => {
                    let is_error = status.starts_with(['4', '5']);
                    self.report.add(!is_error, &self.id, &old.pointer, format!("answer {status} is gone"));
                }
            }
        }
        for (status, answer) in new.iter().filter(|(status, _)| !old.iter().any(|(other, _)| other == status)) {
            self.compatible(&answer.pointer, format!("answer {status} is new"));
        }
    }

    fn headers(&mut self, old: &Place<'_>, new: &Place<'_>) {
        let (old, new) = (old.members("headers"), new.members("headers"));
        for (name, old) in &old {
            let old = old.followed();
            let Some((_, new)) = new.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)) else {
                self.breaking(&old.pointer, format!("answer header `{name}` is gone"));
                continue;
            };
            let new = new.followed();
            if old.is("required") && !new.is("required") {
                self.breaking(&new.pointer, format!("answer header `{name}` is not always there"));
            }
            self.schemas(self.requests.reversed(), old.raw("schema"), new.raw("schema"));
        }
        for (name, header) in
            new.iter().filter(|(name, _)| !old.iter().any(|(other, _)| other.eq_ignore_ascii_case(name)))
        {
            self.compatible(&header.followed().pointer, format!("answer header `{name}` is new"));
        }
    }
}

fn named(parameter: &Place<'_>) -> String {
    let text = |key| parameter.text(key).unwrap_or_default();
    format!("{} parameter `{}`", text("in"), text("name"))
}
