//! Astra: an AI-agent gateway that people run themselves.

pub mod clock;
pub mod config;
pub mod content;
pub mod ids;

pub mod auth;
pub mod engine;
mod error;
pub mod provider;
pub mod store;

#[doc(hidden)]
pub mod api;
#[doc(hidden)]
pub mod app;
#[doc(hidden)]
pub mod document;
#[doc(hidden)]
pub mod http;
#[doc(hidden)]
pub mod openapi;
#[doc(hidden)]
pub mod router;
mod serve;

pub use config::Config;
pub use document::{Notation, Rendered};
pub use error::{Code, Error, FieldError, Result};
pub use router::openapi;
pub use serve::{Builder, Gateway, StartError, serve};
