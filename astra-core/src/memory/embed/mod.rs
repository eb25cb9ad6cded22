//! Vectors of texts: what makes them, and how they are kept.

mod embedding;
mod pieces;
mod table;

pub use embedding::{Embedder, Embedding};
pub use table::{BUILT_IN_EMBEDDER, StaticEmbedder};
