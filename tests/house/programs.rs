//! No program that a tenant wrote is run on the threads that serve everybody: no templates that compute, no scripts, no
//! expressions, no patterns and schemas of callers. Such a program needs a limit of steps, of memory and of depth, and a
//! thread of its own; a library that evaluates one where it is called has none of them by itself.

use crate::source::{File, assert_none, code, files};

/// Crates that evaluate what is written in a language of their own.
const EVALUATORS: [(&str, &[&str]); 5] = [
    (
        "templates that compute",
        &["minijinja", "tera", "handlebars", "liquid", "upon", "tinytemplate", "gtmpl", "ramhorns"],
    ),
    (
        "scripts",
        &[
            "rhai",
            "mlua",
            "rlua",
            "piccolo",
            "boa_engine",
            "rquickjs",
            "deno_core",
            "v8",
            "pyo3",
            "rustpython-vm",
            "starlark",
            "steel-core",
            "koto",
            "rune",
            "gluon",
            "dyon",
            "ketos",
            "janetrs",
        ],
    ),
    (
        "expressions and queries",
        &[
            "evalexpr",
            "fasteval",
            "meval",
            "exmex",
            "cel-interpreter",
            "cel",
            "jaq-core",
            "jaq-interpret",
            "jmespath",
            "jsonata",
            "jsonlogic",
            "jsonlogic-rs",
            "datalogic-rs",
            "vrl",
            "regorus",
            "jsonpath-rust",
            "jsonpath_lib",
            "serde_json_path",
        ],
    ),
    (
        "machine code",
        &["wasmtime", "wasmer", "wasmi", "wasm3", "wasmedge-sdk", "cranelift-jit", "libloading", "dlopen2"],
    ),
    ("patterns with back-references", &["pcre2", "onig", "oniguruma"]),
];

/// Where patterns and schemas are compiled, and why they are not callers'.
const COMPILES: [(&str, &str); 3] = [
    ("astra-core/src/http/contract/", "the gateway's own document, and its host's"),
    (
        "astra-core/src/json_schema.rs",
        "those of tools and jobs: the gateway's own and the host's, bounded and without backtracking",
    ),
    ("astra-core/src/testing/", "for tests: the document that answers are held against"),
];

/// What compiles a pattern or a schema.
const COMPILERS: [&str; 9] = [
    "Regex::new",
    "RegexBuilder::new",
    "RegexSet::new",
    "Regex::from_str",
    "jsonschema::options",
    "jsonschema::validator_for",
    "jsonschema::is_valid",
    "jsonschema::validate",
    "GlobSet",
];

#[test]
fn no_dependency_evaluates_what_tenants_write() {
    let lock = files("Cargo.lock").into_iter().next().expect("Cargo.lock");
    assert_none(evaluators(&lock));
}

#[test]
fn no_pattern_and_no_schema_comes_from_a_caller() {
    assert_none(files("astra-core/src/").iter().flat_map(compiled));
}

fn evaluators(lock: &File) -> Vec<String> {
    let names = lock.text.lines().filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
    let reason = |name: &str| EVALUATORS.iter().find(|(_, crates)| crates.contains(&name)).map(|(reason, _)| *reason);
    let found = names.filter_map(|name| reason(name).map(|reason| format!("Cargo.lock: `{name}` evaluates {reason}")));
    found.map(|fault| format!("{fault}: with whose steps, memory and stack, and on which thread?")).collect()
}

/// Compilers outside their places, but for a pattern that stands in the code as a literal.
fn compiled(file: &File) -> Vec<String> {
    if !file.path.ends_with(".rs") || COMPILES.iter().any(|(place, _)| file.path.starts_with(place)) {
        return Vec::new();
    }
    let code = code(&file.text);
    let found = COMPILERS.iter().flat_map(|name| code.match_indices(name).map(|(at, name)| (at + name.len(), name)));
    let foreign = found.filter(|(end, _)| !code[*end..].starts_with("(\"\")"));
    foreign.map(|(_, name)| format!("{}: `{name}`: a pattern or schema that may be a caller's", file.path)).collect()
}

#[test]
fn an_evaluator_is_found() {
    let found = |name: &str| {
        let lock = File::example("Cargo.lock", &format!("[[package]]\nname = \"{name}\"\nversion = \"1.0.0\"\n"));
        evaluators(&lock).len()
    };
    assert_eq!((found("minijinja"), found("rhai"), found("cel-interpreter"), found("serde_json")), (1, 1, 1, 0));
}

#[test]
fn a_pattern_from_elsewhere_is_found() {
    let found = |path: &str, text: &str| compiled(&File::example(path, text)).len();
    assert_eq!(found("astra-core/src/engine/run.rs", "let x = Regex::new(&pattern);"), 1);
    assert_eq!(found("astra-core/src/engine/run.rs", "let x = Regex::new(\"^a$\"); // Regex::new(x)"), 0);
    assert_eq!(found("astra-core/src/engine/run.rs", "jsonschema::validator_for(&schema)"), 1);
    assert_eq!(found("astra-core/src/http/contract/schema.rs", "jsonschema::options()"), 0);
}
