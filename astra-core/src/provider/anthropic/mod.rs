//! Anthropic's Messages. <https://docs.anthropic.com/en/api/messages>

mod answer;
mod question;
mod tools;

use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt as _};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;

use super::chunks;
use super::error::Error;
use super::reading::malformed;
use super::settings::Settings;
use super::upstream::{Chat, Upstream};
use super::{ChunkStream, Completion, Parameter, Parameters, Provider, Request};
use crate::clock::Clock;
use crate::outbound::Endpoint;

pub(super) use answer::Decoder;

/// A server that speaks it.
pub(super) struct Anthropic {
    upstream: Arc<Upstream>,
    messages: Chat,
    models: Endpoint,
}

impl Anthropic {
    pub(super) fn new(settings: &Settings, clock: Arc<dyn Clock>) -> Self {
        let version = (HeaderName::from_static("anthropic-version"), HeaderValue::from_static("2023-06-01"));
        let headers = HeaderMap::from_iter([version]);
        let upstream = Upstream::new(settings, clock, (HeaderName::from_static("x-api-key"), ""), headers);
        let (messages, models) = (upstream.chat(&["messages"]), upstream.models(Some(("limit", "1000"))));
        Self { upstream: Arc::new(upstream), messages, models }
    }
}

impl Provider for Anthropic {
    fn complete<'a>(&'a self, model: &'a str, request: Request<'a>) -> BoxFuture<'a, Result<Completion, Error>> {
        async move {
            let body = question::body(model, request, false)?;
            let response = self.upstream.ask(&self.messages, body, false, request.trace).await?;
            chunks::whole::<Decoder>(response, &self.upstream).await
        }
        .boxed()
    }

    fn stream<'a>(&'a self, model: &'a str, request: Request<'a>) -> BoxFuture<'a, Result<ChunkStream, Error>> {
        async move {
            let body = question::body(model, request, true)?;
            let response = self.upstream.ask(&self.messages, body, true, request.trace).await?;
            chunks::streamed::<Decoder>(response, &self.upstream).await
        }
        .boxed()
    }

    fn unsupported(&self, parameters: &Parameters) -> Option<Parameter> {
        question::unsupported(parameters)
    }

    fn unsupported_tools(&self, _request: Request<'_>) -> Option<Parameter> {
        None
    }

    fn models(&self) -> BoxFuture<'_, Result<Vec<String>, Error>> {
        async move {
            let body = self.upstream.get(&self.models).await?;
            let list: List = serde_json::from_slice(&body).map_err(|fault| malformed(&fault))?;
            Ok(list.data.into_iter().map(|model| model.id).collect())
        }
        .boxed()
    }
}

#[derive(Deserialize)]
struct List {
    data: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    id: String,
}
