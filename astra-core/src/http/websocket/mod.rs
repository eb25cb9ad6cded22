//! WebSockets (RFC 6455): connections that take frames of JSON and send answers and streams, several at once. What the frames
//! mean is the operation's; that they are good, who sends them, and how connections end is the same for all.

mod close;
mod codec;
mod connection;
mod handshake;
mod opening;
mod socket;
mod streams;

pub use connection::{Done, Protocol, STREAMS_MAX, Taken, Work};
pub use handshake::SUBPROTOCOL;
pub(super) use handshake::require_upgrade;
pub use opening::{Connect, Opening};
pub(super) use opening::{Offer, check_origin, refuse};
pub use streams::Followed;
