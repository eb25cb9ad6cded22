//! `read_skill`: the instructions of one of the agent's skills, and the files beside them. It is offered to agents with
//! skills alone.

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::tool::{BoxFuture, Tool, ToolContext, ToolDefinition, ToolError, ToolOutput};
use crate::skills::{Resource, Skills};

/// The name of the tool.
pub const READ_SKILL: &str = "read_skill";

/// Most bytes of a text that one call gives.
const PIECE_BYTES_MAX: usize = 48 << 10;
/// Most files that are listed behind the instructions.
const FILES_MAX: usize = 200;

/// The tool.
pub(super) struct ReadSkill {
    skills: Arc<Skills>,
}

impl ReadSkill {
    pub(super) const fn new(skills: Arc<Skills>) -> Self {
        Self { skills }
    }

    async fn answer(&self, arguments: &Map<String, Value>, context: &ToolContext) -> Result<String, String> {
        let text = |name: &str| arguments.get(name).and_then(Value::as_str);
        let id = text("skill").unwrap_or_default();
        let offset = arguments.get("offset").and_then(Value::as_u64).unwrap_or_default();
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        if !context.skills.iter().any(|known| known == id) {
            let known = if context.skills.is_empty() { "none".to_owned() } else { context.skills.join(", ") };
            return Err(format!("The agent has no skill of this name; it has: {known}."));
        }
        let loaded = self.skills.find(&context.workspace, id).ok_or("This skill is not there any more.")?;
        if let Some(path) = text("path") {
            return Ok(piece(&self.skills.resource(id, path).await?, offset));
        }
        let mut answer = piece(&loaded.definition.instructions, offset);
        if offset == 0 {
            answer.push_str(&files(self.skills.resources(id).await));
        }
        Ok(answer)
    }
}

impl Tool for ReadSkill {
    fn definition(&self) -> ToolDefinition {
        let parameters = json!({
            "type": "object",
            "properties": {
                "skill": {"type": "string", "description": "The name of the skill."},
                "path": {
                    "type": "string",
                    "description": "A file of the skill, such as references/forms.md. Without it: the skill's instructions and the list of its files.",
                },
                "offset": {
                    "type": "integer",
                    "minimum": 0,
                    "description": "Where to go on in a long text, as the answer before says.",
                },
            },
            "required": ["skill"],
            "additionalProperties": false,
        });
        let description = "Reads one of your skills: its instructions, or a file that belongs to it.";
        ToolDefinition::new(READ_SKILL, description, parameters).read_only().idempotent()
    }

    fn call<'a>(
        &'a self,
        arguments: &'a Map<String, Value>,
        context: &'a ToolContext,
    ) -> BoxFuture<'a, Result<ToolOutput, ToolError>> {
        Box::pin(async move { Ok(self.answer(arguments, context).await?.into()) })
    }
}

/// As much of `text` from `offset` on as one call gives. It says how to go on.
fn piece(text: &str, offset: usize) -> String {
    let from = text.floor_char_boundary(offset);
    let to = text.floor_char_boundary(from.saturating_add(PIECE_BYTES_MAX));
    let mut piece = text[from..to].to_owned();
    if to < text.len() {
        // Writing to a string cannot fail.
        let _ =
            write!(piece, "\n\n[The text has {} bytes. Call again with `offset` {to} for what follows.]", text.len());
    }
    piece
}

/// The list of files behind the instructions.
fn files(listed: Result<Vec<Resource>, String>) -> String {
    let resources = match listed {
        Ok(resources) if resources.is_empty() => return String::new(),
        Ok(resources) => resources,
        Err(fault) => return format!("\n\n[The files of this skill cannot be listed: {fault}]"),
    };
    let mut text = "\n\n[Files of this skill, to be read with `path`:]\n".to_owned();
    for Resource { path, bytes } in resources.iter().take(FILES_MAX) {
        let _ = writeln!(text, "- {path} ({bytes} bytes)");
    }
    if resources.len() > FILES_MAX {
        let _ = writeln!(text, "[and {} more]", resources.len() - FILES_MAX);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_comes_in_pieces_between_characters() {
        let text = "ä".repeat(PIECE_BYTES_MAX);
        let first = piece(&text, 0);
        assert!(first.len() < PIECE_BYTES_MAX + 100 && first.ends_with("for what follows.]"), "{}", first.len());
        assert!(first.contains(&format!("`offset` {PIECE_BYTES_MAX}")));
        assert_eq!(piece(&text, PIECE_BYTES_MAX), "ä".repeat(PIECE_BYTES_MAX / 2));
        assert_eq!((piece("short", 0), piece("short", 99)), ("short".to_owned(), String::new()));
    }

    #[test]
    fn files_are_listed_up_to_a_number() {
        let resource = |number: usize| Resource { path: format!("{number}.md"), bytes: 1 };
        let listed = files(Ok((0..FILES_MAX + 2).map(resource).collect()));
        assert!(listed.contains("- 199.md (1 bytes)") && listed.ends_with("[and 2 more]\n"), "{listed}");
        assert_eq!(files(Ok(Vec::new())), "");
        assert!(files(Err("No.".to_owned())).contains("cannot be listed: No."));
    }
}
