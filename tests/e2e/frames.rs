//! The frames of answers that call tools, as OpenAI's and Anthropic's servers write them.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

/// What a model says: a text, and calls of tools.
pub(crate) struct Said {
    text: String,
    calls: Vec<(String, String, Value)>,
}

impl Said {
    pub(crate) fn text(text: &str) -> Self {
        Self { text: text.to_owned(), calls: Vec::new() }
    }

    /// Each call has a name and arguments.
    pub(crate) fn calls(text: &str, calls: Vec<(String, Value)>) -> Self {
        static CALLS: AtomicU32 = AtomicU32::new(1);
        let id = || format!("call_{:024}", CALLS.fetch_add(1, Ordering::Relaxed));
        let calls = calls.into_iter().map(|(name, arguments)| (id(), name, arguments)).collect();
        Self { text: text.to_owned(), calls }
    }

    fn reason(&self, text: &'static str, calls: &'static str) -> &'static str {
        if self.calls.is_empty() { text } else { calls }
    }
}

/// Cuts a text into the pieces in which it is streamed.
fn pieces(text: &str) -> impl Iterator<Item = String> {
    let letters: Vec<char> = text.chars().collect();
    let pieces: Vec<String> = letters.chunks(5).map(|piece| piece.iter().collect()).collect();
    pieces.into_iter()
}

/// A whole answer of OpenAI's.
pub(crate) fn openai(said: &Said) -> Value {
    let call = |(id, name, arguments): &(String, String, Value)| json!({"id": id, "type": "function", "function": {"name": name, "arguments": arguments.to_string()}});
    let mut message = json!({"role": "assistant", "content": said.text, "refusal": null, "annotations": []});
    if !said.calls.is_empty() {
        message["tool_calls"] = said.calls.iter().map(call).collect();
        if said.text.is_empty() {
            message["content"] = Value::Null;
        }
    }
    let reason = said.reason("stop", "tool_calls");
    json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "scripted", "service_tier": "default",
        "system_fingerprint": "fp_1", "usage": openai_usage(),
        "choices": [{"index": 0, "message": message, "logprobs": null, "finish_reason": reason}],
    })
}

fn openai_usage() -> Value {
    json!({"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0}})
}

/// A streamed answer of OpenAI's.
pub(crate) fn openai_events(said: &Said) -> String {
    let frame = |choices: Value, usage: Value| {
        let chunk = json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "scripted",
            "service_tier": "default", "system_fingerprint": "fp_1", "choices": choices, "usage": usage, "obfuscation": "x1"});
        format!("data: {chunk}\n\n")
    };
    let chunk = |delta: Value, reason: Value| {
        frame(json!([{"index": 0, "delta": delta, "logprobs": null, "finish_reason": reason}]), Value::Null)
    };
    let begins_with_call = said.text.is_empty() && !said.calls.is_empty();
    let content = if begins_with_call { Value::Null } else { json!("") };
    let mut out = chunk(json!({"role": "assistant", "content": content, "refusal": null}), Value::Null);
    for piece in pieces(&said.text) {
        out += &chunk(json!({"content": piece}), Value::Null);
    }
    for (index, (id, name, arguments)) in said.calls.iter().enumerate() {
        let function = json!({"name": name, "arguments": ""});
        let begin = json!({"index": index, "id": id, "type": "function", "function": function});
        out += &chunk(json!({"tool_calls": [begin]}), Value::Null);
        for piece in pieces(&arguments.to_string()) {
            out += &chunk(json!({"tool_calls": [{"index": index, "function": {"arguments": piece}}]}), Value::Null);
        }
    }
    out += &chunk(json!({}), said.reason("stop", "tool_calls").into());
    out + &frame(json!([]), openai_usage()) + "data: [DONE]\n\n"
}

/// A whole answer of Anthropic's.
pub(crate) fn anthropic(said: &Said) -> Value {
    let text = (!said.text.is_empty()).then(|| json!({"type": "text", "text": said.text}));
    let calls = said.calls.iter().map(
        |(id, name, arguments)| json!({"type": "tool_use", "id": id, "name": name, "input": arguments, "caller": {"type": "direct"}}),
    );
    let content: Vec<Value> = text.into_iter().chain(calls).collect();
    json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "scripted", "content": content,
        "stop_reason": said.reason("end_turn", "tool_use"), "stop_sequence": null,
        "usage": {"input_tokens": 7, "output_tokens": 5, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0},
    })
}

/// A streamed answer of Anthropic's.
pub(crate) fn anthropic_events(said: &Said) -> String {
    let mut out = String::new();
    let mut event = |data: Value| {
        let name = data["type"].as_str().expect("a type");
        write!(out, "event: {name}\ndata: {data}\n\n").expect("written");
    };
    let message = json!({"id": "msg_1", "type": "message", "role": "assistant", "model": "scripted", "content": [],
        "stop_reason": null, "stop_sequence": null, "usage": {"input_tokens": 7, "output_tokens": 1}});
    event(json!({"type": "message_start", "message": message}));
    event(json!({"type": "ping"}));
    let has_text = usize::from(!said.text.is_empty());
    if has_text > 0 {
        event(json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}));
        for piece in pieces(&said.text) {
            let delta = json!({"type": "text_delta", "text": piece});
            event(json!({"type": "content_block_delta", "index": 0, "delta": delta}));
        }
        event(json!({"type": "content_block_stop", "index": 0}));
    }
    for (place, (id, name, arguments)) in said.calls.iter().enumerate() {
        let index = place + has_text;
        let block = json!({"type": "tool_use", "id": id, "name": name, "input": {}});
        event(json!({"type": "content_block_start", "index": index, "content_block": block}));
        let arguments = if arguments == &json!({}) { String::new() } else { arguments.to_string() };
        for piece in std::iter::once(String::new()).chain(pieces(&arguments)) {
            let delta = json!({"type": "input_json_delta", "partial_json": piece});
            event(json!({"type": "content_block_delta", "index": index, "delta": delta}));
        }
        event(json!({"type": "content_block_stop", "index": index}));
    }
    let delta = json!({"stop_reason": said.reason("end_turn", "tool_use"), "stop_sequence": null});
    event(json!({"type": "message_delta", "delta": delta, "usage": {"output_tokens": 5}}));
    event(json!({"type": "message_stop"}));
    out
}
