//! Clients from an OpenAPI document: the document is read into a model, and each language writes that model down. Pure:
//! the same document and names give the same files.

mod go;
pub(crate) mod model;
pub(crate) mod naming;
mod python;
mod rust;
mod source;
pub(crate) mod story;
mod typescript;

use model::{Api, Operation};
pub(crate) use source::Source;
use story::Step;

/// The languages that clients are built in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    TypeScript,
    Python,
    Rust,
    Go,
}

/// A file of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct File {
    /// Its path in the client's folder, with slashes.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// What the client is called.
#[derive(Debug, Clone)]
pub(crate) struct Package {
    /// The package's name, as its language's registry takes it.
    pub(crate) name: String,
}

impl Language {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::TypeScript, Self::Python, Self::Rust, Self::Go];

    /// Its name on the command line.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::TypeScript => "typescript",
            Self::Python => "python",
            Self::Rust => "rust",
            Self::Go => "go",
        }
    }

    /// What a package is called by default.
    pub(crate) const fn default_package_name(self) -> &'static str {
        match self {
            Self::Go => "example.com/astra-client",
            Self::TypeScript | Self::Python | Self::Rust => "astra-client",
        }
    }

    /// Checks a package's name.
    ///
    /// # Errors
    /// Why its registry would not take it, without a full stop.
    pub(crate) fn check_package_name(self, name: &str) -> Result<(), String> {
        match self {
            Self::TypeScript => typescript::check_package_name(name),
            Self::Python => python::check_package_name(name),
            Self::Rust => rust::check_package_name(name),
            Self::Go => go::check_package_name(name),
        }
    }

    /// The client's files, by their paths.
    pub(crate) fn files(self, api: &Api, package: &Package) -> Vec<File> {
        let mut files = match self {
            Self::TypeScript => typescript::files(api, package),
            Self::Python => python::files(api, package),
            Self::Rust => rust::files(api, package),
            Self::Go => go::files(api, package),
        };
        files.sort_by(|one, other| one.path.cmp(&other.path));
        files
    }

    /// A program that makes the calls of `steps` through the client: what each sends are the examples of `api`.
    ///
    /// # Errors
    /// What cannot be written: a variable where a call takes no text.
    pub(crate) fn driver(self, api: &Api, steps: &[Step], package: &Package) -> Result<Vec<File>, String> {
        match self {
            Self::TypeScript => typescript::driver(api, steps, package),
            Self::Python => python::driver(api, steps, package),
            Self::Rust => rust::driver(api, steps, package),
            Self::Go => go::driver(api, steps, package),
        }
    }

    /// A call of `operation` as its user would write it, with the document's example values: a few lines that begin with
    /// `client.`, or with what they need before.
    pub(crate) fn sample(self, api: &Api, operation: &Operation) -> String {
        match self {
            Self::TypeScript => typescript::sample(api, operation),
            Self::Python => python::sample(api, operation),
            Self::Rust => rust::sample(api, operation),
            Self::Go => go::sample(api, operation),
        }
    }
}
