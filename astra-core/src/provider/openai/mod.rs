//! OpenAI's Chat Completions, as OpenAI and compatible servers speak it.
//! <https://platform.openai.com/docs/api-reference/chat>

mod answer;
mod embeddings;
mod parts;
mod question;
mod tools;

use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt as _};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use serde::Deserialize;

use super::chunks;
use super::error::Error;
use super::presets::Quirks;
use super::reading::{Body, malformed};
use super::settings::Settings;
use super::upstream::{Chat, Upstream};
use super::{ChunkStream, Completion, EmbeddingRequest, Parameter, Parameters, Provider, Request, ToolChoice};
use crate::clock::Clock;
use crate::outbound::Endpoint;

pub(super) use answer::Decoder;

/// A server that speaks it.
pub(super) struct OpenAi {
    upstream: Arc<Upstream>,
    chat: Chat,
    embeddings: Chat,
    models: Endpoint,
    quirks: Quirks,
}

impl OpenAi {
    pub(super) fn new(settings: &Settings, clock: Arc<dyn Clock>) -> Self {
        let upstream = Upstream::new(settings, clock, (AUTHORIZATION, "Bearer "), HeaderMap::new());
        let (chat, models) = (upstream.chat(&["chat", "completions"]), upstream.models(None));
        let embeddings = upstream.chat(&["embeddings"]);
        Self { upstream: Arc::new(upstream), chat, embeddings, models, quirks: settings.quirks }
    }
}

impl Provider for OpenAi {
    fn complete<'a>(&'a self, model: &'a str, request: Request<'a>) -> BoxFuture<'a, Result<Completion, Error>> {
        async move {
            let body = question::body(model, request, self.quirks, false)?;
            let response = self.upstream.ask(&self.chat, body, false, request.trace).await?;
            chunks::whole::<Decoder>(response, &self.upstream).await
        }
        .boxed()
    }

    fn stream<'a>(&'a self, model: &'a str, request: Request<'a>) -> BoxFuture<'a, Result<ChunkStream, Error>> {
        async move {
            let body = question::body(model, request, self.quirks, true)?;
            let response = self.upstream.ask(&self.chat, body, true, request.trace).await?;
            chunks::streamed::<Decoder>(response, &self.upstream).await
        }
        .boxed()
    }

    fn unsupported(&self, parameters: &Parameters) -> Option<Parameter> {
        (self.quirks.drops_logit_bias && parameters.logit_bias.is_some()).then_some(Parameter::LogitBias)
    }

    fn unsupported_tools(&self, request: Request<'_>) -> Option<Parameter> {
        let is_free = matches!(request.tool_choice, ToolChoice::Auto | ToolChoice::None);
        (self.quirks.drops_tool_choice && !is_free).then_some(Parameter::ToolChoice)
    }

    fn embed<'a>(&'a self, request: EmbeddingRequest<'a>) -> BoxFuture<'a, Result<Vec<Vec<f32>>, Error>> {
        async move {
            let response = self.upstream.ask(&self.embeddings, embeddings::body(request), false, None).await?;
            let body = Body::of(response, &self.upstream)?.whole(&self.upstream).await?;
            embeddings::read(&body, request.texts.len())
        }
        .boxed()
    }

    fn models(&self) -> BoxFuture<'_, Result<Vec<String>, Error>> {
        async move {
            let body = self.upstream.get(&self.models).await?;
            let list: List = serde_json::from_slice(&body).map_err(|fault| malformed(&fault))?;
            // Gemini's names are paths.
            let name = |model: Listed| model.id.strip_prefix("models/").map(str::to_owned).unwrap_or(model.id);
            Ok(list.data.into_iter().map(name).collect())
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
