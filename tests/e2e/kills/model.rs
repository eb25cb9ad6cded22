//! A model's server whose answers and token counts follow from the question, so that every sum is known beforehand. It speaks
//! OpenAI's protocol over connections that are kept, and takes a few milliseconds for each answer.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use serde_json::{Value, json};

/// The configuration of the provider and its prices. A token costs a quarter or a half dollar: such sums are exact.
pub(crate) fn configuration(url: &str) -> Value {
    let prices = json!({"sure": {"input_usd_per_million": 250_000.0, "output_usd_per_million": 500_000.0}});
    json!({"sure": {"protocol": "openai", "base_url": url, "api_key": "none", "prices": prices}})
}

/// The answer to `question`.
pub(crate) fn answer(question: &str) -> String {
    format!("the answer to {question}")
}

/// Input and output tokens of `question` and its answer.
pub(crate) fn tokens(question: &str) -> (i64, i64) {
    let sum: i64 = question.bytes().map(i64::from).sum();
    (sum % 97 + 1, sum % 31 + 1)
}

/// What `question` and its answer cost.
pub(crate) fn cost_usd(question: &str) -> f64 {
    let (input, output) = tokens(question);
    f64::from(i32::try_from(input + 2 * output).expect("few tokens")) * 0.25
}

/// Starts the server, which ends with the test's process; answers its URL.
pub(crate) fn start() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/v1", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            // A gateway that is killed breaks its connections.
            std::thread::spawn(move || drop(serve(&connection)));
        }
    });
    url
}

fn serve(connection: &TcpStream) -> io::Result<()> {
    connection.set_nodelay(true)?;
    let mut reader = BufReader::new(connection);
    while let Some(body) = read_request(&mut reader)? {
        let question = body["messages"].as_array().and_then(|messages| messages.last());
        let question = question.and_then(|message| message["content"].as_str()).unwrap_or_default();
        // A question that was interrupted and the same one asked again reach the model as one message.
        let question = question.rsplit("\n\n").next().unwrap_or_default();
        let pause_ms = question.bytes().map(u64::from).sum::<u64>() % 8;
        std::thread::sleep(Duration::from_millis(pause_ms));
        if body["stream"] == true { stream(connection, question)? } else { whole(connection, question)? }
    }
    Ok(())
}

/// The body of the next request; `None` at the end of the connection.
pub(crate) fn read_request(reader: &mut BufReader<&TcpStream>) -> io::Result<Option<Value>> {
    let mut length = 0;
    for number in 0.. {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        if number > 0 && line.trim().is_empty() {
            break;
        }
        if let Some((_, value)) = line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-length")) {
            length = value.trim().parse().map_err(io::Error::other)?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some(serde_json::from_slice(&body)?))
}

fn whole(mut connection: &TcpStream, question: &str) -> io::Result<()> {
    let message = json!({"role": "assistant", "content": answer(question)});
    let body = json!({"id": "1", "object": "chat.completion", "created": 0, "model": "sure", "usage": usage(question),
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})
    .to_string();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len());
    connection.write_all(format!("{head}{body}").as_bytes())
}

fn stream(mut connection: &TcpStream, question: &str) -> io::Result<()> {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
    connection.write_all(head.as_bytes())?;
    for word in answer(question).split_inclusive(' ') {
        let delta = json!([{"index": 0, "delta": {"content": word}, "finish_reason": null}]);
        send(connection, &event(&delta, &Value::Null))?;
        std::thread::sleep(Duration::from_millis(2));
    }
    let end = json!([{"index": 0, "delta": {}, "finish_reason": "stop"}]);
    send(connection, &(event(&end, &Value::Null) + &event(&json!([]), &usage(question)) + "data: [DONE]\n\n"))?;
    connection.write_all(b"0\r\n\r\n")
}

fn send(mut connection: &TcpStream, events: &str) -> io::Result<()> {
    connection.write_all(format!("{:x}\r\n{events}\r\n", events.len()).as_bytes())
}

fn event(choices: &Value, usage: &Value) -> String {
    let chunk = json!({"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "sure", "choices": choices,
        "usage": usage});
    format!("data: {chunk}\n\n")
}

fn usage(question: &str) -> Value {
    let (input, output) = tokens(question);
    json!({"prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output})
}
