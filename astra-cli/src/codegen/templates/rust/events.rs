//! Typed events of a stream.

use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::time::Duration;

use serde::de::DeserializeOwned;

use crate::call::setters_of_all_calls;
use crate::follow::{Follow, Plan, Resume};
use crate::stream::{IntoStream, Source, Step};
use crate::{CallFuture, Error, Request};

/// An event.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Event<T> {
    /// Its id, or that of the last event which had one: what a later call can go on after.
    pub id: Option<String>,
    /// Its name; empty if it has none.
    pub name: String,
    /// What it says.
    pub data: T,
}

/// A call that is answered with events. It is sent when it is awaited, and gives an [`EventStream`].
#[must_use = "a call is not sent before it is awaited"]
pub struct EventsCall<T> {
    pub(crate) request: Request,
    pub(crate) plan: Plan,
    data: PhantomData<fn() -> T>,
}

impl<T> EventsCall<T> {
    pub(crate) fn new(request: Request) -> Self {
        Self {
            request,
            plan: Plan::default(),
            data: PhantomData,
        }
    }

    setters_of_all_calls!(request);

    /// How long the stream may be silent before its connection counts as broken.
    pub fn idle_timeout(mut self, idle_timeout: Duration) -> Self {
        self.request.idle_timeout = Some(idle_timeout);
        self
    }

    /// Whether a stream that broke is gone on with by another request, where that can be: yes by default.
    pub fn resume(mut self, is_wanted: bool) -> Self {
        self.plan.is_resumed = is_wanted;
        self
    }

    /// Begins after the event of this id.
    pub fn last_event_id(mut self, id: impl Into<String>) -> Self {
        self.plan.last_event_id = Some(id.into());
        self
    }

    /// The stream is gone on with by `GET path`, in which the events' field `name` takes the place of `{name}`.
    pub fn resumed_by(mut self, path: &'static str, field: &'static str) -> Self {
        self.plan.resume = Some(Resume::Elsewhere { path, field });
        self
    }

    /// The stream is gone on with by the same request.
    pub fn resumed_by_itself(mut self) -> Self {
        self.plan.resume = Some(Resume::Here);
        self
    }

    /// After events of these names nothing comes.
    pub fn ending_with(mut self, names: &'static [&'static str]) -> Self {
        self.plan.ends_with = names;
        self
    }

    /// After the word `[DONE]` nothing comes.
    pub fn ending_with_done(mut self) -> Self {
        self.plan.ends_with_done = true;
        self
    }
}

impl<T: DeserializeOwned + 'static> IntoFuture for EventsCall<T> {
    type Output = Result<EventStream<T>, Error>;
    type IntoFuture = CallFuture<EventStream<T>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let follow = Follow::open(self.request, self.plan).await?;
            Ok(EventStream {
                follow,
                data: PhantomData,
            })
        })
    }
}

impl<T> fmt::Debug for EventsCall<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.request.fmt(formatter)
    }
}

/// Events as they come. A broken connection is made anew where the server can go on after the last event.
///
/// To end it early, drop it: that frees the connection.
#[must_use = "events come only when they are asked for"]
pub struct EventStream<T> {
    follow: Follow,
    data: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> EventStream<T> {
    /// The next event, or nothing at the end. May be dropped and called again: no event is lost.
    pub async fn next(&mut self) -> Option<Result<Event<T>, Error>> {
        self.try_next().await.transpose()
    }

    /// The next event, or nothing at the end. May be dropped and called again: no event is lost.
    ///
    /// # Errors
    /// See [`Error`]. After [`Error::Decode`] one can go on with the event behind the one that was wrong.
    pub async fn try_next(&mut self) -> Result<Option<Event<T>>, Error> {
        let Some((raw, value)) = self.follow.next().await? else {
            return Ok(None);
        };
        let data =
            T::deserialize(value).map_err(|error| Error::decode(self.request_id(), error))?;
        Ok(Some(Event {
            id: raw.id,
            name: raw.name,
            data,
        }))
    }

    /// The id of the last event that had one.
    pub fn last_event_id(&self) -> Option<&str> {
        self.follow.last_event_id()
    }

    /// The call's `X-Request-ID`.
    pub fn request_id(&self) -> &str {
        self.follow.request_id()
    }
}

impl<T: DeserializeOwned + Send + 'static> EventStream<T> {
    /// The same as a [`Stream`](futures_core::Stream), for those who have a use for its combinators.
    pub fn into_stream(self) -> IntoStream<Self> {
        IntoStream::new(self)
    }
}

impl<T: DeserializeOwned + Send + 'static> Source for EventStream<T> {
    type Item = Event<T>;

    fn step(mut self) -> Step<Self> {
        Box::pin(async move {
            let next = self.next().await;
            (self, next)
        })
    }
}

impl<T> fmt::Debug for EventStream<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("EventStream");
        shown
            .field("request_id", &self.follow.request_id())
            .finish_non_exhaustive()
    }
}

/// What a streamed call with parameters of its own has from [`EventsCall`].
#[allow(
    unused_macros,
    unused_imports,
    reason = "a document may have no use for it"
)]
macro_rules! events_call_of {
    ($name:ident, $event:ty) => {
        impl $name {
            $crate::call::setters_of_all_calls!(call.request);

            /// How long the stream may be silent before its connection counts as broken.
            pub fn idle_timeout(mut self, idle_timeout: ::std::time::Duration) -> Self {
                self.call = self.call.idle_timeout(idle_timeout);
                self
            }

            /// Whether a stream that broke is gone on with by another request, where that can be.
            pub fn resume(mut self, is_wanted: bool) -> Self {
                self.call = self.call.resume(is_wanted);
                self
            }

            /// Begins after the event of this id.
            pub fn last_event_id(
                mut self,
                id: impl ::std::convert::Into<::std::string::String>,
            ) -> Self {
                self.call = self.call.last_event_id(id);
                self
            }
        }

        impl ::std::future::IntoFuture for $name {
            type Output = ::std::result::Result<$crate::EventStream<$event>, $crate::Error>;
            type IntoFuture = $crate::CallFuture<$crate::EventStream<$event>>;

            fn into_future(self) -> Self::IntoFuture {
                self.call.into_future()
            }
        }
    };
}

#[allow(unused_imports, reason = "a document may have no use for it")]
pub(crate) use events_call_of;
