//! What became of questions that were looked at for memory.

use super::Counter;

/// What becomes of turns, items and answers: names, in their order.
const TURNS: [&str; 4] = ["stored", "empty", "undone", "failed"];
const ANSWERS: [&str; 5] = ["read", "repaired", "unreadable", "failed", "spent"];
const EMBEDDINGS: [&str; 4] = ["made", "refused", "failed", "circuit_open"];
const REASONS: [&str; 5] = ["malformed", "quote", "invented", "secret", "instruction"];

/// What became of questions that were looked at for memory.
#[derive(Debug, Default)]
pub struct MemoryMetrics {
    /// Memories that rules have found, ...
    pub by_rules: Counter,
    /// ... and those that models have found.
    pub by_models: Counter,
    /// Uses of edges of the graph that were left out, since too many waited for the next flush.
    pub dropped_uses: Counter,
    turns: [Counter; TURNS.len()],
    answers: [Counter; ANSWERS.len()],
    dropped: [Counter; REASONS.len()],
    embeddings: [Counter; EMBEDDINGS.len()],
}

impl MemoryMetrics {
    /// Counts a turn: `stored`, `empty`, `undone` or `failed`.
    pub fn note_turn(&self, outcome: &str) {
        note(&TURNS, &self.turns, outcome, 1);
    }

    /// Counts an answer: `read`, `repaired` or `unreadable`; or `failed` where there was none, and `spent` where the agent's budget
    /// left no room for one.
    pub fn note_answer(&self, outcome: &str) {
        note(&ANSWERS, &self.answers, outcome, 1);
    }

    /// Counts `count` items that were not believed, for one of the reasons in `dropped`.
    pub fn note_dropped(&self, reason: &str, count: usize) {
        note(&REASONS, &self.dropped, reason, u64::try_from(count).unwrap_or(0));
    }

    /// Counts a call for vectors: `made`, `refused` where the texts were, `failed` or `circuit_open`.
    pub fn note_embeddings(&self, outcome: &str) {
        note(&EMBEDDINGS, &self.embeddings, outcome, 1);
    }

    /// What became of calls for vectors.
    pub fn embeddings(&self) -> impl Iterator<Item = (&'static str, u64)> {
        EMBEDDINGS.into_iter().zip(self.embeddings.iter().map(Counter::get))
    }

    /// What became of turns.
    pub fn turns(&self) -> impl Iterator<Item = (&'static str, u64)> {
        TURNS.into_iter().zip(self.turns.iter().map(Counter::get))
    }

    /// How answers were read.
    pub fn answers(&self) -> impl Iterator<Item = (&'static str, u64)> {
        ANSWERS.into_iter().zip(self.answers.iter().map(Counter::get))
    }

    /// Why items were not believed.
    pub fn dropped(&self) -> impl Iterator<Item = (&'static str, u64)> {
        REASONS.into_iter().zip(self.dropped.iter().map(Counter::get))
    }
}

fn note(names: &[&str], counters: &[Counter], name: &str, count: u64) {
    let place = names.iter().position(|known| *known == name);
    place.and_then(|place| counters.get(place)).into_iter().for_each(|counter| counter.add(count));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_outcome_has_its_count() {
        let metrics = MemoryMetrics::default();
        metrics.note_turn("undone");
        metrics.note_answer("spent");
        metrics.note_dropped("invented", 3);
        assert_eq!(metrics.turns().map(|(_, count)| count).collect::<Vec<_>>(), [0, 0, 1, 0]);
        metrics.note_embeddings("failed");
        assert_eq!(metrics.embeddings().nth(2), Some(("failed", 1)));
        assert_eq!(metrics.answers().last(), Some(("spent", 1)));
        assert_eq!(metrics.dropped().nth(2), Some(("invented", 3)));
    }
}
