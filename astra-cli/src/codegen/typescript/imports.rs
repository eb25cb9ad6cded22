//! What a file takes from others, collected while it is written.

use std::collections::{BTreeMap, BTreeSet};

use super::code::listed;
use crate::codegen::Source;

/// The imports of a file.
#[derive(Default)]
pub(super) struct Imports {
    /// By path; values and types apart.
    names: BTreeMap<String, (BTreeSet<String>, BTreeSet<String>)>,
}

impl Imports {
    /// A value from the file at `path`.
    pub(super) fn value(&mut self, path: &str, name: &str) {
        self.names.entry(path.to_owned()).or_default().0.insert(name.to_owned());
    }

    /// A type from the file at `path`.
    pub(super) fn ty(&mut self, path: &str, name: impl Into<String>) {
        self.names.entry(path.to_owned()).or_default().1.insert(name.into());
    }

    /// Writes them.
    pub(super) fn write(&self, source: &mut Source) {
        for (path, (values, types)) in &self.names {
            let (open, mark) = if values.is_empty() { ("import type {", "") } else { ("import {", "type ") };
            let types = types.difference(values).map(|name| format!("{mark}{name}"));
            let mut names: Vec<String> = types.collect();
            names.extend(values.iter().cloned());
            source.line(listed(open, &names, &format!("}} from \"{path}\";"), 0));
        }
    }
}
