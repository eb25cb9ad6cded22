//! The gateway as an MCP server (Model Context Protocol): one endpoint, by POST, at which each agent is a tool and memory is
//! resources. It speaks revision 2026-07-28, whose requests each say all that is needed, and 2025-11-25 and 2025-06-18, which begin with a
//! handshake. Nothing is kept between requests in either, so that each may go to another replica and no session can be lost.
//!
//! What a client is asked, it is asked about a row of the store, by whose id it answers.
//!
//! What a client sends is read here; what it is sent are the types of rmcp, the protocol's own crate.

mod agent_call;
mod answer;
mod approvals;
mod arguments;
mod calling;
mod fault;
mod headers;
mod host_call;
mod listing;
mod message;
mod resources;
mod revision;
mod running;
mod server;

pub use server::{McpServer, serve};
