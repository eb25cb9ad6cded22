//! What all operations share on their way in and out: the contract, extractors, problems, limits, the request's record.

mod caller;
pub mod contract;
mod etag;
pub mod fallback;
mod idempotency;
mod json;
pub mod limit;
pub mod origin;
mod page;
mod path;
mod problem;
mod query;
pub mod sse;
pub mod trace;

pub use caller::Caller;
pub use etag::{IfMatch, IfNoneMatch, etag};
pub use idempotency::Idempotency;
pub use json::Json;
pub use page::{Page, PageQuery, Paged};
pub use path::Path;
pub use problem::{FieldProblem, OpenAiError, OpenAiErrorBody, Problem};
pub use query::Query;
