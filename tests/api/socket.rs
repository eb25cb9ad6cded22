//! A client of the gateway's WebSocket, through a listening gateway; every frame that comes is held against the document.

use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use http::Request;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::protocol::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::conversation::AGENT;
use crate::support::document;

/// Where the WebSocket is.
pub(crate) const PATH: &str = "/chat/ws";

/// An open WebSocket.
pub(crate) struct Socket {
    stream: WebSocketStream<TcpStream>,
    /// The subprotocol that the gateway chose.
    pub(crate) protocol: Option<String>,
    asked: usize,
}

/// The request that opens a WebSocket, with these header fields beside those that every client sends.
pub(crate) fn request(fields: &[(&str, &str)]) -> Request<()> {
    let mut request = Request::get(format!("ws://localhost{PATH}"))
        .header("host", "localhost")
        .header("connection", "Upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", generate_key());
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    request.body(()).expect("a request")
}

impl Socket {
    /// A WebSocket whose request has these header fields.
    pub(crate) async fn open(address: SocketAddr, fields: &[(&str, &str)]) -> Self {
        let connection = TcpStream::connect(address).await.expect("it listens");
        let (stream, response) = client_async(request(fields), connection).await.expect("it is opened");
        let protocol = response.headers().get("sec-websocket-protocol");
        let protocol = protocol.map(|protocol| protocol.to_str().expect("text").to_owned());
        Self { stream, protocol, asked: 0 }
    }

    /// A WebSocket of the owner of `token`.
    pub(crate) async fn of(address: SocketAddr, token: &str) -> Self {
        Self::open(address, &[("authorization", &format!("Bearer {token}"))]).await
    }

    /// Sends a frame of JSON.
    pub(crate) async fn send(&mut self, frame: &Value) {
        self.send_message(Message::text(frame.to_string())).await;
    }

    /// Sends a message of whatever kind.
    pub(crate) async fn send_message(&mut self, message: Message) {
        self.stream.send(message).await.expect("it is sent");
    }

    /// Sends bytes as they are.
    pub(crate) async fn send_raw(&mut self, bytes: &[u8]) {
        self.stream.get_mut().write_all(bytes).await.expect("they are sent");
    }

    /// The next frame, which must be one that the document describes.
    pub(crate) async fn next(&mut self) -> Value {
        let text = loop {
            match self.stream.next().await.expect("the connection goes on").expect("a message") {
                Message::Text(text) => break text,
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("{other:?}"),
            }
        };
        let frame: Value = serde_json::from_str(&text).expect("JSON");
        let sends = &document().value["paths"][PATH]["get"]["x-websocket"]["sends"];
        let faults = document().faults(sends, &frame);
        assert!(faults.is_empty(), "{}\n{frame:#}", faults.join("\n"));
        frame
    }

    /// Sends `frame` with an id of its own, and answers the next frame, which must be the answer to it.
    pub(crate) async fn ask(&mut self, frame: &Value) -> Value {
        self.asked += 1;
        let mut frame = frame.clone();
        frame["request_id"] = format!("r{}", self.asked).into();
        self.send(&frame).await;
        let answer = self.next().await;
        assert_eq!(answer["request_id"], frame["request_id"], "{frame} {answer}");
        answer
    }

    /// Sends a question to [`AGENT`], and answers the id of its turn.
    pub(crate) async fn say(&mut self, text: &str) -> String {
        let accepted = self.ask(&message(text)).await;
        accepted["turn_id"].as_str().unwrap_or_else(|| panic!("no turn: {accepted}")).to_owned()
    }

    /// The events up to the one that ends a turn, when no other turn goes on.
    pub(crate) async fn events(&mut self) -> Vec<Value> {
        let mut events = Vec::new();
        loop {
            let event = self.next().await;
            let is_last = ["done", "error"].contains(&event["type"].as_str().expect("a type"));
            events.push(event);
            if is_last {
                return events;
            }
        }
    }

    /// The code with which the gateway closes the connection; what comes before it is left out.
    pub(crate) async fn close_code(&mut self) -> u16 {
        loop {
            let message = self.stream.next().await.expect("a close").expect("a message");
            if let Message::Close(frame) = message {
                return frame.expect("a code").code.into();
            }
        }
    }

    /// Closes the connection, and waits for the gateway to do so too.
    pub(crate) async fn leave(mut self) {
        self.stream.close(None).await.expect("it closes");
        while self.stream.next().await.is_some_and(|message| message.is_ok()) {}
    }
}

/// A question to [`AGENT`].
pub(crate) fn message(text: &str) -> Value {
    json!({"type": "message", "agent_id": AGENT, "message": text})
}

/// Sends the head of a request, and answers the status and the head of the answer.
pub(crate) async fn head(address: SocketAddr, fields: &[(&str, &str)]) -> (u16, String) {
    let mut socket = TcpStream::connect(address).await.expect("it listens");
    let mut head = format!("GET {PATH} HTTP/1.1\r\nhost: localhost\r\n");
    for (name, value) in fields {
        head += &format!("{name}: {value}\r\n");
    }
    socket.write_all(format!("{head}\r\n").as_bytes()).await.expect("it reads");
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(socket.read_u8().await.expect("an answer"));
    }
    let answer = String::from_utf8(answer).expect("text").to_lowercase();
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, answer)
}
