//! One connection from its handshake to its end: frames are judged and done, answers and streams go out, and it ends with
//! the credential, the gateway or the peer. A frame here is a whole message of the protocol, whatever it is sent in.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::close::Close;
use super::socket::{Event, Socket};
use super::streams::{Followed, Streams};
use crate::app::App;
use crate::auth::Identity;
use crate::error::{Code, Error};
use crate::http::contract::{self, Operation};
use crate::http::limit::Limits;
use crate::http::revocable::Opened;

/// How often a connection looks after itself: whether its credential is still good, and its peer still there.
const TICK: Duration = Duration::from_secs(5);
/// How often the peer is asked whether it is there, and after which silence it is gone.
const PING_INTERVAL: Duration = Duration::from_secs(30);
const SILENCE_MAX: Duration = Duration::from_secs(75);
/// How long a frame may take from its first byte to its last.
const FRAME_PATIENCE: Duration = Duration::from_secs(60);
/// A peer that takes nothing of what waits for it for this time is too slow.
const SLOW_PATIENCE: Duration = Duration::from_secs(15);
/// How long a peer may take to close too, and a slow one to take what it has begun to take.
const CLOSE_PATIENCE: Duration = Duration::from_secs(3);
const SLOW_CLOSE_PATIENCE: Duration = Duration::from_secs(14);
/// Streams of one connection at once.
pub const STREAMS_MAX: usize = 64;
/// The longest `request_id` that a refusal repeats.
const REQUEST_ID_BYTES_MAX: usize = 128;
/// Requests of one connection that are being done at once.
const REQUESTS_MAX: usize = 8;
/// Answers that may wait for the peer: beyond them nothing is read.
const ANSWERS_MAX: usize = 16;

/// What an operation does with frames.
pub trait Protocol: Send + Sync + 'static {
    /// What `frame` asks for, which matches the operation's schema.
    fn take(&self, frame: Value) -> Taken;

    /// The frame that says why another one is refused, whose `request_id` was this one.
    fn refusal(&self, request_id: Option<&str>, error: &Error) -> String;
}

/// What a frame asks for.
pub enum Taken {
    /// Nothing but this answer.
    Answer(String),
    /// Something that may begin a stream. It is done after what earlier frames of this kind asked for.
    InTurn(Work),
    /// Something that is done beside others.
    Beside(Work),
}

/// Something that takes its time. It is not begun for a credential that has ended.
pub type Work = BoxFuture<'static, Result<Done, Error>>;

/// What has been done.
pub struct Done {
    /// The answer.
    pub answer: String,
    /// The stream that follows it.
    pub followed: Option<Followed>,
}

/// What the connection is for, and what it may do.
pub(super) struct Terms {
    pub(super) app: App,
    pub(super) identity: Arc<Identity>,
    pub(super) opened: Arc<Opened>,
    pub(super) limits: Arc<Limits>,
    pub(super) operation: Arc<Operation>,
}

/// One connection.
pub(super) struct Connection<S, P> {
    socket: Socket<S>,
    protocol: P,
    terms: Terms,
    streams: Streams,
    in_turn: Option<BoxFuture<'static, Outcome>>,
    beside: FuturesUnordered<BoxFuture<'static, Outcome>>,
    /// Answers that were sent since nothing waited.
    answers: usize,
    /// When the last ping went out, and since when a frame is seen to be incomplete.
    pinged: Instant,
    began: Option<Instant>,
    is_checking: bool,
    stopping: Option<Instant>,
}

/// How something ended that took its time.
enum Outcome {
    Done(Result<Done, Error>, Option<String>),
    /// The credential is as before.
    Admitted,
    Revoked,
}

/// What happens to a connection.
enum Happening {
    Socket(Event),
    Outcome(Outcome, bool),
    Messages(Vec<String>),
    Stopping,
    Tick,
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send, P: Protocol> Connection<S, P> {
    pub(super) fn new(io: S, protocol: P, terms: Terms) -> Self {
        let bytes_max = terms.app.config.limits.body_bytes;
        Self {
            socket: Socket::new(io, bytes_max),
            protocol,
            terms,
            streams: Streams::default(),
            in_turn: None,
            beside: FuturesUnordered::new(),
            answers: 0,
            pinged: Instant::now(),
            began: None,
            is_checking: false,
            stopping: None,
        }
    }

    /// Serves the connection to its end.
    pub(super) async fn run(mut self) {
        let stopping = self.terms.app.stopping.clone();
        let mut stopped = std::pin::pin!(stopping.cancelled());
        let mut ticks = interval_at(Instant::now() + TICK, TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let close = loop {
            let reads = self.reads();
            let (is_stopping, is_idle) = (self.stopping.is_some(), self.socket.is_idle());
            let happening = tokio::select! {
                event = self.socket.next(reads) => Happening::Socket(event),
                outcome = outcome(&mut self.in_turn), if self.in_turn.is_some() => Happening::Outcome(outcome, true),
                Some(outcome) = self.beside.next(), if !self.beside.is_empty() => Happening::Outcome(outcome, false),
                messages = self.streams.next(), if is_idle && !self.streams.is_empty() => Happening::Messages(messages),
                () = &mut stopped, if !is_stopping => Happening::Stopping,
                _ = ticks.tick() => Happening::Tick,
            };
            match self.handle(happening) {
                Ok(()) => {}
                Err(close) => break close,
            }
        };
        if let Some(close) = close {
            let patience = if close == Close::slow() { SLOW_CLOSE_PATIENCE } else { CLOSE_PATIENCE };
            tracing::debug!(close.code, close.reason, "a WebSocket is closed");
            self.socket.close(&close, patience).await;
        }
    }

    /// Whether messages are read: not while there is enough to do and to take.
    fn reads(&self) -> bool {
        self.in_turn.is_none() && self.requests_beside() < REQUESTS_MAX && self.answers < ANSWERS_MAX
    }

    fn requests_beside(&self) -> usize {
        self.beside.len() - usize::from(self.is_checking)
    }

    /// Does what follows from `happening`; how the connection ends, if it does.
    fn handle(&mut self, happening: Happening) -> Result<(), Option<Close>> {
        match happening {
            Happening::Socket(Event::Text(text)) => self.take(&text),
            Happening::Socket(Event::Sent) => self.answers = 0,
            Happening::Socket(Event::End(close)) => return Err(close),
            Happening::Outcome(outcome, is_in_turn) => {
                if is_in_turn {
                    self.in_turn = None;
                }
                self.end_work(outcome)?;
            }
            Happening::Messages(messages) => messages.into_iter().for_each(|message| self.socket.send(message)),
            Happening::Stopping => {
                self.stopping = Some(Instant::now());
                // Others can be followed at another gateway.
                self.streams.keep_own();
            }
            Happening::Tick => self.look_after()?,
        }
        let is_done = self.streams.is_empty() && self.in_turn.is_none() && self.requests_beside() == 0;
        if self.stopping.is_some() && is_done && self.socket.is_idle() { Err(Some(Close::stopping())) } else { Ok(()) }
    }

    /// Judges a frame and begins what it asks for.
    fn take(&mut self, text: &str) {
        self.began = None;
        let admitted = self.terms.limits.admit_credential(&self.terms.identity, &mut None);
        let frame = match admitted.and_then(|()| contract::frame(&self.terms.operation, text.as_bytes())) {
            Ok(frame) => frame,
            Err(error) => return self.refuse(request_id_of(text).as_deref(), &error),
        };
        let request_id = frame.get("request_id").and_then(Value::as_str).map(str::to_owned);
        match self.protocol.take(frame) {
            Taken::Answer(answer) => self.answer(answer),
            Taken::InTurn(_) if self.streams.len() >= STREAMS_MAX => {
                let message = format!("This connection follows {STREAMS_MAX} turns, which is the most: wait for one.");
                self.refuse(request_id.as_deref(), &Error::new(Code::TooManyStreams, message));
            }
            Taken::InTurn(work) => self.in_turn = Some(self.work(work, request_id)),
            Taken::Beside(work) => self.beside.push(self.work(work, request_id)),
        }
    }

    /// `work` for as long as the credential is as it was.
    fn work(&self, work: Work, request_id: Option<String>) -> BoxFuture<'static, Outcome> {
        let opened = Arc::clone(&self.terms.opened);
        Box::pin(async move {
            if opened.is_admitted().await { Outcome::Done(work.await, request_id) } else { Outcome::Revoked }
        })
    }

    fn end_work(&mut self, outcome: Outcome) -> Result<(), Option<Close>> {
        match outcome {
            Outcome::Done(Ok(Done { answer, followed }), _) => {
                self.answer(answer);
                followed.into_iter().for_each(|followed| self.streams.add(followed));
            }
            Outcome::Done(Err(error), request_id) => self.refuse(request_id.as_deref(), &error),
            Outcome::Admitted => self.is_checking = false,
            Outcome::Revoked => return Err(Some(Close::revoked())),
        }
        Ok(())
    }

    fn answer(&mut self, answer: String) {
        self.answers += 1;
        self.socket.send(answer);
    }

    fn refuse(&mut self, request_id: Option<&str>, error: &Error) {
        let refusal = self.protocol.refusal(request_id, error);
        self.answer(refusal);
    }

    /// What is due every few seconds.
    fn look_after(&mut self) -> Result<(), Option<Close>> {
        if self.socket.delay() >= SLOW_PATIENCE {
            return Err(Some(Close::slow()));
        }
        if !self.reads() {
            self.socket.excuse_silence();
        } else if self.socket.silence() >= SILENCE_MAX {
            return Err(None);
        }
        if !self.socket.is_within_message() {
            self.began = None;
        } else if self.began.get_or_insert_with(Instant::now).elapsed() >= FRAME_PATIENCE {
            return Err(Some(Close::late()));
        }
        let drain = Duration::from_secs(self.terms.app.config.drain_s);
        if self.stopping.is_some_and(|stopping| stopping.elapsed() >= drain) {
            return Err(Some(Close::stopping()));
        }
        if self.pinged.elapsed() >= PING_INTERVAL {
            self.pinged = Instant::now();
            self.socket.ping();
        }
        if !self.is_checking {
            self.is_checking = true;
            let opened = Arc::clone(&self.terms.opened);
            self.beside.push(Box::pin(async move {
                if opened.is_admitted().await { Outcome::Admitted } else { Outcome::Revoked }
            }));
        }
        Ok(())
    }
}

/// The `request_id` of a frame that is refused, so that its sender knows which.
fn request_id_of(text: &str) -> Option<String> {
    let frame: Value = serde_json::from_str(text).ok()?;
    let request_id = frame.get("request_id")?.as_str()?;
    (request_id.len() <= REQUEST_ID_BYTES_MAX).then(|| request_id.to_owned())
}

/// Waits for what is done in turn. May be dropped and called again.
async fn outcome(work: &mut Option<BoxFuture<'static, Outcome>>) -> Outcome {
    match work {
        Some(work) => work.await,
        None => std::future::pending().await,
    }
}
