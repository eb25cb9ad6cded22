//! What a tool is.

use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::provider;

/// The name of a tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(format = "slug", example = "current_time")]
pub struct ToolName(pub String);

/// A tool.
pub trait Tool: Send + Sync + 'static {
    /// What a model is sent of it: name, description, and the JSON Schema of its arguments.
    fn definition(&self) -> provider::Tool;

    /// Runs it. Dropping the future ends the call.
    ///
    /// # Errors
    /// Why it failed, in words for the model, which may call it again with better arguments.
    fn call<'a>(&'a self, arguments: &'a Map<String, Value>) -> BoxFuture<'a, Result<String, String>>;
}
