//! The whole: the real binary, and where `ASTRA_TEST_MODEL` names one, a real model, through real clients.

#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that cannot go on says why, and fails"
)]

mod callers;
mod calling;
mod clients;
mod crash;
mod frames;
mod frameworks;
#[path = "../cli/gateway.rs"]
#[expect(dead_code, reason = "each test binary uses its part of it")]
mod gateway;
mod http;
mod kills;
mod mcp;
mod model;
mod oidc;
#[path = "../cli/program.rs"]
#[expect(dead_code, reason = "each test binary uses its part of it")]
mod program;
mod refusing;
mod sockets;
mod tour;
#[path = "../cli/upstream.rs"]
#[expect(dead_code, reason = "each test binary uses its part of it")]
mod upstream;
mod waits;
mod webhooks;
