//! Astra: an AI-agent gateway that people run themselves, as a library.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use astra_core::{Config, Gateway};
//!
//! let gateway = Gateway::open(Config::default()).await?;
//! let app = axum::Router::new().merge(gateway.router()); // beside your own routes
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
//! axum::serve(listener, app.into_make_service_with_connect_info::<std::net::SocketAddr>()).await?;
//! # Ok(())
//! # }
//! ```
//!
//! [`serve`] does without a host program. [`Gateway::builder`] takes the host's own providers, tools, authenticator, clock
//! and ids, and operations of its own ([`host`]). The library reads no environment variable and no file but those of the data folder
//! and the agents folder, and what Linux says of the process's memory; it installs no logger and handles no signal.

pub mod clock;
pub mod config;
pub mod content;
pub mod ids;
pub mod json_schema;
pub mod metrics;
pub mod outbound;
mod tally;
pub mod tasks;

pub mod auth;
pub mod backup;
pub mod channels;
pub mod definitions;
pub mod engine;
mod error;
pub mod events;
pub mod host;
pub mod mcp_servers;
pub mod memory;
#[cfg(feature = "otlp")]
mod otlp;
pub mod provider;
pub mod skills;
pub mod store;
pub mod testing;
pub mod text;
pub mod tools;
pub mod trace_context;
pub mod webhooks;
pub mod work;
pub mod workspace_policy;

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
pub use serve::{Builder, Check, Gateway, StartError, check, serve};
pub use tools::{Tool, ToolAnnotations, ToolContext, ToolDefinition, ToolError, ToolOutput};
pub use trace_context::TraceContext;
pub use work::{Job, JobContext, JobError};

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
