//! What the operations of the chat group share.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::content::Content;
use crate::engine::{Ask, Overrides};
use crate::error::{Error, Result};
use crate::http::small_metadata;
use crate::http::turn::{CallerTool, MessageContent, TurnToolChoice, caller_tools};
use crate::ids::SessionId;
use crate::provider::Role;
use crate::store::{OnceKey, SessionTarget};

/// The surface of a chat that names none.
const SURFACE_DEFAULT: &str = "api";

/// A message to an agent.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SendMessage {
    /// The agent to ask.
    #[schema(format = "slug", example = "assistant")]
    pub agent_id: String,
    /// The question; white space alone is none.
    pub message: MessageContent,
    /// The session of the message. By default it is the caller's current session for the agent, `surface` and
    /// `surface_id`; if there is none, one is opened.
    #[schema(value_type = Option<String>, example = "ses_06a1b2c3d4e5q")]
    pub session_id: Option<SessionId>,
    /// The place of the conversation, named by the application, such as a program or a page; `api` by default.
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._:-]+$", example = "web")]
    pub surface: Option<String>,
    /// Distinguishes conversations on the same surface, such as a channel's id.
    #[schema(max_length = 256, pattern = r"^[^\x00-\x1f\x7f]*$", example = "ticket-4711")]
    pub surface_id: Option<String>,
    /// Settings for this turn, instead of the agent's own.
    pub overrides: Option<TurnOverrides>,
    /// Tools that the caller runs, beside the agent's own, whose names they must not have. A turn whose model calls one of them
    /// waits for the result.
    #[serde(default)]
    #[schema(max_items = 128)]
    pub tools: Vec<CallerTool>,
    /// Whether the model may call tools, of the agent or of the caller; `auto` by default.
    pub tool_choice: Option<TurnToolChoice>,
    /// The caller's own data, at most 16 KiB as JSON; it comes back with the turn.
    #[serde(default)]
    #[schema(example = json!({"ticket": "4711"}))]
    pub metadata: Map<String, Value>,
}

/// Settings for one turn, instead of the agent's own.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
pub struct TurnOverrides {
    /// Sampling temperature.
    #[schema(minimum = 0.0, maximum = 2.0, example = 0.2)]
    pub temperature: Option<f64>,
    /// Maximum number of tokens of the answer.
    #[schema(minimum = 1, maximum = 1_000_000, example = 256)]
    pub max_output_tokens: Option<u32>,
}

impl SendMessage {
    /// The question in the engine's terms.
    ///
    /// # Errors
    /// If both a session and a surface are named, the question is blank, or the metadata is too large.
    pub fn into_ask(self, is_streamed: bool, once: Option<OnceKey>, trace_parent: Option<Arc<str>>) -> Result<Ask> {
        let place = match (self.session_id, self.surface, self.surface_id) {
            (Some(id), None, None) => SessionTarget::Session { id },
            (Some(_), _, _) => {
                return Err(Error::field(
                    "/surface",
                    "Give either `session_id` or `surface`, not both: a session has its surface already.",
                ));
            }
            (None, surface, surface_id) => SessionTarget::Surface {
                surface: surface.unwrap_or_else(|| SURFACE_DEFAULT.to_owned()),
                surface_id: surface_id.unwrap_or_default(),
            },
        };
        let overrides = self.overrides.map_or_else(Overrides::default, |overrides| Overrides {
            temperature: overrides.temperature,
            max_output_tokens: overrides.max_output_tokens,
        });
        let content = Content::from(self.message);
        if content.is_blank() {
            return Err(Error::field("/message", "The question is blank: say something, or send an image."));
        }
        small_metadata(&self.metadata)?;
        let tools = caller_tools(self.tools, self.tool_choice)?;
        Ok(Ask {
            agent_id: self.agent_id,
            place,
            role: Role::User,
            content,
            prior_messages: Vec::new(),
            overrides,
            parameters: None,
            tools,
            metadata: self.metadata,
            is_streamed,
            ends_with_caller: false,
            once,
            trace_parent,
        })
    }
}
