//! Lists that come in parts.

use std::collections::VecDeque;
use std::fmt;
use std::future::IntoFuture;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::call::setters_of_all_calls;
use crate::stream::{IntoStream, Source, Step};
use crate::{Call, CallFuture, Error, Request, Response};

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    /// What is listed.
    pub data: Vec<T>,
    /// What to pass as `cursor` for the next part; nothing on the last one.
    pub next_cursor: Option<String>,
}

/// A part of a list, of whatever type it is.
pub trait Paged: DeserializeOwned + Send + 'static {
    /// What is listed.
    type Item: Send + 'static;

    /// What is listed, and the cursor of the next part.
    fn into_parts(self) -> (Vec<Self::Item>, Option<String>);
}

impl<T: DeserializeOwned + Send + 'static> Paged for Page<T> {
    type Item = T;

    fn into_parts(self) -> (Vec<T>, Option<String>) {
        (self.data, self.next_cursor)
    }
}

/// A call that lists. Awaited it gives one part; [`items`](Self::items) gives all there is.
#[must_use = "a call is not sent before it is awaited"]
pub struct ListCall<P> {
    pub(crate) request: Request,
    page: std::marker::PhantomData<fn() -> P>,
}

impl<P: Paged> ListCall<P> {
    pub(crate) fn new(request: Request) -> Self {
        Self {
            request,
            page: std::marker::PhantomData,
        }
    }

    setters_of_all_calls!(request);

    /// Begins with the part that this cursor names: the `next_cursor` of the one before.
    pub fn cursor(mut self, cursor: impl fmt::Display) -> Self {
        self.request.set_query("cursor", cursor);
        self
    }

    /// All items of all parts, one after the other. Parts are asked for when their time comes.
    pub fn items(self) -> Items<P> {
        Items {
            list: Some(self),
            ready: VecDeque::new(),
        }
    }

    /// Asks for one part, and gives the answer's status and headers too.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn send(self) -> Result<Response<P>, Error> {
        Call::json(self.request).send().await
    }
}

impl<P: Paged> IntoFuture for ListCall<P> {
    type Output = Result<P, Error>;
    type IntoFuture = CallFuture<P>;

    fn into_future(self) -> Self::IntoFuture {
        Call::json(self.request).into_future()
    }
}

impl<P> fmt::Debug for ListCall<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.request.fmt(formatter)
    }
}

/// The items of a list, one after the other.
#[must_use = "items come only when they are asked for"]
pub struct Items<P: Paged> {
    /// The call for the next part, if there is one.
    list: Option<ListCall<P>>,
    ready: VecDeque<P::Item>,
}

impl<P: Paged> Items<P> {
    /// The next item, or nothing at the end. May be dropped and called again: no item is lost.
    pub async fn next(&mut self) -> Option<Result<P::Item, Error>> {
        self.try_next().await.transpose()
    }

    /// The next item, or nothing at the end. May be dropped and called again: no item is lost.
    ///
    /// # Errors
    /// See [`Error`]. To try the same part again, call it again.
    pub async fn try_next(&mut self) -> Result<Option<P::Item>, Error> {
        while self.ready.is_empty() {
            let Some(list) = &self.list else {
                return Ok(None);
            };
            let (items, cursor) = Call::<P>::json(list.request.clone()).await?.into_parts();
            self.ready = items.into();
            self.list = self
                .list
                .take()
                .zip(cursor)
                .map(|(list, cursor)| list.cursor(cursor));
        }
        Ok(self.ready.pop_front())
    }

    /// All that is left, at once.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn collect(mut self) -> Result<Vec<P::Item>, Error> {
        let mut all = Vec::new();
        while let Some(item) = self.try_next().await? {
            all.push(item);
        }
        Ok(all)
    }

    /// The same as a [`Stream`](futures_core::Stream), for those who have a use for its combinators.
    pub fn into_stream(self) -> IntoStream<Self> {
        IntoStream::new(self)
    }
}

impl<P: Paged> Source for Items<P> {
    type Item = P::Item;

    fn step(mut self) -> Step<Self> {
        Box::pin(async move {
            let next = self.next().await;
            (self, next)
        })
    }
}

impl<P: Paged> fmt::Debug for Items<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Items")
            .field("ready", &self.ready.len())
            .finish_non_exhaustive()
    }
}

/// What a list with parameters of its own has from [`ListCall`].
#[allow(
    unused_macros,
    unused_imports,
    reason = "a document may have no use for it"
)]
macro_rules! list_call_of {
    ($name:ident, $page:ty) => {
        impl $name {
            $crate::call::setters_of_all_calls!(call.request);

            /// Begins with the part that this cursor names: the `next_cursor` of the one before.
            pub fn cursor(mut self, cursor: impl ::std::fmt::Display) -> Self {
                self.call = self.call.cursor(cursor);
                self
            }

            /// All items of all parts, one after the other. Parts are asked for when their time comes.
            pub fn items(self) -> $crate::Items<$page> {
                self.call.items()
            }

            /// Asks for one part, and gives the answer's status and headers too.
            ///
            /// # Errors
            /// See [`Error`](crate::Error).
            pub async fn send(
                self,
            ) -> ::std::result::Result<$crate::Response<$page>, $crate::Error> {
                self.call.send().await
            }
        }

        impl ::std::future::IntoFuture for $name {
            type Output = ::std::result::Result<$page, $crate::Error>;
            type IntoFuture = $crate::CallFuture<$page>;

            fn into_future(self) -> Self::IntoFuture {
                self.call.into_future()
            }
        }
    };
}

#[allow(unused_imports, reason = "a document may have no use for it")]
pub(crate) use list_call_of;
