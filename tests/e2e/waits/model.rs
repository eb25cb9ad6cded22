//! A model that goes through one script, by the results that it reads: ten calls of tools, one that a person decides on, one of the
//! caller, an answer. It counts how often it is asked at each place, and can be made to hang at one.

use std::collections::BTreeMap;
use std::io::{self, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::pages::path;
use crate::kills::model::read_request;

/// The place of the call that a person decides on: so many results come before it.
pub(crate) const APPROVAL: usize = 10;
/// The place of the caller's call.
pub(crate) const RESULTS: usize = 11;
/// The place of the answer.
pub(crate) const ANSWER: usize = 12;

/// A running model.
pub(crate) struct Scripted {
    pub(crate) url: String,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    script: Mutex<Script>,
    asked: Condvar,
    /// The port of the pages that it fetches.
    pages: u16,
}

#[derive(Default)]
struct Script {
    /// How often it was asked, by question and place.
    asked: BTreeMap<(String, usize), usize>,
    /// Where it hangs.
    hangs_at: Option<usize>,
}

impl Scripted {
    /// Starts the server, which ends with the test's process; it fetches pages of this port.
    pub(crate) fn start(pages: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/v1", listener.local_addr().expect("an address"));
        let state = Arc::new(State { pages, ..State::default() });
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                // A gateway that is killed breaks its connections.
                std::thread::spawn(move || drop(serve(&connection, &state)));
            }
        });
        Self { url, state }
    }

    /// From now on it hangs at this place, or nowhere.
    pub(crate) fn hang_at(&self, place: Option<usize>) {
        self.state.script.lock().expect("no panic").hangs_at = place;
    }

    /// Waits until it was asked `question` at `place`.
    pub(crate) fn wait_until_asked(&self, question: &str, place: usize) {
        let script = self.state.script.lock().expect("no panic");
        let key = (question.to_owned(), place);
        let waited = self
            .state
            .asked
            .wait_timeout_while(script, Duration::from_secs(60), |script| !script.asked.contains_key(&key));
        assert!(!waited.expect("no panic").1.timed_out(), "the model was not asked {question} at {place}");
    }

    /// How often it was asked `question`, by place.
    pub(crate) fn asked(&self, question: &str) -> BTreeMap<usize, usize> {
        let script = self.state.script.lock().expect("no panic");
        let of_question = script.asked.iter().filter(|((asked, _), _)| asked == question);
        of_question.map(|((_, place), times)| (*place, *times)).collect()
    }
}

fn serve(connection: &TcpStream, state: &State) -> io::Result<()> {
    connection.set_nodelay(true)?;
    let mut reader = BufReader::new(connection);
    while let Some(body) = read_request(&mut reader)? {
        let (question, place) = position(&body);
        let mut script = state.script.lock().expect("no panic");
        *script.asked.entry((question.clone(), place)).or_default() += 1;
        let hangs = script.hangs_at == Some(place);
        drop(script);
        state.asked.notify_all();
        if hangs {
            std::thread::sleep(Duration::from_secs(600));
            return Ok(());
        }
        answer(connection, &calls(place, &question, state.pages), body["stream"] == true)?;
    }
    Ok(())
}

/// What was asked last, and how many results came since.
fn position(body: &Value) -> (String, usize) {
    let messages = body["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let asked = messages.iter().rposition(|message| message["role"] == "user").unwrap_or(0);
    let question = messages.get(asked).and_then(|message| message["content"].as_str()).unwrap_or_default();
    let results = messages.iter().skip(asked).filter(|message| message["role"] == "tool").count();
    (question.to_owned(), results)
}

/// The calls at a place of the script.
fn calls(place: usize, question: &str, pages: u16) -> Vec<Value> {
    let call = |index: usize, name: &str, arguments: &str| {
        let function = json!({"name": name, "arguments": arguments});
        json!({"index": index, "id": format!("call_{}", place + index), "type": "function", "function": function})
    };
    match place {
        ANSWER.. => Vec::new(),
        RESULTS => vec![call(0, "mood", "{}")],
        APPROVAL => vec![call(0, "calculate", r#"{"expression":"1+1"}"#)],
        _ => [0, 1]
            .map(|index| {
                let url = format!("http://127.0.0.1:{pages}{}", path(question, place + index));
                call(index, "http_fetch", &json!({"url": url}).to_string())
            })
            .to_vec(),
    }
}

fn answer(mut connection: &TcpStream, calls: &[Value], is_streamed: bool) -> io::Result<()> {
    let (text, reason) = if calls.is_empty() { ("All is well.", "stop") } else { ("", "tool_calls") };
    let usage = json!({"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5});
    let base = json!({"id": "1", "created": 0, "model": "scripted"});
    let with = |fields: Value| {
        let mut whole = base.clone();
        for (name, value) in fields.as_object().expect("an object") {
            whole[name] = value.clone();
        }
        whole
    };
    let mut said = json!({"role": "assistant", "content": text});
    if !calls.is_empty() {
        said["tool_calls"] = calls.to_vec().into();
    }
    let (media_type, body) = if is_streamed {
        let object = "chat.completion.chunk";
        let delta = with(json!({"object": object, "choices": [{"index": 0, "delta": said, "finish_reason": null}]}));
        let end = with(json!({"object": object, "choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}));
        let usage = with(json!({"object": object, "choices": [], "usage": usage}));
        ("text/event-stream", format!("data: {delta}\n\ndata: {end}\n\ndata: {usage}\n\ndata: [DONE]\n\n"))
    } else {
        let choices = json!([{"index": 0, "message": said, "finish_reason": reason}]);
        let whole = with(json!({"object": "chat.completion", "choices": choices, "usage": usage}));
        ("application/json", whole.to_string())
    };
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\n\r\n", body.len());
    connection.write_all(format!("{head}{body}").as_bytes())
}
