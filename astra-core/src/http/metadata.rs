//! The callers' own data, which comes back with what it is on.

use serde_json::{Map, Value};

use crate::content::{METADATA_BYTES_MAX, is_too_large};
use crate::error::{Error, Result};

/// Refuses `metadata` of a body that is larger than its rows may be.
///
/// # Errors
/// 422 that points at the field `metadata`.
pub fn small_metadata(metadata: &Map<String, Value>) -> Result<()> {
    if is_too_large(metadata) {
        return Err(Error::field("/metadata", format!("has more than {METADATA_BYTES_MAX} bytes as JSON")));
    }
    Ok(())
}
