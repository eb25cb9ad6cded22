//! What all operations share on their way in and out: the contract, extractors, problems, limits, the request's record.

pub mod address;
mod any_json;
#[cfg(any(feature = "console", feature = "docs"))]
pub mod assets;
mod caller;
pub mod client_credential;
#[cfg(feature = "console")]
pub mod console;
mod console_address;
pub mod contract;
mod created;
#[cfg(feature = "docs")]
pub mod docs;
mod etag;
pub mod fallback;
pub mod host_header;
mod idempotency;
mod instant;
mod json;
pub mod limit;
pub mod mcp;
pub mod memory;
mod metadata;
pub mod metrics;
mod negotiation;
pub mod openai;
pub mod origin;
mod page;
mod patch;
mod path;
mod path_counts;
mod problem;
mod query;
mod raw_body;
pub mod record;
mod revocable;
pub mod sse;
mod tokens;
pub mod turn;
pub mod websocket;
pub mod workspaces;

pub use address::CalledFrom;
pub use any_json::AnyJson;
pub use caller::Caller;
pub use console_address::console_address;
pub use created::{accepted, created};
pub use etag::{IfMatch, IfMatchHeader, IfNoneMatch, etag, tagged};
pub use idempotency::{Idempotency, IdempotencyHeader};
pub use instant::instant;
pub use json::Json;
pub use metadata::small_metadata;
pub use negotiation::prefers_gzip;
pub use page::{Page, PageQuery, Paged, page_by_name};
pub use patch::MergePatch;
pub use path::Path;
pub use path_counts::PathCounts;
pub use problem::{FieldProblem, OAuthError, Problem};
pub use query::Query;
pub use raw_body::RawBody;
pub use record::TraceParent;
pub use revocable::Opened;
pub use tokens::Tokens;
