//! What the gateway does, with no HTTP in sight: agents, sessions, turns and their events.

pub mod agent;
