//! The spec group.

mod json;
mod yaml;
