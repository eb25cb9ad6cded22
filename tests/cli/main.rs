//! `astra` as its users meet it: a process with arguments, two outputs and an exit code.

#![expect(clippy::disallowed_methods, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod account;
mod chat;
mod codegen;
mod compatibility;
mod config;
mod gateway;
mod generated;
mod log;
mod manners;
mod mcp;
mod migrate;
mod outbound;
mod program;
mod remote;
mod serve;
mod skills;
mod spec;
mod tls_upstream;
mod token;
mod tools;
mod traces;
mod upstream;
