//! Definition files: one thing each, `<id>.yml`, with the keys of its definition.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use serde::Deserialize as _;

use super::kind::Kind;
use crate::config::{MergeKeys, in_plain_words, line_of, without_values};

/// Most bytes of a file.
const BYTES_MAX: u64 = 1 << 20;
/// Most definitions of a folder.
pub(super) const FILES_MAX: usize = 10_000;

/// Why a file defines nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Where, if it is in one place; counted from 1.
    pub line: Option<u32>,
    /// What is wrong, and how to correct it.
    pub reason: String,
}

/// What a file says, by the file's name: an id and a definition.
pub(super) type Files<D> = BTreeMap<String, Result<(String, D), Unreadable>>;

impl Unreadable {
    fn whole(reason: impl Into<String>) -> Self {
        Self { line: None, reason: reason.into() }
    }
}

/// Whether a file of this name is a definition.
pub(super) fn is_definition(name: &str) -> bool {
    !name.starts_with('.') && matches!(name.rsplit_once('.'), Some((_, "yml" | "yaml")))
}

/// Reads all definitions of `kind` in `folder`. Other files, hidden ones and folders are passed over.
///
/// # Errors
/// If the folder cannot be listed, or holds too many definitions.
pub(super) fn read_folder<K: Kind>(folder: &Path, kind: &K) -> io::Result<Files<K::Definition>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        if is_definition(&name.to_string_lossy()) {
            names.push(name);
        }
        if names.len() > FILES_MAX {
            return Err(io::Error::other(format!("it holds more than {FILES_MAX} definitions")));
        }
    }
    names.sort();
    let (mut files, mut ids) = (Files::new(), BTreeMap::new());
    for name in names {
        let path = folder.join(&name);
        let name = name.to_string_lossy().into_owned();
        let Some((id, _)) = name.rsplit_once('.').filter(|_| !path.is_dir()) else { continue };
        let said = match ids.insert(id.to_owned(), name.clone()) {
            Some(other) => Err(Unreadable::whole(format!("{other} defines the same {}: keep one of the two", K::NAME))),
            None => read_file(&path, id, kind).map(|definition| (id.to_owned(), definition)),
        };
        files.insert(name, said);
    }
    Ok(files)
}

fn read_file<K: Kind>(path: &Path, id: &str, kind: &K) -> Result<K::Definition, Unreadable> {
    if let Some(fault) = kind.id_fault(id) {
        return Err(Unreadable::whole(format!("the file's name is the {}'s id, and `{id}` {fault}", K::NAME)));
    }
    parse(&text_of(path)?, kind)
}

/// The text of a regular file, perhaps behind a link. What else may stand there, such as a pipe or a device, may have no
/// end, or never begin: it is not opened.
fn text_of(path: &Path) -> Result<String, Unreadable> {
    let unreadable = |fault: io::Error| Unreadable::whole(format!("the file cannot be read: {fault}"));
    let refuse = |is_file: bool| {
        let told = "it is no regular file: a definition is a file, or a link to one";
        if is_file { Ok(()) } else { Err(Unreadable::whole(told)) }
    };
    refuse(fs::metadata(path).map_err(unreadable)?.is_file())?;
    let file = File::open(path).map_err(unreadable)?;
    refuse(file.metadata().map_err(unreadable)?.is_file())?;
    let mut bytes = Vec::new();
    let length = file.take(BYTES_MAX + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if length as u64 > BYTES_MAX {
        return Err(Unreadable::whole(format!("the file is larger than {BYTES_MAX} bytes")));
    }
    String::from_utf8(bytes).map_err(|_| Unreadable::whole("the file is not UTF-8"))
}

/// What a file of this text says.
fn parse<K: Kind>(text: &str, kind: &K) -> Result<K::Definition, Unreadable> {
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Err(Unreadable::whole("the file says nothing"));
    }
    let document = MergeKeys(serde_yaml::Deserializer::from_str(text));
    let definition = K::Definition::deserialize(document).map_err(|fault| {
        let line = fault.location().and_then(|place| u32::try_from(place.line()).ok());
        let reason = fault.to_string();
        let place =
            |place: &str| place.split(" column ").all(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
        let reason =
            reason.rsplit_once(" at line ").filter(|(_, end)| place(end)).map_or(reason.as_str(), |(reason, _)| reason);
        // The file may be anything, and a link may lead anywhere: its text is not repeated.
        Unreadable { line, reason: in_plain_words(&without_values(reason)) }
    })?;
    match kind.faults(&definition).into_iter().next() {
        None => Ok(definition),
        Some((pointer, detail)) => {
            let key = pointer.trim_start_matches('/').replace('/', ".");
            Err(Unreadable { line: line_of(text, &pointer), reason: format!("{key}: {detail}") })
        }
    }
}
