//! The group `inference`.

mod check_provider;
mod get_provider;
mod list_models;
mod list_providers;
mod usage;
