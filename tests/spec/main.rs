//! The document itself: what it must say, that it says what is served, and that nobody gets past it.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

#[expect(
    clippy::disallowed_methods,
    dead_code,
    unused_imports,
    reason = "tests start what they like; each test binary uses its part of the support"
)]
#[path = "../support/mod.rs"]
mod support;

mod call;
mod docs;
mod events;
mod golden;
mod reach;
mod refusals;
mod rules;
mod schemas;
mod story;
mod tenants;
mod walk;
