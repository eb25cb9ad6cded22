//! The answer for paths that are not in the contract. Methods that are not in it are refused by its enforcement.

use crate::error::{Code, Error};

/// 404 for a path that no operation has.
pub async fn not_found() -> Error {
    Error::new(Code::NotFound, "There is nothing at this path: /openapi.json lists what there is.")
}
