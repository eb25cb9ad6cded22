//! A model's server that says one word and then waits for the test.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use serde_json::{Value, json};

/// The server. Each question's line stays open until the test takes it, or ends.
pub(crate) struct Hesitant {
    /// `http://127.0.0.1:<port>/v1`
    pub(crate) url: String,
    lines: Receiver<TcpStream>,
}

impl Hesitant {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/v1", listener.local_addr().expect("an address"));
        let (keep, lines) = sync_channel(64);
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                say_well(connection.expect("a connection"), &keep);
            }
        });
        Self { url, lines }
    }

    /// Waits for a question; its line stays open as long as what this answers.
    pub(crate) fn asked(&self) -> TcpStream {
        self.lines.recv().expect("a question came")
    }

    /// Ends the oldest open answer with these words.
    pub(crate) fn finish(&self, words: &str) {
        let mut line = self.asked();
        let (content, stop) = (chunk(words, &Value::Null), chunk("", &"stop".into()));
        line.write_all(format!("data: {content}\n\ndata: {stop}\n\ndata: [DONE]\n\n").as_bytes()).expect("sent");
    }
}

fn say_well(mut connection: TcpStream, keep: &SyncSender<TcpStream>) {
    let mut lines = BufReader::new(connection.try_clone().expect("a reader")).lines();
    while lines.next().is_some_and(|line| !line.expect("text").is_empty()) {}
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
    let first = chunk("Well", &Value::Null);
    connection.write_all(format!("{head}data: {first}\n\n").as_bytes()).expect("sent");
    // The test has ended when nobody takes the line any more.
    let _kept = keep.send(connection);
}

fn chunk(words: &str, finish_reason: &Value) -> Value {
    json!({"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "slow",
        "choices": [{"index": 0, "delta": {"role": "assistant", "content": words}, "finish_reason": finish_reason}]})
}
