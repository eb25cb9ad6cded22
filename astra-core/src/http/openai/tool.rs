//! The caller's tools in OpenAI's form: what a model is offered, whether it is to call one, and its calls.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::content::{Arguments, ToolCall};
use crate::engine::{CallerToolChoice, CallerTools, OnCall};
use crate::error::{Error, Result};
use crate::http::AnyJson;
use crate::provider::Tool;

/// A tool that the caller runs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChatCompletionTool {
    /// Always `function`; tools of other types are refused.
    #[serde(rename = "type", default)]
    pub kind: ChatCompletionToolType,
    /// What the model is told of it.
    pub function: ChatCompletionFunction,
    /// All else that clients may send, such as `cache_control`.
    #[serde(flatten)]
    pub others: Map<String, Value>,
}

/// The type of a tool.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChatCompletionToolType {
    /// A function with arguments in JSON.
    #[default]
    Function,
}

/// What a model is told of a tool.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChatCompletionFunction {
    /// The name by which the model calls it. It is unique in the request, and no tool of the agent has it.
    #[schema(min_length = 1, max_length = 64, pattern = "^[a-zA-Z0-9_-]+$", example = "get_weather")]
    pub name: String,
    /// What it does, and when to call it.
    #[schema(max_length = 1_048_576, pattern = r"^[^\x00]*$", example = "The weather in a city.")]
    pub description: Option<String>,
    /// The JSON Schema of its arguments, which are an object; without it there are no arguments. The gateway passes it on as
    /// it is: it follows no reference in it, and holds no arguments against it.
    #[schema(example = json!({
        "type": "object",
        "properties": {"city": {"type": "string", "maxLength": 100, "pattern": "^[^<>]+$"}},
        "required": ["city"],
    }))]
    pub parameters: Option<Map<String, Value>>,
    /// Whether the arguments must fit the schema; passed on to providers that speak OpenAI's protocol, without effect at
    /// others.
    #[schema(example = true)]
    pub strict: Option<bool>,
    /// All else that clients may send.
    #[serde(flatten)]
    pub others: Map<String, Value>,
}

/// Whether the model calls a tool: as it likes, a certain one, or one of several.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum ChatCompletionToolChoice {
    /// Whether it calls one at all.
    Mode(ChatCompletionToolMode),
    /// It calls this one.
    Named(ChatCompletionNamedTool),
    /// It calls some of these alone.
    Allowed(ChatCompletionAllowedTools),
}

/// Whether the model calls one of the caller's tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChatCompletionToolMode {
    /// It calls none of them.
    None,
    /// It may.
    Auto,
    /// It must, whichever it likes.
    Required,
}

/// The tool that the model must call.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChatCompletionNamedTool {
    /// Always `function`.
    #[serde(rename = "type")]
    pub kind: ChatCompletionToolType,
    /// Which one.
    pub function: ChatCompletionNamedFunction,
}

/// The tools that the model may or must choose from.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChatCompletionAllowedTools {
    /// Always `allowed_tools`.
    #[serde(rename = "type")]
    pub kind: ChatCompletionAllowedToolsType,
    /// Which ones.
    pub allowed_tools: ChatCompletionAllowance,
}

/// The type of a choice among several tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChatCompletionAllowedToolsType {
    /// Some tools of the request.
    AllowedTools,
}

/// Some tools of the request, and whether the model must call one.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChatCompletionAllowance {
    /// Whether it must.
    pub mode: ChatCompletionAllowanceMode,
    /// Which ones; the others are not offered.
    #[schema(max_items = 128)]
    pub tools: Vec<ChatCompletionNamedTool>,
}

/// Whether the model must call one of several tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChatCompletionAllowanceMode {
    /// It may.
    Auto,
    /// It must.
    Required,
}

/// The name of a tool of the request.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChatCompletionNamedFunction {
    /// The name.
    #[schema(min_length = 1, max_length = 64, pattern = "^[a-zA-Z0-9_-]+$", example = "get_weather")]
    pub name: String,
}

/// A call of one of the caller's tools.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ChatCompletionToolCall {
    /// The call's id, which the message with its result repeats; unique in its message.
    #[schema(min_length = 1, max_length = 16_384, pattern = r"^[^\x00]*$", example = "call_1")]
    pub id: String,
    /// Always `function`.
    #[serde(rename = "type", default)]
    pub kind: ChatCompletionToolType,
    /// What is called.
    pub function: ChatCompletionCalledFunction,
    /// What the model's provider added to the call and wants back with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extra_content: Option<AnyJson>,
    /// All else that clients may send.
    #[serde(flatten)]
    pub others: Map<String, Value>,
}

/// A called tool, and what it is called with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ChatCompletionCalledFunction {
    /// The tool's name, as the model wrote it.
    #[schema(max_length = 256, pattern = r"^[^\x00]*$", example = "get_weather")]
    pub name: String,
    /// The arguments as the model wrote them: a JSON object as text, if the model made no mistake.
    #[schema(max_length = 1_048_576, pattern = r"^[^\x00]*$", example = "{\"city\":\"Paris\"}")]
    pub arguments: String,
    /// All else that clients may send.
    #[serde(flatten)]
    pub others: Map<String, Value>,
}

/// A piece of a call of one of the caller's tools: id and name come first, then the arguments piece by piece.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChunkToolCall {
    /// The call's number in the answer, from 0 on.
    #[schema(minimum = 0, maximum = 127, example = 0)]
    pub index: u32,
    /// The call's id, in its first piece.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 16_384, example = "call_1")]
    pub id: Option<String>,
    /// Always `function`, in the call's first piece.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<ChatCompletionToolType>,
    /// What is called.
    pub function: ChunkCalledFunction,
    /// What the model's provider added to the call and wants back with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extra_content: Option<AnyJson>,
}

/// A called tool, and a piece of what it is called with.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChunkCalledFunction {
    /// The tool's name, in the call's first piece.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 256, example = "get_weather")]
    pub name: Option<String>,
    /// The text to append to the arguments.
    #[schema(max_length = 1_048_576, example = "{\"city\":")]
    pub arguments: String,
}

impl From<ToolCall> for ChatCompletionToolCall {
    fn from(call: ToolCall) -> Self {
        let arguments = call.arguments.text().into_owned();
        let function = ChatCompletionCalledFunction { name: call.name, arguments, others: Map::new() };
        let kind = ChatCompletionToolType::Function;
        Self { id: call.id, kind, function, extra_content: call.extra.map(AnyJson), others: Map::new() }
    }
}

impl From<ChatCompletionToolCall> for ToolCall {
    fn from(call: ChatCompletionToolCall) -> Self {
        let ChatCompletionCalledFunction { name, arguments, .. } = call.function;
        // Some clients write no arguments as no text.
        let arguments = if arguments.trim().is_empty() { "{}".to_owned() } else { arguments };
        let extra = call.extra_content.map(|AnyJson(extra)| extra).filter(|extra| !extra.is_null());
        Self { id: call.id, name, arguments: Arguments::parse(arguments), extra }
    }
}

/// The names of the caller's tools in one request.
#[derive(Debug, Clone, Default)]
pub struct CallerToolNames(Vec<Arc<str>>);

impl CallerToolNames {
    /// Those of `tools`.
    #[must_use]
    pub fn of(tools: Option<&CallerTools>) -> Self {
        let tools = tools.map_or_else(Default::default, |given| given.tools.as_slice());
        Self(tools.iter().map(|tool| Arc::clone(&tool.name)).collect())
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of them is `name`.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|tool| **tool == *name)
    }
}

/// What the engine is asked of `tools`: nothing if none of them is to be called.
///
/// # Errors
/// If two have one name, or if `choice` wants one that is not there.
pub(super) fn offered(
    tools: Vec<ChatCompletionTool>,
    choice: Option<ChatCompletionToolChoice>,
    parallel: Option<bool>,
) -> Result<Option<Box<CallerTools>>> {
    let mut offered: Vec<Tool> = Vec::with_capacity(tools.len());
    for (place, ChatCompletionTool { function, .. }) in tools.into_iter().enumerate() {
        if offered.iter().any(|tool| *tool.name == *function.name) {
            let detail = format!("is the name of an earlier tool too: {}", function.name);
            return Err(Error::field(format!("/tools/{place}/function/name"), detail));
        }
        offered.push(Tool {
            name: function.name.into(),
            description: function.description.unwrap_or_default().into(),
            parameters: Arc::new(function.parameters.unwrap_or_default()),
            is_strict: function.strict == Some(true),
        });
    }
    let choice = match choice {
        Some(ChatCompletionToolChoice::Mode(ChatCompletionToolMode::None)) => return Ok(None),
        None | Some(ChatCompletionToolChoice::Mode(ChatCompletionToolMode::Auto)) => CallerToolChoice::Auto,
        Some(ChatCompletionToolChoice::Mode(ChatCompletionToolMode::Required)) => CallerToolChoice::Required,
        Some(ChatCompletionToolChoice::Named(named)) => {
            CallerToolChoice::Named(find(&offered, &named, "/tool_choice/function/name")?)
        }
        Some(ChatCompletionToolChoice::Allowed(ChatCompletionAllowedTools { allowed_tools, .. })) => {
            let at = |place| format!("/tool_choice/allowed_tools/tools/{place}/function/name");
            let named = allowed_tools.tools.iter().enumerate();
            let names = named.map(|(place, named)| find(&offered, named, &at(place))).collect::<Result<Vec<_>>>()?;
            offered.retain(|tool| names.contains(&tool.name));
            match allowed_tools.mode {
                ChatCompletionAllowanceMode::Auto => CallerToolChoice::Auto,
                ChatCompletionAllowanceMode::Required => CallerToolChoice::Required,
            }
        }
    };
    if offered.is_empty() && choice == CallerToolChoice::Required {
        return Err(Error::field("/tool_choice", "required is not possible without tools"));
    }
    if offered.is_empty() {
        return Ok(None);
    }
    Ok(Some(Box::new(CallerTools { tools: offered, choice, parallel, on_call: OnCall::EndTurn })))
}

/// The name of the tool that `named` names, at the place `pointer`.
fn find(offered: &[Tool], named: &ChatCompletionNamedTool, pointer: &str) -> Result<Arc<str>> {
    let found = offered.iter().find(|tool| *tool.name == *named.function.name);
    found.map(|tool| Arc::clone(&tool.name)).ok_or_else(|| Error::field(pointer, "is the name of none of the tools"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ask(tools: Value, choice: Value) -> std::result::Result<Option<Box<CallerTools>>, String> {
        let (tools, choice) = (serde_json::from_value(tools).unwrap(), serde_json::from_value(choice).unwrap());
        offered(tools, choice, Some(false)).map_err(|error| error.fields[0].pointer.clone())
    }

    #[test]
    fn tools_are_offered_as_they_came_unless_none_is_to_be_called() {
        let parameters = json!({"type": "object", "properties": {"a": {"$ref": "#"}}});
        let given = json!([
            {"type": "function", "function": {"name": "look", "description": "Looks.", "parameters": parameters}},
            {"function": {"name": "now", "parameters": null}, "cache_control": {}},
        ]);
        let now = json!({"type": "function", "function": {"name": "now"}});
        for (choice, expected) in [
            (Value::Null, CallerToolChoice::Auto),
            (json!("auto"), CallerToolChoice::Auto),
            (json!("required"), CallerToolChoice::Required),
            (now, CallerToolChoice::Named("now".into())),
        ] {
            let offered = ask(given.clone(), choice).unwrap().unwrap();
            let CallerTools { tools, choice, parallel, .. } = *offered;
            assert_eq!((choice, parallel), (expected, Some(false)));
            assert_eq!(tools.iter().map(|tool| &*tool.name).collect::<Vec<_>>(), ["look", "now"]);
            assert_eq!(Value::Object((*tools[0].parameters).clone()), parameters);
            assert!(tools[1].parameters.is_empty() && tools[1].description.is_empty());
        }
        assert_eq!(ask(given.clone(), json!("none")), Ok(None));
        assert_eq!(ask(json!([]), json!("auto")), Ok(None));
        let some = |names: &[&str], mode: &str| {
            let tools: Vec<Value> =
                names.iter().map(|name| json!({"type": "function", "function": {"name": name}})).collect();
            json!({"type": "allowed_tools", "allowed_tools": {"mode": mode, "tools": tools}})
        };
        let offered = ask(given.clone(), some(&["now"], "required")).unwrap().unwrap();
        assert_eq!((offered.tools.len(), &*offered.tools[0].name), (1, "now"));
        assert_eq!(offered.choice, CallerToolChoice::Required);
        assert_eq!(ask(given.clone(), some(&[], "auto")), Ok(None));
        assert_eq!(ask(given.clone(), some(&[], "required")), Err("/tool_choice".to_owned()));
        let unknown = "/tool_choice/allowed_tools/tools/1/function/name";
        assert_eq!(ask(given.clone(), some(&["now", "listen"], "auto")), Err(unknown.to_owned()));
        let listen = json!({"type": "function", "function": {"name": "listen"}});
        assert_eq!(ask(given, listen.clone()), Err("/tool_choice/function/name".to_owned()));
        assert_eq!(ask(json!([]), listen), Err("/tool_choice/function/name".to_owned()));
        assert_eq!(ask(json!([]), json!("required")), Err("/tool_choice".to_owned()));
        let twice = json!([{"function": {"name": "look"}}, {"function": {"name": "look"}}]);
        assert_eq!(ask(twice, Value::Null), Err("/tools/1/function/name".to_owned()));
    }

    #[test]
    fn calls_go_out_and_come_back_as_they_were() {
        let google = json!({"google": {"thought_signature": "x"}});
        for (arguments, extra) in [("{\"city\":\"Paris\"}", Some(google)), ("{\"city\": ", None), ("[1]", None)] {
            let arguments = Arguments::parse(arguments.to_owned());
            let call = ToolCall { id: "c".into(), name: "look".into(), arguments, extra };
            let out = serde_json::to_value(ChatCompletionToolCall::from(call.clone())).unwrap();
            assert_eq!((&out["type"], &out["function"]["name"]), (&json!("function"), &json!("look")));
            assert_eq!(out["function"]["arguments"], *call.arguments.text());
            let back: ChatCompletionToolCall = serde_json::from_value(out).unwrap();
            assert_eq!(ToolCall::from(back), call);
        }
        let bare = json!({"id": "c", "function": {"name": "now", "arguments": " "}, "extra_content": null, "index": 0});
        let bare: ChatCompletionToolCall = serde_json::from_value(bare).unwrap();
        assert_eq!(ToolCall::from(bare).arguments, Arguments::Object(Map::new()));
    }
}
