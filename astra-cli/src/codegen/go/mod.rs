//! The client in Go: one package over `net/http` alone. The runtime is Go's own source under `templates/go`; the services and
//! the types are written from the document.

mod calls;
mod comments;
mod drive;
mod file;
mod literal;
mod models;
mod names;
mod package;
mod parameters;
mod readme;
mod runtime;
mod sample;
mod scope;
mod services;
mod structs;
mod table;
mod unions;

use super::model::{Api, Operation};
use super::story::Step;
use super::{File, Package, Source};
use scope::Scope;

/// Checks a package's name. See [`super::Language::check_package_name`].
pub(super) fn check_package_name(name: &str) -> Result<(), String> {
    package::check(name)
}

/// The client's files.
pub(super) fn files(api: &Api, package: &Package) -> Vec<File> {
    let scope = Scope::new(api, "");
    let name = package::name(&package.name);
    let mut files = runtime::files(api, package, &name);
    let mut models = Source::new("\t");
    models::write(&mut models, &scope);
    files.push(file::file("models.go", &name, &models.finish()));
    let mut client = Source::new("\t");
    services::write_client(&mut client, &scope, api);
    files.push(file::file("client.go", &name, &client.finish()));
    for group in &api.groups {
        let mut service = Source::new("\t");
        services::write(&mut service, &scope, group);
        // Two groups can differ in what no file's name shows.
        let path = services::path(group);
        match files.iter_mut().find(|file| file.path.eq_ignore_ascii_case(&path)) {
            Some(_) => files.push(file::file(&format!("{}_{path}", files.len()), &name, &service.finish())),
            None => files.push(file::file(&path, &name, &service.finish())),
        }
    }
    files.push(readme::file(api, package, &name));
    files
}

/// A call of `operation`.
pub(super) fn sample(api: &Api, operation: &Operation) -> String {
    sample::write(api, operation)
}

/// A program that makes the calls of `steps`. See [`super::Language::driver`].
pub(super) fn driver(api: &Api, steps: &[Step], package: &Package) -> Result<Vec<File>, String> {
    drive::files(&Scope::new(api, "astra."), steps, &package.name)
}

#[cfg(test)]
mod tests {
    use super::super::model;
    use super::*;
    use serde_json::{Value, json};

    /// A document as none is written by hand.
    fn odd() -> Value {
        json!({
            "openapi": "3.1.0",
            "info": {"title": "Odd", "version": "1"},
            "paths": {"/a/{type}": {"patch": {
                "operationId": "do.import",
                "summary": "List *everything*",
                "parameters": [
                    {"name": "type", "in": "path", "schema": {"type": "string"}},
                    {"name": "If-Match", "in": "header", "required": true, "schema": {"type": "string"}},
                ],
                "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}},
                "responses": {"200": {"description": "", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Self"}}}}},
            }}},
            "components": {"schemas": {
                "Self": {"$ref": "#/components/schemas/Self"},
                "Error": {"type": "object", "required": ["error", "kind"], "properties": {
                    "error": {"$ref": "#/components/schemas/Error"},
                    "kind": {"const": "a`\"b"},
                    "@id": {"type": "string"},
                    "id": {"type": ["integer", "null"]},
                    "a,b": {"type": "string"},
                }},
            }},
        })
    }

    fn file(files: &[File], path: &str) -> String {
        files.iter().find(|file| file.path == path).map(|file| file.text.clone()).unwrap_or_default()
    }

    #[test]
    fn an_odd_document_gives_names_that_go_takes() {
        let api = model::read(&odd()).expect("a model");
        let made = files(&api, &Package { name: "example.com/odd".to_owned() });
        let models = file(&made, "models.go");
        for expected in [
            "type Self = any\n",
            "type ErrorModel struct {\n\tError *ErrorModel `json:\"error\"`\n\n\tIDField *string `json:\"@id,omitzero\"`\n\n\tID Nullable[int] `json:\"id,omitzero\"`\n",
            "\treturn encodeWithExtra(plain(v), \"\\\"kind\\\":\\\"a`\\\\\\\"b\\\"\", v.Extra)\n",
            "type Problem struct {\n",
        ] {
            assert!(models.contains(expected), "{expected}\n{models}");
        }
        let service = file(&made, "do_service.go");
        let signature = "// Import lists *everything*.\n//\n// The operation is do.import: PATCH /a/{type}\nfunc (s *DoService) Import(ctx context.Context, typeValue string, body ErrorModel, params DoImportParams, options ...CallOption) (Self, error) {\n";
        assert!(service.contains(signature), "{service}");
        assert!(file(&made, "client.go").contains("\tDoAPI *DoService\n"));
        assert!(file(&made, "credentials.go").is_empty(), "there is no sign-in");
    }

    #[test]
    fn files_say_that_they_are_generated_and_are_the_same_each_time() {
        let api = model::read(&odd()).expect("a model");
        let package = Package { name: "example.com/odd/v2".to_owned() };
        let made = files(&api, &package);
        assert_eq!(made, files(&api, &package));
        for file in made.iter().filter(|file| file.path != "README.md") {
            assert!(file.text.starts_with("// Code generated by astra codegen. DO NOT EDIT.\n\n"), "{}", file.path);
            assert!(file.path == "go.mod" || file.text.contains("\npackage odd\n"), "{}", file.path);
        }
    }

    #[test]
    fn a_sample_is_a_call() {
        let api = model::read(&odd()).expect("a model");
        let operation = api.operation("do.import").expect("an operation");
        let expected = "self, err := client.DoAPI.Import(ctx, \"text\", astra.ErrorModel{\n";
        assert!(sample(&api, operation).starts_with(expected), "{}", sample(&api, operation));
    }
}
