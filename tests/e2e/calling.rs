//! A model's server that calls tools by a script: the question says which. It speaks OpenAI's and Anthropic's protocols in
//! their exact frames, and refuses conversations that their servers refuse.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use serde_json::{Value, json};

use crate::frames::{self, Said};

/// The cities that a question may ask for.
const CITIES: [&str; 3] = ["Paris", "Rome", "Oslo"];
/// The tool that frameworks make of the form of an answer.
const FORMS: [&str; 2] = ["final_result", "City"];

/// Starts the server, which runs to the end of the test; answers `http://127.0.0.1:<port>`.
pub(crate) fn start() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            std::thread::spawn(move || answer(&connection.expect("a connection")));
        }
    });
    url
}

fn answer(connection: &TcpStream) {
    let Some((path, body)) = read(connection) else { return };
    let is_openai = path.ends_with("/chat/completions");
    let asked = if is_openai { Asked::of_openai(&body) } else { Asked::of_anthropic(&body) };
    let streams = body["stream"] == true;
    let (status, text) = match asked {
        Err(fault) => (400, json!({"error": {"message": fault, "type": "invalid_request_error"}}).to_string()),
        Ok(asked) => {
            let said = asked.said();
            let text = match (is_openai, streams) {
                (true, true) => frames::openai_events(&said),
                (true, false) => frames::openai(&said).to_string(),
                (false, true) => frames::anthropic_events(&said),
                (false, false) => frames::anthropic(&said).to_string(),
            };
            (200, text)
        }
    };
    let media_type = if streams && status == 200 { "text/event-stream" } else { "application/json" };
    let length = text.len();
    let head = format!("HTTP/1.1 {status} Said\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\n");
    let mut connection = connection;
    connection.write_all(format!("{head}Connection: close\r\n\r\n{text}").as_bytes()).expect("sent");
}

/// Path and body of a request; `None` for a connection that asks nothing.
fn read(connection: &TcpStream) -> Option<(String, Value)> {
    let mut reader = BufReader::new(connection);
    let (mut first, mut line, mut length) = (String::new(), String::new(), 0);
    reader.read_line(&mut first).expect("text");
    while reader.read_line(&mut line).expect("text") > 2 {
        if let Some((_, value)) = line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-length")) {
            length = value.trim().parse().expect("a number");
        }
        line.clear();
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("the body");
    Some((first.split(' ').nth(1)?.to_owned(), serde_json::from_slice(&body).ok()?))
}

/// What is asked, in either protocol.
#[derive(Default)]
struct Asked {
    question: String,
    tools: Vec<String>,
    /// The tool that must be called; empty for any.
    forced: Option<String>,
    is_single: bool,
    /// Whether JSON is asked for.
    is_json: bool,
    /// Name and result of what was called since the question.
    results: Vec<(String, String)>,
}

impl Asked {
    fn of_openai(body: &Value) -> Result<Self, String> {
        let mut asked = Self { is_single: body["parallel_tool_calls"] == false, ..Self::default() };
        asked.is_json = body["response_format"].is_object();
        asked.tools = list(&body["tools"]).iter().map(|tool| text(&tool["function"]["name"])).collect();
        asked.forced = match &body["tool_choice"] {
            Value::String(word) => (word == "required").then(String::new),
            choice => choice["function"]["name"].as_str().map(str::to_owned),
        };
        let mut open: Vec<(String, String)> = Vec::new();
        for message in list(&body["messages"]) {
            if message["role"] == "tool" {
                let id = text(&message["tool_call_id"]);
                let place = open.iter().position(|(call, _)| *call == id);
                let (_, name) = open.remove(place.ok_or(format!("the result {id} has no call"))?);
                asked.results.push((name, said(&message["content"])));
                continue;
            }
            if !open.is_empty() {
                return Err(format!("{open:?} have no results"));
            }
            if message["role"] == "user" {
                (asked.question, asked.results) = (said(&message["content"]), Vec::new());
            }
            for call in list(&message["tool_calls"]) {
                let arguments = text(&call["function"]["arguments"]);
                if serde_json::from_str::<Value>(&arguments).is_err() {
                    return Err(format!("{arguments} is no JSON"));
                }
                open.push((text(&call["id"]), text(&call["function"]["name"])));
            }
        }
        if open.is_empty() { Ok(asked) } else { Err(format!("{open:?} have no results")) }
    }

    fn of_anthropic(body: &Value) -> Result<Self, String> {
        let choice = &body["tool_choice"];
        let mut asked = Self { is_single: choice["disable_parallel_tool_use"] == true, ..Self::default() };
        asked.is_json = body["output_config"]["format"].is_object();
        asked.tools = list(&body["tools"]).iter().map(|tool| text(&tool["name"])).collect();
        asked.forced = match choice["type"].as_str() {
            Some("any") => Some(String::new()),
            Some("tool") => Some(text(&choice["name"])),
            _ => None,
        };
        let (mut open, mut last): (Vec<(String, String)>, &str) = (Vec::new(), "assistant");
        for message in list(&body["messages"]) {
            let role = message["role"].as_str().expect("a role");
            if role == last {
                return Err(format!("two messages of the role {role}"));
            }
            last = role;
            for block in list(&message["content"]) {
                match block["type"].as_str() {
                    Some("tool_use") => open.push((text(&block["id"]), text(&block["name"]))),
                    Some("tool_result") => {
                        let id = text(&block["tool_use_id"]);
                        let place = open.iter().position(|(call, _)| *call == id);
                        let (_, name) = open.remove(place.ok_or(format!("the result {id} has no call"))?);
                        asked.results.push((name, said(&block["content"])));
                    }
                    _ if role == "user" && open.is_empty() => {
                        (asked.question, asked.results) = (text(&block["text"]), Vec::new());
                    }
                    _ => {}
                }
            }
            if role == "user" && !open.is_empty() {
                return Err(format!("{open:?} have no results"));
            }
        }
        if open.is_empty() { Ok(asked) } else { Err(format!("{open:?} have no results")) }
    }

    fn has(&self, tool: &str) -> bool {
        self.tools.iter().any(|name| name == tool)
    }

    fn knows(&self, tool: &str) -> bool {
        self.results.iter().any(|(name, _)| name == tool)
    }

    /// What the model says: the time is asked for first, then the weather of all cities, then the form is filled in.
    fn said(&self) -> Said {
        let city = |tool: &str, city: &str| (tool.to_owned(), json!({"city": city}));
        if let Some(forced) = self.forced.as_deref().filter(|name| !name.is_empty()) {
            return Said::calls("", vec![city(forced, "Paris")]);
        }
        if self.question.contains("time") && self.has("current_time") && !self.knows("current_time") {
            return Said::calls("", vec![("current_time".to_owned(), json!({}))]);
        }
        let known = |city: &str| self.results.iter().any(|(name, text)| name == "get_weather" && text.contains(city));
        let cities = CITIES.into_iter().filter(|city| self.question.contains(city) && !known(city));
        if self.question.contains("weather") && self.has("get_weather") {
            let calls: Vec<_> = cities.map(|name| city("get_weather", name)).collect();
            let most = if self.is_single { 1 } else { calls.len() };
            if !calls.is_empty() {
                return Said::calls("Let me see. ", calls.into_iter().take(most).collect());
            }
        }
        if let Some(form) = FORMS.into_iter().find(|form| self.has(form)) {
            return Said::calls("", vec![city(form, "Paris")]);
        }
        if self.is_json {
            return Said::text(r#"{"city": "Paris"}"#);
        }
        let told: Vec<&str> = self.results.iter().map(|(_, text)| text.as_str()).collect();
        if told.is_empty() { Said::text("It is Paris.") } else { Said::text(&told.join("; ")) }
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A text, or the texts of parts.
fn said(content: &Value) -> String {
    let parts: String = list(content).iter().map(|part| text(&part["text"])).collect();
    if content.is_array() { parts } else { text(content) }
}
