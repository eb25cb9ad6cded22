//! The body of a request, written straight from the borrowed conversation. System messages stand apart here, and the
//! length of the answer must be limited.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;

use super::tools::{Choice, WireTools};
use crate::provider::call_ids::{CallIds, Rule};
use crate::provider::error::{Error, ErrorKind};
use crate::provider::models;
use crate::provider::tools::{Input, sent_name};
use crate::provider::{Content, Message, Parameter, Parameters, Part, Request, Role, Tool};

/// The limit of answers of a model that is not in the table.
const MAX_TOKENS: u32 = 4_096;
/// What is asked for when no limit is set: more than any chat needs, less than a runaway answer costs.
const MAX_TOKENS_UNASKED: u32 = 8_192;
/// The efforts that have the same names here.
const EFFORTS: [&str; 4] = ["low", "medium", "high", "xhigh"];

/// The JSON of `request` to `model`. Temperatures end at 1 here; a higher one is sent as 1.
pub(super) fn body(model: &str, request: Request<'_>, stream: bool) -> Result<Vec<u8>, Error> {
    let (system, others): (Vec<&Message>, Vec<&Message>) =
        request.messages.iter().partition(|message| message.role == Role::System);
    let mut ids = CallIds::new(Rule::Word);
    let mut write = |message| WireMessage::of(message, request.tools, &mut ids);
    let known = models::find("anthropic", model).map_or(MAX_TOKENS, |known| known.max_output_tokens);
    let question = Question {
        model,
        max_tokens: request.max_output_tokens.unwrap_or(known.min(MAX_TOKENS_UNASKED)),
        system: system.into_iter().flat_map(|message| write(message).content).collect(),
        messages: by_turns(others.into_iter().map(write)),
        temperature: request.temperature.map(|temperature| temperature.min(1.0)),
        stream,
        stop_sequences: request.parameters.map(|asked| asked.stop.as_slice()).filter(|texts| !texts.is_empty()),
        // Newer models refuse a share beside a temperature, even one that asks for nothing.
        top_p: request.parameters.and_then(|asked| asked.top_p).filter(|share| *share < 1.0),
        output_config: request.parameters.and_then(OutputConfig::of),
        tools: WireTools::of(request),
        tool_choice: Choice::of(request),
    };
    serde_json::to_vec(&question)
        .map_err(|fault| Error::new(ErrorKind::Refused(400), format!("the request is not JSON: {fault}")))
}

#[derive(Serialize)]
struct Question<'a> {
    model: &'a str,
    max_tokens: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    system: Vec<Block<'a>>,
    messages: Vec<WireMessage<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stop_sequences: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_config: Option<OutputConfig<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tools: Option<WireTools<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<Choice<'a>>,
}

/// How much the model thinks, and the form of its answer.
#[derive(Serialize)]
struct OutputConfig<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    effort: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<OutputFormat<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum OutputFormat<'a> {
    JsonSchema { schema: &'a Value },
}

impl<'a> OutputConfig<'a> {
    fn of(parameters: &'a Parameters) -> Option<Self> {
        let effort = parameters.reasoning_effort.as_deref();
        let format = parameters.schema().map(|schema| OutputFormat::JsonSchema { schema });
        (effort.is_some() || format.is_some()).then_some(Self { effort, format })
    }
}

/// The first of `parameters` that has no equal here.
pub(super) fn unsupported(parameters: &Parameters) -> Option<Parameter> {
    let has_equal = |parameter: &Parameter| match parameter {
        Parameter::Stop | Parameter::TopP => true,
        Parameter::ResponseFormat => parameters.schema().is_some(),
        Parameter::ReasoningEffort => {
            parameters.reasoning_effort.as_deref().is_some_and(|effort| EFFORTS.contains(&effort))
        }
        Parameter::PresencePenalty | Parameter::FrequencyPenalty | Parameter::Seed | Parameter::LogitBias => false,
        // Of no `Parameters`.
        Parameter::Tools | Parameter::ToolChoice | Parameter::ParallelToolCalls => true,
    };
    parameters.given().find(|parameter| !has_equal(parameter))
}

#[derive(Serialize)]
struct WireMessage<'a> {
    role: &'static str,
    content: Vec<Block<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Block<'a> {
    Text {
        text: &'a str,
    },
    Image {
        source: Source<'a>,
    },
    ToolUse {
        id: Cow<'a, str>,
        name: Cow<'a, str>,
        input: Input<'a>,
    },
    ToolResult {
        tool_use_id: Cow<'a, str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        content: Option<&'a str>,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        is_error: bool,
    },
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Source<'a> {
    Url { url: &'a str },
    Base64 { media_type: &'a str, data: &'a str },
}

impl<'a> WireMessage<'a> {
    /// `message` without its empty blocks, which would be refused.
    fn of(message: &'a Message, tools: &[Tool], ids: &mut CallIds<'a>) -> Self {
        let role = if message.role == Role::Assistant { "assistant" } else { "user" };
        let content = match &message.content {
            Content::Text(text) => text_block(text).into_iter().collect(),
            Content::Parts(parts) => parts.iter().filter_map(|part| block(part, tools, ids)).collect(),
        };
        Self { role, content }
    }
}

/// Those that say something, user and assistant by turns, as this protocol asks: neighbours of one role are one message, in
/// which the results of tools come first.
fn by_turns<'a>(messages: impl Iterator<Item = WireMessage<'a>>) -> Vec<WireMessage<'a>> {
    let mut turns: Vec<WireMessage<'a>> = Vec::new();
    for message in messages.filter(|message| !message.content.is_empty()) {
        match turns.last_mut().filter(|last| last.role == message.role) {
            Some(last) => last.content.extend(message.content),
            None => turns.push(message),
        }
    }
    for turn in &mut turns {
        // Stable, and without a move where no tool was called.
        turn.content.sort_by_key(|block| !matches!(block, Block::ToolResult { .. }));
    }
    turns
}

fn text_block(text: &str) -> Option<Block<'_>> {
    (!text.trim().is_empty()).then_some(Block::Text { text })
}

fn block<'a>(part: &'a Part, tools: &[Tool], ids: &mut CallIds<'a>) -> Option<Block<'a>> {
    Some(match part {
        Part::Text { text } => return text_block(text),
        Part::ImageUrl { url } => Block::Image { source: source(url) },
        Part::ToolCall(call) => {
            let (id, name) = (ids.call(&call.id), sent_name(&call.name, tools));
            Block::ToolUse { id, name, input: Input(&call.arguments) }
        }
        Part::ToolResult(result) => Block::ToolResult {
            tool_use_id: ids.result(&result.call_id),
            content: Some(result.content.as_str()).filter(|text| !text.trim().is_empty()),
            is_error: result.is_error,
        },
    })
}

/// `data:image/png;base64,...` is taken apart; any other URL the provider fetches itself.
fn source(url: &str) -> Source<'_> {
    match url.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,")) {
        Some((media_type, data)) => Source::Base64 { media_type, data },
        None => Source::Url { url },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn message(role: Role, text: &str) -> Message {
        Message { role, content: Content::Text(text.into()) }
    }

    fn sent(model: &str, request: Request<'_>) -> Value {
        serde_json::from_slice(&body(model, request, true).unwrap()).unwrap()
    }

    #[test]
    fn the_body_is_what_the_protocol_says() {
        let image = |url: &str| Part::ImageUrl { url: url.into() };
        let parts =
            vec![image("data:image/png;base64,iVBOR"), image("https://e.org/a.png"), Part::Text { text: " ".into() }];
        let messages = [
            message(Role::System, "Be brief."),
            message(Role::User, "hello"),
            message(Role::Assistant, ""),
            Message { role: Role::User, content: Content::Parts(parts) },
        ];
        let request =
            Request { messages: &messages, temperature: Some(1.5), max_output_tokens: Some(9), ..Request::default() };
        let expected = json!({
            "model": "claude",
            "max_tokens": 9,
            "system": [{"type": "text", "text": "Be brief."}],
            "messages": [
                {"role": "user", "content": [
                    {"type": "text", "text": "hello"},
                    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBOR"}},
                    {"type": "image", "source": {"type": "url", "url": "https://e.org/a.png"}},
                ]},
            ],
            "temperature": 1.0,
            "stream": true,
        });
        assert_eq!(sent("claude", request), expected);
    }

    #[test]
    fn the_answer_is_always_limited() {
        let request = Request::default();
        assert_eq!(sent("unheard-of", request)["max_tokens"], MAX_TOKENS);
        assert_eq!(sent("claude-sonnet-4-5", request)["max_tokens"], MAX_TOKENS_UNASKED);
    }
    #[test]
    fn parameters_are_translated_or_have_no_equal() {
        let asked =
            |format: Value| Parameters { response_format: format.as_object().cloned(), ..Parameters::default() };
        let schema = json!({"type": "object"});
        let parameters = Parameters {
            stop: vec!["END".into()],
            top_p: Some(0.5),
            presence_penalty: Some(0.0),
            reasoning_effort: Some("low".into()),
            ..asked(json!({"type": "json_schema", "json_schema": {"name": "a", "strict": true, "schema": schema}}))
        };
        assert_eq!(unsupported(&parameters), None);
        let body = sent("claude", Request { parameters: Some(&parameters), ..Request::default() });
        assert_eq!((&body["stop_sequences"], &body["top_p"]), (&json!(["END"]), &json!(0.5)));
        assert_eq!(
            body["output_config"],
            json!({"effort": "low", "format": {"type": "json_schema", "schema": schema}})
        );
        let of = |parameters: Parameters| unsupported(&parameters).map(Parameter::as_str);
        assert_eq!(of(asked(json!({"type": "json_object"}))), Some("response_format"));
        assert_eq!(of(Parameters { seed: Some(1), ..Parameters::default() }), Some("seed"));
        assert_eq!(
            of(Parameters { reasoning_effort: Some("minimal".into()), ..Parameters::default() }),
            Some("reasoning_effort")
        );
        let neutral = Parameters { top_p: Some(1.0), ..Parameters::default() };
        let body = sent("claude", Request { parameters: Some(&neutral), ..Request::default() });
        assert!(body.get("top_p").is_none() && body.get("output_config").is_none(), "{body}");
    }
}
