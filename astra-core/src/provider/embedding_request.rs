//! What is asked of a provider that makes vectors.

/// Texts whose vectors are asked for, borrowed for the time of the call.
#[derive(Debug, Clone, Copy)]
pub struct EmbeddingRequest<'a> {
    /// The provider's name of the model.
    pub model: &'a str,
    /// The texts, none of them empty.
    pub texts: &'a [&'a str],
    /// How many values each vector must have.
    pub dimensions: usize,
    /// Whether the provider is told so: models that can shorten their vectors do it when they are told.
    pub asks_dimensions: bool,
}
