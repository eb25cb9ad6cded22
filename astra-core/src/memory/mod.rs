//! What agents remember.

pub mod graph;
