//! Names that Rust takes.

use crate::codegen::naming;

/// Words that can be names behind `r#`.
const KEYWORDS: [&str; 47] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum",
    "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move",
    "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while",
];

/// Words that can be no names at all.
const NEVER: [&str; 5] = ["self", "super", "crate", "yield", "Self"];

/// Names of types that the clients' own code speaks of without their path.
const SPOKEN_FOR: [&str; 15] = [
    "Box",
    "Default",
    "Deserialize",
    "Err",
    "From",
    "Into",
    "None",
    "Ok",
    "Option",
    "Result",
    "Self",
    "Serialize",
    "Some",
    "String",
    "Vec",
];

/// Dependencies of the client and crates that Rust brings along, which its own name would hide.
const TAKEN_PACKAGES: [&str; 11] = [
    "alloc",
    "core",
    "futures-core",
    "proc-macro",
    "proc_macro",
    "reqwest",
    "serde",
    "serde_json",
    "std",
    "test",
    "tokio",
];

/// A name in `snake_case` as it may stand in code.
pub(super) fn escaped(name: String) -> String {
    if NEVER.contains(&name.as_str()) {
        format!("{name}_")
    } else if KEYWORDS.contains(&name.as_str()) {
        format!("r#{name}")
    } else {
        name
    }
}

/// The name of a type that the document calls `name`.
pub(super) fn type_name(name: &str) -> String {
    if SPOKEN_FOR.contains(&name) { format!("{name}Model") } else { name.to_owned() }
}

/// The name of a variant.
pub(super) fn variant(name: &str) -> String {
    let variant = naming::pascal(name);
    if NEVER.contains(&variant.as_str()) { format!("{variant}Value") } else { variant }
}

/// The name of a package's crate in code.
pub(super) fn crate_name(package: &str) -> String {
    package.replace('-', "_")
}

/// Whether a registry takes the name, and Rust can say it.
pub(super) fn check_package(name: &str) -> Result<(), String> {
    if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return Err("it must begin with a letter".to_owned());
    }
    if let Some(letter) = name.chars().find(|letter| !letter.is_ascii_alphanumeric() && !"-_".contains(*letter)) {
        return Err(format!("it must consist of letters, digits, `-` and `_`, and has {letter:?}"));
    }
    if name.len() > 64 {
        return Err("it must have 64 letters at the most".to_owned());
    }
    let word = name.to_ascii_lowercase();
    if KEYWORDS.contains(&word.as_str()) || NEVER.contains(&word.as_str()) {
        return Err(format!("`{name}` is a word of Rust"));
    }
    if TAKEN_PACKAGES.contains(&word.as_str()) {
        return Err(format!("`{name}` is the name of a crate that every client needs"));
    }
    if ["aux", "com1", "com2", "con", "lpt1", "lpt2", "nul", "prn"].contains(&word.as_str()) {
        return Err(format!("`{name}` cannot be a folder on Windows"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_rust_become_names() {
        for (name, expected) in [
            ("type", "r#type"),
            ("self", "self_"),
            ("Last-Event-ID", "last_event_id"),
            ("$ref", "r#ref"),
            ("@id", "id"),
            ("3d", "n_3d"),
            ("", "n"),
        ] {
            assert_eq!(escaped(naming::snake(name)), expected, "{name}");
        }
        assert_eq!((variant("self"), variant("auth:read")), ("SelfValue".to_owned(), "AuthRead".to_owned()));
        assert_eq!((type_name("Option"), type_name("Agent")), ("OptionModel".to_owned(), "Agent".to_owned()));
    }

    #[test]
    fn packages_are_called_as_cargo_takes_it() {
        for name in ["astra-client", "a", "gateway_client2"] {
            assert_eq!(check_package(name), Ok(()), "{name}");
        }
        for name in ["", "1a", "-a", "a/b", "a.b", "ä", "fn", "self", "Std", "serde", "con", &"a".repeat(65)] {
            assert!(check_package(name).is_err(), "{name}");
        }
    }
}
