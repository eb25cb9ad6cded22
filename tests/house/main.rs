//! The house rules as tests: who may import whom, how long a file may be, what it may be called, and that the guides tell
//! the truth. Each rule is a function from a file to its faults, and has a test of its own that it finds one.

#![expect(clippy::expect_used, reason = "a repository that cannot be read fails the test")]

mod circles;
mod console;
mod docs;
mod layers;
mod limits;
mod names;
mod programs;
mod purge;
mod recipes;
mod sizes;
mod source;
mod store;
mod tenants;
