//! What things of the document are called in Python.

use std::collections::BTreeMap;

use crate::codegen::model::{Api, Shape};
use crate::codegen::naming::{self, UsedNames};

const KEYWORDS: [&str; 32] = [
    "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except",
    "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise",
    "return", "try", "while", "with", "yield",
];

/// Built-in names that annotations need, and that a name of the same scope would hide.
pub(super) const BUILT_INS: [&str; 8] = ["bool", "bytes", "dict", "float", "int", "list", "object", "str"];

/// Names that the body of a dataclass needs beside these.
const OF_DATACLASSES: [&str; 7] =
    ["classmethod", "dataclasses", "datetime", "from_json", "raw", "to_json", "unknown_fields"];

/// Names that signatures need beside the parameters.
const OF_SIGNATURES: [&str; 5] = ["self", "options", "cursor", "last_event_id", "body"];

/// Functions of the runtime that a method calls.
const OF_METHODS: [&str; 16] = [
    "as_anything",
    "as_boolean",
    "as_datetime",
    "as_form",
    "as_integer",
    "as_list",
    "as_map",
    "as_null",
    "as_nullable",
    "as_number",
    "as_string",
    "bytes_answer",
    "json_answer",
    "no_answer",
    "raw_answer",
    "text_answer",
];

/// Names that a group's methods must leave alone.
const OF_GROUPS: [&str; 2] = ["datetime", "builtins"];

/// Names of a client beside its groups.
const OF_CLIENTS: [&str; 2] = ["close", "request"];

/// Types of the runtime and of Python, which no type of the document may be called.
const TYPES: [&str; 29] = [
    "Any",
    "AsConstant",
    "AnyPage",
    "AsyncClient",
    "AsyncPaginator",
    "AsyncStream",
    "AsyncTransport",
    "Call",
    "CallOptions",
    "Callable",
    "Client",
    "Events",
    "False",
    "Joined",
    "Literal",
    "Mapping",
    "None",
    "NotGiven",
    "Page",
    "Paginator",
    "Reader",
    "Resume",
    "Sequence",
    "Stream",
    "StreamCallOptions",
    "Transport",
    "True",
    "TypeAlias",
    "TypedDict",
];

/// What a type of the document is called.
#[derive(Debug, Clone)]
pub(super) struct TypeNames {
    /// As it is received: a dataclass, or an alias.
    pub(super) class: String,
    /// As it is sent: a dictionary, or an alias.
    pub(super) param: String,
    /// The required keys of that dictionary.
    pub(super) required: String,
    /// The other keys of that dictionary, where it takes two to write it.
    pub(super) optional: String,
    /// The case of a union that is not known yet.
    pub(super) unknown: String,
    /// The function that reads a union.
    pub(super) reader: String,
}

/// What everything is called.
#[derive(Debug)]
pub(super) struct Names {
    types: BTreeMap<String, TypeNames>,
    groups: BTreeMap<String, String>,
    classes: BTreeMap<String, String>,
}

/// Names of one scope, each given once.
#[derive(Debug)]
pub(super) struct Scope {
    taken: UsedNames,
}

impl Scope {
    /// A scope in which these are taken.
    pub(super) fn with<'a>(taken: impl IntoIterator<Item = &'a str>) -> Self {
        Self { taken: UsedNames::of(KEYWORDS.into_iter().chain(taken)) }
    }

    /// The scope of a dataclass's fields.
    pub(super) fn of_dataclass() -> Self {
        Self::with(BUILT_INS.into_iter().chain(OF_DATACLASSES))
    }

    /// The scope of a method's parameters.
    pub(super) fn of_signature(names: &Names) -> Self {
        Self::with(
            OF_SIGNATURES.into_iter().chain(OF_METHODS).chain(names.types.values().map(|names| names.reader.as_str())),
        )
    }

    /// The scope of a group's methods.
    pub(super) fn of_group() -> Self {
        Self::with(OF_GROUPS)
    }

    /// Whether a name is taken.
    fn has(&self, name: &str) -> bool {
        self.taken.has(name)
    }

    /// The name, or one like it that is not taken yet.
    pub(super) fn take(&mut self, wanted: &str) -> String {
        self.taken.claim(wanted, "_")
    }
}

impl Names {
    /// The names of a document.
    pub(super) fn of(api: &Api) -> Self {
        let mut scope = Scope::with(TYPES);
        let classes: Vec<String> = api.types.iter().map(|named| scope.take(&named.name)).collect();
        let mut types = BTreeMap::new();
        for (named, class) in api.types.iter().zip(classes) {
            let is_union = matches!(named.shape, Shape::Union { .. });
            let names = TypeNames {
                param: scope.take(&format!("{}Param", named.name)),
                required: scope.take(&format!("_{}Required", named.name)),
                optional: scope.take(&format!("_{}Optional", named.name)),
                unknown: if is_union { scope.take(&format!("Unknown{}", named.name)) } else { String::new() },
                reader: scope.take(&format!("{}_from_json", naming::snake(&named.name))),
                class,
            };
            types.insert(named.name.clone(), names);
        }
        let classes =
            api.groups.iter().map(|group| (group.name.clone(), class_of_group(&mut scope, &group.name))).collect();
        let mut scope = Scope::with(OF_CLIENTS);
        let groups = api.groups.iter().map(|group| (group.name.clone(), scope.take(&naming::snake(&group.name))));
        let groups = groups.collect();
        Self { types, groups, classes }
    }

    /// What a type is called.
    pub(super) fn of_type(&self, name: &str) -> Option<&TypeNames> {
        self.types.get(name)
    }

    /// What a group is called: the client's attribute, and the module.
    pub(super) fn of_group<'a>(&'a self, name: &'a str) -> &'a str {
        self.groups.get(name).map_or(name, String::as_str)
    }

    /// The classes of a group: for threads, and for asyncio.
    pub(super) fn classes_of_group(&self, name: &str) -> (String, String) {
        let class = self.classes.get(name).cloned().unwrap_or_default();
        (class.clone(), format!("Async{class}"))
    }
}

/// The class of a group: its name, unless that is another class's.
fn class_of_group(scope: &mut Scope, name: &str) -> String {
    let wanted = naming::pascal(name);
    let is_free = |class: &str| !scope.has(class) && !scope.has(&format!("Async{class}"));
    let class = naming::candidates(&wanted, "Group").find(|class| is_free(class)).unwrap_or_default();
    scope.take(&format!("Async{class}"));
    scope.take(&class)
}

/// The name of an attribute, a parameter or a method, before it is known whether it is taken.
pub(super) fn wanted(name: &str) -> String {
    naming::snake(name)
}

/// Whether a name is fit as a key of a dictionary's class.
pub(super) fn is_plain_key(name: &str) -> bool {
    let is_identifier = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    is_identifier
        && !name.starts_with("__")
        && !KEYWORDS.contains(&name)
        && !BUILT_INS.contains(&name)
        && !["datetime", "None", "True", "False"].contains(&name)
}

/// The name under which a package is imported: `astra_client` of `astra-client`.
pub(super) fn module(package: &str) -> String {
    let lower = package.to_ascii_lowercase();
    let parts: Vec<&str> = lower.split(['-', '.', '_']).filter(|part| !part.is_empty()).collect();
    parts.join("_")
}

/// Checks a package's name. See [`crate::codegen::Language::check_package_name`].
pub(super) fn check_package_name(name: &str) -> Result<(), String> {
    let is_end = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphanumeric());
    let is_fit = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    if !name.chars().all(is_fit) || !is_end(name.chars().next()) || !is_end(name.chars().last()) {
        return Err(format!(
            "{name:?} is no name for a Python package: it is made of ASCII letters, digits, `-`, `_` and `.`, with a letter or \
             digit at both ends"
        ));
    }
    let module = module(name);
    if module.starts_with(|first: char| first.is_ascii_digit()) {
        return Err(format!("{name:?} cannot be imported: the name of a Python module does not begin with a digit"));
    }
    if KEYWORDS.contains(&module.as_str()) || HIDDEN.contains(&module.as_str()) {
        return Err(format!("{name:?} cannot be imported as `{module}`: Python has something else of that name"));
    }
    Ok(())
}

/// Modules that the client itself imports, or that all programs do.
const HIDDEN: [&str; 24] = [
    "asyncio",
    "builtins",
    "collections",
    "dataclasses",
    "datetime",
    "email",
    "false",
    "http",
    "httpx",
    "inspect",
    "json",
    "none",
    "os",
    "platform",
    "random",
    "re",
    "sys",
    "test",
    "threading",
    "time",
    "true",
    "types",
    "typing",
    "uuid",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_given_once_and_is_no_keyword() {
        let mut scope = Scope::of_dataclass();
        for (wanted, given) in
            [("class", "class_"), ("id", "id"), ("id", "id_"), ("id", "id_2"), ("list", "list_"), ("type", "type")]
        {
            assert_eq!(scope.take(wanted), given);
        }
    }

    #[test]
    fn a_package_has_a_name_that_the_registry_takes_and_python_can_import() {
        for name in ["astra-client", "Astra.Client_2", "a"] {
            assert_eq!(check_package_name(name), Ok(()), "{name}");
        }
        for name in ["", "-a", "a-", "a b", "3d", "import", "json", "a/b", "ü"] {
            assert!(check_package_name(name).is_err(), "{name}");
        }
        assert_eq!(module("Astra.Client--2"), "astra_client_2");
    }
}
