//! The store's contract, held against both engines: what a method may rely on whichever engine is under it.

#![expect(clippy::expect_used, clippy::panic, clippy::unwrap_used, clippy::print_stdout, reason = "tests may fail")]

#[expect(dead_code, unused_imports, reason = "each test binary uses its part of the support")]
#[path = "../support/mod.rs"]
mod support;

mod agents;
mod classes;
mod durability;
mod empty;
mod full;
mod migrations;
mod pages;
mod scopes;
mod transactions;
mod usage;
mod values;
