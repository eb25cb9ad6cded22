//! The text of a SKILL.md: its front matter, which is YAML between two lines of `---`, and the instructions after it.

use serde_yaml::{Mapping, Value};

use super::finding::Finding;
use crate::config::{in_plain_words, line_of, without_values};

/// Most bytes of a front matter.
const FRONT_MATTER_BYTES_MAX: usize = 16 << 10;

/// A SKILL.md that was read, and not yet judged.
#[derive(Debug)]
pub(super) struct Document<'a> {
    /// The YAML between the lines of `---`.
    yaml: String,
    /// The keys with their values.
    pub(super) keys: Mapping,
    /// What follows the front matter.
    pub(super) instructions: &'a str,
}

impl Document<'_> {
    /// The line of the file where `key` stands.
    pub(super) fn line(&self, key: &str) -> Option<u32> {
        // The front matter begins on the second line.
        line_of(&self.yaml, &format!("/{key}")).map(|line| line + 1)
    }
}

/// The text in `bytes`. A byte order mark, NUL and what is not UTF-8 are refused with their lines.
pub(super) fn text_of<'a>(file: &str, bytes: &'a [u8]) -> Result<&'a str, Finding> {
    let line_at = |place: usize| {
        let line = bytes[..place].iter().filter(|byte| **byte == b'\n').count() + 1;
        u32::try_from(line).ok()
    };
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(fault) => {
            let line = line_at(fault.valid_up_to());
            return Err(Finding::error(file, line, "this is not UTF-8: save the file in UTF-8"));
        }
    };
    if text.starts_with('\u{feff}') {
        let reason = "the file begins with a byte order mark: save it as UTF-8 without one";
        return Err(Finding::error(file, Some(1), reason));
    }
    match text.find('\0') {
        Some(place) => Err(Finding::error(file, line_at(place), "there is a NUL here: a skill is text")),
        None => Ok(text),
    }
}

/// Divides `text` into keys and instructions.
pub(super) fn parse<'a>(file: &str, text: &'a str) -> Result<Document<'a>, Finding> {
    let (yaml, instructions) = divided(text).map_err(|reason| Finding::error(file, Some(1), reason))?;
    if yaml.len() > FRONT_MATTER_BYTES_MAX {
        let reason = format!("the front matter is larger than {FRONT_MATTER_BYTES_MAX} bytes");
        return Err(Finding::error(file, Some(1), reason));
    }
    // Lines stay lines: faults are found by their numbers.
    let yaml = yaml.replace("\r\n", "\n");
    let keys = match serde_yaml::from_str::<Value>(&yaml) {
        Ok(Value::Mapping(keys)) => keys,
        Ok(Value::Null) => Mapping::new(),
        Ok(_) => {
            let reason = "the front matter is no list of keys with their values, such as `name: pdf`";
            return Err(Finding::error(file, Some(2), reason));
        }
        Err(fault) => {
            let line = fault.location().and_then(|place| u32::try_from(place.line()).ok()).unwrap_or(1);
            let told = fault.to_string();
            let told = told.split(" at line ").next().unwrap_or_default();
            let reason = format!("the front matter is no good YAML: {}", in_plain_words(&without_values(told)));
            return Err(Finding::error(file, Some(line + 1), reason));
        }
    };
    Ok(Document { yaml, keys, instructions })
}

/// The front matter of `text`, and what follows it.
fn divided(text: &str) -> Result<(&str, &str), &'static str> {
    let is_fence = |line: &str| line.trim_end() == "---";
    let mut lines = text.split_inclusive('\n');
    let first = lines.next().unwrap_or_default();
    if !is_fence(first) {
        return Err(
            "there is no front matter: the first line must be `---`, and the keys `name` and `description` follow",
        );
    }
    let mut end = first.len();
    for line in lines {
        if is_fence(line) {
            return Ok((&text[first.len()..end], &text[end + line.len()..]));
        }
        end += line.len();
    }
    Err("the front matter that begins here has no line `---` at its end")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_divided_at_lines_of_three_dashes_alone() {
        assert_eq!(divided("---\na: b --- c\n---\nbody\n---\n"), Ok(("a: b --- c\n", "body\n---\n")));
        assert_eq!(divided("---\r\na: b\r\n--- \r\nbody"), Ok(("a: b\r\n", "body")));
        assert_eq!(divided("---\n---"), Ok(("", "")));
        for text in ["", "# Title\n", "----\na: b\n---\n", " ---\n---\n", "---\na: b\n", "---"] {
            assert!(divided(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_fault_of_yaml_has_the_line_of_the_file() {
        let line = |yaml: &str| parse("SKILL.md", &format!("---\n{yaml}\n---\n")).expect_err("a fault").line;
        assert_eq!(line("name: a\ndescription: b: c"), Some(3));
        assert_eq!(line("name: a\nname: b"), Some(2));
        assert_eq!(line("- name"), Some(2));
        assert_eq!(line("name: [a"), Some(3));
    }

    #[test]
    fn bytes_that_are_no_text_are_refused_with_their_line() {
        let line = |bytes: &[u8]| text_of("SKILL.md", bytes).expect_err("a fault").line;
        assert_eq!(line(b"---\nname: \xe9\n"), Some(2));
        assert_eq!(line(b"\xef\xbb\xbf---\n"), Some(1));
        assert_eq!(line(b"---\n---\na\0"), Some(3));
    }
}
