//! The body of a request, written straight from the borrowed conversation.

use serde::Serialize;
use serde::ser::{SerializeSeq as _, Serializer};
use serde_json::{Map, Value};

use super::parts::WirePart;
use super::tools::{self, Choice, WireTools};
use crate::provider::call_ids::CallIds;
use crate::provider::error::{Error, ErrorKind};
use crate::provider::presets::Quirks;
use crate::provider::{Content, Message, Part, Request, Role, Tool, ToolChoice};

/// Bytes of a body beside the conversation, and of a message beside its text: saves the buffer from growing in steps.
const FRAME_BYTES: usize = 256;

/// The JSON of `request` to `model`.
pub(super) fn body(model: &str, request: Request<'_>, quirks: Quirks, stream: bool) -> Result<Vec<u8>, Error> {
    let most = request.max_output_tokens;
    let (max_tokens, max_completion_tokens) = if quirks.names_completion_tokens { (None, most) } else { (most, None) };
    let parameters = request.parameters;
    let seed = parameters.and_then(|asked| asked.seed);
    let (seed, random_seed) = if quirks.names_random_seed { (None, seed) } else { (seed, None) };
    // A choice of none that would be passed over is obeyed by sending no tools.
    let are_withheld = quirks.drops_tool_choice && request.tool_choice == ToolChoice::None;
    let has_tools = !request.tools.is_empty() && !are_withheld;
    let question = Question {
        model,
        messages: Messages { list: request.messages, tools: request.tools, quirks },
        temperature: request.temperature,
        max_tokens,
        max_completion_tokens,
        stream,
        stream_options: (stream && quirks.takes_stream_options).then_some(StreamOptions { include_usage: true }),
        stop: parameters.map(|asked| asked.stop.as_slice()).filter(|texts| !texts.is_empty()),
        top_p: parameters.and_then(|asked| asked.top_p),
        presence_penalty: parameters.and_then(|asked| asked.presence_penalty),
        frequency_penalty: parameters.and_then(|asked| asked.frequency_penalty),
        seed,
        random_seed,
        response_format: parameters.and_then(|asked| asked.response_format.as_ref()),
        reasoning_effort: parameters.and_then(|asked| asked.reasoning_effort.as_deref()),
        logit_bias: parameters.and_then(|asked| asked.logit_bias.as_ref()),
        tools: has_tools.then_some(WireTools(request.tools)),
        tool_choice: Some(Choice(request.tool_choice)).filter(|choice| has_tools && choice.0 != ToolChoice::Auto),
        parallel_tool_calls: request.parallel_tool_calls.filter(|_| has_tools),
    };
    let weight = |message: &Message| FRAME_BYTES / 4 + message.content.bytes();
    let mut body = Vec::with_capacity(FRAME_BYTES + request.messages.iter().map(weight).sum::<usize>());
    serde_json::to_writer(&mut body, &question)
        .map_err(|fault| Error::new(ErrorKind::Refused(400), format!("the request is not JSON: {fault}")))?;
    Ok(body)
}

#[derive(Serialize)]
struct Question<'a> {
    model: &'a str,
    messages: Messages<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stop: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    presence_penalty: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frequency_penalty: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    random_seed: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<&'a Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_effort: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logit_bias: Option<&'a Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tools: Option<WireTools<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<Choice<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parallel_tool_calls: Option<bool>,
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

struct Messages<'a> {
    list: &'a [Message],
    /// Those that are offered, for the names of those that were called.
    tools: &'a [Tool],
    quirks: Quirks,
}

impl Serialize for Messages<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.list.len()))?;
        let mut ids = CallIds::new(self.quirks.call_ids);
        for message in self.list {
            match &message.content {
                Content::Parts(parts) if parts.iter().any(Part::is_of_tool) => {
                    tools::serialize(&mut list, message.role, parts, self.tools, &mut ids, self.quirks)?;
                }
                content => {
                    list.serialize_element(&WireMessage { role: message.role, content: WireContent(content) })?
                }
            }
        }
        list.end()
    }
}

#[derive(Serialize)]
struct WireMessage<'a> {
    role: Role,
    content: WireContent<'a>,
}

struct WireContent<'a>(&'a Content);

impl Serialize for WireContent<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Content::Text(text) => serializer.serialize_str(text),
            Content::Parts(parts) => serializer.collect_seq(parts.iter().filter_map(WirePart::of)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::provider::Parameters;
    use crate::provider::presets::PLAIN;

    fn sent(request: Request<'_>, quirks: Quirks, stream: bool) -> Value {
        serde_json::from_slice(&body("gpt", request, quirks, stream).unwrap()).unwrap()
    }

    #[test]
    fn the_body_is_what_the_protocol_says() {
        let parts = vec![Part::Text { text: "what?".into() }, Part::ImageUrl { url: "https://e.org/a.png".into() }];
        let messages = [
            Message { role: Role::System, content: Content::Text("Be \"brief\".".into()) },
            Message { role: Role::User, content: Content::Parts(parts) },
        ];
        let request =
            Request { messages: &messages, temperature: Some(0.5), max_output_tokens: Some(9), ..Request::default() };
        let expected = json!({
            "model": "gpt",
            "messages": [
                {"role": "system", "content": "Be \"brief\"."},
                {"role": "user", "content": [
                    {"type": "text", "text": "what?"},
                    {"type": "image_url", "image_url": {"url": "https://e.org/a.png"}},
                ]},
            ],
            "temperature": 0.5,
            "max_tokens": 9,
            "stream": true,
            "stream_options": {"include_usage": true},
        });
        assert_eq!(sent(request, PLAIN, true), expected);
    }

    #[test]
    fn quirks_are_obeyed_and_what_is_absent_is_not_sent() {
        let quirks = Quirks { names_completion_tokens: true, takes_stream_options: false, ..PLAIN };
        let request = Request { max_output_tokens: Some(9), ..Request::default() };
        let expected = json!({"model": "gpt", "messages": [], "max_completion_tokens": 9, "stream": true});
        assert_eq!(sent(request, quirks, true), expected);
        let request = Request { max_output_tokens: None, ..request };
        assert_eq!(sent(request, PLAIN, false), json!({"model": "gpt", "messages": []}));
    }
    #[test]
    fn parameters_go_on_as_they_came() {
        let format = json!({"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}});
        let parameters = Parameters {
            stop: vec!["END".into()],
            top_p: Some(0.5),
            presence_penalty: Some(0.25),
            frequency_penalty: Some(-0.25),
            seed: Some(7),
            response_format: format.as_object().cloned(),
            reasoning_effort: Some("low".into()),
            logit_bias: json!({"50256": -100}).as_object().cloned(),
        };
        let request = Request { parameters: Some(&parameters), ..Request::default() };
        let mut expected = json!({
            "model": "gpt", "messages": [], "stop": ["END"], "top_p": 0.5, "presence_penalty": 0.25, "frequency_penalty": -0.25,
            "seed": 7, "response_format": format, "reasoning_effort": "low", "logit_bias": {"50256": -100},
        });
        assert_eq!(sent(request, PLAIN, false), expected);
        expected["random_seed"] = expected.as_object_mut().unwrap().remove("seed").unwrap();
        assert_eq!(sent(request, Quirks { names_random_seed: true, ..PLAIN }, false), expected);
    }
}
