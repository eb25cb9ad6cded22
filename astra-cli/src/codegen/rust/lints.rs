//! Names that lints have an opinion on. The document chose them.

/// Methods of the standard library's traits.
const OF_TRAITS: [&str; 26] = [
    "add",
    "as_mut",
    "as_ref",
    "bitand",
    "bitor",
    "bitxor",
    "borrow",
    "borrow_mut",
    "clone",
    "cmp",
    "default",
    "deref",
    "deref_mut",
    "div",
    "drop",
    "eq",
    "from_iter",
    "from_str",
    "hash",
    "index",
    "mul",
    "neg",
    "next",
    "not",
    "rem",
    "sub",
];

/// The attribute that a method of this name needs, if it needs one.
pub(super) fn of_method(name: &str) -> Option<String> {
    let name = name.trim_start_matches("r#");
    let lint = if name == "new" {
        "clippy::new_ret_no_self, clippy::wrong_self_convention"
    } else if OF_TRAITS.contains(&name) {
        "clippy::should_implement_trait"
    } else if ["as_", "from_", "into_", "is_", "to_"].iter().any(|prefix| name.starts_with(prefix)) {
        "clippy::wrong_self_convention"
    } else {
        return None;
    };
    Some(format!("#[allow({lint}, reason = \"the document's name\")]"))
}
