//! kill -9, again and again, of gateways under a load of jobs, turns, schedules and webhooks: nothing that was acknowledged is
//! lost, nothing that was recorded is done again, and each event is delivered with one body. `ASTRA_TEST_KILLS` says how often.

#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that cannot go on says why, and fails"
)]

#[expect(
    clippy::disallowed_methods,
    dead_code,
    unused_imports,
    unused_macros,
    reason = "tests start what they like; each test binary uses its part of the support"
)]
#[path = "../support/mod.rs"]
mod support;

mod checks;
mod clients;
mod effects;
mod gateway;
mod memories;
mod model;
mod moments;
mod pause;
mod place;
mod process;
mod receiver;
mod rounds;
mod server;
mod work;
