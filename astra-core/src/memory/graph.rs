//! Recall by the graph: the entities that a question names, and the memories that state what lies within two edges of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::ids::{EntityId, MemoryId};
use crate::store::{self, EdgeKey, Rows, Walk, Walked};
use crate::text::fold;

/// Characters of a question that are looked at.
const QUESTION_CHARS: usize = 2_000;
/// Words of a question that are looked at.
const WORDS_MAX: usize = 64;
/// Words of a name that is looked for.
const NAME_WORDS_MAX: usize = 4;
/// Characters of a name within a text that has no spaces between words.
const NAME_CHARS_MAX: usize = 6;
/// Names that are looked for.
const NAMES_MAX: usize = 256;
/// Entities that a question begins at.
const STARTS_MAX: usize = 16;
/// How far it goes, and how many edges it reads for each step.
const HOPS: u32 = 2;
const EDGES_A_HOP: usize = 64;
const ENTITIES_MAX: usize = 160;

/// What the graph has for a question.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GraphRecall {
    /// The memories that it leads to, the ones with the most weight first.
    pub ranked: Vec<i64>,
    /// The edges of the walk that each of them states.
    pub edges: BTreeMap<i64, Vec<EdgeKey>>,
}

/// The memories of the graph that a question leads to, at most `limit` of them. `owner` is a subject's number, which sees its own
/// graph and the workspace's; 0 sees the workspace's alone.
///
/// # Errors
/// The store's.
pub async fn recall(rows: &Rows, owner: i64, question: &str, now_ms: i64, limit: usize) -> store::Result<GraphRecall> {
    let names = names_in(question);
    if names.is_empty() || limit == 0 {
        return Ok(GraphRecall::default());
    }
    let start = longest(rows.memory_graph().named(owner, names).await?);
    if start.is_empty() {
        return Ok(GraphRecall::default());
    }
    let (entities_max, edges_a_hop) = (ENTITIES_MAX, EDGES_A_HOP);
    let walk = Walk { owner, start, hops: HOPS, kinds: Vec::new(), entities_max, edges_a_hop, now_ms };
    let walked = rows.memory_graph().walk(walk).await?;
    let mut ranked = ranked(&walked);
    ranked.truncate(limit);
    let mut edges: BTreeMap<i64, Vec<EdgeKey>> = ranked.iter().map(|memory| (*memory, Vec::new())).collect();
    for key in walked.edges.into_iter().flat_map(|edge| edge.keys) {
        if let Some(keys) = edges.get_mut(&key.memory.key()) {
            keys.push(key);
        }
    }
    Ok(GraphRecall { ranked, edges })
}

/// The memories that a walk has come by, each by its best edge.
fn ranked(walked: &Walked) -> Vec<i64> {
    let mut scores: BTreeMap<MemoryId, f64> = BTreeMap::new();
    for edge in &walked.edges {
        for memory in &edge.evidence {
            let score = scores.entry(*memory).or_insert(0.0);
            *score = score.max(edge.score);
        }
    }
    let mut ranked: Vec<(MemoryId, f64)> = scores.into_iter().collect();
    // Of two with the same weight the newer one comes first.
    ranked.sort_by(|one, other| other.1.total_cmp(&one.1).then(other.0.cmp(&one.0)));
    ranked.into_iter().map(|(memory, _)| memory.key()).collect()
}

/// The entities of the names that were found, but for names that are a part of a longer one.
fn longest(found: Vec<(String, EntityId)>) -> Vec<EntityId> {
    let names: BTreeSet<String> = found.iter().map(|(name, _)| name.clone()).collect();
    let is_part = |name: &str| {
        let inside = format!(" {name} ");
        names.iter().any(|other| other != name && format!(" {other} ").contains(&inside))
    };
    let mut starts: Vec<EntityId> =
        found.into_iter().filter(|(name, _)| !is_part(name)).map(|(_, entity)| entity).collect();
    starts.dedup();
    starts.truncate(STARTS_MAX);
    starts
}

/// What may be the name of an entity in a question, folded: up to four words in a row; and in text without spaces, up to six
/// characters.
fn names_in(question: &str) -> Vec<String> {
    let folded = fold(&question.chars().take(QUESTION_CHARS).collect::<String>());
    let trim = |word: &str| word.trim_matches(|edge: char| !edge.is_alphanumeric()).to_owned();
    let words: Vec<String> = folded.split(' ').map(trim).filter(|word| !word.is_empty()).take(WORDS_MAX).collect();
    let mut names = BTreeSet::new();
    for length in 1..=NAME_WORDS_MAX {
        for run in words.windows(length) {
            names.insert(run.join(" "));
        }
    }
    // `Ana's` is Ana.
    names.extend(
        words.iter().filter_map(|word| word.strip_suffix("'s").or_else(|| word.strip_suffix("’s"))).map(str::to_owned),
    );
    for word in words.iter().filter(|word| word.chars().any(has_no_spaces)) {
        let characters: Vec<char> = word.chars().collect();
        for length in 2..=NAME_CHARS_MAX {
            names.extend(characters.windows(length).map(String::from_iter));
        }
    }
    names.into_iter().take(NAMES_MAX).collect()
}

/// Whether a character is of a script that puts no spaces between words: Chinese, Japanese, Thai, Lao, Burmese, Khmer.
const fn has_no_spaces(character: char) -> bool {
    matches!(character, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_looked_through_for_names() {
        let names = names_in("Who does José's team ask about \"Project Kestrel\"?");
        for name in ["jose", "project kestrel", "kestrel", "team"] {
            assert!(names.iter().any(|found| found == name), "{name}: {names:?}");
        }
        assert!(names_in("东京的天气").contains(&"东京".to_owned()));
        assert_eq!(names_in(" ?! \u{202e}"), [""; 0]);
        assert!(names_in(&"word ".repeat(100_000)).len() <= NAMES_MAX);
    }

    #[test]
    fn a_name_within_a_longer_one_is_not_meant() {
        let entity = EntityId::from_key;
        let found = vec![
            ("new york".to_owned(), entity(1)),
            ("york".to_owned(), entity(2)),
            ("yorkshire".to_owned(), entity(3)),
        ];
        assert_eq!(longest(found), [entity(1), entity(3)]);
    }
}
