//! A request in OpenAI's form: what of it the engine is asked, and what is refused because it would change the answer.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::conversation;
use super::message::ChatCompletionMessage;
use super::tool::{self, ChatCompletionTool, ChatCompletionToolChoice};
use crate::engine::{Ask, Overrides};
use crate::error::{Error, Result};
use crate::provider::{Message, Parameters};
use crate::store::{OnceKey, SessionTarget};
use crate::trace_context::TraceContext;

/// Fields that would change the answer and are not supported, each with the values that would not. Fields of servers that
/// speak OpenAI's protocol are among them.
const REFUSED: &[(&str, &[&str])] = &[
    ("functions", &["[]"]),
    ("function_call", &["\"none\"", "\"auto\""]),
    ("audio", &[]),
    ("modalities", &["[\"text\"]"]),
    ("logprobs", &["false"]),
    ("top_logprobs", &["0"]),
    ("prediction", &[]),
    ("web_search_options", &[]),
    ("service_tier", &["\"auto\"", "\"default\""]),
    ("verbosity", &["\"medium\""]),
    ("top_k", &["-1", "0"]),
    ("top_a", &["0"]),
    ("min_p", &["0"]),
    ("typical_p", &["1"]),
    ("repetition_penalty", &["1"]),
    ("repeat_penalty", &["1"]),
    ("length_penalty", &["1"]),
    ("min_tokens", &["0"]),
    ("ignore_eos", &["false"]),
    ("stop_token_ids", &["[]"]),
    ("bad_words", &["[]"]),
    ("best_of", &["1"]),
    ("use_beam_search", &["false"]),
    ("echo", &["false"]),
    ("add_generation_prompt", &["true"]),
    ("continue_final_message", &["false"]),
    ("chat_template", &[]),
    ("chat_template_kwargs", &["{}"]),
    ("guided_json", &[]),
    ("guided_regex", &[]),
    ("guided_choice", &[]),
    ("guided_grammar", &[]),
    ("structured_outputs", &[]),
    ("json_schema", &[]),
    ("grammar", &["\"\""]),
    ("mirostat", &["0"]),
    ("reasoning", &[]),
    ("thinking", &[]),
    ("enable_thinking", &[]),
    ("search_parameters", &[]),
    ("safety_settings", &[]),
    ("plugins", &["[]"]),
    ("transforms", &["[]"]),
];

/// A request in OpenAI's form. Fields that would change the answer and are not listed here, such as `logprobs`, are refused by
/// name; all others are taken and have no effect, such as `user` and `metadata`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChatCompletionRequest {
    /// The id of the agent to ask.
    #[schema(min_length = 1, max_length = 256, example = "assistant")]
    pub model: String,
    /// The conversation, oldest first; system messages follow the agent's own prompt. The last message may be of any role:
    /// after one of the assistant's the model goes on with it, if it can; after results of the caller's tools it goes on with them.
    #[schema(min_items = 1, max_items = 2048)]
    pub messages: Vec<ChatCompletionMessage>,
    /// Whether to answer with server-sent events.
    #[schema(example = false)]
    pub stream: Option<bool>,
    /// What a stream contains besides the text.
    pub stream_options: Option<StreamOptions>,
    /// Sampling temperature.
    #[schema(minimum = 0.0, maximum = 2.0, example = 0.2)]
    pub temperature: Option<f64>,
    /// Maximum number of tokens of the answer.
    #[schema(minimum = 1, maximum = 1_000_000, example = 256)]
    pub max_completion_tokens: Option<u32>,
    /// The older name of `max_completion_tokens`.
    #[schema(minimum = 1, maximum = 1_000_000, example = 256)]
    pub max_tokens: Option<u32>,
    /// How many answers to give: only 1.
    #[schema(minimum = 1, maximum = 128, example = 1)]
    pub n: Option<u32>,
    /// Texts before which the answer ends.
    pub stop: Option<ChatCompletionStop>,
    /// The share of probability that is sampled from.
    #[schema(minimum = 0.0, maximum = 1.0, example = 0.9)]
    pub top_p: Option<f64>,
    /// How much what was said already is avoided.
    #[schema(minimum = -2.0, maximum = 2.0, example = 0.0)]
    pub presence_penalty: Option<f64>,
    /// How much what was said often is avoided.
    #[schema(minimum = -2.0, maximum = 2.0, example = 0.0)]
    pub frequency_penalty: Option<f64>,
    /// The seed of the sampling.
    #[schema(example = 7)]
    pub seed: Option<i64>,
    /// The form of the answer: `{"type": "json_schema", "json_schema": {"name": .., "schema": {..}}}`, `{"type": "json_object"}`
    /// or `{"type": "text"}`.
    #[schema(example = json!({"type": "json_object"}))]
    pub response_format: Option<Map<String, Value>>,
    /// How much the model thinks before it answers: `none`, `minimal`, `low`, `medium`, `high` or `xhigh`, as far as the
    /// model knows them.
    #[schema(min_length = 1, max_length = 32, pattern = "^[a-z_]+$", example = "low")]
    pub reasoning_effort: Option<String>,
    /// Tokens by their numbers, each with -100 to 100.
    #[schema(example = json!({"50256": -100}))]
    pub logit_bias: Option<Map<String, Value>>,
    /// Tools that the caller runs, beside those of the agent, which the gateway runs. An answer that calls some has them in
    /// `tool_calls`; the next request has the results.
    #[schema(max_items = 128)]
    pub tools: Option<Vec<ChatCompletionTool>>,
    /// Whether the model calls one of `tools`; by default it may.
    pub tool_choice: Option<ChatCompletionToolChoice>,
    /// Whether one answer may call several tools; without it that is the provider's choice.
    #[schema(example = true)]
    pub parallel_tool_calls: Option<bool>,
    /// All else that OpenAI's clients may send.
    #[serde(flatten)]
    pub others: Map<String, Value>,
}

/// Texts before which an answer ends: one, or several.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum ChatCompletionStop {
    /// One text.
    One(StopText),
    /// Several texts.
    Several(StopTexts),
}

/// A text before which an answer ends.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(max_length = 4096, example = "Observation:")]
pub struct StopText(pub String);

/// Texts before which an answer ends.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(max_items = 64)]
pub struct StopTexts(pub Vec<StopText>);

/// What a stream contains besides the text.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
pub struct StreamOptions {
    /// Whether the last chunk before the end contains the usage.
    #[schema(example = true)]
    pub include_usage: Option<bool>,
    /// OpenAI's padding against side channels; accepted, without effect.
    #[schema(example = false)]
    pub include_obfuscation: Option<bool>,
}

impl ChatCompletionRequest {
    /// The request in the engine's terms: the last message that says something, what was said before it, and what is asked
    /// of the model. Each request is a session of its own, since the client keeps the conversation. Without an idempotency
    /// key the turn ends with its caller, who could not come back for the answer.
    ///
    /// # Errors
    /// If it says nothing, or asks for what agents do not do.
    pub fn into_ask(
        mut self,
        session: String,
        once: Option<OnceKey>,
        trace_parent: Option<Arc<TraceContext>>,
    ) -> Result<Ask> {
        self.check()?;
        let parameters = self.take_parameters();
        let overrides = Overrides {
            temperature: self.temperature,
            max_output_tokens: self.max_completion_tokens.or(self.max_tokens),
        };
        let tools = tool::offered(self.tools.unwrap_or_default(), self.tool_choice, self.parallel_tool_calls)?;
        let mut said = conversation::read(self.messages)?;
        let Some(Message { role, content }) = said.pop() else {
            return Err(Error::field("/messages", "No message says anything."));
        };
        Ok(Ask {
            agent_id: self.model,
            place: SessionTarget::Surface { surface: "openai".into(), surface_id: session },
            role,
            content,
            prior_messages: said,
            overrides,
            parameters,
            tools,
            metadata: Map::new(),
            is_streamed: self.stream == Some(true),
            ends_with_caller: once.is_none(),
            once,
            trace_parent,
            spawned: None,
            job: None,
        })
    }

    /// Refuses what would change the answer and is not supported.
    fn check(&self) -> Result<()> {
        if let Some((name, _)) = REFUSED.iter().find(|(name, harmless)| self.asks_for(name, harmless)) {
            let detail = match *name {
                "functions" | "function_call" => format!("{name} is not supported: use tools and tool_choice"),
                "audio" | "modalities" => format!("{name} is not supported: an agent answers with text"),
                _ => format!("{name} is not supported: leave it out"),
            };
            return Err(Error::field(format!("/{name}"), detail));
        }
        if let Some(n) = self.n.filter(|n| *n != 1) {
            return Err(Error::field("/n", format!("{n} answers are not supported: an agent gives one")));
        }
        let has_type = |format: &Map<String, Value>| format.get("type").is_some_and(Value::is_string);
        if !self.response_format.as_ref().is_none_or(has_type) {
            return Err(Error::field("/response_format/type", "is missing: text, json_object or json_schema"));
        }
        Ok(())
    }

    /// What is asked of the model; `None` for nothing.
    fn take_parameters(&mut self) -> Option<Box<Parameters>> {
        let stop = match self.stop.take() {
            None => Vec::new(),
            Some(ChatCompletionStop::One(StopText(text))) => vec![text],
            Some(ChatCompletionStop::Several(StopTexts(texts))) => {
                texts.into_iter().map(|StopText(text)| text).collect()
            }
        };
        let is_text = |format: &Map<String, Value>| format.get("type") == Some(&"text".into());
        let parameters = Parameters {
            stop: stop.into_iter().filter(|text| !text.is_empty()).collect(),
            top_p: self.top_p,
            presence_penalty: self.presence_penalty,
            frequency_penalty: self.frequency_penalty,
            seed: self.seed,
            response_format: self.response_format.take().filter(|format| !is_text(format)),
            reasoning_effort: self.reasoning_effort.take(),
            logit_bias: self.logit_bias.take().filter(|bias| !bias.is_empty()),
        };
        (!parameters.is_empty()).then(|| Box::new(parameters))
    }

    /// Whether the field `name` says anything but null and the `harmless` values.
    fn asks_for(&self, name: &str, harmless: &[&str]) -> bool {
        let Some(value) = self.others.get(name).filter(|value| !value.is_null()) else { return false };
        let is_same = |harmless: &&str| match serde_json::from_str::<Value>(harmless) {
            // 1 and 1.0 are one number.
            Ok(Value::Number(number)) => value.is_number() && value.as_f64() == number.as_f64(),
            Ok(harmless) => harmless == *value,
            Err(_) => false,
        };
        !harmless.iter().any(is_same)
    }
}
