//! Vectors of texts: what makes them, and how they are kept.

mod embedder;
mod embedding;
mod pieces;
mod remote;
mod table;
mod work;

pub use embedder::Embedder;
pub use embedding::{Embedding, VectorSpace};
pub use remote::RemoteEmbedder;
pub use table::StaticEmbedder;
pub use work::{Missing, VectorFault, VectorWork, VectorsMade};
