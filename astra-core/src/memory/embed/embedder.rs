//! What makes the vectors of a gateway: the table in the program, or a model that is asked over the network.

use std::time::Duration;

use super::embedding::{Embedding, VectorSpace};
use super::remote::RemoteEmbedder;
use super::table::StaticEmbedder;
use crate::provider;

/// The embedder of a gateway.
pub enum Embedder {
    /// The table in the program, which answers at once.
    BuiltIn(StaticEmbedder),
    /// A model that is asked over the network.
    Remote(RemoteEmbedder),
}

impl Embedder {
    /// Which vectors it makes.
    #[must_use]
    pub const fn space(&self) -> VectorSpace {
        match self {
            Self::BuiltIn(_) => StaticEmbedder::SPACE,
            Self::Remote(remote) => remote.space(),
        }
    }

    /// The vector of a query; `None` where it has none, or where it cannot be had in time: the search goes on without it.
    pub async fn of_query(&self, text: &str) -> Option<Embedding> {
        match self {
            Self::BuiltIn(table) => table.embed(text),
            Self::Remote(remote) => remote.of_query(text).await,
        }
    }

    /// The vectors of texts, in their order; `None` for a text of which there is none.
    ///
    /// # Errors
    /// The provider's.
    pub async fn of_texts(&self, texts: &[String]) -> Result<Vec<Option<Embedding>>, provider::Error> {
        match self {
            Self::BuiltIn(table) => Ok(texts.iter().map(|text| table.embed(text)).collect()),
            Self::Remote(remote) => remote.of_texts(texts).await,
        }
    }

    /// How long a search may wait for a vector.
    #[must_use]
    pub const fn search_timeout(&self) -> Duration {
        match self {
            Self::BuiltIn(_) => Duration::ZERO,
            Self::Remote(remote) => remote.search_timeout(),
        }
    }

    /// Texts of which vectors are made at once.
    #[must_use]
    pub fn batch(&self) -> usize {
        match self {
            Self::BuiltIn(_) => 256,
            Self::Remote(remote) => remote.batch(),
        }
    }
}
