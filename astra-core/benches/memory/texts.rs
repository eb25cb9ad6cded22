//! Texts as a memory holds them: a seed gives the same ones each time. Words come from the embedder's vocabulary, by Zipf's law, and
//! most of a text's words from one of many topics.

use std::fmt::Write as _;

const VOCABULARY: &str = include_str!("../../assets/embedding/vocab.txt");
const TOPICS: u64 = 2_000;
const TOPIC_WORDS: u64 = 40;

/// A source of texts.
pub(crate) struct Texts {
    words: Vec<&'static str>,
    state: u64,
}

impl Texts {
    /// The texts of a seed.
    pub(crate) fn new(seed: u64) -> Self {
        let is_word = |piece: &&str| piece.len() > 2 && piece.bytes().all(|byte| byte.is_ascii_lowercase());
        Self { words: VOCABULARY.lines().filter(is_word).collect(), state: seed | 1 }
    }

    /// A text of 12 to 40 words, and its topic.
    pub(crate) fn text(&mut self) -> (String, u64) {
        let topic = self.below(TOPICS);
        let words = 12 + self.below(29);
        (self.of(topic, words), topic)
    }

    /// A question of nine words about a topic.
    pub(crate) fn question(&mut self, topic: u64) -> String {
        self.of(topic, 9)
    }

    fn of(&mut self, topic: u64, words: u64) -> String {
        let mut text = String::new();
        for _ in 0..words {
            let word = match self.below(10) {
                0..4 => self.frequent(150),
                4..6 => self.frequent(u64::MAX),
                _ => self.topical(topic),
            };
            // Writing to a string cannot fail.
            let _ = write!(text, "{word} ");
        }
        text
    }

    /// A word by Zipf's law among the first `most`: the vocabulary is in the order of frequency.
    fn frequent(&mut self, most: u64) -> &'static str {
        let most = most.min(self.words.len() as u64);
        let share = self.below(1 << 20) as f64 / f64::from(1 << 20);
        let place = (most as f64).powf(share) as usize - 1;
        self.words.get(place).copied().unwrap_or_default()
    }

    fn topical(&mut self, topic: u64) -> &'static str {
        let word = self.below(TOPIC_WORDS).min(self.below(TOPIC_WORDS));
        let place = (topic * TOPIC_WORDS + word).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
        self.words[(place % self.words.len() as u64) as usize]
    }

    /// A number below `end` (xorshift).
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state % end
    }
}
