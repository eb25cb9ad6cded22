//! The conventions that all operations share: bodies, parameters, limits, the record of a request, embedding, serving.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

#[expect(
    clippy::disallowed_methods,
    dead_code,
    unused_imports,
    reason = "tests start what they like; each test binary uses its part of the support"
)]
#[path = "../support/mod.rs"]
mod support;

mod accept;
mod bodies;
mod bounds;
mod connections;
mod console;
mod embedding;
mod hosts;
mod http2;
mod limits;
mod pages;
mod parameters;
mod record;
mod serving;
