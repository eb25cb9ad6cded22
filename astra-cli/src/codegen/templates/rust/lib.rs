//! CRATE_DOC
//!
//! ```no_run
//! # async fn example() -> Result<(), PACKAGE_IDENT::Error> {
//! use PACKAGE_IDENT::Client;
//!
//! let client = Client::builder().base_url("http://127.0.0.1:3000").token("...").build()?;
//! # drop(client);
//! # Ok(())
//! # }
//! ```
//!
//! Each operation is a method of its group, and gives a call. A call is sent when it is awaited, and takes its optional
//! parameters and settings before that. What is sent and received is in [`models`], the groups are in [`api`].

#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod api;
mod api_error;
mod builder;
mod call;
mod client;
//<sign-in>
mod credentials;
//</sign-in>
mod error;
mod events;
mod follow;
mod identifiers;
pub mod models;
mod open;
mod pages;
mod patch;
mod request;
mod retry;
mod sse;
mod stream;
mod token;
mod transport;

pub use api_error::ApiError;
pub use builder::ClientBuilder;
pub use call::{Call, CallFuture, Response};
pub use client::Client;
//<sign-in>
pub use credentials::{Credentials, NewTokens};
//</sign-in>
pub use error::{BoxError, Error};
pub use events::{Event, EventStream, EventsCall};
pub use pages::{Items, ListCall, Page, Paged};
pub use patch::Patch;
pub use request::Request;
pub use reqwest;
pub use stream::{IntoStream, Source};
