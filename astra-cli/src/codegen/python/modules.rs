//! Modules of Python: what they are for, what they import, what is in them.

use std::collections::{BTreeMap, BTreeSet};

use super::layout::{Code, INDENT, fits};
use super::text::docstring;
use crate::codegen::source::Source;

/// A module of its parts.
pub(super) fn assembled(purpose: &str, imports: &Imports, body: Source) -> String {
    let mut source = Source::new(INDENT);
    docstring(&mut source, 0, purpose);
    source.gap().line("from __future__ import annotations");
    for block in imports.blocks() {
        source.gap();
        for statement in block {
            statement.write(&mut source, 0, "", "");
        }
    }
    let body = body.finish();
    let body = body.trim();
    if ["class ", "def ", "@"].iter().any(|definition| body.starts_with(definition)) {
        source.gap();
    }
    if !body.is_empty() {
        source.gap().line(body);
    }
    source.finish()
}

/// The names that a module imports, by the modules that they are in; of a module itself, none.
#[derive(Debug, Default)]
pub(super) struct Imports(BTreeMap<String, BTreeSet<String>>);

impl Imports {
    /// Imports `name` from `module`, and gives it back.
    pub(super) fn from(&mut self, module: &str, name: &str) -> String {
        self.0.entry(module.to_owned()).or_default().insert(name.to_owned());
        name.to_owned()
    }

    /// Imports a module.
    pub(super) fn module(&mut self, module: &str) {
        self.0.entry(module.to_owned()).or_default();
    }

    /// The import statements, in the order that Python's tools agree on.
    fn blocks(&self) -> Vec<Vec<Code>> {
        let is_relative = |module: &str| module.starts_with('.');
        let statement = |(module, names): (&String, &BTreeSet<String>)| {
            if names.is_empty() {
                return Code::plain(format!("import {module}"));
            }
            let mut names: Vec<&String> = names.iter().collect();
            names.sort_by_key(|name| (kind(name), natural(name)));
            let flat = names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
            let line = format!("from {module} import {flat}");
            if fits(&line, 0) {
                return Code::plain(line);
            }
            // Brackets come only with a line for each.
            let items = names.into_iter().map(Code::plain).collect();
            Code::Group { open: format!("from {module} import ("), items, close: ")" }
        };
        let mut system: Vec<_> = self.0.iter().filter(|(module, _)| !is_relative(module)).collect();
        system.sort_by_key(|(module, names)| (!names.is_empty(), (*module).clone()));
        let mut relative: Vec<_> = self.0.iter().filter(|(module, _)| is_relative(module)).collect();
        let dots = |module: &str| module.len() - module.trim_start_matches('.').len();
        relative.sort_by_key(|(module, _)| (std::cmp::Reverse(dots(module)), (*module).clone()));
        [system, relative]
            .into_iter()
            .filter(|block| !block.is_empty())
            .map(|block| block.into_iter().map(statement).collect())
            .collect()
    }
}

/// A key that sorts names regardless of their case, and numbers in them by their size.
fn natural(name: &str) -> String {
    let mut key = String::new();
    let mut digits = String::new();
    for letter in name.to_ascii_lowercase().chars() {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        key.push_str(&padded(&std::mem::take(&mut digits)));
        key.push(letter);
    }
    key + &padded(&digits)
}

fn padded(digits: &str) -> String {
    if digits.is_empty() { String::new() } else { format!("{digits:0>20}") }
}

/// Constants, then classes, then the rest.
fn kind(name: &str) -> u8 {
    let letters = || name.chars().filter(|letter| letter.is_ascii_alphabetic());
    match name.trim_start_matches('_').chars().next() {
        _ if name.len() > 1 && letters().all(|letter| letter.is_ascii_uppercase()) => 0,
        Some(first) if first.is_ascii_uppercase() => 1,
        _ => 2,
    }
}
