//! What all operations share on their way in and out: the contract, extractors, problems, limits, the request's record.

pub mod address;
mod any_json;
mod caller;
pub mod client_credential;
pub mod contract;
mod created;
#[cfg(feature = "docs")]
pub mod docs;
mod etag;
pub mod fallback;
pub mod host_header;
mod idempotency;
mod json;
pub mod limit;
mod metadata;
mod negotiation;
pub mod openai;
pub mod origin;
mod page;
mod patch;
mod path;
mod problem;
mod query;
mod raw_body;
pub mod record;
mod revocable;
pub mod sse;
pub mod turn;

pub use address::CalledFrom;
pub use any_json::AnyJson;
pub use caller::Caller;
pub use created::created;
pub use etag::{IfMatch, IfMatchHeader, IfNoneMatch, etag, tagged};
pub use idempotency::{Idempotency, IdempotencyHeader};
pub use json::Json;
pub use metadata::small_metadata;
pub use negotiation::prefers_gzip;
pub use page::{Page, PageQuery, Paged, page_by_name};
pub use patch::MergePatch;
pub use path::Path;
pub use problem::{FieldProblem, OAuthError, Problem};
pub use query::Query;
pub use raw_body::RawBody;
pub use record::TraceParent;
pub use revocable::Opened;
