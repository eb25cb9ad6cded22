//! Vectors of texts by a provider: the call, its tries, and a circuit of its own. A provider whose chat works may have no
//! embeddings, so a failure of one says nothing of the other.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::embedding_request::EmbeddingRequest;
use super::error::{Error, ErrorKind};
use super::registry::Registry;
use super::retry;
use crate::outbound::Permit;

impl Registry {
    /// The vectors of `request`'s texts, in their order, by `provider`: each of the length that was asked for, and of finite
    /// numbers. All tries together take at most `limit`.
    ///
    /// # Errors
    /// [`ErrorKind::Unknown`] without such a provider, [`ErrorKind::Unsupported`] if it makes no vectors,
    /// [`ErrorKind::Malformed`] if it answers something else, [`ErrorKind::CircuitOpen`] if it failed too often just now; else
    /// as a question's.
    pub async fn embed(
        &self,
        provider: &str,
        request: EmbeddingRequest<'_>,
        limit: Duration,
    ) -> Result<Vec<Vec<f32>>, Error> {
        let Some(entry) = self.entry(provider) else {
            return Err(Error::new(ErrorKind::Unknown, format!("no provider named {provider} is configured")));
        };
        let permit = entry.admit_embedding()?;
        // A call whose caller goes away says nothing of the upstream.
        let admission = Admission { abandon: Some(|| entry.embedding_ended(permit, None)) };
        let until = Instant::now() + limit;
        let mut retries = 0;
        let error = loop {
            let late = |_| Error::new(ErrorKind::Timeout, "the provider did not make vectors in time");
            let left = until.saturating_duration_since(Instant::now());
            let asked = timeout(left, entry.provider.embed(request)).await.map_err(late).and_then(|asked| asked);
            let error = match asked.and_then(|vectors| checked(vectors, request)) {
                Ok(vectors) => {
                    admission.end();
                    entry.embedding_ended(permit, Some(None));
                    return Ok(vectors);
                }
                Err(error) => error,
            };
            let wait = retry::wait(&error, retries, entry.limits.retries, self.jitter());
            match wait.filter(|wait| Instant::now() + *wait < until) {
                Some(wait) => sleep(wait).await,
                None => break error,
            }
            retries += 1;
        };
        admission.end();
        entry.embedding_ended(permit, Some(Some(&error)));
        Err(error)
    }
}

/// Reports a call that was given up, when it is dropped.
struct Admission<F: FnOnce()> {
    abandon: Option<F>,
}

impl<F: FnOnce()> Admission<F> {
    /// The call has come to an end that is reported by another way.
    fn end(mut self) {
        self.abandon = None;
    }
}

impl<F: FnOnce()> Drop for Admission<F> {
    fn drop(&mut self) {
        if let Some(abandon) = self.abandon.take() {
            abandon();
        }
    }
}

/// Vectors that are what was asked for.
fn checked(vectors: Vec<Vec<f32>>, request: EmbeddingRequest<'_>) -> Result<Vec<Vec<f32>>, Error> {
    let wrong = |message: String| Err(Error::new(ErrorKind::Malformed, message));
    if vectors.len() != request.texts.len() {
        return wrong(format!("the provider made {} vectors of {} texts", vectors.len(), request.texts.len()));
    }
    let expected = request.dimensions;
    if let Some(other) = vectors.iter().find(|vector| vector.len() != expected) {
        return wrong(format!("the provider made vectors of {} values, not of {expected}", other.len()));
    }
    if vectors.iter().flatten().any(|value| !value.is_finite()) {
        return wrong("the provider made a vector with a value that is no finite number".to_owned());
    }
    Ok(vectors)
}

impl super::entry::Entry {
    /// Lets a call for vectors through, unless their circuit is open.
    fn admit_embedding(&self) -> Result<Permit, Error> {
        self.embeddings().admit(self.monotonic.now_ms()).map_err(|wait| {
            let seconds = wait.as_millis().div_ceil(1_000);
            let message =
                format!("the provider failed to make vectors too often, and is left alone for another {seconds} s");
            Error::new(ErrorKind::CircuitOpen(wait), message)
        })
    }

    /// How a call for vectors ended: well, with an error, or, `None`, without saying anything of the upstream.
    fn embedding_ended(&self, permit: Permit, outcome: Option<Option<&Error>>) {
        let mut circuit = self.embeddings();
        match outcome {
            Some(None) => circuit.succeeded(permit),
            Some(Some(error)) if error.is_fault_of_upstream() => circuit.failed(permit, self.monotonic.now_ms()),
            Some(Some(_)) | None => circuit.abandoned(permit),
        }
    }
}
