//! The memory of one workspace laid out for search: a row for each item with its vector and its terms, in flat arrays. A search
//! scans all vectors that its caller may see and weighs the words by BM25; both sources are ranked apart, and `rank` joins them.
//!
//! The index holds no text and reads no store: the store is the truth, and the index can be made anew from it.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod best;
mod dot;
mod flat;
mod item;
#[cfg(target_arch = "aarch64")]
mod neon;
mod places;
mod plain;
mod postings;
mod rows;
mod text;
mod vectors;

pub use dot::DotPath;
pub use item::{Candidate, IndexItem, IndexQuery, TextMatch, VectorMatch};

use places::Places;
use rows::Rows;
use text::TextIndex;
use vectors::Vectors;

use crate::store::MemoryTier;

/// The most rows of an index: the number of a row has 26 bits where terms are listed.
pub const ROWS_MAX: usize = 1 << 26;
/// Fewer dead rows than this are left where they are.
const DEAD_LEAST: usize = 16;

/// The index of a workspace.
#[derive(Debug)]
pub struct MemoryIndex {
    rows: Rows,
    vectors: Vectors,
    text: TextIndex,
    places: Places,
}

impl MemoryIndex {
    /// An empty index for vectors of `dimension` values.
    #[must_use]
    pub fn new(dimension: usize) -> Self {
        Self {
            rows: Rows::default(),
            vectors: Vectors::new(dimension, DotPath::detected()),
            text: TextIndex::default(),
            places: Places::default(),
        }
    }

    /// Adds an item, or replaces the one of its id. Beyond [`ROWS_MAX`] rows an item is not added.
    pub fn put(&mut self, item: IndexItem) {
        self.remove(item.id);
        if self.rows.len() >= ROWS_MAX {
            return;
        }
        self.vectors.push(item.embedding.as_ref(), item.is_embedded);
        self.text.push(&item.terms);
        let row = self.rows.push(&item);
        self.places.insert(self.rows.ids(), row);
    }

    /// Takes an item out: it is found no more, and its vector is overwritten.
    pub fn remove(&mut self, id: i64) {
        let Some(row) = self.places.remove(self.rows.ids(), id) else { return };
        self.rows.kill(row);
        self.vectors.clear(row);
        self.text.clear(row);
        let dead = self.rows.dead();
        if dead >= DEAD_LEAST && dead * 4 >= self.rows.len() {
            self.compact();
        }
    }

    /// The best items of each source, those found by words first, each source in the order of its ranks. Equal scores are in the
    /// order of their ids.
    #[must_use]
    pub fn search(&self, query: &IndexQuery) -> Vec<Candidate> {
        let visible = self.rows.visible(query);
        if visible.count() == 0 || query.limit == 0 {
            return Vec::new();
        }
        let by_text = self.text.search(&query.terms, &visible, self.rows.ids(), query.limit);
        let by_vector = match &query.embedding {
            Some(embedding) => self.vectors.search(embedding, &visible, self.rows.ids(), query.limit, query.floor),
            None => Vec::new(),
        };
        let mut found: Vec<Candidate> = Vec::with_capacity(by_text.len() + by_vector.len());
        for (row, text) in by_text {
            found.push(self.rows.candidate(row, Some(text), None));
        }
        let mut places: Vec<(i64, usize)> = found.iter().enumerate().map(|(place, one)| (one.id, place)).collect();
        places.sort_unstable();
        for (row, vector) in by_vector {
            let id = self.rows.ids()[row as usize];
            match places.binary_search_by_key(&id, |(id, _)| *id) {
                Ok(at) => found[places[at].1].vector = Some(vector),
                Err(_) => found.push(self.rows.candidate(row, None, Some(vector))),
            }
        }
        found
    }

    /// How much memory it takes, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + self.rows.bytes() + self.vectors.bytes() + self.text.bytes() + self.places.bytes()
    }

    /// Whether it holds the item `id`.
    #[must_use]
    pub fn holds(&self, id: i64) -> bool {
        self.places.find(self.rows.ids(), id).is_some()
    }

    /// Whether it holds an item of `tier` that the subject of the number `owner` may see, or may see at another time.
    #[must_use]
    pub fn holds_of(&self, owner: i64, tier: MemoryTier) -> bool {
        self.rows.has_of(owner, tier)
    }

    /// How many items it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len() - self.rows.dead()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// 0 to 1: the share of its items that the embedder was asked about; 1 if it holds none.
    #[must_use]
    pub fn vector_coverage(&self) -> f64 {
        match self.len() {
            0 => 1.0,
            items => 1.0 - self.vectors.missing() as f64 / items as f64,
        }
    }

    /// Which code multiplies vectors.
    #[must_use]
    pub fn dot_path(&self) -> DotPath {
        self.vectors.path()
    }

    /// Closes the gaps of dead rows. The order of the others stays.
    fn compact(&mut self) {
        let moves = self.rows.compact();
        self.vectors.compact(&moves);
        self.text.compact(&moves);
        self.places = Places::of(self.rows.ids());
    }
}
