//! Calls: requests that know what they are answered with.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde::de::DeserializeOwned;

use crate::transport::{Answer, Wanted};
use crate::{Error, Request};

/// What a call becomes when it is awaited. To cancel it, drop it.
pub type CallFuture<T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send>>;

/// An answer with what came around it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Response<T> {
    /// What was asked for.
    pub data: T,
    /// The HTTP status.
    pub status: StatusCode,
    /// The answer's headers.
    pub headers: HeaderMap,
}

impl<T> Response<T> {
    /// A header of the answer, if it is there and a text: `response.header("etag")`.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The `X-Request-ID` by which the server's log knows the call.
    pub fn request_id(&self) -> Option<&str> {
        self.header("x-request-id")
    }
}

/// A call that is answered with a `T`. It is sent when it is awaited.
#[must_use = "a call is not sent before it is awaited"]
pub struct Call<T> {
    pub(crate) request: Request,
    accept: &'static str,
    read: fn(&str, &Answer) -> Result<T, Error>,
}

impl<T: DeserializeOwned> Call<T> {
    pub(crate) fn json(request: Request) -> Self {
        Self {
            request,
            accept: "application/json, */*;q=0.5",
            read: read_json,
        }
    }
}

impl Call<String> {
    pub(crate) fn text(request: Request) -> Self {
        Self {
            request,
            accept: "*/*",
            read: read_text,
        }
    }
}

impl Call<Vec<u8>> {
    pub(crate) fn bytes(request: Request) -> Self {
        Self {
            request,
            accept: "*/*",
            read: |_, answer| Ok(answer.body.clone()),
        }
    }
}

impl Call<()> {
    pub(crate) fn nothing(request: Request) -> Self {
        Self {
            request,
            accept: "*/*",
            read: |_, _| Ok(()),
        }
    }
}

fn read_json<T: DeserializeOwned>(request_id: &str, answer: &Answer) -> Result<T, Error> {
    serde_json::from_slice(&answer.body).map_err(|error| {
        let media_type = answer
            .headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        let is_json = media_type.is_some_and(|media_type| media_type.contains("json"));
        if is_json {
            Error::decode(request_id, error)
        } else {
            Error::decode(
                request_id,
                format!("it is {} and no JSON", media_type.unwrap_or("nothing")),
            )
        }
    })
}

fn read_text(request_id: &str, answer: &Answer) -> Result<String, Error> {
    String::from_utf8(answer.body.clone()).map_err(|error| Error::decode(request_id, error))
}

/// The settings that every call has, whatever it is called.
macro_rules! setters_of_all_calls {
    ($($path:ident).+) => {
        /// How long the call may take, with all its retries; a stream, until it begins.
        pub fn timeout(mut self, timeout: ::std::time::Duration) -> Self {
            self.$($path).+.timeout = Some(timeout);
            self
        }

        /// How often the call is sent again after failures, if it may be.
        pub fn max_retries(mut self, max_retries: u32) -> Self {
            self.$($path).+.max_retries = Some(max_retries);
            self
        }

        /// Sets a header.
        pub fn header(mut self, name: &str, value: impl ::std::fmt::Display) -> Self {
            self.$($path).+.set_header(name, value);
            self
        }

        /// Sets the `X-Request-ID`, which is random by default.
        pub fn request_id(mut self, request_id: impl ::std::fmt::Display) -> Self {
            self.$($path).+.set_header("X-Request-ID", request_id);
            self
        }

        /// Sets the `Idempotency-Key`. Calls that can have one have a random one by default.
        pub fn idempotency_key(mut self, idempotency_key: impl ::std::fmt::Display) -> Self {
            self.$($path).+.set_header("Idempotency-Key", idempotency_key);
            self
        }
    };
}

/// What a call with parameters of its own has from [`Call`].
#[allow(
    unused_macros,
    unused_imports,
    reason = "a document may have no use for it"
)]
macro_rules! call_of {
    ($name:ident, $answer:ty) => {
        impl $name {
            $crate::call::setters_of_all_calls!(call.request);

            /// Sends the call, and gives the answer's status and headers too.
            ///
            /// # Errors
            /// See [`Error`](crate::Error).
            pub async fn send(
                self,
            ) -> ::std::result::Result<$crate::Response<$answer>, $crate::Error> {
                self.call.send().await
            }
        }

        impl ::std::future::IntoFuture for $name {
            type Output = ::std::result::Result<$answer, $crate::Error>;
            type IntoFuture = $crate::CallFuture<$answer>;

            fn into_future(self) -> Self::IntoFuture {
                self.call.into_future()
            }
        }
    };
}

#[allow(unused_imports, reason = "a document may have no use for it")]
pub(crate) use call_of;
pub(crate) use setters_of_all_calls;

impl<T: 'static> Call<T> {
    setters_of_all_calls!(request);

    /// Sends the call, and gives the answer's status and headers too.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn send(self) -> Result<Response<T>, Error> {
        let max_retries = self
            .request
            .max_retries
            .unwrap_or(self.request.client.settings.max_retries);
        let prepared = self.request.prepare(self.accept)?;
        let answer = prepared.send(Wanted::Whole, max_retries).await?;
        let data = (self.read)(&prepared.request_id, &answer)?;
        Ok(Response {
            data,
            status: answer.status,
            headers: answer.headers,
        })
    }
}

impl<T: 'static> IntoFuture for Call<T> {
    type Output = Result<T, Error>;
    type IntoFuture = CallFuture<T>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.send().await.map(|response| response.data) })
    }
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.request.fmt(formatter)
    }
}
