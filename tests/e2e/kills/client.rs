//! Clients that ask without a pause, each question with a key of its own, and ask again with the same key when the gateway
//! was killed before it answered.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use super::model;

/// How often a client asks again after a kill, at an interval that sees a dead gateway's lease run out on PostgreSQL.
const TRIES: u32 = 300;
const RETRY: Duration = Duration::from_millis(200);

/// A gateway as its clients see it.
pub(crate) struct Endpoint {
    pub(crate) url: String,
    pub(crate) token: String,
    pub(crate) http: reqwest::Client,
}

/// What a client asks. Its text is its key too: no other question has it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Question {
    pub(crate) text: String,
    surface_id: String,
    is_stream: bool,
}

/// A question that was answered.
#[derive(Debug, Clone)]
pub(crate) struct Acknowledged {
    pub(crate) question: String,
    pub(crate) turn_id: String,
    pub(crate) session_id: String,
}

/// Why there is no answer.
#[derive(Debug)]
enum Unanswered {
    /// The connection broke.
    Gone(String),
    /// The turn was interrupted, or this is not known yet.
    Interrupted,
}

/// One client, and what it has asked.
pub(crate) struct Client {
    number: usize,
    asked: usize,
    pending: Option<Question>,
    pub(crate) acknowledged: Vec<Acknowledged>,
}

/// How far a load has come.
#[derive(Default)]
pub(crate) struct Progress {
    pub(crate) answers: AtomicUsize,
    pub(crate) is_killed: AtomicBool,
}

impl Client {
    pub(crate) const fn new(number: usize) -> Self {
        Self { number, asked: 0, pending: None, acknowledged: Vec::new() }
    }

    /// Asks until the gateway is gone.
    pub(crate) async fn ask_until_killed(&mut self, endpoint: &Endpoint, progress: &Progress) {
        loop {
            let question = self.pending.take().unwrap_or_else(|| self.next());
            match endpoint.ask(&question).await {
                Ok(acknowledged) => self.acknowledged.push(acknowledged),
                Err(Unanswered::Gone(fault)) => {
                    assert!(progress.is_killed.load(Ordering::SeqCst), "no kill, but {fault}");
                    self.pending = Some(question);
                    return;
                }
                Err(Unanswered::Interrupted) => panic!("no kill, but {question:?} was interrupted"),
            }
            progress.answers.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Asks again what was not answered before the kill.
    pub(crate) async fn ask_again(&mut self, endpoint: &Endpoint) {
        let Some(question) = self.pending.take() else { return };
        for _ in 0..TRIES {
            match endpoint.ask(&question).await {
                Ok(acknowledged) => return self.acknowledged.push(acknowledged),
                Err(Unanswered::Gone(fault)) => panic!("the gateway was started again, but {fault}"),
                Err(Unanswered::Interrupted) => tokio::time::sleep(RETRY).await,
            }
        }
        panic!("{question:?} is not answered");
    }

    /// Two of four clients stream. The first half share sessions by two, the others open one for each question.
    fn next(&mut self) -> Question {
        let text = format!("question {} of client {}", self.asked, self.number);
        let is_shared = self.number % 4 < 2;
        let surface_id = if is_shared { format!("shared-{}", self.number / 4) } else { text.replace(' ', "-") };
        self.asked += 1;
        Question { text, surface_id, is_stream: self.number.is_multiple_of(2) }
    }
}

impl Endpoint {
    /// Asks and waits for the whole answer, which must be the right one.
    async fn ask(&self, question: &Question) -> Result<Acknowledged, Unanswered> {
        let path = if question.is_stream { "/chat/stream" } else { "/chat" };
        let body =
            json!({"agent_id": "sure", "message": question.text, "surface": "test", "surface_id": question.surface_id});
        let request = self.http.post(format!("{}{path}", self.url)).bearer_auth(&self.token).json(&body);
        let response = request.header("Idempotency-Key", question.text.replace(' ', "-")).send().await.map_err(gone)?;
        let status = response.status();
        let text = response.text().await.map_err(gone)?;
        let turn = match (status.as_u16(), question.is_stream) {
            (200, true) => done(&text)?,
            (200, false) => serde_json::from_str(&text).expect("JSON"),
            _ if text.contains("interrupted") => return Err(Unanswered::Interrupted),
            _ => panic!("{question:?}: {status} {text}"),
        };
        assert_eq!((&turn["status"], &turn["content"]), (&"completed".into(), &model::answer(&question.text).into()));
        let id = |name: &str| turn[name].as_str().expect("an id").to_owned();
        Ok(Acknowledged { question: question.text.clone(), turn_id: id("turn_id"), session_id: id("session_id") })
    }

    /// The answer to a GET.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let response = self.http.get(format!("{}{path}", self.url)).bearer_auth(&self.token).send().await;
        let response = response.expect("an answer");
        assert_eq!(response.status(), 200, "{path}");
        response.json().await.expect("JSON")
    }

    /// All items of a list.
    pub(crate) async fn list(&self, path: &str) -> Vec<Value> {
        let (mut items, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = self.get(&format!("{path}?limit=200{cursor}")).await;
            items.extend(page["data"].as_array().expect("a list").iter().cloned());
            let Some(next) = page["next_cursor"].as_str() else { return items };
            cursor = format!("&cursor={next}");
        }
    }
}

fn gone(fault: reqwest::Error) -> Unanswered {
    Unanswered::Gone(fault.to_string())
}

/// The turn of a stream that has come to its end. One without an end was cut off.
fn done(text: &str) -> Result<Value, Unanswered> {
    let last = text.lines().filter_map(|line| line.strip_prefix("data: ")).next_back();
    let event: Value = last.and_then(|data| serde_json::from_str(data).ok()).unwrap_or_default();
    match event["type"].as_str() {
        Some("done") => Ok(event["turn"].clone()),
        Some("error") if event["problem"]["code"] == "interrupted" => Err(Unanswered::Interrupted),
        Some("error") => panic!("{event}"),
        _ => Err(Unanswered::Gone("a stream has no end".into())),
    }
}
