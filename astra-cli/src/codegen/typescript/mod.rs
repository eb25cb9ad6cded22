//! The client in TypeScript: a package of ES modules without dependencies.

mod client;
mod code;
mod declarations;
mod docs;
mod drive;
mod imports;
mod names;
mod operations;
mod package;
mod readme;
mod sample;
mod streams;
mod templates;

use super::model::{Api, Operation};
use super::story::Step;
use super::{File, Package};
use declarations::Types;
use names::Names;

pub(super) use package::check_name as check_package_name;

/// The client's files.
pub(super) fn files(api: &Api, package: &Package) -> Vec<File> {
    let names = Names::new(api);
    let types = Types { api, names: &names };
    let mut files = templates::files(api.sign_in.is_some());
    let mut add = |path: &str, text: String| files.push(File { path: path.to_owned(), text });
    add("package.json", package::manifest(api, package));
    add("README.md", readme::text(&types, package));
    add("src/client.ts", client::file(api, &names));
    add("src/index.ts", client::index(api, &names));
    add("src/problem.ts", client::problem(&types));
    add("src/types.ts", declarations::file(&types));
    for (group, names) in api.groups.iter().zip(&names.groups) {
        add(&format!("src/operations/{}.ts", names.file), operations::file(&types, group, names));
    }
    files
}

/// A call of `operation`.
pub(super) fn sample(api: &Api, operation: &Operation) -> String {
    let names = Names::new(api);
    sample::text(&Types { api, names: &names }, operation)
}

/// A program that makes the calls of `steps`. See [`super::Language::driver`].
pub(super) fn driver(api: &Api, steps: &[Step], package: &Package) -> Result<Vec<File>, String> {
    let names = Names::new(api);
    drive::files(&Types { api, names: &names }, steps, &package.name)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::codegen::model;

    fn made(document: &Value) -> Vec<File> {
        let api = model::read(document).expect("it is a document");
        files(&api, &Package { name: "odd".to_owned() })
    }

    fn text<'a>(files: &'a [File], path: &str) -> &'a str {
        files.iter().find(|file| file.path == path).map_or("", |file| &file.text)
    }

    fn odd() -> Value {
        let string = json!({"type": "string"});
        json!({
            "openapi": "3.1.0",
            "info": {"title": "Odd */ API", "version": "v1"},
            "paths": {"/class/{import}/${x}": {"get": {
                "operationId": "request.constructor",
                "parameters": [
                    {"name": "import", "in": "path", "required": true, "schema": string},
                    {"name": "signal", "in": "query", "schema": string},
                ],
                "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Page"}}}}},
            }}},
            "components": {"schemas": {
                "Page": {"type": "object", "properties": {"@id": string, "class": {"enum": ["1", ""], "type": "string"}}},
                "Loop": {"oneOf": [{"$ref": "#/components/schemas/Loop"}, {"type": "null"}]},
            }},
        })
    }

    #[test]
    fn odd_names_make_code() {
        let files = made(&odd());
        let operations = text(&files, "src/operations/request.ts");
        assert!(
            operations
                .contains("constructorCall(import_: string, options: RequestConstructorOptions = {}): Call<PageModel>")
        );
        assert!(operations.contains("path: path`/class/${import_}/\\${x}`,"));
        assert!(operations.contains("query: { signal: options.signalParameter },"));
        assert!(text(&files, "src/client.ts").contains("readonly requestGroup: RequestOperations;"));
        let types = text(&files, "src/types.ts");
        assert!(types.contains("\"@id\"?: string;") && types.contains("  class?: PageClass;"));
        assert!(types.contains("export type PageClass = \"1\" | \"\" | (string & {});"));
        assert!(types.contains("export type Loop = unknown;"));
        assert!(text(&files, "package.json").contains("\"version\": \"0.0.0\""));
    }

    #[test]
    fn the_same_document_makes_the_same_files_and_an_empty_one_makes_some() {
        assert_eq!(made(&odd()), made(&odd()));
        let files = made(&json!({"openapi": "3.1.0"}));
        assert!(text(&files, "src/types.ts").contains("export {};"));
        assert!(!text(&files, "README.md").contains("{{"), "every place is filled");
        for file in files.iter().filter(|file| file.path.ends_with(".ts")) {
            assert!(file.text.starts_with(templates::HEADER), "{}", file.path);
        }
    }
}
