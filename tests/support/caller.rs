//! Requests, written as one line and sent through the router; every answer is held against the document.

use std::future::IntoFuture;

use axum::Router;
use axum::body::Body;
use futures_util::future::BoxFuture;
use http::{HeaderName, HeaderValue, Method, Request, header};
use serde_json::Value;
use tower::ServiceExt;

use super::answer::Answer;

/// Somebody who sends requests.
#[derive(Clone)]
pub(crate) struct Caller {
    router: Router,
    token: Option<String>,
}

/// A request that is being written; awaiting it sends it.
pub(crate) struct Ask {
    router: Router,
    request: Request<Body>,
}

impl Caller {
    /// Whoever has the credential `token`, before `router`.
    pub(crate) fn new(router: &Router, token: Option<String>) -> Self {
        Self { router: router.clone(), token }
    }

    /// A GET.
    pub(crate) fn get(&self, uri: &str) -> Ask {
        self.ask(Method::GET, uri)
    }

    /// A POST.
    pub(crate) fn post(&self, uri: &str) -> Ask {
        self.ask(Method::POST, uri)
    }

    /// A PUT.
    pub(crate) fn put(&self, uri: &str) -> Ask {
        self.ask(Method::PUT, uri)
    }

    /// A PATCH.
    pub(crate) fn patch(&self, uri: &str) -> Ask {
        self.ask(Method::PATCH, uri)
    }

    /// A DELETE.
    pub(crate) fn delete(&self, uri: &str) -> Ask {
        self.ask(Method::DELETE, uri)
    }

    /// A request of any method.
    pub(crate) fn ask(&self, method: Method, uri: &str) -> Ask {
        let mut request = Request::new(Body::empty());
        *request.method_mut() = method;
        *request.uri_mut() = uri.parse().expect("a good URI");
        let ask = Ask { router: self.router.clone(), request };
        match &self.token {
            Some(token) => ask.header("authorization", &format!("Bearer {token}")),
            None => ask,
        }
    }
}

impl Ask {
    /// Adds a header field; the same name may be added several times.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::try_from(name).expect("a good name");
        self.request.headers_mut().append(name, HeaderValue::from_bytes(value.as_bytes()).expect("a good value"));
        self
    }

    /// Sends `value` as JSON.
    pub(crate) fn json(self, value: &Value) -> Self {
        self.body("application/json", value.to_string())
    }

    /// Sends a form.
    pub(crate) fn form(self, text: &str) -> Self {
        self.body("application/x-www-form-urlencoded", text.to_owned())
    }

    /// Sends bytes of `media_type`.
    pub(crate) fn body(mut self, media_type: &str, bytes: impl Into<Body>) -> Self {
        let media_type = HeaderValue::try_from(media_type).expect("a good media type");
        self.request.headers_mut().insert(header::CONTENT_TYPE, media_type);
        *self.request.body_mut() = bytes.into();
        self
    }
}

impl IntoFuture for Ask {
    type Output = Answer;
    type IntoFuture = BoxFuture<'static, Answer>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let (method, path) = (self.request.method().clone(), self.request.uri().path().to_owned());
            let response = self.router.oneshot(self.request).await.expect("the router never fails");
            Answer::read(method, path, response).await
        })
    }
}
