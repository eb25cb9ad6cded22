//! Documents and folders of somebody else: nothing in them becomes code, nothing is written elsewhere, and all has an end.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{LANGUAGES, files};
use crate::program::Machine;

#[test]
fn no_link_is_followed() {
    use std::os::unix::fs::symlink;
    let machine = Machine::new();
    let home = tempfile::tempdir().expect("a folder");
    let outside = |name: &str| home.path().join(name);
    let reset = || {
        let _gone = std::fs::remove_dir_all(machine.path("client"));
        std::fs::create_dir(machine.path("client")).expect("made");
        std::fs::write(outside("key"), "secret").expect("written");
        std::fs::write(outside("README.md"), "mine").expect("written");
    };
    let codegen = |flags: &[&str], told: &[&str]| {
        machine.astra(&[&["codegen", "go"], flags].concat()).fails(1, told);
        assert_eq!(
            files(home.path()),
            BTreeMap::from(
                [("README.md", "mine"), ("key", "secret")].map(|(name, text)| (name.to_owned(), text.to_owned()))
            )
        );
    };
    let out = ["--out", "client"];
    // A listed file behind a linked folder, which would be removed.
    reset();
    symlink(home.path(), machine.path("client/x")).expect("linked");
    machine.write("client/.astra-codegen", "x/key\n");
    codegen(&out, &["client/x is a link"]);
    // A file that is a link, and so is the list.
    for name in ["README.md", ".astra-codegen"] {
        reset();
        machine.write("client/.astra-codegen", "README.md\n");
        let _gone = std::fs::remove_file(machine.path("client").join(name));
        symlink(outside("README.md"), machine.path("client").join(name)).expect("linked");
        codegen(&out, &[&format!("client/{name} is a link")]);
        codegen(&[&out[..], &["--check"]].concat(), &[&format!("client/{name} is a link")]);
    }
    // The folder itself, and one above it.
    symlink(home.path(), machine.path("linked")).expect("linked");
    codegen(&["--out", "linked"], &["linked is a link"]);
    codegen(&["--out", "linked/below"], &["linked is a link"]);
    codegen(&["--out", machine.path("linked").to_str().expect("text")], &["linked is a link"]);
    machine.astra(&["codegen", "--generator", "kotlin", "--out", "linked"]).fails(1, &[]);
    // A pipe, from which reading would never end.
    reset();
    let made = std::process::Command::new("mkfifo").arg(machine.path("client/go.mod")).status().expect("mkfifo runs");
    assert!(made.success());
    codegen(&out, &["client/go.mod is"]);
    reset();
    machine.astra(&["codegen", "go", "--out", "client"]).ok();
    assert!(files(&machine.path("client")).keys().all(|name| !name.contains("draft")), "no draft is left");
}

/// A document with these paths and schemas.
fn document_of(paths: &Value, schemas: &Value) -> String {
    let info = json!({"title": "T", "version": "1"});
    json!({"openapi": "3.1.0", "info": info, "paths": paths, "components": {"schemas": schemas}}).to_string()
}

/// All sources of a client in a language.
fn source_of(machine: &Machine, language: &str, document: &str) -> String {
    machine.write("document.json", document);
    let _gone = std::fs::remove_dir_all(machine.path("made"));
    machine.astra(&["codegen", language, "--out", "made", "--file", "document.json"]).ok();
    files(&machine.path("made")).into_values().collect()
}

#[test]
fn a_path_or_a_name_that_is_code_is_refused_in_every_language() {
    let machine = Machine::new();
    let get = |id: &str| json!({"get": {"operationId": id, "responses": {"204": {"description": "d"}}}});
    let line = "/agents`\n    pub const X: &'static str = include_str!(\"/etc/hostname\");\n    /// `";
    let named = json!({"get": {"operationId": "a.b", "responses": {}, "parameters": [
        {"name": "x\n}", "in": "query", "schema": {"type": "string"}}]}});
    for (paths, told) in [
        (json!({line: get("a.b")}), "has a character that no URL template has: '`'"),
        (json!({"/a/{x\ny}": get("a.b")}), "has a character that no URL template has: '\\n'"),
        (json!({"/a": get("a.b\n")}), "the operation"),
        (json!({"/a": named}), "the parameter"),
    ] {
        machine.write("document.json", &document_of(&paths, &json!({})));
        for (language, _) in LANGUAGES {
            let args = ["codegen", language, "--out", "made", "--file", "document.json"];
            machine.astra(&args).fails(1, &["no client can be made of this document", told]);
        }
        machine.astra(&["codegen", "--samples", "--file", "document.json"]).fails(1, &[told]);
    }
    assert!(!machine.path("made").exists());
}

#[test]
fn no_description_stands_outside_of_its_comment() {
    let machine = Machine::new();
    let evil = "first\rBREAKOUT one\u{2028}BREAKOUT two\u{85}BREAKOUT three\u{c}BREAKOUT four\r\nBREAKOUT five\nBREAKOUT six */ \"\"\"";
    let operation = json!({"operationId": "a.b", "summary": evil, "description": evil, "responses": {"200": {
        "description": evil, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}}});
    let schema = json!({"type": "object", "description": evil, "properties": {
        "x": {"type": "string", "description": evil}, "y": {"type": "string", "enum": [evil, "b"]}}});
    let document = document_of(&json!({"/a": {"get": operation}}), &json!({"A": schema}));
    for (language, marks) in
        [("rust", &["///", "//!"][..]), ("go", &["//"]), ("typescript", &["*", "/**"]), ("python", &[])]
    {
        let source = source_of(&machine, language, &document);
        for line in source.lines().filter(|line| line.contains("BREAKOUT")) {
            let line = line.trim_start();
            // Literals keep the text in quotes, on one line; Python's docstrings have no marks.
            let is_literal = line.contains("\\r") || line.contains("\\n");
            let is_comment = marks.is_empty() || marks.iter().any(|mark| line.starts_with(mark));
            assert!(is_comment || is_literal, "{language}: {line}");
            assert!(!line.contains(['\r', '\u{85}', '\u{2028}', '\u{c}']) || is_literal, "{language}: {line:?}");
        }
    }
}

#[test]
fn parts_that_stand_further_down_are_parts_all_the_same() {
    let machine = Machine::new();
    let whole = |own: &str, part: &str| json!({"allOf": [{"$ref": format!("#/components/schemas/{part}")}, {"type": "object", "properties": {own: {"type": "string"}}}]});
    let base = json!({"type": "object", "properties": {"inherited": {"type": "string"}}});
    // One after the other, each part behind what needs it, and the last one behind a second name.
    let schemas = json!({
        "Alpha": whole("own", "Beta"), "Beta": whole("middle", "Name"),
        "Name": {"$ref": "#/components/schemas/Zeta"}, "Zeta": base,
        "Loop": whole("looped", "Loop"),
        "Inline": {"type": "object", "properties": {"both": whole("inner", "Zeta")}},
    });
    let answer = |name: &str| {
        json!({"get": {"operationId": format!("things.{name}"), "responses": {"200": {"description": "d",
        "content": {"application/json": {"schema": {"$ref": format!("#/components/schemas/{name}")}}}}}}})
    };
    let paths = json!({"/a": answer("Alpha"), "/b": answer("Inline"), "/c": answer("Loop")});
    for (language, head, end) in [
        ("typescript", "interface Alpha {", "\n}"),
        ("python", "class Alpha", "@classmethod"),
        ("rust", "pub struct Alpha {", "\n}"),
        ("go", "type Alpha struct {", "\n}"),
    ] {
        let source = source_of(&machine, language, &document_of(&paths, &schemas)).to_lowercase();
        for (name, fields) in [("alpha", &["own", "middle", "inherited"][..]), ("inlineboth", &["inner", "inherited"])]
        {
            let head = head.to_lowercase().replace("alpha", name);
            let (_, rest) = source.split_once(&head).unwrap_or_else(|| panic!("{language} has no {head}"));
            let own = rest.split(end).next().unwrap_or_default();
            for field in fields {
                assert!(own.contains(field), "{language}: {name} has no {field}:\n{own}");
            }
        }
    }
}

#[test]
fn deep_objects_are_a_parameter_for_each_field() {
    let machine = Machine::new();
    let filter = json!({"type": "object", "required": ["from"], "properties": {
        "from": {"type": "string"}, "size": {"type": "object", "properties": {"least": {"type": "integer"}}}}});
    let operation = json!({"operationId": "things.list", "responses": {"204": {"description": "d"}}, "parameters": [
        {"name": "filter", "in": "query", "style": "deepObject", "required": true, "schema": filter}]});
    let document = document_of(&json!({"/a": {"get": operation}}), &json!({}));
    for (language, _) in LANGUAGES {
        let source = source_of(&machine, language, &document);
        for name in ["\"filter[from]\"", "\"filter[size][least]\""] {
            assert!(source.contains(name), "{language} has no {name}");
        }
        assert!(!source.contains("ThingsListFilter "), "{language}: nobody needs the object's own type");
    }
    let samples: Value =
        serde_json::from_str(&machine.astra(&["codegen", "--samples", "--file", "document.json"]).ok()).expect("JSON");
    let sample = samples["things.list"]["typescript"].as_str().expect("a sample");
    assert!(sample.contains("filterFrom: "), "what is required is in the sample: {sample}");
}

#[test]
fn names_that_every_object_has_are_given_other_names() {
    let machine = Machine::new();
    let names = [
        "constructor",
        "__proto__",
        "toString",
        "valueOf",
        "hasOwnProperty",
        "prototype",
        "self",
        "class",
        "type",
        "func",
    ];
    let parameters: Vec<Value> =
        names.iter().map(|name| json!({"name": name, "in": "query", "schema": {"type": "string"}})).collect();
    let operation =
        |id: &str| json!({"operationId": id, "parameters": parameters, "responses": {"204": {"description": "d"}}});
    let paths = json!({"/a": {"get": operation("constructor.toString"), "put": operation("__proto__.constructor")}});
    let document = document_of(&paths, &json!({}));
    let source = source_of(&machine, "typescript", &document);
    assert!(source.contains("constructor: options.constructorParameter"), "{source}");
    assert!(source.contains("toString: options.toStringParameter"));
    assert!(source.contains("[\"__proto__\"]: options.proto"), "it would be the object's prototype");
    assert!(source.contains("toStringCall(") && source.contains("constructorCall("));
    assert!(!source.contains("options.constructor,") && !source.contains("options.toString,"));
    for language in ["python", "rust", "go"] {
        let source = source_of(&machine, language, &document);
        assert!(
            names.iter().all(|name| source.contains(&format!("\"{name}\""))),
            "{language} keeps the names on the wire"
        );
    }
}

/// Types within types: `T0` holds two of `T1`, and so on, and the last one holds itself.
fn bomb(is_required: bool) -> Value {
    let field = |number: usize| json!({"$ref": format!("#/components/schemas/T{}", (number + 1).min(30))});
    let schema = |number: usize| {
        let required = if is_required { json!(["a", "b", "c"]) } else { json!([]) };
        json!({"type": "object", "required": required, "properties": {"a": field(number), "b": field(number), "c": field(number)}})
    };
    Value::Object((0..=30).map(|number| (format!("T{number}"), schema(number))).collect())
}

#[test]
fn types_that_hold_themselves_or_each_other_many_times_have_an_end() {
    let machine = Machine::new();
    let body =
        json!({"content": {"application/json": {"schema": {"$ref": "#/components/schemas/T0"}}}, "required": true});
    let operation = json!({"operationId": "a.b", "requestBody": body, "responses": {"200": {"description": "d", "content": body["content"]}}});
    for is_required in [true, false] {
        machine.write("bomb.json", &document_of(&json!({"/a": {"post": operation}}), &bomb(is_required)));
        let file = ["--file", "bomb.json"];
        for (language, _) in LANGUAGES {
            machine.astra(&[&["codegen", language, "--out", language], &file[..]].concat()).ok();
        }
        let samples = machine.astra(&[&["codegen", "--samples"], &file[..]].concat()).ok();
        assert!(samples.len() < 200_000, "{}", samples.len());
        let shown = machine.astra(&[&["spec", "show", "a.b"], &file[..]].concat()).ok();
        assert!(shown.contains("only the first 2000 lines are shown") && shown.len() < 2_000_000, "{}", shown.len());
    }
}
