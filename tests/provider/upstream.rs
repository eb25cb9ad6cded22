//! A model server on a raw socket that sends exactly the bytes that a test tells it, in both protocols, faults included,
//! and counts what the client took. (`tests/support/upstream.rs` is the one for whole turns.)

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A running server; it ends with this value.
pub(crate) struct Upstream {
    /// The base URL of both protocols, `http://127.0.0.1:<port>/v1`.
    pub(crate) url: String,
    seen: Arc<Seen>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Seen {
    requests: Mutex<Vec<Received>>,
    connections: AtomicUsize,
    bytes_sent: AtomicUsize,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    /// `POST /v1/chat/completions`
    pub(crate) line: String,
    headers: Vec<(String, String)>,
    /// The body, or null.
    pub(crate) body: Value,
    /// Its text.
    pub(crate) text: String,
}

/// What a request is answered.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    steps: Vec<Step>,
}

#[derive(Debug, Clone)]
enum Step {
    Send(Vec<u8>),
    Burst(Vec<u8>),
    Flood(usize),
    Pause(Duration),
    Hang,
    Cut,
}

impl Upstream {
    /// Answers each request with what `behave` makes of it and of the number of requests before it.
    pub(crate) async fn start(behave: impl Fn(&Received, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let seen = Arc::new(Seen::default());
        let (behave, shared) = (Arc::new(behave), Arc::clone(&seen));
        let task = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                shared.connections.fetch_add(1, Ordering::SeqCst);
                let (behave, seen) = (Arc::clone(&behave), Arc::clone(&shared));
                tokio::spawn(async move { converse(socket, &seen, &*behave).await });
            }
        });
        Self { url, seen, task }
    }

    /// Answers the requests one after the other; the last reply serves all that follow.
    pub(crate) async fn script(replies: impl Into<Vec<Reply>>) -> Self {
        let replies = replies.into();
        Self::start(move |_, before| replies[before.min(replies.len() - 1)].clone()).await
    }

    /// Says `text` whatever it is asked, in OpenAI's protocol, whole or streamed word by word.
    pub(crate) async fn saying(text: &str) -> Self {
        let text = text.to_owned();
        Self::start(move |request, _| Reply::says(&text, request.body["stream"] == true)).await
    }

    /// What was asked so far.
    pub(crate) fn requests(&self) -> Vec<Received> {
        self.seen.requests.lock().unwrap().clone()
    }

    /// How many connections were made so far.
    pub(crate) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    /// How many bytes of bodies were sent so far.
    pub(crate) fn bytes_sent(&self) -> usize {
        self.seen.bytes_sent.load(Ordering::SeqCst)
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Received {
    /// The header's value, or nothing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The headers' names, in the order in which they came.
    pub(crate) fn header_names(&self) -> impl Iterator<Item = &str> {
        self.headers.iter().map(|(name, _)| name.as_str())
    }
}

impl Reply {
    /// An answer without a body as yet.
    pub(crate) fn new(status: u16, content_type: &str) -> Self {
        Self { status, headers: vec![("content-type", content_type.to_owned())], steps: Vec::new() }
    }

    /// A JSON answer.
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::new(status, "application/json").send(body.to_string())
    }

    /// The beginning of a stream of events.
    pub(crate) fn events() -> Self {
        Self::new(200, "text/event-stream")
    }

    /// A good answer in OpenAI's protocol, whole or streamed word by word; a word counts as a token.
    pub(crate) fn says(text: &str, streamed: bool) -> Self {
        let words: Vec<&str> = text.split_inclusive(' ').collect();
        let usage = json!({"prompt_tokens": 7, "completion_tokens": words.len(), "total_tokens": 7 + words.len()});
        if !streamed {
            let message = json!({"role": "assistant", "content": text});
            let choice = json!({"index": 0, "message": message, "finish_reason": "stop"});
            return Self::json(200, &json!({"object": "chat.completion", "choices": [choice], "usage": usage}));
        }
        let delta = |delta: Value, reason: Value| json!({"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]});
        let mut reply = Self::events().event(&delta(json!({"role": "assistant", "content": ""}), Value::Null));
        for word in words {
            reply = reply.event(&delta(json!({"content": word}), Value::Null));
        }
        reply.event(&delta(json!({}), json!("stop"))).event(&json!({"choices": [], "usage": usage})).done()
    }

    /// With another header.
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// Then these bytes, as a network write of their own.
    pub(crate) fn send(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.steps.push(Step::Send(bytes.into()));
        self
    }

    /// Then all steps of `other` that send, in one network write.
    pub(crate) fn burst(mut self, other: &Self) -> Self {
        let sent =
            other.steps.iter().filter_map(|step| if let Step::Send(bytes) = step { Some(chunk(bytes)) } else { None });
        self.steps.push(Step::Burst(sent.collect::<Vec<_>>().concat()));
        self
    }

    /// Then an event with `data`.
    pub(crate) fn event(self, data: &Value) -> Self {
        self.send(format!("data: {data}\n\n"))
    }

    /// Then OpenAI's end of a stream.
    pub(crate) fn done(self) -> Self {
        self.send("data: [DONE]\n\n")
    }

    /// Then so many bytes without a line's end, or as many as the client takes.
    pub(crate) fn flood(mut self, bytes: usize) -> Self {
        self.steps.push(Step::Flood(bytes));
        self
    }

    /// Then silence for a while.
    pub(crate) fn pause(mut self, time: Duration) -> Self {
        self.steps.push(Step::Pause(time));
        self
    }

    /// Then silence for ever; without a word before it, not even the head is sent.
    pub(crate) fn hang(mut self) -> Self {
        self.steps.push(Step::Hang);
        self
    }

    /// Then the connection is closed in the middle of the body.
    pub(crate) fn cut(mut self) -> Self {
        self.steps.push(Step::Cut);
        self
    }
}

async fn converse(socket: TcpStream, seen: &Seen, behave: &(impl Fn(&Received, usize) -> Reply + Send + Sync)) {
    let _ = socket.set_nodelay(true);
    let mut socket = BufReader::new(socket);
    while let Some(request) = receive(&mut socket).await {
        let before = {
            let mut requests = seen.requests.lock().unwrap();
            requests.push(request.clone());
            requests.len() - 1
        };
        if answer(socket.get_mut(), behave(&request, before), seen).await.is_none() {
            return;
        }
    }
}

/// `None` when the client is gone.
async fn receive(socket: &mut BufReader<TcpStream>) -> Option<Received> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if socket.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let line = lines.first()?.trim_end_matches(" HTTP/1.1").to_owned();
    let headers: Vec<(String, String)> = lines[1..]
        .iter()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length =
        headers.iter().find(|(name, _)| name == "content-length").map_or(0, |(_, value)| value.parse().unwrap());
    let mut body = vec![0; length];
    socket.read_exact(&mut body).await.ok()?;
    let text = String::from_utf8(body).unwrap();
    Some(Received { line, headers, body: serde_json::from_str(&text).unwrap_or_default(), text })
}

/// `None` when the connection is of no further use.
async fn answer(socket: &mut TcpStream, reply: Reply, seen: &Seen) -> Option<()> {
    if !matches!(reply.steps.first(), Some(Step::Hang)) {
        let mut head = format!("HTTP/1.1 {} Scripted\r\ntransfer-encoding: chunked\r\n", reply.status);
        for (name, value) in &reply.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        socket.write_all(format!("{head}\r\n").as_bytes()).await.ok()?;
    }
    for step in reply.steps {
        match step {
            Step::Send(bytes) => send(socket, &bytes, seen).await?,
            Step::Burst(chunks) => socket.write_all(&chunks).await.ok()?,
            Step::Flood(bytes) => {
                let piece = vec![b'x'; 64 << 10];
                for _ in 0..bytes.div_ceil(piece.len()) {
                    send(socket, &piece, seen).await?;
                }
            }
            Step::Pause(time) => tokio::time::sleep(time).await,
            Step::Hang => std::future::pending().await,
            Step::Cut => return None,
        }
    }
    socket.write_all(b"0\r\n\r\n").await.ok()
}

async fn send(socket: &mut TcpStream, bytes: &[u8], seen: &Seen) -> Option<()> {
    socket.write_all(&chunk(bytes)).await.ok()?;
    socket.flush().await.ok()?;
    seen.bytes_sent.fetch_add(bytes.len(), Ordering::SeqCst);
    Some(())
}

/// `bytes` as a chunk of a body.
fn chunk(bytes: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}
