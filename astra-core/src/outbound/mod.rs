//! The one way out over HTTP: connections with TLS and proxies, the pool that keeps them, requests whose head is made
//! once, answers that are read piece by piece and decompressed, server-sent events, retries, circuit breakers. What is said to whom and how failures are put into words is its
//! callers' business.
//!
//! Host programs get [`sse`] to read streams.

mod body;
mod breaker;
mod client;
mod connect;
mod endpoint;
mod error;
mod inflate;
mod retry;
mod retry_after;
mod socket;
pub mod sse;

pub(crate) use body::Body;
pub use breaker::Circuit;
pub(crate) use breaker::{Breaker, Permit};
pub(crate) use client::Client;
pub(crate) use endpoint::{Endpoint, is_sendable};
pub(crate) use error::Error;
pub(crate) use retry::{RETRIES, system_jitter};
pub use retry::{Jitter, RetryPolicy, is_transient};
pub(crate) use retry_after::retry_after;
pub(crate) use sse::{Event, EventTooLarge, Parser};
