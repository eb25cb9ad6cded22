//! `package.json`, and the names that npm takes.

use serde_json::Value;

use crate::codegen::Package;
use crate::codegen::model::Api;

const MANIFEST: &str = include_str!("../templates/typescript/package.json");

/// What npm keeps for itself.
const RESERVED: [&str; 2] = ["node_modules", "favicon.ico"];

/// Checks a package's name by npm's rules.
pub(in crate::codegen) fn check_name(name: &str) -> Result<(), String> {
    if name.len() > 214 {
        return Err("the name of a package of npm has at most 214 letters".to_owned());
    }
    let (scope, own) = match name.strip_prefix('@') {
        Some(rest) => rest.split_once('/').map(|(scope, own)| (Some(scope), own)).unwrap_or((None, "")),
        None => (None, name),
    };
    let is_letter = |letter: char| {
        letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, '-' | '_' | '.' | '~')
    };
    let is_fit = |part: &str| !part.is_empty() && !part.starts_with(['.', '_']) && part.chars().all(is_letter);
    if !scope.is_none_or(is_fit) || !is_fit(own) || RESERVED.contains(&own) {
        return Err(format!(
            "`{name}` is no name of a package of npm, such as `astra-client` or `@example/astra-client`: it has \
             lower-case letters, digits, `-`, `_`, `.` and `~`, and does not begin with a dot or an underscore"
        ));
    }
    Ok(())
}

/// `package.json`.
pub(super) fn manifest(api: &Api, package: &Package) -> String {
    let title = if api.title.is_empty() { "the API" } else { &api.title };
    let description = format!("Client of {title}, generated from its OpenAPI document by astra codegen.");
    let quoted = |text: &str| Value::from(text).to_string();
    MANIFEST
        .replace("{{version}}", &quoted(version(&api.version)))
        .replace("{{name}}", &quoted(&package.name))
        .replace("{{description}}", &quoted(&description))
}

/// The document's version if npm takes it.
fn version(version: &str) -> &str {
    let (numbers, rest) = version.split_at(version.find(['-', '+']).unwrap_or(version.len()));
    let is_number = |part: &str| {
        !part.is_empty()
            && part.chars().all(|digit| digit.is_ascii_digit())
            && (part == "0" || !part.starts_with('0'))
            && part.len() < 10
    };
    let is_fit = numbers.split('.').count() == 3
        && numbers.split('.').all(is_number)
        && rest.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '+' | '.'))
        && !rest.ends_with(['-', '+', '.']);
    if is_fit { version } else { "0.0.0" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_npm_takes() {
        for name in ["astra-client", "@acme/astra", "a", "a.b_c~d", "1"] {
            assert_eq!(check_name(name), Ok(()), "{name}");
        }
        for name in
            ["", "Astra", ".a", "_a", "a b", "@acme", "@/a", "@acme/", "a/b", "node_modules", "@A/b", "ä", "@a/b/c"]
        {
            assert!(check_name(name).is_err_and(|why| !why.ends_with('.')), "{name}");
        }
        assert!(check_name(&"a".repeat(215)).is_err());
    }

    #[test]
    fn versions_are_semantic() {
        for (given, expected) in
            [("1.2.3", "1.2.3"), ("1.2.3-rc.1", "1.2.3-rc.1"), ("v1", "0.0.0"), ("1.02.3", "0.0.0"), ("", "0.0.0")]
        {
            assert_eq!(version(given), expected, "{given}");
        }
    }
}
