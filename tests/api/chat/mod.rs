//! The chat group.

mod cancel;
mod completions;
mod get_turn;
mod resume;
mod send;
mod stream;
