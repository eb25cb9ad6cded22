//! What a job is about: below, with what causes it. Who runs it is a handler, which is registered from above.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::store::NewJob;

/// What jobs of one kind are about. It is kept as JSON, so that a program reads what an older one of it has kept.
pub trait Payload: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The name of the kind in the store, which never changes.
    const KIND: &'static str;
    /// How often a job is begun before it has failed for good.
    const ATTEMPTS_MAX: u32 = 4;
    /// How long an attempt may take.
    const TIME_LIMIT: Duration = Duration::from_secs(300);

    /// A job about this, to be enqueued in the transaction that causes it.
    ///
    /// # Errors
    /// If it cannot be written as JSON.
    fn job(&self) -> serde_json::Result<NewJob> {
        Ok(NewJob::new(Self::KIND, serde_json::to_string(self)?, Self::ATTEMPTS_MAX))
    }
}
