//! The client in Go.

use super::model::{Api, Operation};
use super::{File, Package};

/// Checks a package's name. See [`super::Language::check_package_name`].
pub(super) fn check_package_name(_name: &str) -> Result<(), String> {
    Ok(())
}

/// The client's files.
pub(super) fn files(_api: &Api, _package: &Package) -> Vec<File> {
    Vec::new()
}

/// A call of `operation`.
pub(super) fn sample(_api: &Api, _operation: &Operation) -> String {
    String::new()
}
