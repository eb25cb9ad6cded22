//! A model's server that refuses on purpose: the question says how. It counts the calls of each question, so that a client
//! that sends a refused one again is seen.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

/// The server, which runs to the end of the test.
pub(crate) struct Refusing {
    /// `http://127.0.0.1:<port>/v1`
    pub(crate) url: String,
    calls: Arc<Mutex<BTreeMap<String, usize>>>,
}

impl Refusing {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/v1", listener.local_addr().expect("an address"));
        let calls = Arc::<Mutex<BTreeMap<String, usize>>>::default();
        let counted = Arc::clone(&calls);
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                let counted = Arc::clone(&counted);
                std::thread::spawn(move || answer(&connection.expect("a connection"), &counted));
            }
        });
        Self { url, calls }
    }

    /// How often each question has come.
    pub(crate) fn calls(&self) -> BTreeMap<String, usize> {
        self.calls.lock().expect("no panic").clone()
    }
}

fn answer(connection: &TcpStream, calls: &Mutex<BTreeMap<String, usize>>) {
    let Some(body) = read(connection) else { return };
    let question = question(&body);
    *calls.lock().expect("no panic").entry(question.clone()).or_default() += 1;
    let (status, media_type, text) = match refusal(&question) {
        Some((status, error)) => (status, "application/json", json!({"error": error}).to_string()),
        None if body["stream"] == true => (200, "text/event-stream", events(&body)),
        None => (200, "application/json", completion(&body).to_string()),
    };
    let head = format!(
        "HTTP/1.1 {status} Said\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        text.len()
    );
    let mut connection = connection;
    connection.write_all(format!("{head}{text}").as_bytes()).expect("sent");
}

/// The body of a request; `None` for a connection that asks nothing.
fn read(connection: &TcpStream) -> Option<Value> {
    let mut reader = BufReader::new(connection);
    let (mut line, mut length) = (String::new(), 0);
    while reader.read_line(&mut line).expect("text") > 2 {
        if let Some((name, value)) =
            line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        {
            length = value.trim().parse().unwrap_or_else(|_| panic!("{name} is a number"));
        }
        line.clear();
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("the body");
    serde_json::from_slice(&body).ok()
}

/// What the user said last.
fn question(body: &Value) -> String {
    let messages = body["messages"].as_array().expect("messages");
    let content = &messages.iter().rfind(|message| message["role"] == "user").expect("a question")["content"];
    content.as_str().or_else(|| content[0]["text"].as_str()).unwrap_or_default().to_owned()
}

/// The status and the error that the question asks for.
fn refusal(question: &str) -> Option<(u16, Value)> {
    let (status, code) = match question {
        "too long" => (400, "context_length_exceeded"),
        "no such value" => (400, "unsupported_value"),
        "no such model" => (404, "model_not_found"),
        "too large" => (413, "request_too_large"),
        "not understood" => (422, "unprocessable"),
        "no credit" => (429, "insufficient_quota"),
        "wrong key" => (401, "invalid_api_key"),
        "not allowed" => (403, "permission_denied"),
        _ => return None,
    };
    Some((status, json!({"message": format!("refused on purpose: {question}"), "code": code, "param": null})))
}

/// JSON where JSON is asked for, by the form of the answer or in words.
fn said(body: &Value) -> &'static str {
    let is_json = body.get("response_format").is_some() || body["messages"].to_string().contains("JSON");
    if is_json { r#"{"city": "Paris"}"# } else { "It is Paris." }
}

fn completion(body: &Value) -> Value {
    json!({
        "id": "1", "object": "chat.completion", "created": 1, "model": "refusing",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": said(body)}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12},
    })
}

fn events(body: &Value) -> String {
    let chunk = |delta: Value, finish_reason: Value| {
        let choices = json!([{"index": 0, "delta": delta, "finish_reason": finish_reason}]);
        let chunk = json!({"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "refusing", "choices": choices});
        format!("data: {chunk}\n\n")
    };
    let pieces: String =
        said(body).split_inclusive(' ').map(|piece| chunk(json!({"content": piece}), Value::Null)).collect();
    format!("{pieces}{}data: [DONE]\n\n", chunk(json!({}), "stop".into()))
}
