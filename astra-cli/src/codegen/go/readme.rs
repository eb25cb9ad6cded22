//! The README.
use crate::codegen::model::Api;
use crate::codegen::{File, Package};
pub(super) fn file(_api: &Api, _package: &Package, _name: &str) -> File {
    File { path: "README.md".to_owned(), text: String::new() }
}
