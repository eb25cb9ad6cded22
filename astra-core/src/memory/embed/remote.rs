//! A model of a provider that makes vectors, by OpenAI's `/embeddings`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hashlink::LruCache;
use sha2::{Digest as _, Sha256};

use super::embedding::{Embedding, VectorSpace};
use crate::config::EmbeddingsConfig;
use crate::metrics::Metrics;
use crate::provider::{self, EmbeddingRequest, ErrorKind, Registry};

/// Characters of a text that are looked at: models read no more.
const TEXT_CHARS_MAX: usize = 8_000;
/// Vectors that are kept in memory, so that a query that comes again asks no model.
const CACHED: usize = 1_024;
/// How long a call is waited for that no search waits for.
const BATCH_LIMIT: Duration = Duration::from_secs(30);
/// A text that every model has a vector of.
const PROBE: &str = "Hello.";

/// The first bytes of the SHA-256 of a text.
type Digest = [u8; 16];

/// A model of a provider.
pub struct RemoteEmbedder {
    providers: Arc<Registry>,
    config: EmbeddingsConfig,
    space: VectorSpace,
    metrics: Arc<Metrics>,
    /// By the digest of the text; `None` where the model makes no vector of it.
    cache: Mutex<LruCache<Digest, Option<Embedding>>>,
}

impl RemoteEmbedder {
    /// The model of `config`, whose key among the embedders is `id`.
    #[must_use]
    pub fn new(providers: Arc<Registry>, config: EmbeddingsConfig, id: i64, metrics: Arc<Metrics>) -> Self {
        let dimension = usize::try_from(config.dimensions).unwrap_or(usize::MAX);
        let space = VectorSpace { embedder: id, dimension, floor: config.min_cosine };
        Self { providers, config, space, metrics, cache: Mutex::new(LruCache::new(CACHED)) }
    }

    pub(super) const fn space(&self) -> VectorSpace {
        self.space
    }

    pub(super) const fn search_timeout(&self) -> Duration {
        Duration::from_millis(self.config.search_timeout_ms)
    }

    pub(super) fn batch(&self) -> usize {
        usize::try_from(self.config.batch).unwrap_or(1)
    }

    /// The vector of a query, if it can be had in time.
    pub(super) async fn of_query(&self, text: &str) -> Option<Embedding> {
        let text = cut(text);
        if text.trim().is_empty() {
            return None;
        }
        let digest = digest(text);
        if let Some(known) = self.cached(digest) {
            return known;
        }
        match self.call(&[text], self.search_timeout()).await {
            Ok(made) => {
                let embedding = made.into_iter().next().flatten();
                self.cache().insert(digest, embedding.clone());
                embedding
            }
            Err(error) => {
                tracing::warn!(error.kind = error.kind.as_str(), error = %error, "a search of memory goes on without vectors");
                None
            }
        }
    }

    /// The vectors of texts. A text that the model refuses while it takes others has none.
    pub(super) async fn of_texts(&self, texts: &[String]) -> Result<Vec<Option<Embedding>>, provider::Error> {
        let mut made: Vec<Option<Embedding>> = vec![None; texts.len()];
        let mut asked: Vec<(usize, &str, Digest)> = Vec::new();
        for (place, text) in texts.iter().map(|text| cut(text)).enumerate().filter(|(_, text)| !text.trim().is_empty())
        {
            let digest = digest(text);
            match self.cached(digest) {
                Some(known) => made[place] = known,
                None => asked.push((place, text, digest)),
            }
        }
        let mut parts: Vec<&[(usize, &str, Digest)]> = asked.chunks(self.batch()).collect();
        let mut is_well = false;
        while let Some(part) = parts.pop() {
            let words: Vec<&str> = part.iter().map(|(_, text, _)| *text).collect();
            let embeddings = match self.call(&words, BATCH_LIMIT).await {
                Ok(embeddings) => embeddings,
                Err(error) if !is_of_texts(&error) => return Err(error),
                Err(_) if part.len() > 1 => {
                    let (first, second) = part.split_at(part.len() / 2);
                    parts.extend([second, first]);
                    continue;
                }
                Err(_) => {
                    // It may be the model that is refused, and not the text.
                    if !std::mem::replace(&mut is_well, true) {
                        self.call(&[PROBE], BATCH_LIMIT).await?;
                    }
                    vec![None]
                }
            };
            for ((place, _, digest), embedding) in part.iter().zip(embeddings) {
                self.cache().insert(*digest, embedding.clone());
                made[*place] = embedding;
            }
        }
        Ok(made)
    }

    async fn call(&self, texts: &[&str], limit: Duration) -> Result<Vec<Option<Embedding>>, provider::Error> {
        let request = EmbeddingRequest {
            model: &self.config.model,
            texts,
            dimensions: self.space.dimension,
            asks_dimensions: self.config.asks_dimensions,
        };
        let asked = self.providers.embed(&self.config.provider, request, limit).await;
        let outcome = match &asked {
            Ok(_) => "made",
            Err(error) if matches!(error.kind, ErrorKind::CircuitOpen(_)) => "circuit_open",
            Err(error) if is_of_texts(error) => "refused",
            Err(_) => "failed",
        };
        self.metrics.memory.note_embeddings(outcome);
        Ok(asked?.into_iter().map(Embedding::new).collect())
    }

    fn cached(&self, digest: Digest) -> Option<Option<Embedding>> {
        self.cache().get(&digest).cloned()
    }

    fn cache(&self) -> MutexGuard<'_, LruCache<Digest, Option<Embedding>>> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a model may take other texts than these.
const fn is_of_texts(error: &provider::Error) -> bool {
    matches!(error.kind, ErrorKind::ContextOverflow | ErrorKind::Refused(400 | 413 | 422))
}

fn cut(text: &str) -> &str {
    text.char_indices().nth(TEXT_CHARS_MAX).map_or(text, |(end, _)| &text[..end])
}

fn digest(text: &str) -> Digest {
    let mut digest = Digest::default();
    digest.copy_from_slice(&Sha256::digest(text.as_bytes())[..16]);
    digest
}
