//! `astra codegen`: what is written where, from which document, and what is left alone. That the clients compile and work
//! is the business of `tests/contract/clients`.

mod drive;
mod hostile;

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::{Value, json};

use crate::gateway::Gateway;
use crate::program::Machine;

const LANGUAGES: [(&str, &str); 4] =
    [("typescript", "package.json"), ("python", "pyproject.toml"), ("rust", "Cargo.toml"), ("go", "go.mod")];

/// All files below `folder` with their texts.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("inside").to_string_lossy().into_owned();
                found.insert(name, std::fs::read_to_string(&path).expect("text"));
            }
        }
    }
    found
}

#[test]
fn each_language_is_written_the_same_each_time_and_without_a_gateway() {
    let machine = Machine::new();
    for (language, manifest) in LANGUAGES {
        let said = machine.astra(&["codegen", language, "--out", "one"]);
        assert!(said.stderr.contains(" files to one: "), "{said:?}");
        assert_eq!(said.ok(), "");
        machine.astra(&["codegen", language, "--out", "two"]).ok();
        let (one, two) = (files(&machine.path("one")), files(&machine.path("two")));
        assert!(one == two, "{language} differs");
        assert!(one[manifest].contains("astra-client"), "{language}: {}", one[manifest]);
        assert!(one.contains_key("README.md") && one.len() > 5, "{language}: {:?}", one.keys());
        for folder in ["one", "two"] {
            std::fs::remove_dir_all(machine.path(folder)).expect("removed");
        }
    }
}

#[test]
fn every_operation_is_in_every_client_and_has_a_sample() {
    let machine = Machine::new();
    let document: Value = serde_json::from_str(&machine.astra(&["spec"]).ok()).expect("JSON");
    let operations =
        document["paths"].as_object().expect("paths").values().flat_map(|item| item.as_object().expect("one").values());
    let ids: Vec<&str> = operations.filter_map(|operation| operation["operationId"].as_str()).collect();
    let samples: Value = serde_json::from_str(&machine.astra(&["codegen", "--samples"]).ok()).expect("JSON");
    assert_eq!(samples.as_object().expect("samples").len(), ids.len());
    for (language, _) in LANGUAGES {
        machine.astra(&["codegen", language, "--out", language]).ok();
        let source: String = files(&machine.path(language)).into_values().collect();
        for id in &ids {
            let name = id.split_once('.').expect("a group").1.replace('_', "").to_lowercase();
            assert!(source.replace('_', "").to_lowercase().contains(&name), "{id} is not in {language}");
            let sample = samples[id][language].as_str().expect("a sample");
            assert!(sample.replace('_', "").to_lowercase().contains(&name), "{id} in {language}: {sample}");
        }
    }
}

#[test]
fn a_check_tells_what_would_change_and_changes_nothing() {
    let machine = Machine::new();
    let check = ["codegen", "go", "--out", "client", "--check"];
    let checked = machine.astra(&check);
    assert_eq!((checked.code, checked.stderr.as_str()), (Some(1), ""));
    assert!(checked.stdout.contains("missing  go.mod\n"), "{checked:?}");
    assert!(!machine.path("client").exists());

    machine.astra(&["codegen", "go", "--out", "client"]).ok();
    assert_eq!(machine.astra(&check).ok(), "");
    machine.write("client/go.mod", "module other\n");
    let list = std::fs::read_to_string(machine.path("client/.astra-codegen")).expect("the list");
    machine.write("client/.astra-codegen", &format!("{list}old.go\n../outside.go\n"));
    machine.write("client/old.go", "package old\n");
    machine.write("outside.go", "package outside\n");
    machine.write("client/mine.go", "package mine\n");
    let checked = machine.astra(&check);
    assert_eq!((checked.code, checked.stdout.as_str()), (Some(1), "changed  go.mod\nleft     old.go\n"));

    machine.astra(&["codegen", "go", "--out", "client"]).ok();
    assert_eq!(machine.astra(&check).ok(), "");
    assert!(!machine.path("client/old.go").exists(), "what is made no more goes");
    assert!(machine.path("client/mine.go").exists() && machine.path("outside.go").exists(), "the rest stays");
}

#[test]
fn a_file_of_somebody_else_is_not_written_over() {
    let machine = Machine::new();
    std::fs::create_dir(machine.path("client")).expect("made");
    machine.write("client/README.md", "mine\n");
    let out = ["codegen", "python", "--out", "client"];
    machine.astra(&out).fails(1, &["client/README.md is there already", "hint: name an empty folder"]);
    assert_eq!(files(&machine.path("client")).len(), 1, "nothing was written");
    machine.write("taken", "");
    machine.astra(&["codegen", "python", "--out", "taken"]).fails(1, &["taken"]);
}

#[test]
fn what_was_broken_off_can_be_done_again() {
    let machine = Machine::new();
    std::fs::create_dir_all(machine.path("client/go.mod")).expect("a folder in the way");
    machine.astra(&["codegen", "go", "--out", "client"]).fails(1, &["client/go.mod is there already"]);
    std::fs::remove_dir_all(machine.path("client")).expect("removed");
    // The folder takes the first files, and not the others.
    std::fs::create_dir_all(machine.path("client")).expect("made");
    machine.write("client/src", "in the way of a folder");
    machine.astra(&["codegen", "rust", "--out", "client"]).fails(1, &["cannot write client/src"]);
    machine.write("client/Cargo.toml", "half a fi");
    std::fs::remove_file(machine.path("client/src")).expect("removed");
    machine.astra(&["codegen", "rust", "--out", "client"]).ok();
    assert_eq!(machine.astra(&["codegen", "rust", "--out", "client", "--check"]).ok(), "");
}

#[test]
fn the_document_may_be_a_file() {
    let machine = Machine::new();
    let document = json!({"openapi": "3.1.0", "info": {"title": "Ours", "version": "7"}, "paths": {"/ping": {"get": {
        "operationId": "ping.send", "summary": "Ping", "responses": {"204": {"description": "Pong."}}}}}});
    machine.write("ours.json", &document.to_string());
    let said = machine.astra(&["codegen", "go", "--out", "a", "--file", "ours.json"]);
    assert!(said.stderr.contains("a client of Ours 7 in go (operations: 1)"), "{said:?}");
    machine.write("ours.yaml", &serde_yaml::to_string(&document).expect("YAML"));
    machine.astra(&["codegen", "go", "--out", "b", "--file", "ours.yaml"]).ok();
    assert_eq!(files(&machine.path("a")), files(&machine.path("b")));
}

#[test]
fn the_client_is_the_same_from_each_version_of_the_document() {
    let machine = Machine::new();
    for version in ["3.0", "3.2"] {
        machine.astra(&["spec", "--version", version, "--output", "other.json"]).ok();
        for (language, _) in LANGUAGES {
            let (own, other) = (format!("{language}-own"), format!("{language}-{version}"));
            machine.astra(&["codegen", language, "--out", &own]).ok();
            machine.astra(&["codegen", language, "--out", &other, "--file", "other.json"]).ok();
            assert!(files(&machine.path(&own)) == files(&machine.path(&other)), "{language} from {version}");
        }
    }
}

#[test]
fn a_document_that_is_none_is_told() {
    let machine = Machine::new();
    let from = |name: &str| machine.astra(&["codegen", "rust", "--out", "client", "--file", name]);
    from("no.json").fails(1, &["cannot read no.json", "No such file"]);
    machine.write("bad.json", "{");
    from("bad.json").fails(1, &["bad.json is no JSON"]);
    for text in ["[]", "7", r#"{"swagger": "2.0"}"#] {
        machine.write("other.json", text);
        from("other.json").fails(1, &["other.json is no document of OpenAPI 3"]);
    }
    let nameless = json!({"openapi": "3.1.0", "paths": {"/a": {"get": {"responses": {}}}}});
    machine.write("nameless.json", &nameless.to_string());
    from("nameless.json").fails(1, &["no client can be made of this document", "GET /a has no operationId"]);
    machine.write("empty.json", r#"{"openapi": "3.1.0", "info": 7, "paths": [1]}"#);
    from("empty.json").fails(1, &["no client can be made of this document", "it has no operations"]);
    assert!(!machine.path("client").exists());
}

#[test]
fn a_running_gateways_client_is_the_programs() {
    let machine = Machine::new();
    let gateway = Gateway::start(&machine);
    let token = machine.astra(&["token", "issue", "--name", "ci", "--scope", "spec:read"]).ok();
    let args = ["codegen", "typescript", "--out", "live", "--server", &gateway.url];
    machine.astra_with(&[("ASTRA_TOKEN", token.trim())], &args).ok();
    machine.astra(&["codegen", "typescript", "--out", "built-in"]).ok();
    assert!(files(&machine.path("live")) == files(&machine.path("built-in")));
    machine.astra_with(&[("ASTRA_TOKEN", "x")], &args).fails(1, &["hint: ASTRA_TOKEN"]);
}

#[test]
fn a_wrong_call_is_told() {
    let machine = Machine::new();
    machine.astra(&["codegen"]).fails(2, &["LANGUAGE"]);
    machine.astra(&["codegen", "cobol", "--out", "x"]).fails(2, &["cobol", "typescript"]);
    machine.astra(&["codegen", "rust"]).fails(2, &["--out"]);
    machine.astra(&["codegen", "--generator", "kotlin", "--out", "x", "--check"]).fails(2, &["--check"]);
    machine.astra(&["codegen", "rust", "--out", "x", "--", "-p"]).fails(2, &["--generator"]);
    for (language, _) in LANGUAGES {
        for name in ["", "a b", "../up", "a\"b"] {
            let said = machine.astra(&["codegen", language, "--out", "x", "--name", name]);
            said.fails(2, &["package cannot be called"]);
        }
    }
    assert!(!machine.path("x").exists());
}

/// A program on the PATH that notes how it was called; the PATH.
fn program(machine: &Machine, name: &str, script: &str) -> String {
    std::fs::create_dir_all(machine.path("bin")).expect("made");
    let file = format!("bin/{name}");
    machine.write(&file, &format!("#!/bin/sh\n{script}\n"));
    std::fs::set_permissions(machine.path(&file), std::fs::Permissions::from_mode(0o755)).expect("set");
    format!("{}:/usr/bin:/bin", machine.path("bin").display())
}

/// A stand-in for OpenAPI Generator.
fn generator(machine: &Machine, script: &str) -> String {
    program(machine, "openapi-generator-cli", script)
}

#[test]
fn other_kinds_are_handed_to_openapi_generator() {
    let machine = Machine::new();
    let path = generator(&machine, r#"echo "$@" >called; cp "$5" document.json"#);
    let args = ["codegen", "--generator", "kotlin", "--out", "client", "--name", "acme", "--", "--skip-validate-spec"];
    machine.astra_with(&[("PATH", &path)], &args).ok();
    let called = std::fs::read_to_string(machine.path("called")).expect("it was called");
    let client = machine.path("client");
    assert!(called.starts_with("generate --generator-name kotlin --input-spec "), "{called}");
    assert!(called.contains(&format!("--output {}", client.canonicalize().expect("made").display())), "{called}");
    assert!(called.contains("packageName=acme") && called.trim_end().ends_with("--skip-validate-spec"), "{called}");
    let given: Value =
        serde_json::from_str(&std::fs::read_to_string(machine.path("document.json")).expect("read")).expect("JSON");
    assert_eq!(given, serde_json::from_str::<Value>(&machine.astra(&["spec"]).ok()).expect("JSON"));
    assert_eq!(files(&client).len(), 0, "the document does not stay in the client");

    let path = generator(&machine, "echo 'no such generator: cobol' >&2; exit 3");
    let said = machine.astra_with(&[("PATH", &path)], &["codegen", "--generator", "cobol", "--out", "client"]);
    said.fails(1, &["OpenAPI Generator failed", "no such generator: cobol"]);
}

#[test]
fn a_container_sees_the_folder_under_another_name() {
    let machine = Machine::new();
    program(&machine, "docker", r#"[ "$1" = version ] || echo "$@" >called"#);
    let path = machine.path("bin").display().to_string();
    machine.astra_with(&[("PATH", &path)], &["codegen", "--generator", "kotlin", "--out", "client"]).ok();
    let called = std::fs::read_to_string(machine.path("called")).expect("it was called");
    let client = machine.path("client").canonicalize().expect("made");
    let expected = format!(
        "run --rm --volume {}:/local openapitools/openapi-generator-cli:v7.26.0 generate --generator-name kotlin \
         --input-spec /local/.astra-openapi.json --output /local\n",
        client.display()
    );
    assert_eq!(called, expected);

    // Without an engine, docker is none; npx keeps its file in the cache.
    program(&machine, "docker", "exit 1");
    program(&machine, "npx", r#"echo "$@" >called"#);
    machine.astra_with(&[("PATH", &path)], &["codegen", "--generator", "kotlin", "--out", "client"]).ok();
    let called = std::fs::read_to_string(machine.path("called")).expect("it was called");
    let kept = machine.path(".cache/astra/openapitools.json");
    let expected =
        format!("--no-install @openapitools/openapi-generator-cli@2.41.0 --openapitools {} generate ", kept.display());
    assert!(called.starts_with(&expected), "{called}");
}

#[test]
fn without_openapi_generator_one_is_told_how_to_get_it() {
    let machine = Machine::new();
    let said = machine.astra(&["codegen", "--generator", "kotlin", "--out", "client"]);
    said.fails(1, &["kotlin", "pip install openapi-generator-cli", "ASTRA_OPENAPI_GENERATOR_JAR"]);
    assert!(!machine.path("client").exists());
    let jar = [("ASTRA_OPENAPI_GENERATOR_JAR", "no.jar"), ("PATH", "/nowhere")];
    machine.astra_with(&jar, &["codegen", "--generator", "kotlin", "--out", "client"]).fails(1, &["java"]);
}

#[test]
fn the_list_has_what_is_built_in_and_what_the_generator_has() {
    let machine = Machine::new();
    let alone = machine.astra(&["codegen", "--list"]);
    assert!(alone.stderr.contains("pip install openapi-generator-cli"), "{alone:?}");
    assert_eq!(alone.ok(), "typescript\tbuilt in\npython\tbuilt in\nrust\tbuilt in\ngo\tbuilt in\n");
    let told = "printf 'The following generators are available:\\n\\nCLIENT generators:\\n    - ada\\n    - bash (beta)\\n\\nSERVER generators:\\n    - aspnetcore\\n'";
    let path = generator(&machine, told);
    let list = machine.astra_with(&[("PATH", &path)], &["codegen", "--list"]).ok();
    assert!(
        list.ends_with(
            "go\tbuilt in\nada\t--generator, by OpenAPI Generator\nbash\t--generator, by OpenAPI Generator\n"
        ),
        "{list}"
    );
}

#[test]
fn a_list_installs_nothing_and_a_failure_is_told_in_one_line() {
    let machine = Machine::new();
    let minified = format!("console.error(\"{}\")", "x".repeat(2_000));
    let path = program(
        &machine,
        "npx",
        &format!(
            "touch called; echo '{minified}' >&2; echo 'npm error: npx canceled due to missing packages' >&2; echo at Object >&2; exit 1"
        ),
    );
    let path = format!("{}:/bin", path.split(':').next().expect("a folder"));
    let listed = machine.astra_with(&[("PATH", &path)], &["codegen", "--list"]);
    assert!(listed.stderr.contains("OpenAPI Generator adds more languages"), "{listed:?}");
    assert!(!machine.path("called").exists(), "npx was called");
    listed.ok();
    let made = machine.astra_with(&[("PATH", &path)], &["codegen", "--generator", "kotlin", "--out", "client"]);
    assert!(!made.stderr.contains("xxx") && !made.stderr.contains("at Object"), "{made:?}");
    made.fails(1, &["  cause: npm error: npx canceled", "hint: install it in one of these ways"]);

    // The package of npm downloads when it first runs; a container is not pulled.
    std::fs::remove_file(machine.path("called")).expect("it was called for the client");
    machine.write("bin/openapi-generator-cli", "#!/usr/bin/env node\nrequire('fs').writeFileSync('called', '')\n");
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(machine.path("bin/openapi-generator-cli"), executable).expect("set");
    machine.astra_with(&[("PATH", &path)], &["codegen", "--list"]).ok();
    assert!(!machine.path("called").exists(), "the package of npm was called");
    program(&machine, "docker", r#"[ "$1" = version ] || echo "$@" >called"#);
    machine.astra_with(&[("PATH", &path)], &["codegen", "--list"]).ok();
    let called = std::fs::read_to_string(machine.path("called")).expect("it was called");
    assert!(called.starts_with("run --rm --pull never openapitools/openapi-generator-cli:v7.26.0 list"), "{called}");
}

#[test]
fn a_list_may_be_json_and_another_language_has_a_way() {
    let machine = Machine::new();
    let json: Value =
        serde_json::from_str(&machine.astra(&["codegen", "--list", "--output", "json"]).ok()).expect("JSON");
    assert_eq!(
        (&json[0], json.as_array().expect("rows").len()),
        (&json!({"name": "typescript", "is_built_in": true}), 4)
    );
    machine
        .astra(&["codegen", "java", "--out", "x"])
        .fails(2, &["`astra codegen --generator java` runs OpenAPI Generator"]);
    machine.astra(&["codegen", "typscript", "--out", "x"]).fails(2, &["a similar value exists: 'typescript'"]);
    machine.astra(&["codegen", "go", "--output", "json", "--out", "x"]).fails(2, &["--output", "--list"]);
}
