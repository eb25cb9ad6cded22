//! What comes one after the other, as the world of futures sees it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::Error;

/// One step on: the source, and what it gave.
pub(crate) type Step<S> =
    Pin<Box<dyn Future<Output = (S, Option<Result<<S as Source>::Item, Error>>)> + Send>>;

/// What gives one thing after the other.
pub trait Source: Sized + Send + 'static {
    /// What it gives.
    type Item;

    /// Goes one step on.
    #[doc(hidden)]
    fn step(self) -> Step<Self>;
}

/// A [`Stream`] of what a list or a stream of events gives. It ends after its first error.
#[must_use = "streams do nothing unless polled"]
pub struct IntoStream<S: Source> {
    step: Option<Step<S>>,
}

impl<S: Source> IntoStream<S> {
    pub(crate) fn new(source: S) -> Self {
        Self {
            step: Some(source.step()),
        }
    }
}

impl<S: Source> Stream for IntoStream<S> {
    type Item = Result<S::Item, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(step) = &mut self.step else {
            return Poll::Ready(None);
        };
        let (source, item) = ready!(step.as_mut().poll(context));
        self.step = matches!(item, Some(Ok(_))).then(|| source.step());
        Poll::Ready(item)
    }
}

impl<S: Source> fmt::Debug for IntoStream<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("IntoStream").finish_non_exhaustive()
    }
}
