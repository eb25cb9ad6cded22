//! The answer to a guarded request.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::GuardedError;
use crate::outbound::Body;

/// The answer to a guarded request, whatever its status. Its body is read under the request's time-out.
pub struct GuardedResponse {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) url: Url,
    pub(super) body: Body,
    pub(super) deadline: Instant,
}

impl GuardedResponse {
    /// The status.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers as they were sent; the body comes decompressed.
    #[must_use]
    pub const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The URL that answered, after all redirects.
    #[must_use]
    pub fn url(&self) -> &str {
        self.url.as_str()
    }

    /// The next bytes of the body; `None` at its end.
    ///
    /// # Errors
    /// A connection that breaks, a body that cannot be decompressed or has more than 64 MiB then, and the request's
    /// time-out.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, GuardedError> {
        let chunk = timeout_at(self.deadline, self.body.chunk()).await;
        Ok(chunk.map_err(|_| GuardedError::TimedOut)??)
    }

    /// The whole body, of at most `bytes_max` bytes after decompression.
    ///
    /// # Errors
    /// As [`GuardedResponse::chunk`]; and [`crate::outbound::Error::TooLarge`] beyond `bytes_max`, before so much is held
    /// in memory.
    pub async fn bytes(self, bytes_max: usize) -> Result<Bytes, GuardedError> {
        let whole = timeout_at(self.deadline, self.body.whole(bytes_max)).await;
        Ok(whole.map_err(|_| GuardedError::TimedOut)??)
    }
}
