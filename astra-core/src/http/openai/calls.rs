//! The calls of the caller's tools among what happens in a turn: those of the agent's own tools are run within it.

use std::sync::Arc;

use super::tool::{
    CallerToolNames, ChatCompletionToolCall, ChatCompletionToolType, ChunkCalledFunction, ChunkToolCall,
};
use crate::content::ToolCall;
use crate::engine::TurnEvents;
use crate::engine::event::EventKind;
use crate::error::{Error, Result};
use crate::http::AnyJson;
use crate::store::{ToolEntry, Turn};

/// Waits for the end of a turn; answers the turn, and its calls of `tools`.
///
/// # Errors
/// The store's.
pub async fn answered(
    mut events: TurnEvents,
    tools: &CallerToolNames,
) -> Result<(Arc<Turn>, Vec<ChatCompletionToolCall>)> {
    let mut calls = Vec::new();
    while let Some(batch) = events.next().await.map_err(Error::store)? {
        for event in batch {
            match &event.kind {
                EventKind::Tool(entry) => calls.extend(complete(entry, tools).map(|call| call.clone().into())),
                EventKind::Done { turn } | EventKind::Failed { turn } => return Ok((Arc::clone(turn), calls)),
                _ => {}
            }
        }
    }
    Err(Error::not_found("turn"))
}

/// The call of one of `tools` that is complete with `entry`.
fn complete<'a>(entry: &'a ToolEntry, tools: &CallerToolNames) -> Option<&'a ToolCall> {
    match entry {
        ToolEntry::ToolCallComplete { call } if tools.has(&call.name) => Some(call),
        _ => None,
    }
}

/// The calls of the caller's tools in a turn that is streamed.
#[derive(Debug)]
pub(super) struct StreamedCalls {
    tools: CallerToolNames,
    /// The ids of those that have begun, in their order.
    begun: Vec<String>,
}

impl StreamedCalls {
    pub(super) const fn new(tools: CallerToolNames) -> Self {
        Self { tools, begun: Vec::new() }
    }

    /// Whether no call has begun.
    pub(super) const fn is_empty(&self) -> bool {
        self.begun.is_empty()
    }

    /// The piece of a call that `entry` brings: id and name first, then the arguments.
    pub(super) fn take(&mut self, entry: &ToolEntry) -> Option<ChunkToolCall> {
        if let ToolEntry::ToolCall { call_id, tool, arguments_delta } = entry {
            return self.tools.has(tool).then(|| self.piece(call_id, tool, arguments_delta.clone()));
        }
        let call = complete(entry, &self.tools)?;
        let extra_content = call.extra.clone().map(AnyJson);
        if !self.begun.contains(&call.id) {
            // A call that comes whole.
            let piece = self.piece(&call.id, &call.name, call.arguments.text().into_owned());
            return Some(ChunkToolCall { extra_content, ..piece });
        }
        extra_content.as_ref()?;
        Some(ChunkToolCall { extra_content, ..self.piece(&call.id, &call.name, String::new()) })
    }

    fn piece(&mut self, call_id: &str, tool: &str, arguments: String) -> ChunkToolCall {
        let begun = self.begun.iter().position(|begun| *begun == *call_id);
        let place = begun.unwrap_or(self.begun.len());
        let index = u32::try_from(place).unwrap_or(u32::MAX);
        if begun.is_some() {
            let function = ChunkCalledFunction { name: None, arguments };
            return ChunkToolCall { index, id: None, kind: None, function, extra_content: None };
        }
        self.begun.push(call_id.to_owned());
        let function = ChunkCalledFunction { name: Some(tool.to_owned()), arguments };
        let (id, kind) = (Some(call_id.to_owned()), Some(ChatCompletionToolType::Function));
        ChunkToolCall { index, id, kind, function, extra_content: None }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::content::Arguments;
    use crate::engine::{CallerToolChoice, CallerTools, OnCall};
    use crate::provider::Tool;

    fn streamed(entries: &[ToolEntry]) -> Vec<Value> {
        let tool = |name: &str| Tool {
            name: name.into(),
            description: "".into(),
            parameters: Arc::default(),
            is_strict: false,
        };
        let given = CallerTools {
            tools: vec![tool("look"), tool("listen")],
            choice: CallerToolChoice::Auto,
            parallel: None,
            on_call: OnCall::EndTurn,
        };
        let mut calls = StreamedCalls::new(CallerToolNames::of(Some(&given)));
        entries.iter().filter_map(|entry| calls.take(entry)).map(|piece| serde_json::to_value(piece).unwrap()).collect()
    }

    fn begins(call_id: &str, tool: &str, arguments_delta: &str) -> ToolEntry {
        let arguments_delta = arguments_delta.to_owned();
        ToolEntry::ToolCall { call_id: call_id.into(), tool: tool.into(), arguments_delta }
    }

    fn ends(id: &str, name: &str, arguments: &str, extra: Option<Value>) -> ToolEntry {
        let arguments = Arguments::parse(arguments.to_owned());
        ToolEntry::ToolCallComplete { call: ToolCall { id: id.into(), name: name.into(), arguments, extra } }
    }

    #[test]
    fn the_callers_calls_are_numbered_among_themselves() {
        let entries = [
            begins("x", "current_time", ""),
            begins("a", "look", ""),
            begins("b", "listen", ""),
            begins("x", "current_time", "{}"),
            begins("a", "look", "{\"city\":"),
            begins("b", "listen", "{}"),
            begins("a", "look", "\"Rome\"}"),
            ends("x", "current_time", "{}", None),
            ends("a", "look", "{\"city\":\"Rome\"}", None),
            ends("b", "listen", "{}", Some(json!({"google": {}}))),
        ];
        let begun = |index: u32, id: &str, name: &str| json!({"index": index, "id": id, "type": "function", "function": {"name": name, "arguments": ""}});
        let more = |index: u32, text: &str| json!({"index": index, "function": {"arguments": text}});
        let mut extra = more(1, "");
        extra["extra_content"] = json!({"google": {}});
        let expected = [
            begun(0, "a", "look"),
            begun(1, "b", "listen"),
            more(0, "{\"city\":"),
            more(1, "{}"),
            more(0, "\"Rome\"}"),
            extra,
        ];
        assert_eq!(streamed(&entries), expected);
    }

    #[test]
    fn a_call_that_comes_whole_is_one_piece() {
        let function = json!({"name": "look", "arguments": "{\"city\":\"Rome\"}"});
        let whole = json!({"index": 0, "id": "a", "type": "function", "function": function, "extra_content": [1]});
        assert_eq!(streamed(&[ends("a", "look", "{\"city\": \"Rome\"}", Some(json!([1])))]), [whole]);
        assert_eq!(streamed(&[ends("x", "current_time", "{}", Some(json!([1])))]), Vec::<Value>::new());
    }
}
