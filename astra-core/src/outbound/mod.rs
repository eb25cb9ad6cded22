//! The one way out over HTTP: connections with TLS and proxies, the pool that keeps them, requests whose head is made
//! once, answers that are read piece by piece and decompressed, server-sent events, retries, circuit breakers, and the
//! guard of requests to URLs that come from outside. What is said to whom and how failures are put into words is its
//! callers' business.
//!
//! Host programs get [`GuardedClient`] for URLs that their own callers or a model chose, from
//! [`Gateway::guarded_client`](crate::Gateway::guarded_client), and [`sse`] to read streams.

mod body;
mod breaker;
mod client;
mod connect;
mod endpoint;
mod error;
mod guard;
mod inflate;
mod own_headers;
mod proxy;
mod retry;
mod retry_after;
mod socket;
pub mod sse;

pub(crate) use body::{Body, DRAINS};
pub use breaker::Circuit;
pub(crate) use breaker::{Breaker, Permit};
pub(crate) use client::Client;
pub(crate) use endpoint::{Endpoint, is_sendable};
pub use error::Error;
pub use guard::{
    GuardedClient, GuardedError, GuardedRequest, GuardedResponse, Refusal, Resolve, SpecialUse, SystemResolver,
};
pub(crate) use own_headers::is_own_header;
pub use retry::{Jitter, RetryPolicy, is_transient};
pub(crate) use retry::{RETRIES, system_jitter};
pub(crate) use retry_after::retry_after;
pub(crate) use sse::{Event, EventTooLarge, Parser};
