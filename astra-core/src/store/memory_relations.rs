//! Memories of the tier `graph` in the graph: what such a memory says of entities is in its data, in the list `relations`.

use serde_json::{Map, Value as Json};

use super::error::Result;
use super::memories::StoredMemory;
use super::memory_graph::{Evidence, NewRelation, RELATIONS_MAX, relate, unrelate};
use super::memory_kinds::MemoryReason;
use super::memory_tier::MemoryTier;
use super::tx::Tx;

/// What an edge gains that is said again: there is no other sign that it was right.
pub(super) const GAIN_OF_SAYING: f64 = 0.2;

/// Shows a memory that was written just now in the graph: its edges are there as long as it holds. What is said again gains
/// strength; new edges have that of the memory.
pub(super) fn show(tx: &mut Tx<'_>, memory: &StoredMemory, reason: MemoryReason, now_ms: i64) -> Result<()> {
    if memory.tier != MemoryTier::Graph {
        return Ok(());
    }
    // A memory that others were joined with states what it has stated before.
    let stays = memory.deleted_at_ms.is_none() && reason == MemoryReason::Merged;
    if !stays && !matches!(reason, MemoryReason::Created | MemoryReason::Confirmed) {
        unrelate(tx, memory.id)?;
    }
    if memory.deleted_at_ms.is_some() || memory.valid_to_ms.is_some_and(|to_ms| to_ms <= now_ms) {
        return Ok(());
    }
    let mut relations = relations(&memory.data);
    for relation in &mut relations {
        relation.confidence = (relation.confidence * memory.confidence).clamp(0.0, 1.0);
    }
    let evidence = Evidence {
        memory: memory.id,
        subject: memory.subject,
        valid_from_ms: memory.valid_from_ms,
        valid_to_ms: memory.valid_to_ms,
        strength: memory.strength,
        strength_at_ms: memory.strength_at_ms,
        gain: if reason == MemoryReason::Confirmed { GAIN_OF_SAYING } else { 0.0 },
        now_ms,
    };
    relate(tx, &evidence, &relations).map(drop)
}

/// What a memory says of entities; what is no relation is left out.
fn relations(data: &Map<String, Json>) -> Vec<NewRelation> {
    let said = data.get("relations").and_then(Json::as_array).into_iter().flatten();
    said.take(RELATIONS_MAX).filter_map(|said| serde_json::from_value(said.clone()).ok()).collect()
}

/// What is wrong with the relations of the data of a memory of the tier `graph`: where (a JSON Pointer within the data), and why.
#[must_use]
pub fn relations_fault(data: &Map<String, Json>) -> Option<(String, String)> {
    let stated = data.get("relations")?;
    let Some(stated) = stated.as_array() else { return Some(("/relations".to_owned(), "is no list".to_owned())) };
    if stated.len() > RELATIONS_MAX {
        return Some(("/relations".to_owned(), format!("has more than {RELATIONS_MAX} relations")));
    }
    stated.iter().enumerate().find_map(|(place, stated)| {
        let relation = match serde_json::from_value::<NewRelation>(stated.clone()) {
            Ok(relation) => relation,
            Err(fault) => return Some((format!("/relations/{place}"), fault.to_string())),
        };
        relation.fault().map(|(field, fault)| (format!("/relations/{place}/{field}"), fault.to_owned()))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_wrong_relation_has_its_place() {
        let fault = |data: Json| relations_fault(data.as_object().unwrap()).map(|(place, _)| place);
        let good = json!({"from": {"name": "Ana"}, "kind": "works_on", "to": {"kind": "project", "name": "Kestrel"}});
        assert_eq!(fault(json!({})), None);
        assert_eq!(fault(json!({"relations": [good]})), None);
        assert_eq!(fault(json!({"relations": "x"})).as_deref(), Some("/relations"));
        assert_eq!(fault(json!({"relations": [good, {"from": 1}]})).as_deref(), Some("/relations/1"));
        let own = json!({"from": {"name": "Ana"}, "kind": "knows", "to": {"name": " ANA"}});
        assert_eq!(fault(json!({"relations": [own]})).as_deref(), Some("/relations/0/to"));
        assert_eq!(fault(json!({"relations": vec![good; 65]})).as_deref(), Some("/relations"));
    }
}
