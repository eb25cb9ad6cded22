//! A provider of the test's own, as a host program would write one: it answers by a script and remembers when it was
//! asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use astra_core::provider::{Chunk, ChunkStream, Completion, Error, ErrorKind, FinishReason, Provider, Request};
use futures_util::future::{BoxFuture, FutureExt as _};
use futures_util::stream::{self, StreamExt as _};
use tokio::time::Instant;

/// What it does when it is asked.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// Answers this.
    Say(&'static str),
    /// Fails.
    Fail(ErrorKind),
    /// Says nothing, for ever.
    Hang,
    /// Streams this, and then fails.
    SayThenFail(&'static str, ErrorKind),
    /// Streams this, and ends without saying so.
    SayAndStop(&'static str),
    /// Streams this, and then nothing, for ever.
    SayThenHang(&'static str),
}

/// The provider; a clone is the same one.
#[derive(Clone)]
pub(crate) struct Own(Arc<Mutex<State>>);

struct State {
    acts: VecDeque<Act>,
    asked: Vec<Instant>,
    models: Vec<String>,
}

impl Own {
    /// Acts in this order; the last act is repeated.
    pub(crate) fn new(acts: impl IntoIterator<Item = Act>) -> Self {
        Self(Arc::new(Mutex::new(State {
            acts: acts.into_iter().collect(),
            asked: Vec::new(),
            models: vec!["own-1".into()],
        })))
    }

    /// From now on does this.
    pub(crate) fn turn_to(&self, act: Act) {
        self.0.lock().unwrap().acts = VecDeque::from([act]);
    }

    /// How often it was asked.
    pub(crate) fn calls(&self) -> usize {
        self.0.lock().unwrap().asked.len()
    }

    /// The times between the calls, in milliseconds.
    pub(crate) fn pauses_ms(&self) -> Vec<u128> {
        self.0.lock().unwrap().asked.windows(2).map(|pair| (pair[1] - pair[0]).as_millis()).collect()
    }

    fn act(&self) -> Act {
        let mut state = self.0.lock().unwrap();
        state.asked.push(Instant::now());
        if state.acts.len() > 1 { state.acts.pop_front().unwrap() } else { state.acts[0].clone() }
    }
}

fn failed(kind: ErrorKind) -> Error {
    Error::new(kind, format!("{kind:?}"))
}

impl Provider for Own {
    fn complete<'a>(&'a self, _model: &'a str, _request: Request<'a>) -> BoxFuture<'a, Result<Completion, Error>> {
        let act = self.act();
        async move {
            match act {
                Act::Say(text) => Ok(Completion { content: text.into(), ..Completion::default() }),
                Act::Fail(kind) | Act::SayThenFail(_, kind) => Err(failed(kind)),
                Act::Hang | Act::SayThenHang(_) | Act::SayAndStop(_) => std::future::pending().await,
            }
        }
        .boxed()
    }

    fn stream<'a>(&'a self, _model: &'a str, _request: Request<'a>) -> BoxFuture<'a, Result<ChunkStream, Error>> {
        let act = self.act();
        let say = |text: &str| stream::iter([Ok(vec![Chunk::Content(text.to_owned())])]);
        async move {
            match act {
                Act::Say(text) => {
                    Ok(say(text).chain(stream::iter([Ok(vec![Chunk::Finish(FinishReason::Stop)])])).boxed())
                }
                Act::Fail(kind) => Err(failed(kind)),
                Act::SayThenFail("", kind) => Ok(stream::iter([Ok(vec![]), Err(failed(kind))]).boxed()),
                Act::SayThenFail(text, kind) => Ok(say(text).chain(stream::iter([Err(failed(kind))])).boxed()),
                Act::SayAndStop(text) => Ok(say(text).boxed()),
                Act::SayThenHang(text) => Ok(say(text).chain(stream::pending()).boxed()),
                Act::Hang => std::future::pending().await,
            }
        }
        .boxed()
    }

    fn models(&self) -> BoxFuture<'_, Result<Vec<String>, Error>> {
        let models = self.0.lock().unwrap().models.clone();
        async move { Ok(models) }.boxed()
    }
}
