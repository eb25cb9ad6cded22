//! `memory_write`: a model remembers something of the user. What it has read from tools is believed little, and becomes a daily note
//! alone.

use serde_json::{Map, Value, json};

use super::access::{MemoryPlace, unavailable};
use crate::memory::extract::is_secret;
use crate::store::{Kept, MemoryCategory, MemorySource, MemoryTier, NewMemory};
use crate::text::fold;
use crate::tools::tool::{BoxFuture, Tool, ToolContext, ToolDefinition, ToolError, ToolOutput};

/// How far a model is believed, and one that has read what tools answered.
const TRUST: f64 = 0.5;
const TRUST_AFTER_TOOLS: f64 = 0.2;

pub(super) const NAME: &str = "memory_write";

/// The tool.
pub(super) struct MemoryWrite(pub(super) MemoryPlace);

impl MemoryWrite {
    async fn answer(&self, arguments: &Map<String, Value>, context: &ToolContext) -> Result<Value, String> {
        let access = self.0.access()?;
        let text = |name: &str| arguments.get(name).and_then(Value::as_str);
        let content = text("content").unwrap_or_default().trim();
        let tier = text("tier").and_then(MemoryTier::parse).unwrap_or(MemoryTier::Daily);
        let (rows, profile) = access.of(context).await?;
        if !profile.tiers().has(tier) {
            return Err(format!("The memory of this agent has no tier `{}`.", tier.as_str()));
        }
        if context.has_read_tools && tier != MemoryTier::Daily {
            return Err("What was read from tools is kept as a daily note only: leave `tier` out.".to_owned());
        }
        if content.is_empty() || content.contains('\0') {
            return Err("There is nothing to remember.".to_owned());
        }
        if is_secret(content) {
            return Err("Passwords, keys and numbers of accounts are not remembered.".to_owned());
        }
        let now_ms = access.clock.now_ms();
        let new = NewMemory {
            id: access.ids.id(),
            tier,
            user_id: Some(context.user_id.as_str().into()),
            subject_candidate: access.ids.key(),
            agent_id: context.agent_id.clone(),
            session_id: context.session_id,
            turn_id: context.turn_id,
            category: (tier == MemoryTier::Daily).then_some(MemoryCategory::Note),
            slot: text("slot").map(fold).filter(|slot| !slot.is_empty()),
            content: content.to_owned(),
            data: Map::new(),
            quote: None,
            source: MemorySource::Tool,
            rule: None,
            trust: if context.has_read_tools { TRUST_AFTER_TOOLS } else { TRUST },
            confidence: 0.5,
            valid_from_ms: now_ms,
            valid_to_ms: None,
            expires_at_ms: profile.expires_at_ms(now_ms),
            created_by: context.user_id.clone(),
            index: access.memory.index_entry(content),
        };
        let (kept, memory) = rows.memories().keep(new, None, now_ms).await.map_err(unavailable)?;
        let state = match kept {
            Kept::New(_) => "kept",
            Kept::Same(_) => "known",
            Kept::Superseded { .. } => "replaced",
        };
        Ok(json!({"id": memory.id, "state": state}))
    }
}

impl Tool for MemoryWrite {
    fn definition(&self) -> ToolDefinition {
        let parameters = json!({
            "type": "object",
            "properties": {
                "content": {
                    "type": "string",
                    "minLength": 1,
                    "maxLength": 2_000,
                    "description": "What to remember: one sentence that can be read without this conversation.",
                },
                "tier": {
                    "enum": ["daily", "profile", "procedural"],
                    "description": "daily: a note, if left out; profile: a lasting fact of the user; procedural: how something is done.",
                },
                "slot": {
                    "type": "string",
                    "minLength": 1,
                    "maxLength": 256,
                    "description": "What it is about, such as `home town`: it takes the place of what was remembered under the same words.",
                },
            },
            "required": ["content"],
            "additionalProperties": false,
        });
        let description = "Remembers something for later conversations with this user. No passwords, no keys.";
        ToolDefinition::new(NAME, description, parameters).for_mcp_clients()
    }

    fn call<'a>(
        &'a self,
        arguments: &'a Map<String, Value>,
        context: &'a ToolContext,
    ) -> BoxFuture<'a, Result<ToolOutput, ToolError>> {
        Box::pin(async move { Ok(self.answer(arguments, context).await?.into()) })
    }
}
