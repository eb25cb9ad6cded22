//! A model's server whose answer follows from the question, and which counts how often it is asked.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use crate::server::{self, Answer, Request};

/// A running model.
pub(crate) struct Model {
    pub(crate) port: u16,
    asked: Arc<Mutex<BTreeMap<String, usize>>>,
}

/// The answer to `question`.
pub(crate) fn answer(question: &str) -> String {
    format!("the answer to {question}")
}

impl Model {
    /// Starts it.
    pub(crate) async fn start() -> Self {
        let asked = Arc::<Mutex<BTreeMap<String, usize>>>::default();
        let counted = Arc::clone(&asked);
        let port = server::start(move |request| {
            let body: Value = serde_json::from_str(&request.body).unwrap_or_default();
            let question = question(&body);
            *counted.lock().expect("no panic").entry(question.clone()).or_default() += 1;
            respond(&request, &question, body["stream"] == true)
        });
        Self { port: port.await, asked }
    }

    /// How often it was asked `question`.
    pub(crate) fn asked(&self, question: &str) -> usize {
        self.asked.lock().expect("no panic").get(question).copied().unwrap_or(0)
    }

    /// How often it was asked.
    pub(crate) fn asked_in_all(&self) -> usize {
        self.asked.lock().expect("no panic").values().sum()
    }
}

fn question(body: &Value) -> String {
    let question = body["messages"].as_array().and_then(|messages| messages.last());
    let question = question.and_then(|message| message["content"].as_str()).unwrap_or_default();
    // A question that was interrupted and the same one asked again reach the model as one message.
    question.rsplit("\n\n").next().unwrap_or_default().to_owned()
}

fn respond(request: &Request, question: &str, is_stream: bool) -> Answer {
    if request.path.ends_with("/models") {
        return Answer::json(json!({"object": "list", "data": [{"id": "sure", "object": "model"}]}).to_string());
    }
    let (usage, said) = (json!({"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}), answer(question));
    let mut answer = if is_stream {
        let base = json!({"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "sure"});
        let chunk = |choices: Value, usage: Value| {
            let mut chunk = base.clone();
            (chunk["choices"], chunk["usage"]) = (choices, usage);
            format!("data: {chunk}\n\n")
        };
        let said = json!([{"index": 0, "delta": {"role": "assistant", "content": said}, "finish_reason": null}]);
        let end = json!([{"index": 0, "delta": {}, "finish_reason": "stop"}]);
        let chunks = [chunk(said, Value::Null), chunk(end, Value::Null), chunk(json!([]), usage)];
        Answer { media_type: "text/event-stream", ..Answer::json(chunks.concat() + "data: [DONE]\n\n") }
    } else {
        let message = json!({"role": "assistant", "content": said});
        let choices = json!([{"index": 0, "message": message, "finish_reason": "stop"}]);
        let body = json!({"id": "1", "object": "chat.completion", "created": 0, "model": "sure", "choices": choices,
            "usage": usage});
        Answer::json(body.to_string())
    };
    answer.after = Duration::from_millis(question.bytes().map(u64::from).sum::<u64>() % 12);
    answer
}
