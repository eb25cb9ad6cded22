//! What an upstream says of a request that it refuses.

/// A refusal in the upstream's own terms.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UpstreamTerms {
    /// Its code, such as `model_not_found`.
    pub code: Option<String>,
    /// The parameter at fault, such as `temperature`.
    pub param: Option<String>,
}

impl UpstreamTerms {
    /// The terms, if there are any.
    #[must_use]
    pub fn boxed(code: Option<String>, param: Option<String>) -> Option<Box<Self>> {
        (code.is_some() || param.is_some()).then(|| Box::new(Self { code, param }))
    }
}
