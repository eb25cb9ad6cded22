//! The client in TypeScript: a package of ES modules without dependencies.

mod client;
mod code;
mod docs;
mod imports;
mod names;
mod operations;
mod package;
mod readme;
mod sample;
mod streams;
mod templates;
mod types;

use super::model::{Api, Operation};
use super::{File, Package};
use names::Names;
use types::Types;

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
    add("src/types.ts", types::file(&types));
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
