//! The contract: the OpenAPI document, finished and compiled, and what holds every request to it.
//! Documentation and behaviour are one thing here: what is not in the document is not served, but for the services that
//! [`mounted`] puts beside it.

mod body;
mod compile;
mod complete;
mod credential;
mod decoding;
mod enforce;
mod faults;
pub(in crate::http) mod json;
mod mount;
mod narrow;
mod operation;
mod parameters;
mod permission;
mod schema;
mod security;
mod select;
mod traits;
mod tree;

pub(super) use body::{BodyValue, frame};
pub use compile::{compile, parameter_faults};
pub use complete::complete;
pub(super) use credential::is_sent;
pub use enforce::{Gate, enforce, shape};
pub use mount::{Mount, mounted};
pub use operation::{Contract, Operation, PathContract};
pub(super) use permission::permit;
pub use schema::validator;
pub use security::declare;
pub use select::{Needs, select};
pub use traits::{BodyReading, CredentialPlace, Declared, Refusals, Traits};
pub use tree::{METHODS, dangling, operation_ids};
