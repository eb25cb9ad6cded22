//! The client in Go: one package over `net/http` alone. The runtime is Go's own source under `templates/go`; the services and
//! the types are written from the document.

mod calls;
mod comments;
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
