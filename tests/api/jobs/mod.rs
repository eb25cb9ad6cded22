//! The jobs group.

mod cancel;
mod enqueue;
mod events;
mod get;
mod list;
mod list_logs;
mod list_results;
mod retry;
