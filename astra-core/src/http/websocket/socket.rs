//! A connection after its handshake: messages in, messages out. What waits to be sent is the only memory that it has, and
//! both directions go on side by side.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::time::{Instant, timeout};

use super::close::Close;
use super::codec::{Incoming, Opcode, Reader, write_head};

/// How much is read, and written, at once.
const CHUNK_BYTES: usize = 8 * 1024;

/// A connection that speaks the protocol.
pub(super) struct Socket<S> {
    io: S,
    reader: Reader,
    bytes_max: usize,
    /// What came and was not taken yet.
    inbox: VecDeque<Incoming>,
    /// A fault after what is in the inbox.
    fault: Option<Close>,
    /// Messages to be sent, of the first of which so many bytes are written.
    outbox: VecDeque<String>,
    begun: usize,
    /// A control frame to be sent before the next message.
    control: Option<(Opcode, Vec<u8>)>,
    /// Bytes on their way, of which so many are written.
    out: Vec<u8>,
    written: usize,
    is_flushed: bool,
    /// When something came last, and when something was taken last.
    read_at: Instant,
    written_at: Instant,
}

/// What happened.
#[derive(Debug)]
pub(super) enum Event {
    /// A message came.
    Text(String),
    /// All that was to be sent is sent.
    Sent,
    /// The connection is over, or must be: the frame to close it with, if it can take one.
    End(Option<Close>),
}

impl<S: AsyncRead + AsyncWrite + Unpin> Socket<S> {
    /// A connection whose messages have at most `bytes_max` bytes.
    pub(super) fn new(io: S, bytes_max: usize) -> Self {
        let now = Instant::now();
        Self {
            io,
            reader: Reader::default(),
            bytes_max,
            inbox: VecDeque::new(),
            fault: None,
            outbox: VecDeque::new(),
            begun: 0,
            control: None,
            out: Vec::new(),
            written: 0,
            is_flushed: true,
            read_at: now,
            written_at: now,
        }
    }

    /// Adds a message to those that are to be sent.
    pub(super) fn send(&mut self, text: String) {
        self.begin_to_wait();
        self.outbox.push_back(text);
    }

    /// Counts from now on how long what is added next has to wait, if nothing waits yet.
    fn begin_to_wait(&mut self) {
        if self.is_idle() {
            self.written_at = Instant::now();
        }
    }

    /// Asks the peer whether it is there.
    pub(super) fn ping(&mut self) {
        if self.control.is_none() {
            self.begin_to_wait();
            self.control = Some((Opcode::Ping, Vec::new()));
        }
    }

    /// Whether nothing waits to be sent.
    pub(super) fn is_idle(&self) -> bool {
        self.outbox.is_empty() && self.control.is_none() && self.out.is_empty() && self.is_flushed
    }

    /// For how long nothing came.
    pub(super) fn silence(&self) -> Duration {
        self.read_at.elapsed()
    }

    /// Whether a message has begun and is not complete.
    pub(super) fn is_within_message(&self) -> bool {
        self.reader.is_within()
    }

    /// Forgets how long nothing came: nothing was read.
    pub(super) fn excuse_silence(&mut self) {
        self.read_at = Instant::now();
    }

    /// For how long the peer has taken nothing of what waits for it.
    pub(super) fn delay(&self) -> Duration {
        if self.is_idle() { Duration::ZERO } else { self.written_at.elapsed() }
    }

    /// Waits until something happens, and sends meanwhile what waits to be sent; reads only if `reads`. May be dropped and
    /// called again.
    pub(super) async fn next(&mut self, reads: bool) -> Event {
        poll_fn(|context| self.poll(context, reads)).await
    }

    fn poll(&mut self, context: &mut Context<'_>, reads: bool) -> Poll<Event> {
        if !self.is_idle() {
            match self.poll_send(context) {
                Poll::Ready(Ok(())) => return Poll::Ready(Event::Sent),
                Poll::Ready(Err(_)) => return Poll::Ready(Event::End(None)),
                Poll::Pending => {}
            }
        }
        if reads { self.poll_receive(context) } else { Poll::Pending }
    }

    fn poll_receive(&mut self, context: &mut Context<'_>) -> Poll<Event> {
        loop {
            match self.inbox.pop_front() {
                Some(Incoming::Text(text)) => return Poll::Ready(Event::Text(text)),
                Some(Incoming::Ping(payload)) => {
                    // A newer ping is answered instead of an older one (RFC 6455, 5.5.3).
                    self.begin_to_wait();
                    self.control = Some((Opcode::Pong, payload));
                    match self.poll_send(context) {
                        Poll::Ready(Ok(())) => return Poll::Ready(Event::Sent),
                        Poll::Ready(Err(_)) => return Poll::Ready(Event::End(None)),
                        Poll::Pending => continue,
                    }
                }
                Some(Incoming::Pong) => continue,
                Some(Incoming::Close(code)) => {
                    let code = code.unwrap_or(1000);
                    return Poll::Ready(Event::End(Some(Close { code, reason: String::new() })));
                }
                None => self.inbox = VecDeque::new(),
            }
            if let Some(fault) = self.fault.take() {
                return Poll::Ready(Event::End(Some(fault)));
            }
            if !ready!(self.poll_read(context)) {
                return Poll::Ready(Event::End(None));
            }
        }
    }

    /// Reads once; whether the connection goes on.
    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<bool> {
        let mut chunk = [0; CHUNK_BYTES];
        let mut chunk = ReadBuf::new(&mut chunk);
        let read = ready!(Pin::new(&mut self.io).poll_read(context, &mut chunk));
        if read.is_err() || chunk.filled().is_empty() {
            return Poll::Ready(false);
        }
        self.read_at = Instant::now();
        let inbox = &mut self.inbox;
        self.fault = self.reader.feed(chunk.filled(), self.bytes_max, |incoming| inbox.push_back(incoming)).err();
        Poll::Ready(true)
    }

    /// Writes until nothing waits to be sent.
    fn poll_send(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            while self.written < self.out.len() {
                let written = ready!(Pin::new(&mut self.io).poll_write(context, &self.out[self.written..]))?;
                if written == 0 {
                    return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
                }
                self.written += written;
                self.written_at = Instant::now();
                self.is_flushed = false;
            }
            self.written = 0;
            self.out.clear();
            if !self.fill() {
                self.out = Vec::new();
                ready!(Pin::new(&mut self.io).poll_flush(context))?;
                self.is_flushed = true;
                return Poll::Ready(Ok(()));
            }
        }
    }

    /// Puts the next frames on their way, a chunk of them; whether there were some.
    fn fill(&mut self) -> bool {
        while self.out.len() < CHUNK_BYTES {
            if self.begun == 0
                && let Some((opcode, payload)) = self.control.take()
            {
                write_head(&mut self.out, opcode, payload.len());
                self.out.extend(payload);
            }
            let Some(text) = self.outbox.front() else {
                self.outbox = VecDeque::new();
                break;
            };
            if self.begun == 0 {
                write_head(&mut self.out, Opcode::Text, text.len());
            }
            let room = CHUNK_BYTES.saturating_sub(self.out.len()).max(1);
            let end = text.len().min(self.begun + room);
            self.out.extend_from_slice(&text.as_bytes()[self.begun..end]);
            self.begun = end;
            if end < text.len() {
                break;
            }
            self.outbox.pop_front();
            self.begun = 0;
        }
        !self.out.is_empty()
    }

    /// Closes the connection with `close`, after the message that is being sent; what waits behind it is dropped. A peer that
    /// does not take the frame and close too within `patience` is left.
    pub(super) async fn close(mut self, close: &Close, patience: Duration) {
        self.outbox.truncate(usize::from(self.begun > 0));
        self.control = None;
        let end = async {
            poll_fn(|context| self.poll_send(context)).await?;
            let payload = close.payload();
            write_head(&mut self.out, Opcode::Close, payload.len());
            self.out.extend(payload);
            poll_fn(|context| self.poll_send(context)).await?;
            self.io.shutdown().await?;
            // What the peer still sends is read: to a connection that is closed over it, the peer might lose the frame.
            let mut chunk = [0; 1024];
            while self.io.read(&mut chunk).await? > 0 {}
            Ok::<_, io::Error>(())
        };
        // A peer that is gone is left too.
        let _ = timeout(patience, end).await;
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use tokio::io::duplex;

    use super::*;

    /// The frames that come, as first byte and payload, until the connection is closed.
    async fn frames(mut peer: impl AsyncRead + Unpin) -> Vec<(u8, Vec<u8>)> {
        let mut bytes = Vec::new();
        peer.read_to_end(&mut bytes).await.unwrap();
        let (mut rest, mut frames) = (&bytes[..], Vec::new());
        while let [first, short, ..] = *rest {
            let (head, length) = match short {
                126 => (4, usize::from(u16::from_be_bytes([rest[2], rest[3]]))),
                127 => (10, usize::try_from(u64::from_be_bytes(rest[2..10].try_into().unwrap())).unwrap()),
                short => (2, usize::from(short)),
            };
            frames.push((first, rest[head..head + length].to_vec()));
            rest = &rest[head + length..];
        }
        frames
    }

    fn socket(io: tokio::io::DuplexStream) -> Socket<tokio::io::DuplexStream> {
        Socket::new(io, 100)
    }

    #[tokio::test]
    async fn messages_go_out_in_order_and_no_memory_stays() {
        let (near, far) = duplex(1_000);
        let mut socket = socket(near);
        let texts = [0, 1, 125, 126, 9_000, 70_000, 2].map(|length| "x".repeat(length));
        texts.iter().for_each(|text| socket.send(text.clone()));
        socket.ping();
        let send = async {
            assert!(matches!(socket.next(true).await, Event::Sent));
            assert!(socket.is_idle());
            assert_eq!((socket.out.capacity(), socket.outbox.capacity()), (0, 0));
            socket.close(&Close::stopping(), Duration::from_secs(3)).await;
        };
        let ((), frames) = tokio::join!(send, frames(far));
        assert_eq!(frames[0], (0x89, Vec::new()));
        let sent = frames[1..8].iter().map(|(first, payload)| (*first, payload.len()));
        assert!(sent.eq(texts.iter().map(|text| (0x81, text.len()))));
        assert_eq!(frames[8], (0x88, [&[0x03, 0xe9], "The gateway is stopping.".as_bytes()].concat()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_takes_nothing_is_seen_to_be_slow_and_closing_keeps_the_message_that_has_begun() {
        let (near, far) = duplex(64);
        let mut socket = socket(near);
        socket.send("x".repeat(9_000));
        socket.send("behind it".to_owned());
        let waited = timeout(Duration::from_secs(20), socket.next(true)).await;
        assert!(waited.is_err() && socket.delay() == Duration::from_secs(20), "{:?}", socket.delay());
        let close = Close::slow();
        let ((), frames) = tokio::join!(socket.close(&close, Duration::from_secs(3)), frames(far));
        let firsts: Vec<_> = frames.iter().map(|(first, payload)| (*first, payload.len())).collect();
        assert_eq!(firsts, [(0x81, 9_000), (0x88, close.payload().len())]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_never_closes_is_left() {
        let (near, mut far) = duplex(1_000);
        let begun = Instant::now();
        socket(near).close(&Close::stopping(), Duration::from_secs(3)).await;
        assert_eq!(begun.elapsed(), Duration::from_secs(3));
        assert_eq!(far.read_u8().await.unwrap(), 0x88);
    }

    #[tokio::test]
    async fn pings_are_answered_and_what_came_before_a_fault_counts() {
        let (near, mut far) = duplex(1_000);
        let mut socket = socket(near);
        let bytes = [0x89, 0x81, 0, 0, 0, 0, b'?', 0x81, 0x81, 0, 0, 0, 0, b'a', 0xf1];
        far.write_all(&bytes).await.unwrap();
        far.write_all(&[0x80]).await.unwrap();
        assert!(socket.next(false).now_or_never().is_none());
        assert!(matches!(socket.next(true).await, Event::Sent));
        assert!(matches!(socket.next(true).await, Event::Text(text) if text == "a"));
        assert!(matches!(socket.next(true).await, Event::End(Some(Close { code: 1002, .. }))));
        let mut pong = [0; 3];
        far.read_exact(&mut pong).await.unwrap();
        assert_eq!(pong, [0x8a, 1, b'?']);
    }
}
