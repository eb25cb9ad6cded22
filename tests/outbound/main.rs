//! Requests to URLs that come from outside, with the guarded client: what it refuses, and what it does with servers on this
//! machine that the configuration allows.

#![expect(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails, and runs servers beside itself"
)]

mod addresses;
mod names;
mod redirects;
mod requests;
mod retries;
mod server;
mod tls;
