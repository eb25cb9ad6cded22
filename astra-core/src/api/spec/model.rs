//! Which part of the document is asked for.

use serde::Deserialize;
use utoipa::IntoParams;

/// Which operations are of interest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct SpecQuery {
    /// Only the operations of this group.
    #[param(min_length = 1, max_length = 64, pattern = "^[a-z][a-z-]*$", example = "health")]
    pub tag: Option<String>,
    /// Only the operations that this token may call.
    #[param(default = false, example = false)]
    pub mine: Option<bool>,
}
