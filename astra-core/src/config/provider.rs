//! How an upstream model server is reached.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Secret;

/// The providers by the name that agents use. A provider of a preset's name needs no more than its key.
pub type ProviderConfigs = BTreeMap<String, ProviderConfig>;

/// One provider. What is absent comes from the preset of the same name.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProviderConfig {
    /// The preset whose values serve as defaults: `openai, anthropic, gemini, grok, groq, mistral, openrouter, ollama,
    /// vllm, bedrock, deepseek, echo`; by default the provider's own name, if a preset has it.
    pub preset: Option<String>,
    /// The wire protocol.
    pub protocol: Option<Protocol>,
    /// The URL that `/chat/completions` or `/messages` is appended to.
    pub base_url: Option<String>,
    /// The key.
    pub api_key: Option<Secret>,
    /// The header that carries the key, as it is, instead of the protocol's own: `api-key` for Azure.
    pub api_key_header: Option<String>,
    /// More headers of each request, which stand above the gateway's own.
    pub headers: BTreeMap<String, Secret>,
    /// The proxy that leads to the provider, `http://user:password@host:port`; `none` for no proxy, whatever the host
    /// program has found.
    pub proxy: Option<Secret>,
    /// The model of agents that name none.
    pub default_model: Option<String>,
    /// Context length by model, in tokens.
    pub context_tokens: BTreeMap<String, u32>,
    /// Prices by model.
    pub prices: BTreeMap<String, Prices>,
    /// Longest time to connect, in milliseconds; 5,000 by default.
    pub connect_timeout_ms: Option<u64>,
    /// Longest time to the first token, or to the whole answer when it is not streamed, in milliseconds; 120,000 by
    /// default.
    pub first_token_timeout_ms: Option<u64>,
    /// Longest silence between tokens, in milliseconds; 60,000 by default.
    pub idle_timeout_ms: Option<u64>,
    /// Tries after the first one, on 429, 5xx and network faults; 2 by default, at most 10.
    pub max_retries: Option<u32>,
}

/// What a model costs.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    /// US dollars for a million tokens of input.
    pub input_usd_per_million: f64,
    /// US dollars for a million tokens of output.
    pub output_usd_per_million: f64,
    /// US dollars for a million tokens of input that the provider read from its cache; the price of input by default.
    #[serde(default)]
    pub cached_input_usd_per_million: Option<f64>,
    /// US dollars for a million tokens of input that the provider wrote to its cache; the price of input by default.
    #[serde(default)]
    pub cache_write_usd_per_million: Option<f64>,
}

/// A wire protocol for chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// OpenAI's Chat Completions.
    OpenAi,
    /// Anthropic's Messages.
    Anthropic,
    /// No upstream: the answer is the question.
    Echo,
}
