//! Clients from an OpenAPI document: the document is read into a model, and each language writes that model down. Pure:
//! the same document and names give the same files.

pub(crate) mod model;
pub(crate) mod naming;
mod source;

pub(crate) use source::Source;

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
    /// The package's name in its language's registry, as the user said or as the language does by default.
    pub(crate) name: String,
}
