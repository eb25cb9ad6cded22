//! The module's path and the package's name.

use super::names;

/// Names that Windows does not give to files, and the go command not to modules.
const RESERVED: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "lpt1", "lpt2",
    "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// Checks the path of a module as the go command does. See [`super::super::Language::check_package_name`].
pub(super) fn check(path: &str) -> Result<(), String> {
    let elements: Vec<&str> = path.split('/').collect();
    let host = elements.first().copied().unwrap_or_default();
    let is_host = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || ".-".contains(letter);
    if !host.contains('.') || host.starts_with('-') || !host.chars().all(is_host) {
        return Err(format!(
            "a Go module's path begins with a domain in lower case, as in example.com/astra: `{path}`"
        ));
    }
    for element in &elements {
        let is_fit = |letter: char| letter.is_ascii_alphanumeric() || "-._~".contains(letter);
        if element.is_empty() {
            return Err(format!("a Go module's path has no empty parts: `{path}`"));
        }
        if !element.chars().all(is_fit) {
            return Err(format!("a Go module's path has letters, digits and `-._~` between its slashes: `{path}`"));
        }
        if element.starts_with('.') || element.ends_with('.') {
            return Err(format!("no part of a Go module's path begins or ends with a dot: `{path}`"));
        }
        let stem = element.split('.').next().unwrap_or_default().to_ascii_lowercase();
        if RESERVED.contains(&stem.as_str()) {
            return Err(format!("`{element}` is no file name on Windows, so that Go refuses it: `{path}`"));
        }
    }
    let is_bad_version = |number: &str| number.is_empty() || number.starts_with('0') || number == "1";
    match elements.last().and_then(|last| version(last)) {
        Some(number) if elements.len() > 1 && is_bad_version(number) => {
            Err(format!("a Go module's path ends with /v2 or more, or without a version: `{path}`"))
        }
        _ => Ok(()),
    }
}

/// The digits of `v2`.
fn version(element: &str) -> Option<&str> {
    element.strip_prefix('v').filter(|digits| !digits.is_empty() && digits.chars().all(|digit| digit.is_ascii_digit()))
}

/// The package's name: the last part of the path that is no version, without what says only that it is Go.
pub(super) fn name(path: &str) -> String {
    let mut elements: Vec<&str> = path.split('/').collect();
    if elements.len() > 1 && elements.last().is_some_and(|last| version(last).is_some()) {
        elements.pop();
    }
    let last = elements.last().copied().unwrap_or_default();
    let stem = match last.rsplit_once('.') {
        Some((stem, end)) if version(end).is_some() => stem,
        _ => last,
    };
    let stem = stem.strip_prefix("go-").or_else(|| stem.strip_suffix("-go")).unwrap_or(stem);
    let fit: String = stem.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let is_taken = names::parameter(&fit) != fit || matches!(fit.as_str(), "main" | "init" | "documentation");
    match fit.chars().next() {
        None => "client".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("client{fit}"),
        Some(_) if is_taken => fit + "client",
        Some(_) => fit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_the_go_command() {
        for good in ["example.com/astra-client", "github.com/Acme/astra/v2", "gopkg.in/astra.v1", "a.b/c~d_e"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "astra",
            "Example.com/a",
            "example.com/",
            "example.com//a",
            "example.com/a b",
            "example.com/.a",
            "example.com/a.",
            "example.com/aux",
            "example.com/nul.txt",
            "-a.com/b",
            "example.com/a/v1",
            "example.com/a/v02",
            "example.com/ä",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn packages_are_named_after_their_paths() {
        for (path, expected) in [
            ("example.com/astra-client", "astraclient"),
            ("github.com/acme/astra-go", "astra"),
            ("github.com/acme/go-astra/v2", "astra"),
            ("gopkg.in/astra.v3", "astra"),
            ("example.com/go", "goclient"),
            ("example.com/type", "typeclient"),
            ("example.com/3d", "client3d"),
            ("example.com/~", "client"),
            ("example.com/main", "mainclient"),
        ] {
            assert_eq!(name(path), expected, "{path}");
        }
    }
}
