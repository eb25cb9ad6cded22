//! What an agent is called with as a tool, and what it answers: the schemas, and the arguments read by them.

use std::sync::Arc;

use rmcp::model::JsonObject;
use serde_json::{Map, Value, json};

use crate::ids::SessionId;

/// The schemas of all agents.
#[derive(Debug)]
pub(super) struct Schemas {
    /// Of the arguments.
    pub(super) input: Arc<JsonObject>,
    /// Of the structured content of an answer.
    pub(super) output: Arc<JsonObject>,
}

impl Schemas {
    /// The schemas.
    pub(super) fn new() -> Self {
        let input = json!({
            "type": "object",
            "properties": {
                "message": {"type": "string", "minLength": 1, "description": "What to say to the agent."},
                "session_id": {
                    "type": "string",
                    "description": "The session_id of an earlier answer, to go on with that conversation. Without it a new one begins.",
                },
            },
            "required": ["message"],
            "additionalProperties": false,
        });
        let output = json!({
            "type": "object",
            "properties": {
                "answer": {"type": "string", "description": "What the agent says."},
                "session_id": {"type": "string", "description": "The conversation, to go on with it."},
                "turn_id": {"type": "string", "description": "This question and its answer."},
            },
            "required": ["answer", "session_id", "turn_id"],
        });
        let object = |schema: Value| Arc::new(schema.as_object().cloned().unwrap_or_default());
        Self { input: object(input), output: object(output) }
    }
}

/// What an agent is asked.
#[derive(Debug)]
pub(super) struct Question {
    /// The message.
    pub(super) message: String,
    /// The session to go on with.
    pub(super) session_id: Option<SessionId>,
}

/// Reads the arguments of an agent.
///
/// # Errors
/// What is wrong with them, in words for the model that made them.
pub(super) fn question(mut arguments: Map<String, Value>) -> Result<Question, String> {
    let message = match arguments.remove("message") {
        Some(Value::String(message)) if !message.trim().is_empty() => message,
        Some(Value::String(_)) => return Err("The argument message is blank: say something.".to_owned()),
        Some(_) => return Err("The argument message is a text.".to_owned()),
        None => return Err("The argument message is missing: it is what to say to the agent.".to_owned()),
    };
    let session_id = match arguments.remove("session_id") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.parse().map_err(|_| no_such_session())?),
        Some(_) => return Err("The argument session_id is a text.".to_owned()),
    };
    match arguments.keys().next() {
        Some(other) => {
            let other: String = other.chars().take(64).collect();
            Err(format!("There is no argument {other}: an agent has message and session_id."))
        }
        None => Ok(Question { message, session_id }),
    }
}

/// What a model reads whose session is none.
pub(super) fn no_such_session() -> String {
    "There is no such session of this agent: leave session_id out to begin a new one.".to_owned()
}
