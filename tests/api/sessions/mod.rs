//! The sessions group.

mod compact;
mod context;
mod create;
mod delete;
mod events;
mod fork;
mod get;
mod list;
mod list_messages;
mod reset;
mod update;
