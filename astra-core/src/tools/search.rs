//! `search_tools`: finds tools for a model that has more of them than it is sent.

use serde_json::{Value, json};

use super::registered::RegisteredTool;
use super::tool::{BoxFuture, Tool, ToolContext, ToolDefinition, ToolError, ToolOutput};
use crate::content::ToolCall;
use crate::provider;

/// Most tools that one search finds.
const HITS_MAX: usize = 10;
/// Most names that are listed when nothing is found.
const NAMES_MAX: usize = 50;

/// The tool, for all turns.
pub(super) struct SearchTools(RegisteredTool);

/// Its definition. What it finds is a matter of the turn, see [`super::Offered`].
struct Definition;

impl Tool for Definition {
    fn definition(&self) -> ToolDefinition {
        let parameters = json!({
            "type": "object",
            "properties": {
                "query": {
                    "type": "string",
                    "minLength": 1,
                    "maxLength": 1_000,
                    "description": "Words for what the tool should do, such as: create invoice.",
                },
            },
            "required": ["query"],
            "additionalProperties": false,
        });
        let description = "There are more tools than these. Finds some by words for what they do; what is found can be \
                           called from then on.";
        ToolDefinition::new("search_tools", description, parameters).read_only().idempotent()
    }

    fn call<'a>(
        &'a self,
        _arguments: &'a serde_json::Map<String, Value>,
        _context: &'a ToolContext,
    ) -> BoxFuture<'a, Result<ToolOutput, ToolError>> {
        Box::pin(std::future::ready(Err(ToolError::new("There are no more tools."))))
    }
}

impl SearchTools {
    pub(super) fn new() -> Result<Self, String> {
        RegisteredTool::built_in(std::sync::Arc::new(Definition)).map(Self)
    }

    pub(super) const fn definition(&self) -> &provider::Tool {
        &self.0.definition
    }

    /// The words that `call` searches for, in lower case.
    ///
    /// # Errors
    /// What is wrong with its arguments.
    pub(super) fn words(&self, call: &ToolCall) -> Result<Vec<String>, String> {
        let arguments = self.0.arguments(call)?;
        let query = arguments.get("query").and_then(Value::as_str).unwrap_or_default().to_lowercase();
        let words = query.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
        Ok(words.map(str::to_owned).collect())
    }
}

/// The places of the tools that fit `words` best, best first, and what the model reads.
pub(super) fn answer<'a>(
    words: &[String],
    tools: impl Iterator<Item = (usize, &'a provider::Tool)> + Clone,
) -> (Vec<usize>, String) {
    let mut hits: Vec<(usize, usize, &provider::Tool)> =
        tools.clone().map(|(place, tool)| (score(words, tool), place, tool)).filter(|(score, ..)| *score > 0).collect();
    hits.sort_by_key(|(score, place, _)| (std::cmp::Reverse(*score), *place));
    hits.truncate(HITS_MAX);
    if hits.is_empty() {
        let names: Vec<&str> = tools.map(|(_, tool)| &*tool.name).take(NAMES_MAX).collect();
        return (Vec::new(), json!({"tools": [], "names_of_others": names}).to_string());
    }
    let found = hits.iter().map(
        |(.., tool)| json!({"name": *tool.name, "description": *tool.description, "parameters": *tool.parameters}),
    );
    let content = json!({"tools": found.collect::<Vec<_>>()}).to_string();
    (hits.into_iter().map(|(_, place, _)| place).collect(), content)
}

/// How well a tool fits: a word in its name weighs more than one in its description.
fn score(words: &[String], tool: &provider::Tool) -> usize {
    let (name, description) = (tool.name.to_lowercase(), tool.description.to_lowercase());
    let is_part = |word: &String| name.split(['_', '-']).any(|part| part == word);
    let weigh = |word: &String| {
        let in_name = if is_part(word) { 6 } else { usize::from(name.contains(word.as_str())) * 3 };
        in_name + usize::from(description.contains(word.as_str()))
    };
    words.iter().map(weigh).sum()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn what_fits_best_comes_first_and_names_help_where_nothing_fits() {
        let tool = |name: &str, description: &str| provider::Tool {
            name: name.into(),
            description: description.into(),
            parameters: Arc::default(),
            is_strict: false,
        };
        let tools = [
            tool("crm_create_note", "Writes a note on a customer."),
            tool("create_invoice", "Bills a customer."),
            tool("weather", "Tells tomorrow's weather."),
        ];
        let found = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
            answer(&words, tools.iter().enumerate())
        };
        assert_eq!(found(&["create", "invoice"]).0, [1, 0]);
        assert_eq!(found(&["customer"]).0, [0, 1]);
        let (places, content) = found(&["rocket"]);
        assert!(places.is_empty() && content.contains("create_invoice"), "{content}");
        assert!(found(&["weather"]).1.contains("tomorrow's"));
        let many: Vec<provider::Tool> = (0..100).map(|at| tool(&format!("crm_{at}"), "")).collect();
        assert_eq!(answer(&["crm".to_owned()], many.iter().enumerate()).0, (0..HITS_MAX).collect::<Vec<_>>());
    }
}
