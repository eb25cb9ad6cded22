//! The chat group.

mod cancel;
mod completions;
mod connect;
mod get_model;
mod get_turn;
mod list_models;
mod presence;
mod resume;
mod send;
mod stream;
mod submit_results;
