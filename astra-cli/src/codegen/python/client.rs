//! `client.py`, `__init__.py` and `pyproject.toml`: templates in which some lines depend on the document.

use super::layout::INDENT;
use super::names::{Names, module};
use super::text::{literal, one_line};
use crate::codegen::Package;
use crate::codegen::model::Api;
use crate::codegen::source::sentence;

/// `client.py`
pub(super) fn client(api: &Api, names: &Names) -> String {
    let mut groups = Groups::default();
    let mut classes: Vec<(String, String)> = Vec::new();
    for group in &api.groups {
        let attribute = names.of_group(&group.name);
        let (class, async_class) = names.classes_of_group(&group.name);
        groups.declare(attribute, &class, &async_class, &group.description);
        classes.push((format!(".groups.{attribute}"), format!("{async_class}, {class}")));
    }
    classes.sort();
    let imports = classes.iter().map(|(module, classes)| {
        let line = format!("from {module} import {}", ordered(classes));
        if super::layout::fits(&line, 0) {
            line
        } else {
            format!("from {module} import (\n    {},\n)", ordered(classes).replace(", ", ",\n    "))
        }
    });
    let imports: Vec<String> = imports.collect();
    let title = sentence(&one_line(&api.title)).replace('\\', "\\\\").replace("\"\"\"", "'''");
    let title = if title.is_empty() { "A client.".to_owned() } else { title };
    let token_path = api.sign_in.as_ref().map(|sign_in| literal(&sign_in.token_path));
    let values = [
        ("#group_imports", imports.join("\n")),
        ("#groups_declared", groups.declared),
        ("#groups_made", groups.made),
        ("#async_groups_declared", groups.async_declared),
        ("#async_groups_made", groups.async_made),
    ];
    let text = chosen(include_str!("../templates/python/client.py"), conditions(api));
    let text = text.replace("#title", &title).replace("\"#token_path\"", &token_path.unwrap_or_default());
    filled(&text, &values)
}

fn ordered(classes: &str) -> String {
    let mut classes: Vec<&str> = classes.split(", ").collect();
    classes.sort_unstable();
    classes.join(", ")
}

#[derive(Default)]
struct Groups {
    declared: String,
    async_declared: String,
    made: String,
    async_made: String,
}

impl Groups {
    fn declare(&mut self, attribute: &str, class: &str, async_class: &str, description: &str) {
        let mut source = crate::codegen::Source::new(INDENT);
        source.deeper(|source| super::text::docstring(source, 1, &sentence(description)));
        let described = source.finish();
        let gap = if described.is_empty() { "" } else { "\n" };
        self.declared.push_str(&format!("    {attribute}: {class}\n{described}{gap}"));
        self.async_declared.push_str(&format!("    {attribute}: {async_class}\n{described}{gap}"));
        self.made.push_str(&format!("        self.{attribute} = {class}(self._transport)\n"));
        self.async_made.push_str(&format!("        self.{attribute} = {async_class}(self._transport)\n"));
    }
}

/// The lines of a template without those of other conditions: `#if name`, `#else`, `#end`, which may stand in each other.
pub(super) fn chosen(template: &str, conditions: &[&str]) -> String {
    let mut text = String::new();
    let mut shown = Vec::new();
    for line in template.lines() {
        if let Some(name) = line.strip_prefix("#if ") {
            shown.push(conditions.contains(&name));
        } else if line == "#else" {
            let last = shown.pop().unwrap_or(true);
            shown.push(!last);
        } else if line == "#end" {
            shown.pop();
        } else if shown.iter().all(|is_shown| *is_shown) {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

/// A template whose lines of these names are replaced.
fn filled(template: &str, values: &[(&str, String)]) -> String {
    let mut text = String::new();
    for line in template.lines() {
        match values.iter().find(|(name, _)| *name == line) {
            Some((_, value)) if value.is_empty() => {}
            Some((_, value)) => text.push_str(&format!("{}\n", value.trim_end_matches('\n'))),
            None => text.push_str(&format!("{line}\n")),
        }
    }
    text
}

/// What a template may ask for.
const fn conditions(api: &Api) -> &'static [&'static str] {
    if api.sign_in.is_some() { &["sign_in"] } else { &[] }
}

/// `__init__.py`
pub(super) fn root(api: &Api) -> String {
    chosen(include_str!("../templates/python/__init__.py"), conditions(api))
}

/// `_version.py`
pub(super) fn version(api: &Api, package: &Package) -> String {
    let version = literal(&release(&api.version));
    format!(
        "\"\"\"What this package is called.\"\"\"\n\nfrom typing import Final\n\nNAME: Final = {}\nVERSION: Final = {version}\n",
        literal(&package.name)
    )
}

/// `pyproject.toml`
pub(super) fn manifest(api: &Api, package: &Package) -> String {
    let title = if api.title.is_empty() { "an HTTP API" } else { &api.title };
    include_str!("../templates/python/pyproject.toml")
        .replace("#name", &package.name)
        .replace("#version", &release(&api.version))
        .replace("#module", &module(&package.name))
        .replace("#description", &quoted(&format!("A client of {}, typed, for threads and asyncio.", one_line(title))))
}

/// A text inside of a string of TOML.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").chars().filter(|letter| !letter.is_control()).collect()
}

/// The document's version, if a Python package can have it (PEP 440).
fn release(version: &str) -> String {
    let number = version.trim().trim_start_matches('v');
    let digits = |text: &str| !text.is_empty() && text.chars().all(|letter| letter.is_ascii_digit());
    let is_fit = number.split('.').all(digits);
    if is_fit { number.to_owned() } else { "0.0.0".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_one_that_python_takes() {
        for (version, expected) in
            [("0.1.0", "0.1.0"), ("v2", "2"), ("2024-01-01", "0.0.0"), ("", "0.0.0"), ("1.x", "0.0.0")]
        {
            assert_eq!(release(version), expected, "{version}");
        }
    }

    #[test]
    fn lines_for_another_document_are_left_out() {
        let template = "a\n#if sign_in\nb\n#else\nc\n#end\nd\n";
        assert_eq!(chosen(template, &["sign_in"]), "a\nb\nd\n");
        assert_eq!(chosen(template, &[]), "a\nc\nd\n");
    }
}
