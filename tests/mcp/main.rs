//! MCP servers as sources of tools: real ones over HTTP and as processes, and servers that were made to hurt.

#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::zombie_processes,
    reason = "a test that cannot go on fails; one that is skipped says so; a program that a test starts may do as it likes"
)]

mod client;
mod fake;
mod fixture;
mod hostile;
mod oauth;
#[cfg(unix)]
mod python;
mod real;
#[cfg(unix)]
mod stdio;
#[cfg(unix)]
mod stdio_server;
