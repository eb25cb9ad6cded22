//! A peer of HTTP/2 that does as the test says, frame by frame (RFC 9113), with the header compression left out (RFC 7541).

use std::net::SocketAddr;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const RST_STREAM: u8 = 3;
pub(crate) const SETTINGS: u8 = 4;
pub(crate) const PING: u8 = 6;
pub(crate) const GO_AWAY: u8 = 7;
pub(crate) const WINDOW_UPDATE: u8 = 8;

pub(crate) const MAX_CONCURRENT_STREAMS: u16 = 3;
pub(crate) const INITIAL_WINDOW_SIZE: u16 = 4;
pub(crate) const MAX_HEADER_LIST_SIZE: u16 = 6;

const ACK: u8 = 1;
const END_STREAM_AND_HEADERS: u8 = 5;

/// A frame that came.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub(crate) kind: u8,
    pub(crate) flags: u8,
    pub(crate) stream: u32,
    pub(crate) payload: Vec<u8>,
}

/// A connection.
pub(crate) struct Http2 {
    socket: TcpStream,
    unread: Vec<u8>,
    /// All that came.
    pub(crate) frames: Vec<Frame>,
    /// Whether the other side has closed it.
    pub(crate) is_closed: bool,
    /// Whether pings are answered.
    pub(crate) answers_pings: bool,
}

impl Http2 {
    /// Connects, with settings of its own.
    pub(crate) async fn connect(address: SocketAddr, settings: &[(u16, u32)]) -> Self {
        let mut socket = TcpStream::connect(address).await.expect("it listens");
        socket.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.expect("it reads");
        let payload: Vec<u8> = settings
            .iter()
            .flat_map(|(name, value)| [&name.to_be_bytes()[..], &value.to_be_bytes()].concat())
            .collect();
        socket.write_all(&frame(SETTINGS, 0, 0, &payload)).await.expect("it reads");
        Self { socket, unread: Vec::new(), frames: Vec::new(), is_closed: false, answers_pings: true }
    }

    /// Sends a GET without a body.
    pub(crate) async fn ask(&mut self, stream: u32, path: &str, headers: &[(&str, &str)]) {
        // `:method: GET` and `:scheme: http` by number, the others in full.
        let mut block = vec![0x82, 0x86];
        block.push(0x04);
        string(&mut block, path);
        block.push(0x01);
        string(&mut block, "localhost");
        for (name, value) in headers {
            block.push(0x00);
            string(&mut block, name);
            string(&mut block, value);
        }
        self.socket.write_all(&frame(HEADERS, END_STREAM_AND_HEADERS, stream, &block)).await.expect("it reads");
    }

    /// Lets the other side send so much more on `stream`.
    pub(crate) async fn give_room(&mut self, stream: u32, bytes: u32) {
        self.socket.write_all(&frame(WINDOW_UPDATE, 0, stream, &bytes.to_be_bytes())).await.expect("it reads");
    }

    /// Takes what has come by now, and answers pings.
    pub(crate) fn receive(&mut self) {
        let mut bytes = [0; 1 << 16];
        loop {
            match self.socket.try_read(&mut bytes) {
                Ok(0) => break self.is_closed = true,
                Ok(read) => self.unread.extend_from_slice(&bytes[..read]),
                Err(fault) if fault.kind() == std::io::ErrorKind::WouldBlock => break,
                Err(_) => break self.is_closed = true,
            }
        }
        while let Some(length) = self
            .unread
            .get(..3)
            .map(|head| usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]))
        {
            if self.unread.len() < 9 + length {
                break;
            }
            let bytes: Vec<u8> = self.unread.drain(..9 + length).collect();
            let stream = u32::from_be_bytes(bytes[5..9].try_into().expect("four bytes"));
            let frame = Frame { kind: bytes[3], flags: bytes[4], stream, payload: bytes[9..].to_vec() };
            if frame.kind == PING && frame.flags & ACK == 0 && self.answers_pings {
                // Eight bytes always fit; a closed connection needs no answer.
                let _sent = self.socket.try_write(&self::frame(PING, ACK, 0, &frame.payload));
            }
            self.frames.push(frame);
        }
    }

    /// What came for `stream`.
    pub(crate) fn of_stream(&self, stream: u32) -> impl Iterator<Item = &Frame> {
        self.frames.iter().filter(move |frame| frame.stream == stream)
    }

    /// What the other side said of `setting`.
    pub(crate) fn setting(&self, setting: u16) -> Option<u32> {
        let settings = self.frames.iter().filter(|frame| frame.kind == SETTINGS);
        let mut entries = settings.flat_map(|frame| frame.payload.chunks_exact(6));
        let entry = entries.find(|entry| entry[..2] == setting.to_be_bytes())?;
        Some(u32::from_be_bytes(entry[2..].try_into().expect("four bytes")))
    }
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a short frame").to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// A string as it is (RFC 7541, 5.2), its length in seven bits and more.
fn string(block: &mut Vec<u8>, text: &str) {
    match text.len() {
        length @ ..127 => block.push(u8::try_from(length).expect("short")),
        length => {
            block.push(127);
            let mut rest = length - 127;
            while rest >= 128 {
                block.push(u8::try_from(rest % 128).expect("small") | 128);
                rest /= 128;
            }
            block.push(u8::try_from(rest).expect("small"));
        }
    }
    block.extend_from_slice(text.as_bytes());
}
