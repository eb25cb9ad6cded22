//! What the front matter of a SKILL.md may say, by the specification of Agent Skills (<https://agentskills.io/specification>).
//! The reference validators `skills-ref` of PyPI and npm come to the same verdicts but for what `tests/skills` names.

use std::collections::BTreeMap;

use serde_yaml::Value;

use super::finding::Finding;
use super::front_matter::Document;
use super::skill::SkillDefinition;
use crate::text::shorten;

/// Most characters of a name, ...
const NAME_MAX: usize = 64;
/// ... of a description, ...
const DESCRIPTION_MAX: usize = 1024;
/// ... and of what a skill needs.
const COMPATIBILITY_MAX: usize = 500;

/// Names that would hide the skill behind an operation on all skills.
const RESERVED: [&str; 1] = ["reload"];

const KEYS: [&str; 6] = ["name", "description", "license", "compatibility", "metadata", "allowed-tools"];

/// A front matter that is being judged.
struct Judge<'a> {
    file: &'a str,
    document: &'a Document<'a>,
    findings: &'a mut Vec<Finding>,
}

/// The skill that `document` describes, if it describes one. `folder` is the name of the folder that it is in.
pub(super) fn judge(
    file: &str,
    folder: &str,
    document: &Document<'_>,
    findings: &mut Vec<Finding>,
) -> Option<SkillDefinition> {
    let before = findings.iter().filter(|finding| finding.is_error()).count();
    let mut judge = Judge { file, document, findings };
    judge.unknown_keys();
    let id = judge.name(folder);
    let description = judge.description();
    let compatibility = judge.compatibility();
    let skill = SkillDefinition {
        id: id.unwrap_or_default(),
        description: description.unwrap_or_default(),
        license: judge.license(),
        compatibility,
        allowed_tools: judge.allowed_tools(),
        metadata: judge.metadata(),
        instructions: document.instructions.replace("\r\n", "\n").trim().into(),
    };
    if skill.instructions.is_empty() {
        judge.warn(None, "there are no instructions behind the front matter");
    }
    (findings.iter().filter(|finding| finding.is_error()).count() == before).then_some(skill)
}

impl Judge<'_> {
    fn refuse(&mut self, key: &str, reason: impl Into<String>) {
        let line = self.document.line(key).or(Some(1));
        self.findings.push(Finding::error(self.file, line, reason));
    }

    fn warn(&mut self, key: Option<&str>, reason: impl Into<String>) {
        let line = key.and_then(|key| self.document.line(key));
        self.findings.push(Finding::warning(self.file, line, reason));
    }

    /// Keys of other products: Claude Code's `model`, `hooks` and so on.
    fn unknown_keys(&mut self) {
        let keys: Vec<Option<String>> = self.document.keys.keys().map(text).collect();
        for key in keys {
            let Some(key) = key else {
                self.warn(None, "a key of the front matter is no text: it is ignored");
                continue;
            };
            if !KEYS.contains(&key.as_str()) {
                self.warn(Some(&key), format!("`{}` is no key of Agent Skills: it is ignored", shorten(&key)));
            }
        }
    }

    /// The value of `key` as text; an error if it is there and is none.
    fn text(&mut self, key: &str) -> Option<String> {
        let value = self.document.keys.get(key)?;
        let said = text(value);
        if said.is_none() {
            self.refuse(key, format!("`{key}` must be a text"));
        }
        said
    }

    fn required(&mut self, key: &str) -> Option<String> {
        if self.document.keys.get(key).is_none_or(Value::is_null) {
            self.refuse(key, format!("the key `{key}` is missing"));
            return None;
        }
        let said = self.text(key)?;
        if said.trim().is_empty() {
            self.refuse(key, format!("`{key}` is empty"));
            return None;
        }
        Some(said)
    }

    fn name(&mut self, folder: &str) -> Option<String> {
        let name = self.required("name")?.trim().to_owned();
        if let Some(fault) = name_fault(&name) {
            self.refuse("name", fault);
        } else if name != folder {
            let folder = shorten(folder);
            self.refuse("name", format!("the name is `{name}` and the folder `{folder}`: both must be the same"));
        }
        Some(name)
    }

    fn description(&mut self) -> Option<String> {
        let said = self.required("description")?;
        let length = said.chars().count();
        if length > DESCRIPTION_MAX {
            self.refuse("description", format!("the description has {length} characters; at most {DESCRIPTION_MAX}"));
        }
        if said.chars().any(|character| character.is_control() && !matches!(character, '\n' | '\r' | '\t')) {
            self.refuse("description", "the description holds a control character");
        }
        Some(said.trim().to_owned())
    }

    fn compatibility(&mut self) -> Option<String> {
        let said = self.text("compatibility")?;
        let length = said.chars().count();
        if length > COMPATIBILITY_MAX {
            let reason = format!("`compatibility` has {length} characters; at most {COMPATIBILITY_MAX}");
            self.refuse("compatibility", reason);
        }
        Some(said.trim().to_owned()).filter(|said| !said.is_empty())
    }

    fn license(&mut self) -> Option<String> {
        let value = self.document.keys.get("license")?;
        let said = text(value);
        if said.is_none() && !value.is_null() {
            self.warn(Some("license"), "`license` is no text: it is ignored");
        }
        said.map(|said| said.trim().to_owned()).filter(|said| !said.is_empty())
    }

    /// A text with spaces between the tools, or a list.
    fn allowed_tools(&mut self) -> Vec<String> {
        let Some(value) = self.document.keys.get("allowed-tools").filter(|value| !value.is_null()) else {
            return Vec::new();
        };
        let said: Option<Vec<String>> = match value {
            Value::Sequence(items) => items.iter().map(text).collect(),
            value => text(value).map(|said| tools(&said)),
        };
        if said.is_none() {
            self.warn(Some("allowed-tools"), "`allowed-tools` is neither a text nor a list of texts: it is ignored");
        }
        said.unwrap_or_default()
    }

    fn metadata(&mut self) -> BTreeMap<String, String> {
        match self.document.keys.get("metadata") {
            None | Some(Value::Null) => BTreeMap::new(),
            Some(Value::Mapping(entries)) => {
                let entry = |(key, value): (&Value, &Value)| Some((text(key)?, text_or_json(value)));
                entries.iter().filter_map(entry).collect()
            }
            Some(_) => {
                self.warn(Some("metadata"), "`metadata` is no list of keys with their values: it is ignored");
                BTreeMap::new()
            }
        }
    }
}

/// What is wrong with a name, which is words of a-z and 0-9 with one hyphen between them.
fn name_fault(name: &str) -> Option<String> {
    let length = name.chars().count();
    if length > NAME_MAX {
        return Some(format!("the name has {length} characters; at most {NAME_MAX}"));
    }
    if RESERVED.contains(&name) {
        return Some(format!("the name `{name}` is reserved: choose another one"));
    }
    if name.chars().any(char::is_uppercase) {
        return Some(format!("the name is not in lower case: write `{}`", shorten(&name.to_lowercase())));
    }
    if !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
        return Some("the name may have a-z, 0-9 and hyphens".to_owned());
    }
    let is_badly_joined = name.starts_with('-') || name.ends_with('-') || name.contains("--");
    is_badly_joined.then(|| "a hyphen in the name must stand between two letters or digits".to_owned())
}

/// Tools are divided by spaces, and commas as some write them; what is in brackets, as in `Bash(git:*, jq:*)`, stays whole.
fn tools(said: &str) -> Vec<String> {
    let mut depth = 0_i32;
    let parts = said.split(|character: char| {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        depth <= 0 && (character.is_whitespace() || character == ',')
    });
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// A scalar as text.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Sequence(_) | Value::Mapping(_) | Value::Tagged(_) => None,
    }
}

fn text_or_json(value: &Value) -> String {
    text(value).unwrap_or_else(|| serde_json::to_string(value).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_are_divided_outside_of_brackets() {
        let said = "Bash(git:*) Read, Bash(jq:*, sort -u)  Write";
        assert_eq!(tools(said), ["Bash(git:*)", "Read", "Bash(jq:*, sort -u)", "Write"]);
        assert_eq!(tools(""), [""; 0]);
    }

    #[test]
    fn a_name_is_words_with_single_hyphens() {
        for name in ["pdf", "pdf-forms-2", "7z", &"a".repeat(64)] {
            assert_eq!(name_fault(name), None, "{name}");
        }
        for name in ["PDF", "pdf_forms", "-pdf", "pdf-", "pdf--forms", "pdf forms", "ünter", &"a".repeat(65)] {
            assert!(name_fault(name).is_some(), "{name}");
        }
    }
}
