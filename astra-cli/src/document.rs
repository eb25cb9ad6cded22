//! OpenAPI documents as JSON values: what is asked of them, and what is made of them. Pure: nothing here reads a file or
//! prints.

pub(crate) mod compare;
pub(crate) mod operations;
pub(crate) mod outline;
pub(crate) mod place;
pub(crate) mod sample;
pub(crate) mod shape;
pub(crate) mod version;
mod walk;
