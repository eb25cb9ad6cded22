//! A model server that is never the bottleneck: OpenAI's protocol, JSON and SSE. How it answers, the model's name says:
//! `fake-c50-d10000-l50000` streams 50 chunks, 10,000 microseconds apart, after 50,000 microseconds; `fake-t3` calls three tools,
//! and answers when it is asked with their results.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;

use crate::Result;
use crate::floor::listen;

/// The first chunk of every stream holds this.
pub(crate) const FIRST_TOKEN: &str = "token0 ";
const ANSWER: &str = "It is a port at the mouth of a river, older than its walls, and known for three things: the salt \
    that is still raked by hand, a library that lends to everybody who can spell its name, and the ferry which leaves \
    when it is full.";
/// What a question with results of tools has in it.
const RESULT: &[u8] = br#""role":"tool""#;
const DONE: &str = "data: [DONE]\n\n";

#[derive(Deserialize)]
struct Question {
    model: String,
    #[serde(default)]
    stream: bool,
}

/// What a model's name says.
#[derive(Clone, Copy, Default)]
struct Manner {
    chunks: u32,
    delay: Duration,
    latency: Duration,
    tools: u32,
}

/// Serves until the process is ended.
pub(crate) fn serve() -> Result<()> {
    listen(Router::new().fallback(answer))
}

async fn answer(body: Bytes) -> Response {
    let Ok(question) = serde_json::from_slice::<Question>(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let manner = Manner::of(&question.model);
    if !manner.latency.is_zero() {
        tokio::time::sleep(manner.latency).await;
    }
    let has_results = || body.windows(RESULT.len()).any(|window| window == RESULT);
    if manner.tools > 0 && !has_results() {
        return calling(&question.model, manner.tools);
    }
    if question.stream { streamed(&question.model, manner) } else { whole(&question.model) }
}

fn whole(model: &str) -> Response {
    let body = format!(
        r#"{{"id":"fake","object":"chat.completion","created":1,"model":"{model}","choices":[{{"index":0,"message":{{"role":"assistant","content":"{ANSWER}"}},"finish_reason":"stop"}}],"usage":{{"prompt_tokens":20,"completion_tokens":44,"total_tokens":64}}}}"#
    );
    typed("application/json", body.into())
}

fn calling(model: &str, count: u32) -> Response {
    let call = |number| {
        format!(
            r#"{{"id":"call_{number}","type":"function","function":{{"name":"calculate","arguments":"{{\"expression\":\"6 * 7\"}}"}}}}"#
        )
    };
    let calls = (0..count).map(call).collect::<Vec<_>>().join(",");
    let body = format!(
        r#"{{"id":"fake","object":"chat.completion","created":1,"model":"{model}","choices":[{{"index":0,"message":{{"role":"assistant","content":null,"tool_calls":[{calls}]}},"finish_reason":"tool_calls"}}],"usage":{{"prompt_tokens":20,"completion_tokens":44,"total_tokens":64}}}}"#
    );
    typed("application/json", body.into())
}

fn streamed(model: &str, manner: Manner) -> Response {
    let event = |choices: String, rest: &str| {
        format!(
            r#"data: {{"id":"fake","object":"chat.completion.chunk","created":1,"model":"{model}","choices":[{choices}]{rest}}}"#
        ) + "\n\n"
    };
    let content =
        |number| event(format!(r#"{{"index":0,"delta":{{"content":"token{number} "}},"finish_reason":null}}"#), "");
    let events: Vec<String> = (0..manner.chunks).map(content).collect();
    let finish = event(r#"{"index":0,"delta":{},"finish_reason":"stop"}"#.into(), "");
    let usage = event(String::new(), r#","usage":{"prompt_tokens":20,"completion_tokens":50,"total_tokens":70}"#);
    let paced = stream::iter(events.into_iter().enumerate()).then(move |(number, event)| async move {
        if number > 0 && !manner.delay.is_zero() {
            tokio::time::sleep(manner.delay).await;
        }
        Bytes::from(event)
    });
    let end = stream::iter([finish, usage, DONE.to_owned()].map(Bytes::from));
    typed("text/event-stream", Body::from_stream(paced.chain(end).map(Ok::<_, Infallible>)))
}

pub(crate) fn typed(media_type: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

impl Manner {
    fn of(model: &str) -> Self {
        let mut manner = Self::default();
        for part in model.split('-') {
            let Some((letter, Ok(number))) = part.split_at_checked(1).map(|(letter, rest)| (letter, rest.parse()))
            else {
                continue;
            };
            match letter {
                "c" => manner.chunks = number,
                "d" => manner.delay = Duration::from_micros(u64::from(number)),
                "t" => manner.tools = number,
                "l" => manner.latency = Duration::from_micros(u64::from(number)),
                _ => {}
            }
        }
        manner
    }
}
