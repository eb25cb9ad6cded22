//! The checks that this project holds its own document and its own answers to, for the tests of host programs.
//!
//! ```
//! use astra_core::testing::{Document, document_rules};
//! use astra_core::{Config, Gateway};
//!
//! # fn example() -> Result<(), astra_core::StartError> {
//! // In a test: `.routes(own_routes())` before `.openapi()`.
//! let document = Gateway::builder(Config::default()).openapi()?;
//! assert_eq!(document_rules(&document), [""; 0]);
//! # Ok(())
//! # }
//! # example().unwrap();
//! ```
//!
//! [`Document::check`] reads an answer of the gateway's router and holds it against the document: its status, header
//! fields, media type and body, and each event of a stream. It answers what is wrong, and never panics.

mod answer;
mod beside;
mod document;
mod event;
mod rules;

pub use answer::Answer;
pub use document::Document;
pub use event::{Event, EventReader};
pub use rules::document_rules;
