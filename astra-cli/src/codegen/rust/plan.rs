//! What the document's types are in Rust: their names, which of them are changes, and what is boxed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::names;
use crate::codegen::model::{Answer, Api, Field, Named, Shape, Type};
use crate::codegen::naming::UsedNames;

/// How a type is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mode {
    /// As the document has it.
    Plain,
    /// As a change: of a merge patch, in which absent and null are two things.
    Change,
}

/// What the document's types are in Rust.
pub(super) struct Plan<'a> {
    pub(super) api: &'a Api,
    names: BTreeMap<(String, Mode), String>,
}

impl<'a> Plan<'a> {
    pub(super) fn new(api: &'a Api) -> Self {
        let mut plan = Self { api, names: BTreeMap::new() };
        let mut taken = UsedNames::default();
        for named in &api.types {
            let name = taken.claim(&names::type_name(&named.name), "");
            plan.names.insert((named.name.clone(), Mode::Plain), name);
        }
        let changed = plan.changed();
        let plain = plan.plain(&changed);
        for name in changed {
            let own = plan.name(&name, Mode::Plain);
            let own = if plain.contains(&name) { taken.claim(&format!("{own}Patch"), "") } else { own };
            plan.names.insert((name, Mode::Change), own);
        }
        plan
    }

    /// The types that are written, each with the ways in which it is used.
    pub(super) fn written(&self) -> Vec<(&'a Named, Mode)> {
        let mut written = Vec::new();
        for named in &self.api.types {
            let (plain, change) = (self.name(&named.name, Mode::Plain), self.change_name(&named.name));
            if change != Some(&plain) {
                written.push((named, Mode::Plain));
            }
            if change.is_some() {
                written.push((named, Mode::Change));
            }
        }
        written
    }

    /// The name of a type.
    pub(super) fn name(&self, name: &str, mode: Mode) -> String {
        let own = (mode == Mode::Change).then(|| self.change_name(name)).flatten();
        let own = own.or_else(|| self.names.get(&(name.to_owned(), Mode::Plain)));
        own.cloned().unwrap_or_else(|| "serde_json::Value".to_owned())
    }

    fn change_name(&self, name: &str) -> Option<&String> {
        self.names.get(&(name.to_owned(), Mode::Change))
    }

    /// Whether null says something else than nothing in a field that may be absent.
    pub(super) fn is_patch(field: &Field, mode: Mode) -> bool {
        let has_default = field.default.as_ref().is_some_and(|default| !default.is_null());
        !field.is_required && matches!(field.ty, Type::Nullable(_)) && (mode == Mode::Change || has_default)
    }

    /// The objects that are sent as changes.
    fn changed(&self) -> BTreeSet<String> {
        let mut seen = BTreeSet::new();
        let patches = self.api.operations().filter(|operation| operation.method == "PATCH");
        for body in patches.filter_map(|operation| operation.body.as_ref()) {
            self.add_changed(&body.ty, &mut seen);
        }
        // Those in which there is nothing to null are the same either way.
        let has_patch = |name: &String| {
            let mut below = BTreeSet::new();
            self.add_changed(&Type::Named(name.clone()), &mut below);
            below.iter().any(|name| self.fields(name).iter().any(|field| Self::is_patch(field, Mode::Change)))
        };
        seen.iter().filter(|name| has_patch(name)).cloned().collect()
    }

    /// Lists are replaced as a whole: there are no changes inside them.
    fn add_changed(&self, ty: &Type, seen: &mut BTreeSet<String>) {
        let Type::Named(name) = ty.without_null() else { return };
        if !self.fields(name).is_empty() && seen.insert(name.clone()) {
            for field in self.fields(name) {
                self.add_changed(&field.ty, seen);
            }
        }
    }

    /// The types that are used in another way than as one of `changed`.
    fn plain(&self, changed: &BTreeSet<String>) -> BTreeSet<String> {
        let mut seen = BTreeSet::new();
        let mut queue = vec![Type::Named("Problem".to_owned())];
        for operation in self.api.operations() {
            queue.extend(operation.parameters.iter().map(|parameter| parameter.ty.clone()));
            let body = operation.body.iter().map(|body| body.ty.clone());
            queue.extend(body.filter(|ty| operation.method != "PATCH" || !is_one_of(ty, changed)));
            queue.extend(match &operation.answer {
                Answer::Json(ty) => vec![ty.clone()],
                Answer::Events(events) => vec![events.ty.clone()],
                Answer::Either { json, events, .. } => vec![json.clone(), events.ty.clone()],
                Answer::Nothing | Answer::Text | Answer::Bytes => Vec::new(),
            });
        }
        let fields = changed.iter().flat_map(|name| self.fields(name)).map(|field| field.ty.clone());
        queue.extend(fields.filter(|ty| !is_one_of(ty, changed)));
        while let Some(ty) = queue.pop() {
            for part in ty.parts() {
                let Type::Named(name) = part else { continue };
                if seen.insert(name.clone()) {
                    let mentioned = self.api.named(name).map(|named| named.shape.mentioned()).unwrap_or_default();
                    queue.extend(mentioned.into_iter().cloned());
                }
            }
        }
        seen
    }

    fn fields(&self, name: &str) -> &'a [Field] {
        match self.api.named(name).map(|named| &named.shape) {
            Some(Shape::Object { fields, .. }) => fields,
            _ => &[],
        }
    }

    /// A type, written down.
    pub(super) fn ty(&self, ty: &Type, mode: Mode) -> String {
        match ty {
            Type::Any => "serde_json::Value".to_owned(),
            Type::String | Type::DateTime => "String".to_owned(),
            Type::Integer => "i64".to_owned(),
            Type::Number => "f64".to_owned(),
            Type::Boolean => "bool".to_owned(),
            Type::Constant(value) => constant(value).to_owned(),
            Type::List(item) => format!("Vec<{}>", self.ty(item, Mode::Plain)),
            Type::Map(value) if **value == Type::Any => "serde_json::Map<String, serde_json::Value>".to_owned(),
            Type::Map(value) => format!("std::collections::BTreeMap<String, {}>", self.ty(value, Mode::Plain)),
            Type::Named(name) => self.name(name, mode),
            Type::Nullable(inner) => format!("Option<{}>", self.ty(inner, mode)),
        }
    }

    /// A type as a part of `owner`: boxed if `owner` would hold itself otherwise.
    pub(super) fn part(&self, owner: &str, ty: &Type, mode: Mode) -> String {
        match ty {
            Type::Named(name) if self.holds(name, owner) => format!("Box<{}>", self.ty(ty, mode)),
            Type::Nullable(inner) => format!("Option<{}>", self.part(owner, inner, mode)),
            other => self.ty(other, mode),
        }
    }

    /// Whether values of the type `outer` have one of `inner` in them, and not behind a list or a map.
    pub(super) fn holds(&self, outer: &str, inner: &str) -> bool {
        let (mut seen, mut queue) = (BTreeSet::new(), vec![outer.to_owned()]);
        while let Some(name) = queue.pop() {
            if name == inner {
                return true;
            }
            if seen.insert(name.clone())
                && let Some(named) = self.api.named(&name)
            {
                queue.extend(named.shape.mentioned().into_iter().filter_map(|ty| match ty.without_null() {
                    Type::Named(name) => Some(name.clone()),
                    _ => None,
                }));
            }
        }
        false
    }

    /// What a type is behind all its other names.
    pub(super) fn behind<'t>(&self, ty: &'t Type) -> &'t Type
    where
        'a: 't,
    {
        let mut behind = ty;
        for _ in 0..self.api.types.len() {
            let Type::Named(name) = behind else { break };
            let Some(Shape::Alias(inner)) = self.api.named(name).map(|named| &named.shape) else { break };
            behind = inner;
        }
        behind
    }

    /// What a named type is behind all its other names.
    pub(super) fn shape_of(&self, ty: &Type) -> Option<&'a Shape> {
        let mut name = match ty {
            Type::Named(name) => name.as_str(),
            _ => return None,
        };
        for _ in 0..=self.api.types.len() {
            match &self.api.named(name)?.shape {
                Shape::Alias(Type::Named(other)) => name = other,
                shape => return Some(shape),
            }
        }
        None
    }
}

fn is_one_of(ty: &Type, names: &BTreeSet<String>) -> bool {
    matches!(ty.without_null(), Type::Named(name) if names.contains(name))
}

/// The type of a constant.
pub(super) fn constant(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "String",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_i64() => "i64",
        Value::Number(_) => "f64",
        _ => "serde_json::Value",
    }
}
