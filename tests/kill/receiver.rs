//! A receiver of webhooks that keeps each body by its `webhook-id`. Until it is told to be calm it refuses some, and breaks the
//! connection of some, before or in the middle of its answer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::moments::Moments;
use crate::server::{self, Answer, Request};

/// A running receiver.
pub(crate) struct Receiver {
    pub(crate) port: u16,
    state: Arc<State>,
}

struct State {
    is_calm: AtomicBool,
    random: Mutex<Moments>,
    received: Mutex<BTreeMap<String, Received>>,
}

/// What came under one `webhook-id`.
#[derive(Debug, Default, Clone)]
pub(crate) struct Received {
    /// Where.
    pub(crate) paths: BTreeSet<String>,
    /// The bodies: one, however often it comes.
    pub(crate) bodies: BTreeSet<String>,
    /// How often it came.
    pub(crate) times: usize,
    /// How often it was taken.
    pub(crate) taken: usize,
}

impl Receiver {
    /// Starts it.
    pub(crate) async fn start() -> Self {
        let (is_calm, random) = (AtomicBool::new(false), Mutex::new(Moments::new(1_000)));
        let state = Arc::new(State { is_calm, random, received: Mutex::default() });
        let kept = Arc::clone(&state);
        Self { port: server::start(move |request| kept.receive(&request)).await, state }
    }

    /// From now on it takes everything.
    pub(crate) fn calm(&self) {
        self.state.is_calm.store(true, Ordering::SeqCst);
    }

    /// What came, by `webhook-id`.
    pub(crate) fn received(&self) -> BTreeMap<String, Received> {
        self.state.received.lock().expect("no panic").clone()
    }
}

impl State {
    fn receive(&self, request: &Request) -> Answer {
        let mut answer = Answer::json("{}".to_owned());
        if !self.is_calm.load(Ordering::SeqCst) {
            match self.random.lock().expect("no panic").within(1, 100) {
                1..=10 => answer.status = 500,
                11..=15 => answer.breaks_after = Some(0),
                16..=20 => answer.breaks_after = Some(9),
                21..=25 => answer.after = Duration::from_millis(200),
                _ => {}
            }
        }
        let id = request.headers.get("webhook-id").cloned().unwrap_or_default();
        let mut received = self.received.lock().expect("no panic");
        let received = received.entry(id).or_default();
        received.paths.insert(request.path.clone());
        received.bodies.insert(request.body.clone());
        received.times += 1;
        received.taken += usize::from(answer.status == 200 && answer.breaks_after.is_none());
        answer
    }
}
