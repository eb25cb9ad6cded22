//! What was found in a message, as memories that the store keeps.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::item::{Extracted, ExtractedKind};
use crate::ids::IdMaker;
use crate::memory::Memory;
use crate::memory::analyse::{document_terms, fold};
use crate::store::{MemoryCategory, MemorySource, NewMemory, PendingTurn, PresentMemory};

/// How far a user's own words are to be believed.
const TRUST: f64 = 1.0;
/// Who keeps what is found in turns.
const AUTHOR: &str = "gateway";

/// The memory that an item becomes.
pub(super) fn memory(item: &Extracted, turn: &PendingTurn, memory: &Memory, ids: &IdMaker) -> NewMemory {
    NewMemory {
        id: ids.id(),
        tier: item.tier(),
        user_id: Some(Arc::clone(&turn.user_id)),
        subject_candidate: turn.subject,
        agent_id: Some(turn.agent_id.clone()),
        session_id: Some(turn.session_id),
        turn_id: Some(turn.lease.turn_id),
        category: category(item.kind),
        slot: item.slot(),
        content: item.content.clone(),
        data: data(item),
        quote: Some(item.quote.clone()),
        source: if item.rule.is_some() { MemorySource::Rule } else { MemorySource::Model },
        rule: item.rule.map(str::to_owned),
        trust: TRUST,
        confidence: item.confidence,
        valid_from_ms: item.valid_from_ms.unwrap_or(turn.created_at_ms),
        valid_to_ms: item.valid_to_ms,
        expires_at_ms: turn.remember.expires_at_ms,
        created_by: AUTHOR.to_owned(),
        index: memory.index_entry(&item.content),
    }
}

const fn category(kind: ExtractedKind) -> Option<MemoryCategory> {
    match kind {
        ExtractedKind::Decision => Some(MemoryCategory::Decision),
        ExtractedKind::Outcome => Some(MemoryCategory::Outcome),
        ExtractedKind::Strategy => Some(MemoryCategory::Strategy),
        ExtractedKind::Note => Some(MemoryCategory::Note),
        _ => None,
    }
}

fn data(item: &Extracted) -> Map<String, Value> {
    let mut data = Map::new();
    if !item.attribute.is_empty() {
        data.insert("subject".to_owned(), json!(item.subject));
        data.insert("attribute".to_owned(), json!(item.attribute));
        data.insert("value".to_owned(), json!(item.value));
    }
    if let Some(relation) = &item.relation {
        let relation = json!([{
            "from": {"kind": relation.from_kind, "name": relation.from},
            "kind": relation.kind,
            "to": {"kind": relation.to_kind, "name": relation.to},
            "confidence": item.confidence,
        }]);
        data.insert("relations".to_owned(), relation);
    }
    if item.kind == ExtractedKind::Procedure {
        let trigger = if item.steps.len() > 1 { item.value.as_str() } else { "always" };
        data.insert("trigger".to_owned(), json!(trigger));
        data.insert("steps".to_owned(), json!(item.steps));
    }
    data
}

/// Which of the present memories of the user `item` asks to forget: those of the same slot and value, if it names a fact, and those
/// that hold all words that it names.
pub(super) fn forgotten<'a>(
    item: &Extracted,
    facts: &[Extracted],
    present: &'a [PresentMemory],
) -> Vec<&'a PresentMemory> {
    let mut wanted = document_terms(&item.value);
    wanted.sort_unstable();
    wanted.dedup();
    let is_named = |memory: &&PresentMemory| {
        let is_fact = facts.iter().any(|fact| {
            let value = memory.value.as_deref().map(fold);
            fact.slot() == memory.slot && memory.slot.is_some() && value == Some(fold(&fact.value))
        });
        let held = document_terms(&format!("{} {}", memory.content, memory.slot.as_deref().unwrap_or_default()));
        is_fact || (!wanted.is_empty() && wanted.iter().all(|term| held.contains(term)))
    };
    present.iter().filter(is_named).collect()
}
