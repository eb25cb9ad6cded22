//! The workspaces group.

pub(crate) mod events;
