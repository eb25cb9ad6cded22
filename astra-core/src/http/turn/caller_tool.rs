//! The tools of a caller and their results on the wire.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::content::ToolResult;
use crate::engine::{CallerToolChoice, CallerTools, OnCall};
use crate::error::{Error, Result};
use crate::provider::Tool;

/// A tool that the caller runs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CallerTool {
    /// The name.
    #[schema(min_length = 1, max_length = 64, pattern = "^[a-zA-Z0-9_-]+$", example = "get_weather")]
    pub name: String,
    /// What it does and when to call it, for the model.
    #[serde(default)]
    #[schema(max_length = 16_384, pattern = r"^[^\x00]*$", example = "The weather of a city.")]
    pub description: String,
    /// The JSON Schema of its arguments, which are an object; by default it takes none. The gateway does not check arguments
    /// against it.
    #[serde(default)]
    #[schema(example = json!({
        "type": "object",
        "properties": {"city": {"type": "string", "maxLength": 100, "pattern": "^[^<>]+$"}},
        "required": ["city"],
    }))]
    pub parameters: Map<String, Value>,
}

/// Whether the model may call tools.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum TurnToolChoice {
    /// In general.
    Mode(TurnToolMode),
    /// It must call this tool first.
    Named(NamedTool),
}

/// Whether the model may call tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TurnToolMode {
    /// It may.
    Auto,
    /// It must not, in the whole turn.
    None,
    /// It must call one first, of the agent or of the caller.
    Required,
}

/// A tool by its name.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NamedTool {
    /// The name of a tool of the agent or of the caller.
    #[schema(min_length = 1, max_length = 64, pattern = "^[a-zA-Z0-9_-]+$", example = "get_weather")]
    pub name: String,
}

/// The results of all calls that a turn waits for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SubmitResults {
    /// The results, one for each call.
    #[schema(min_items = 1, max_items = 4096)]
    pub results: Vec<CallResult>,
}

/// The result of a call.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CallResult {
    /// The call's id.
    #[schema(min_length = 1, max_length = 16_384, pattern = r"^[^\x00]*$", example = "call_1")]
    pub call_id: String,
    /// What the tool answers, for the model; if it failed, why.
    #[schema(max_length = 1_048_576, pattern = r"^[^\x00]*$", example = "{\"temperature\": 21}")]
    pub content: String,
    /// Whether the tool failed.
    #[serde(default)]
    #[schema(example = false)]
    pub is_error: bool,
}

/// What the caller says of tools, in the engine's terms; `None` for nothing.
///
/// # Errors
/// If two tools have one name.
pub fn caller_tools(tools: Vec<CallerTool>, choice: Option<TurnToolChoice>) -> Result<Option<Box<CallerTools>>> {
    if tools.is_empty() && choice.is_none() {
        return Ok(None);
    }
    for (place, tool) in tools.iter().enumerate() {
        if tools[..place].iter().any(|other| other.name == tool.name) {
            let detail = format!("names the tool `{}` a second time", tool.name);
            return Err(Error::field(format!("/tools/{place}/name"), detail));
        }
    }
    let tool = |tool: CallerTool| Tool {
        name: tool.name.into(),
        description: tool.description.into(),
        parameters: Arc::new(tool.parameters),
        is_strict: false,
    };
    let choice = match choice {
        None | Some(TurnToolChoice::Mode(TurnToolMode::Auto)) => CallerToolChoice::Auto,
        Some(TurnToolChoice::Mode(TurnToolMode::None)) => CallerToolChoice::None,
        Some(TurnToolChoice::Mode(TurnToolMode::Required)) => CallerToolChoice::Required,
        Some(TurnToolChoice::Named(tool)) => CallerToolChoice::Named(tool.name.into()),
    };
    let tools = tools.into_iter().map(tool).collect();
    Ok(Some(Box::new(CallerTools { tools, choice, parallel: None, on_call: OnCall::AwaitResults })))
}

impl SubmitResults {
    /// The results in the engine's terms.
    ///
    /// # Errors
    /// If two of them are of one call.
    pub fn into_results(self) -> Result<Vec<ToolResult>> {
        for (place, result) in self.results.iter().enumerate() {
            if self.results[..place].iter().any(|other| other.call_id == result.call_id) {
                let detail = format!("names the call `{}` a second time", result.call_id);
                return Err(Error::field(format!("/results/{place}/call_id"), detail));
            }
        }
        let result = |CallResult { call_id, content, is_error }: CallResult| ToolResult { call_id, content, is_error };
        Ok(self.results.into_iter().map(result).collect())
    }
}
