//! The health group.

mod get;
mod live;
mod ready;
