//! Requests, written as one line and sent through the router; every answer is held against the document.

use std::future::IntoFuture;
use std::sync::Arc;

use astra_core::testing::Document;
use axum::Router;
use axum::body::Body;
use futures_util::future::BoxFuture;
use http::{HeaderName, HeaderValue, Method, Request, header};
use serde_json::Value;
use tower::ServiceExt;

use super::answer::Answer;
use super::credentials::{Badge, Issuer};

/// Somebody who sends requests.
#[derive(Clone)]
pub(crate) struct Caller {
    router: Router,
    credential: Credential,
    document: Arc<Document>,
}

/// What a caller shows.
#[derive(Clone)]
pub(crate) enum Credential {
    /// Nothing.
    None,
    /// This token, whatever it is.
    Token(String),
    /// A good token, issued when it is first shown.
    Badge(Arc<Issuer>, Badge),
}

/// A request that is being written; awaiting it sends it.
pub(crate) struct Ask {
    router: Router,
    credential: Credential,
    document: Arc<Document>,
    request: Request<Body>,
}

impl Caller {
    /// Whoever shows `credential` to `router`, and holds its answers against `document`.
    pub(crate) fn new(router: &Router, credential: Credential, document: &Arc<Document>) -> Self {
        Self { router: router.clone(), credential, document: Arc::clone(document) }
    }

    /// The token that this caller shows.
    pub(crate) async fn token(&self) -> String {
        match &self.credential {
            Credential::None => panic!("this caller has no token"),
            Credential::Token(token) => token.clone(),
            Credential::Badge(issuer, badge) => issuer.token(badge).await,
        }
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
        request.headers_mut().insert(header::HOST, HeaderValue::from_static("localhost"));
        let Self { router, credential, document } = self.clone();
        Ask { router, credential, document, request }
    }
}

impl Ask {
    /// Adds a header field; the same name may be added several times.
    pub(crate) fn header(self, name: &str, value: &str) -> Self {
        self.bytes_header(name, value.as_bytes())
    }

    /// Adds a header field whose value need not be text.
    pub(crate) fn bytes_header(mut self, name: &str, value: &[u8]) -> Self {
        let name = HeaderName::try_from(name).expect("a good name");
        self.request.headers_mut().append(name, HeaderValue::from_bytes(value).expect("a good value"));
        self
    }

    /// Takes a header field away.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.request.headers_mut().remove(name);
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

    fn into_future(mut self) -> Self::IntoFuture {
        Box::pin(async move {
            let caller = Caller::new(&self.router, self.credential, &self.document);
            if !matches!(caller.credential, Credential::None) {
                let value = HeaderValue::try_from(format!("Bearer {}", caller.token().await)).expect("a good value");
                self.request.headers_mut().append(header::AUTHORIZATION, value);
            }
            let (method, path) = (self.request.method().clone(), self.request.uri().path().to_owned());
            let response = self.router.oneshot(self.request).await.expect("the router never fails");
            Answer::read(method, path, response, self.document).await
        })
    }
}
