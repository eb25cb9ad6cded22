//! Channels: where people meet agents on the platforms that they already use. What is kept is in `store/`; what callers
//! say and see in
//! `api/channels/`. A platform is one folder here, which holds its signature, its shapes and its limits, and nothing
//! else.

mod connection;
pub mod dialect;
mod field;
mod generic;
mod inbound;
mod limits;
mod outgoing;
mod platform;
pub mod proof;
mod registry;
mod request;
mod transport;

pub use connection::{AccessToken, Connection, Identity};
pub use field::{FIELD_BYTES_MAX, Field, Format, SecretValues, Secrets, Settings};
pub use inbound::{Attachment, AttachmentContent, Event, Inbound, Message, Person, Place, Reading};
pub use limits::{Limits, Unit};
pub use outgoing::{Download, HttpAnswer, HttpCall, Outgoing, Sent};
pub use platform::{Platform, Simulated, Simulation};
pub use registry::{Platforms, built_in};
pub use request::{Reply, Request, Unreadable, Unverified};
pub use transport::{Transport, TransportError};
