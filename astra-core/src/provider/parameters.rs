//! What a caller asks of a model beside conversation, temperature and length. Not every provider can do all of it, and what
//! one cannot do is refused by name: nothing that changes an answer is passed over in silence.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::error::{Error, ErrorKind};

/// What a caller asks of a model beside conversation, temperature and length. What is absent is the provider's choice.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Parameters {
    /// Texts before which the answer ends; none for none.
    pub stop: Vec<String>,
    /// The share of probability that is sampled from, 0 to 1.
    pub top_p: Option<f64>,
    /// How much what was said already is avoided, -2 to 2.
    pub presence_penalty: Option<f64>,
    /// How much what was said often is avoided, -2 to 2.
    pub frequency_penalty: Option<f64>,
    /// The seed of the sampling.
    pub seed: Option<i64>,
    /// The form of the answer, in OpenAI's words: `{"type": "json_schema", "json_schema": {..}}` or `{"type": "json_object"}`.
    pub response_format: Option<Map<String, Value>>,
    /// How much the model thinks before it answers, such as `low`.
    pub reasoning_effort: Option<String>,
    /// Tokens by their numbers, each with -100 to 100.
    pub logit_bias: Option<Map<String, Value>>,
}

/// The name of one of [`Parameters`], or of what a request says of tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "as in `Parameters` and `Request`")]
pub enum Parameter {
    Stop,
    TopP,
    PresencePenalty,
    FrequencyPenalty,
    Seed,
    ResponseFormat,
    ReasoningEffort,
    LogitBias,
    Tools,
    ToolChoice,
    ParallelToolCalls,
}

impl Parameters {
    /// Whether nothing is asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The parameters that ask for something other than what a provider does without them.
    pub fn given(&self) -> impl Iterator<Item = Parameter> {
        let asks =
            |number: Option<f64>, neutral: f64| number.is_some_and(|number| (number - neutral).abs() > f64::EPSILON);
        let given = [
            (Parameter::Stop, !self.stop.is_empty()),
            (Parameter::TopP, asks(self.top_p, 1.0)),
            (Parameter::PresencePenalty, asks(self.presence_penalty, 0.0)),
            (Parameter::FrequencyPenalty, asks(self.frequency_penalty, 0.0)),
            (Parameter::Seed, self.seed.is_some()),
            (Parameter::ResponseFormat, self.response_format.is_some()),
            (Parameter::ReasoningEffort, self.reasoning_effort.is_some()),
            (Parameter::LogitBias, self.logit_bias.is_some()),
        ];
        given.into_iter().filter_map(|(parameter, is_given)| is_given.then_some(parameter))
    }

    /// The schema of the answer and whether there is one: `response_format` of the type `json_schema`.
    #[must_use]
    pub fn schema(&self) -> Option<&Value> {
        let format =
            self.response_format.as_ref().filter(|format| format.get("type") == Some(&"json_schema".into()))?;
        format.get("json_schema")?.get("schema")
    }
}

impl Parameter {
    /// The name on the wire, such as `top_p`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::TopP => "top_p",
            Self::PresencePenalty => "presence_penalty",
            Self::FrequencyPenalty => "frequency_penalty",
            Self::Seed => "seed",
            Self::ResponseFormat => "response_format",
            Self::ReasoningEffort => "reasoning_effort",
            Self::LogitBias => "logit_bias",
            Self::Tools => "tools",
            Self::ToolChoice => "tool_choice",
            Self::ParallelToolCalls => "parallel_tool_calls",
        }
    }
}

impl Error {
    /// The refusal of a parameter that `provider` cannot do.
    #[must_use]
    pub(super) fn unsupported(provider: &str, parameter: Parameter) -> Self {
        let name = parameter.as_str();
        let what = if parameter == Parameter::Tools { "" } else { "this value of " };
        let message = format!("the provider {provider} does not support {what}{name}: leave {name} out");
        let (code, param) = (Some("unsupported_parameter".to_owned()), Some(name.to_owned()));
        Self { code, param, ..Self::new(ErrorKind::Unsupported, message) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_provider_does_anyhow_is_not_asked_for() {
        let neutral = Parameters {
            top_p: Some(1.0),
            presence_penalty: Some(0.0),
            frequency_penalty: Some(-0.0),
            ..Parameters::default()
        };
        assert_eq!(neutral.given().next(), None);
        assert!(Parameters::default().is_empty() && !neutral.is_empty());
        let asked = Parameters { seed: Some(0), top_p: Some(0.5), stop: vec!["x".into()], ..Parameters::default() };
        assert_eq!(asked.given().map(Parameter::as_str).collect::<Vec<_>>(), ["stop", "top_p", "seed"]);
    }

    #[test]
    fn a_schema_is_found_where_it_stands() {
        let asked =
            |format: Value| Parameters { response_format: format.as_object().cloned(), ..Parameters::default() };
        let schema = json!({"type": "object"});
        let format = json!({"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}});
        assert_eq!(asked(format).schema(), Some(&schema));
        assert_eq!(asked(json!({"type": "json_object"})).schema(), None);
    }
}
