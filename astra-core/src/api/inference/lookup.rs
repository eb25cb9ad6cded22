//! Providers: looked up.

use crate::error::{Error, Result};
use crate::provider::{Registry, Status};

/// What is known of the provider `name`, or 404.
///
/// # Errors
/// 404.
pub fn find(providers: &Registry, name: &str) -> Result<Status> {
    providers.status(name).ok_or_else(|| Error::not_found("provider"))
}
