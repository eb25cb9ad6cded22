//! Astra: an AI-agent gateway that people run themselves.

pub mod clock;
pub mod config;
pub mod ids;

pub mod auth;
pub mod engine;
mod error;
pub mod provider;
pub mod store;

pub use error::{Code, Error, FieldError, Result};
