//! The group `traces`.

mod get;
mod list;
mod summary;
