//! Definition files: one agent each, `<id>.yml`, with the keys of a definition.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use super::check::{check, id_fault};
use super::locate::line_of;
use crate::config::in_plain_words;
use crate::engine::agent::Definition;
use crate::provider::Registry;

/// Most bytes of a file.
const BYTES_MAX: u64 = 1 << 20;

/// Why a file defines nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Where, if it is in one place; counted from 1.
    pub line: Option<u32>,
    /// What is wrong and how to mend it.
    pub reason: String,
}

/// What a file says, by the file's name: the agent's id and its definition.
pub(super) type Files = BTreeMap<String, Result<(String, Definition), Unreadable>>;

impl Unreadable {
    fn whole(reason: impl Into<String>) -> Self {
        Self { line: None, reason: reason.into() }
    }
}

/// Reads all definitions in `folder`. Other files, hidden ones and folders are passed over.
///
/// # Errors
/// If the folder cannot be listed.
pub(super) fn read_folder(folder: &Path, providers: &Registry) -> io::Result<Files> {
    let mut files = Files::new();
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name());
    }
    names.sort();
    let mut ids = BTreeMap::new();
    for name in names {
        let path = folder.join(&name);
        let name = name.to_string_lossy().into_owned();
        let Some((id, "yml" | "yaml")) = name.rsplit_once('.') else { continue };
        if name.starts_with('.') || path.is_dir() {
            continue;
        }
        let said = match ids.insert(id.to_owned(), name.clone()) {
            Some(other) => Err(Unreadable::whole(format!("{other} defines the same agent: keep one of the two"))),
            None => read_file(&path, id, providers).map(|definition| (id.to_owned(), definition)),
        };
        files.insert(name, said);
    }
    Ok(files)
}

fn read_file(path: &Path, id: &str, providers: &Registry) -> Result<Definition, Unreadable> {
    if let Some(fault) = id_fault(id) {
        return Err(Unreadable::whole(format!("the file's name is the agent's id, and `{id}` {fault}")));
    }
    let unreadable = |fault: io::Error| Unreadable::whole(format!("the file cannot be read: {fault}"));
    if fs::metadata(path).map_err(unreadable)?.len() > BYTES_MAX {
        return Err(Unreadable::whole(format!("the file is larger than {BYTES_MAX} bytes")));
    }
    let text = fs::read_to_string(path).map_err(unreadable)?;
    parse(&text, providers)
}

/// What a file of this text says.
pub(super) fn parse(text: &str, providers: &Registry) -> Result<Definition, Unreadable> {
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Err(Unreadable::whole("the file says nothing"));
    }
    let definition: Definition = serde_yaml::from_str(text).map_err(|fault| {
        let line = fault.location().and_then(|place| u32::try_from(place.line()).ok());
        let reason = fault.to_string();
        let reason = reason.split(" at line ").next().unwrap_or_default();
        Unreadable { line, reason: in_plain_words(reason) }
    })?;
    match check(&definition, providers).into_iter().next() {
        None => Ok(definition),
        Some((pointer, detail)) => {
            let key = pointer.trim_start_matches('/').replace('/', ".");
            Err(Unreadable { line: line_of(text, &pointer), reason: format!("{key}: {detail}") })
        }
    }
}
