//! Where a key of the configuration was set: a variable, a flag, or a line of the file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use astra_core::config::{ConfigSource, ConfigSources, Fault, MergeKeys};
use serde::Deserialize as _;
use serde_json::Value;

/// Where the keys were set.
#[derive(Debug, Default)]
pub(crate) struct Origins {
    /// Keys that a variable or a flag has set, with its name.
    overlaid: BTreeMap<&'static str, String>,
    /// The file and its text.
    file: Option<(PathBuf, String)>,
}

impl Origins {
    /// The keys come from this file, as far as no variable and no flag sets them.
    pub(super) fn of_file(path: &Path) -> Self {
        // What could not be read was refused before.
        let text = std::fs::read_to_string(path).unwrap_or_default();
        Self { overlaid: BTreeMap::new(), file: Some((path.to_owned(), text)) }
    }

    /// `name`, a variable or a flag, has set `key`.
    pub(super) fn overlay(&mut self, key: &'static str, name: &str) {
        self.overlaid.insert(key, name.to_owned());
    }

    /// Writes down where each key was set: a flag stands above a variable, and a variable above the file.
    pub(super) fn note(&self, sources: &mut ConfigSources) {
        if let Some((path, text)) = &self.file {
            let read = Value::deserialize(MergeKeys(serde_yaml::Deserializer::from_str(text)));
            let name = path.display().to_string();
            keys("", &read.unwrap_or_default(), &mut |key| sources.set(key, ConfigSource::File, &*name));
        }
        for (key, name) in &self.overlaid {
            let source = if name.starts_with("--") { ConfigSource::Flag } else { ConfigSource::Environment };
            sources.set(*key, source, name);
        }
    }

    /// The fault with its place, if that is known: `astra.yml:4: providers.a.base_url is no URL`.
    pub(crate) fn explain(&self, fault: &Fault) -> String {
        let said = format!("{} {}", fault.key, fault.detail);
        if let Some(name) = self.overlaid.get(fault.key.as_str()) {
            return format!("{name}: {said}");
        }
        let line = self.file.as_ref().and_then(|(path, text)| Some((path, line_of(text, &fault.key)?)));
        match line {
            Some((path, line)) => format!("{}:{line}: {said}", path.display()),
            None => said,
        }
    }
}

/// The keys of what is no object in `value`, with dots.
fn keys(key: &str, value: &Value, found: &mut impl FnMut(&str)) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, value) in fields {
                keys(&if key.is_empty() { name.clone() } else { format!("{key}.{name}") }, value, found);
            }
        }
        // An empty section sets nothing.
        Value::Null => {}
        _ => found(key),
    }
}

/// The line of the key in a YAML text in block style, counted from 1; of the innermost part of it that is found. A name
/// with dots in it is one part.
fn line_of(text: &str, key: &str) -> Option<usize> {
    let lines: Vec<(usize, usize, &str)> = text.lines().enumerate().filter_map(content).collect();
    let (mut within, mut rest, mut found) = (lines.as_slice(), key, None);
    while let Some(depth) = within.first().map(|(_, depth, _)| *depth) {
        let is_next = |(_, own, line): &(usize, usize, &str)| *own == depth && after_key(line, rest).is_some();
        let Some(at) = within.iter().position(is_next) else { break };
        let (number, _, line) = within[at];
        found = Some(number);
        rest = after_key(line, rest).unwrap_or_default();
        let below = &within[at + 1..];
        let end = below.iter().position(|(_, own, _)| *own <= depth).unwrap_or(below.len());
        within = &below[..end];
        if rest.is_empty() {
            break;
        }
    }
    found
}

/// A line that says something: its number, its indentation and the rest.
fn content((index, line): (usize, &str)) -> Option<(usize, usize, &str)> {
    let said = line.trim_start();
    (!said.is_empty() && !said.starts_with('#')).then_some((index + 1, line.len() - said.len(), said))
}

/// What is left of the dotted `key` behind the one that `line` sets; `None` if it sets another.
fn after_key<'k>(line: &str, key: &'k str) -> Option<&'k str> {
    let (name, _) = line.split_once(':')?;
    let rest = key.strip_prefix(name.trim().trim_matches(['"', '\'']))?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('.') }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_stands_above_a_variable_and_a_variable_above_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.yml");
        std::fs::write(&path, "listen: 1\nstore: &s {readers: 2}\nauth:\n").expect("written");
        let mut origins = Origins::of_file(&path);
        origins.overlay("listen", "--listen");
        origins.overlay("data_dir", "ASTRA_DATA_DIR");
        let (mut sources, mut expected) = (ConfigSources::default(), ConfigSources::default());
        origins.note(&mut sources);
        expected.set("store.readers", ConfigSource::File, path.display().to_string());
        expected.set("listen", ConfigSource::Flag, "--listen");
        expected.set("data_dir", ConfigSource::Environment, "ASTRA_DATA_DIR");
        assert_eq!(sources, expected);
    }

    #[test]
    fn a_key_is_found_as_far_as_it_is_written() {
        let text = "# a: x\nlisten: 1\n\nproviders:\n  \"a\":\n    preset: b\n  my.llm:\n    base_url: x\nlimits: {body_bytes: 0}\n";
        for (key, line) in [
            ("listen", Some(2)),
            ("providers.a.preset", Some(6)),
            ("providers.a.base_url", Some(5)),
            ("providers.my.llm.base_url", Some(8)),
            ("providers.b.base_url", Some(4)),
            ("limits.body_bytes", Some(9)),
            ("store.readers", None),
            ("preset", None),
        ] {
            assert_eq!(line_of(text, key), line, "{key}");
        }
    }
}
