//! What was said in a turn, as the conventions want it: the question, the answer, and what each tool was given and answered.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::content::{Content, Part, Role};
use crate::ids::TurnId;
use crate::store::{Rows, StoredMessage, VisibleTo};

/// Bytes of one question, answer, call or result that are exported.
const VALUE_BYTES_MAX: usize = 64 << 10;

/// What was said in a turn.
#[derive(Default)]
pub(super) struct Said {
    /// The question, in JSON.
    pub(super) input: Option<String>,
    /// The answer, in JSON.
    pub(super) output: Option<String>,
    tools: BTreeMap<String, Called>,
}

/// What was said to a tool, and by it.
#[derive(Default)]
pub(super) struct Called {
    pub(super) arguments: String,
    pub(super) result: Option<String>,
}

impl Said {
    /// Reads it from the conversation, of which it is a part. What cannot be read is left out.
    pub(super) async fn read(rows: &Rows, turn: TurnId, finish_reason: Option<&str>) -> Self {
        match rows.traces().find(turn, VisibleTo::All, true).await {
            Ok(Some(trace)) => Self::of(trace.messages.unwrap_or_default(), finish_reason),
            // Its session was deleted at once.
            Ok(None) => Self::default(),
            Err(fault) => {
                tracing::warn!(turn.id = %turn, error = %fault, "what was said in a turn cannot be read for its export");
                Self::default()
            }
        }
    }

    fn of(messages: Vec<StoredMessage>, finish_reason: Option<&str>) -> Self {
        let mut said = Self::default();
        let last = messages.len().saturating_sub(1);
        for (place, message) in messages.into_iter().enumerate() {
            if place == 0 {
                said.input = Some(json!([in_json(&message)]).to_string());
            } else if place == last && message.role == Role::Assistant {
                let mut answer = in_json(&message);
                answer["finish_reason"] = finish_reason.unwrap_or("stop").into();
                said.output = Some(json!([answer]).to_string());
            }
            said.note_tools(message.content);
        }
        said
    }

    fn note_tools(&mut self, content: Content) {
        let Content::Parts(parts) = content else { return };
        for part in parts {
            match part {
                Part::ToolCall(call) => {
                    let arguments = cut(&call.arguments.text(), &mut { VALUE_BYTES_MAX }).to_owned();
                    self.tools.entry(call.id).or_default().arguments = arguments;
                }
                Part::ToolResult(result) => {
                    let content = cut(&result.content, &mut { VALUE_BYTES_MAX }).to_owned();
                    self.tools.entry(result.call_id).or_default().result = Some(content);
                }
                Part::Text { .. } | Part::ImageUrl { .. } => {}
            }
        }
    }

    /// What was said to and by the tool of this call.
    pub(super) fn tool(&self, call_id: &str) -> Option<&Called> {
        self.tools.get(call_id)
    }
}

/// A message by the conventions' schemas, up to its bound. An image is in it by its address alone.
fn in_json(message: &StoredMessage) -> Value {
    let role = match message.role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
        Role::Tool => "tool",
    };
    let mut left = VALUE_BYTES_MAX;
    let parts: Vec<Value> = match &message.content {
        Content::Text(text) => vec![json!({"type": "text", "content": cut(text, &mut left)})],
        Content::Parts(parts) => parts.iter().filter_map(|part| part_in_json(part, &mut left)).collect(),
    };
    json!({"role": role, "parts": parts})
}

fn part_in_json(part: &Part, left: &mut usize) -> Option<Value> {
    match part {
        Part::Text { text } => Some(json!({"type": "text", "content": cut(text, left)})),
        Part::ImageUrl { url } if !url.starts_with("data:") => {
            Some(json!({"type": "uri", "modality": "image", "uri": cut(url, left)}))
        }
        Part::ImageUrl { .. } => None,
        Part::ToolCall(call) => {
            let arguments = call.arguments.text();
            let arguments = cut(&arguments, left);
            Some(json!({"type": "tool_call", "id": call.id, "name": call.name, "arguments": arguments}))
        }
        Part::ToolResult(result) => {
            let response = cut(&result.content, left);
            Some(json!({"type": "tool_call_response", "id": result.call_id, "response": response}))
        }
    }
}

/// As much of `text` as `left` has room for, which then has less.
fn cut<'t>(text: &'t str, left: &mut usize) -> &'t str {
    let text = &text[..text.floor_char_boundary((*left).min(text.len()))];
    *left -= text.len();
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::MessageId;

    fn message(role: Role, content: Content) -> StoredMessage {
        let id = MessageId { turn: TurnId::from_key(1), place: 0 };
        StoredMessage { id, seq: 1, role, content, created_at_ms: 0 }
    }

    #[test]
    fn long_texts_are_cut_between_characters_and_data_is_left_out() {
        let text = |text: String| Part::Text { text };
        let image = |url: &str| Part::ImageUrl { url: url.to_owned() };
        let long = "ä".repeat(VALUE_BYTES_MAX / 2 - 1) + "aä";
        let parts =
            vec![text(long), image("data:image/png;base64,AAAA"), image("https://h/a.png"), text("more".into())];
        let said = Said::of(vec![message(Role::User, Content::Parts(parts))], None);
        let input: Value = serde_json::from_str(&said.input.unwrap()).unwrap();
        let parts = input[0]["parts"].as_array().unwrap();
        assert_eq!((parts.len(), parts[0]["content"].as_str().unwrap().len()), (3, VALUE_BYTES_MAX - 1));
        assert_eq!((&parts[1]["uri"], &parts[2]["content"]), (&json!("h"), &json!("")));
        assert_eq!(said.output, None);
    }
}
