//! A host's own operations: under the contract, in the document, refused at once when they are not good; and the checks
//! that a host's tests may use.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

#[expect(
    clippy::disallowed_methods,
    dead_code,
    unused_imports,
    reason = "tests start what they like; each test binary uses its part of the support"
)]
#[path = "../support/mod.rs"]
mod support;

mod answers;
mod contract;
mod document;
mod faults;
mod invoices;
mod mounts;
mod scopes;
mod traits;
