//! Work of a transaction without the type of its answer. What runs transactions is compiled once with it, and not once for
//! each question to the store.

use std::sync::{Arc, Mutex, PoisonError};

use super::error::{Error, Result};
use super::tx::{TransactionBody, Tx};

/// Work of a transaction, which leaves its answer in an [`Answer`].
pub(super) type ErasedBody = dyn Fn(&mut Tx<'_>) -> Result<()> + Send + Sync;

/// Where the answer of the last run that succeeded is left.
pub(super) struct Answer<T>(Arc<Mutex<Option<T>>>);

/// `work` without the type of its answer, and where its answer will be.
pub(super) fn erased<T: Send + 'static>(work: impl TransactionBody<T>) -> (Arc<ErasedBody>, Answer<T>) {
    let answer = Answer(Arc::default());
    let left = Arc::clone(&answer.0);
    let run = move |tx: &mut Tx<'_>| {
        let found = work(tx)?;
        *left.lock().unwrap_or_else(PoisonError::into_inner) = Some(found);
        Ok(())
    };
    (Arc::new(run), answer)
}

impl<T> Answer<T> {
    /// What the work answered.
    ///
    /// # Errors
    /// [`Error::Broken`] if it did not succeed.
    pub(super) fn take(self) -> Result<T> {
        let answer = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        answer.ok_or_else(|| Error::broken("the work of a transaction did not run"))
    }
}
