//! `astra` as its users meet it: a process with arguments, two outputs and an exit code.

#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that cannot go on fails, and one that has no tool says so"
)]

mod account;
mod approvals;
mod audit;
mod backup;
mod chat;
mod codegen;
mod compatibility;
mod config;
mod console;
mod cron;
mod doctor;
mod gateway;
mod generated;
mod jobs;
mod keys;
mod log;
mod manners;
mod mcp;
mod memory;
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
mod transfer;
mod upstream;
mod webhooks;
mod workspace;
