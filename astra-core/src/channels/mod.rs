//! Channels: where people meet agents on the platforms that they already use. What is kept is in `store/`; what callers
//! say and see in `api/channels/`. A platform is one folder here, which holds its signature, its shapes and its limits,
//! and nothing else; `platform.rs` says what it must do.

mod admit;
mod asking;
mod attachments;
mod check;
mod commands;
mod connection;
pub mod dialect;
mod directory;
mod discord;
mod email;
mod error;
mod field;
mod generic;
mod inbound;
mod limits;
mod line;
mod matrix;
mod open_message;
mod outgoing;
mod pace;
mod platform;
pub mod proof;
mod receive;
mod registry;
mod reply_job;
mod request;
mod sealing;
mod sending;
mod slack;
mod split;
mod streaming;
mod teams;
mod telegram;
mod tokens;
mod transport;
pub mod upkeep;
mod whatsapp;
mod wording;

pub use check::ChannelFault;
pub use connection::{AccessToken, Connection, Identity};
pub use directory::{ChannelDirectory, Checked, NewChannel};
pub use error::{CHANNELS_MAX, ChannelError};
pub use field::{FIELD_BYTES_MAX, Field, Format, SecretValues, Secrets, Settings};
pub use inbound::{Attachment, AttachmentContent, Event, Inbound, Message, Person, Place, Reading};
pub use limits::{Limits, Unit};
pub use outgoing::{Download, HttpAnswer, HttpCall, Outgoing, Sent};
pub use platform::{Platform, Simulated, Simulation};
pub use receive::NotReceived;
pub use registry::{Platforms, built_in};
pub use reply_job::Replies;
pub use request::{Reply, Request, Unreadable, Unverified};
pub use split::split;
pub use transport::{Transport, TransportError};
