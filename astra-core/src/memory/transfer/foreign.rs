//! Exports of other programs: the agent files of Letta (`.af`: blocks and archival passages), and the memories of mem0.

use serde_json::{Map, Value, json};

use super::imported::{Faulty, Imported};
use crate::store::MemoryTier;
use crate::text::fold;

/// Characters of a piece of a long text.
const PIECE_CHARS: usize = 8_000;
/// How deep blocks and passages lie in an agent file.
const DEPTH_MAX: usize = 3;

/// The memories of a text that is one JSON value.
pub(super) fn read(text: &str) -> Result<Vec<Imported>, Faulty> {
    let value: Value = serde_json::from_str(text).map_err(|fault| {
        let fault =
            format!("is neither the first line of an export of memory, nor an export of Letta or mem0: {fault}");
        Faulty::new(1, fault)
    })?;
    let mut memories = mem0(&value);
    letta(&value, DEPTH_MAX, &mut memories);
    if memories.is_empty() {
        return Err(Faulty::new(1, "has no memories, as an export of Letta or mem0 has them"));
    }
    Ok(memories)
}

/// The memories of mem0: `{"results": [{"memory": ".."}]}`, or the list alone.
fn mem0(value: &Value) -> Vec<Imported> {
    let list =
        value.as_array().or_else(|| value.get("results")?.as_array()).or_else(|| value.get("memories")?.as_array());
    let read = |memory: &Value| {
        let content = memory.get("memory").or_else(|| memory.get("data")?.get("memory"))?.as_str()?;
        let origin = memory.get("id").and_then(Value::as_str).unwrap_or_default();
        Some(pieces(content).map(|piece| imported(piece, None, json!({"origin": origin}))).collect::<Vec<_>>())
    };
    list.into_iter().flatten().filter_map(read).flatten().collect()
}

/// The blocks and the archival passages of an agent file of Letta, wherever they lie in it.
fn letta(value: &Value, depth: usize, memories: &mut Vec<Imported>) {
    for name in ["blocks", "core_memory"] {
        for block in value.get(name).and_then(Value::as_array).into_iter().flatten() {
            let (Some(label), Some(text)) = (block["label"].as_str(), block["value"].as_str()) else { continue };
            let slot = fold(label).chars().take(240).collect::<String>();
            let is_short = text.chars().count() <= PIECE_CHARS;
            // What is in one piece is a field of the profile, which the next import replaces.
            let slot = (is_short && !slot.is_empty()).then_some(slot);
            let data = if is_short { json!({"attribute": label}) } else { json!({"origin": label}) };
            memories.extend(pieces(text).map(|piece| imported(piece, slot.clone(), data.clone())));
        }
    }
    for name in ["passages", "archival_passages", "archival_memory"] {
        for passage in value.get(name).and_then(Value::as_array).into_iter().flatten() {
            let text = passage["text"].as_str().or_else(|| passage["content"].as_str()).unwrap_or_default();
            memories.extend(pieces(text).map(|piece| imported(piece, None, json!({}))));
        }
    }
    if depth > 0 {
        for agent in value.get("agents").and_then(Value::as_array).into_iter().flatten() {
            letta(agent, depth - 1, memories);
        }
        if let Some(memory) = value.get("memory") {
            letta(memory, depth - 1, memories);
        }
    }
}

/// The text in pieces that a memory can hold; none of a text without words.
fn pieces(text: &str) -> impl Iterator<Item = String> {
    let text = text.replace('\0', "");
    let characters: Vec<char> = text.trim().chars().collect();
    characters.chunks(PIECE_CHARS).map(String::from_iter).collect::<Vec<_>>().into_iter()
}

/// What is known of a user, and was believed elsewhere.
fn imported(content: String, slot: Option<String>, data: Value) -> Imported {
    Imported {
        id: None,
        tier: MemoryTier::Profile,
        category: None,
        slot,
        content,
        data: match data {
            Value::Object(data) => data,
            _ => Map::new(),
        },
        trust: 0.5,
        confidence: 0.5,
        agent_id: None,
        valid_from: None,
        valid_to: None,
        expires_at: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents(value: &Value) -> Vec<String> {
        read(&value.to_string()).map(|all| all.into_iter().map(|memory| memory.content).collect()).unwrap_or_default()
    }

    #[test]
    fn memories_of_mem0_are_read() {
        let one = json!({"id": "a", "memory": "Likes green tea", "user_id": "ana", "categories": ["food"]});
        assert_eq!(contents(&json!({"results": [one]})), ["Likes green tea"]);
        assert_eq!(
            contents(&json!([one, {"memory": "Lives in Berlin"}, {"memory": 1}])),
            ["Likes green tea", "Lives in Berlin"]
        );
    }

    #[test]
    fn blocks_and_passages_of_letta_are_read() {
        let blocks = json!([{"label": "human", "value": "Ana, a developer"}, {"label": "persona", "value": ""}]);
        let passages = json!([{"text": "Kestrel uses Kafka."}, {"text": "x".repeat(8_001)}]);
        let file = json!({"agent_type": "memgpt_agent", "blocks": blocks, "agents": [{"archival_passages": passages}]});
        let found = contents(&file);
        assert_eq!((found.len(), found[0].as_str(), found[1].as_str()), (4, "Ana, a developer", "Kestrel uses Kafka."));
        let human = &read(&file.to_string()).unwrap()[0];
        assert_eq!((human.slot.as_deref(), &human.data["attribute"]), (Some("human"), &json!("human")));
        assert_eq!(contents(&json!({"core_memory": blocks})), ["Ana, a developer"]);
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["{}", "[]", "hello", "", "{\"results\": 1}", "null"] {
            assert_eq!(read(text).map_err(|fault| fault.line), Err(1), "{text}");
        }
    }
}
