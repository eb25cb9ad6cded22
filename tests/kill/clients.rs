//! Clients that ask without an end, each question with a key of its own, and ask again with the same key until it is
//! acknowledged. They note what was acknowledged, and how jobs ended that they have waited for.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::model;
use crate::moments::Moments;

/// Clients of each kind.
const KINDS: [(Kind, usize); 4] = [(Kind::Steps, 5), (Kind::Once, 1), (Kind::Agent, 3), (Kind::Chat, 3)];
/// How often one question is asked at the most.
const TRIES: u32 = 2_000;
const PAUSE: Duration = Duration::from_millis(20);

/// What a client asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Steps,
    Once,
    Agent,
    Chat,
}

/// Where the gateways are now, and what all clients know.
pub(crate) struct Endpoints {
    pub(crate) urls: RwLock<Vec<String>>,
    pub(crate) token: String,
    pub(crate) http: reqwest::Client,
    is_over: AtomicBool,
    acknowledged: AtomicUsize,
}

/// What clients know.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// The type and the id of each acknowledged job, by its question.
    pub(crate) jobs: BTreeMap<String, (String, String)>,
    /// The status and the result of jobs whose end was seen, by id.
    pub(crate) ended: BTreeMap<String, (Value, Value)>,
    /// The id of each acknowledged turn, by its question.
    pub(crate) turns: BTreeMap<String, String>,
    /// Requests without an answer that counts, by why.
    pub(crate) unanswered: BTreeMap<String, usize>,
}

/// Clients that ask.
pub(crate) struct Clients {
    endpoints: Arc<Endpoints>,
    asking: JoinSet<Known>,
}

impl Endpoints {
    pub(crate) fn new(token: String) -> Arc<Self> {
        let http = reqwest::Client::builder().timeout(Duration::from_secs(120)).build().expect("a client");
        let (urls, is_over, acknowledged) = (RwLock::default(), AtomicBool::new(false), AtomicUsize::new(0));
        Arc::new(Self { urls, token, http, is_over, acknowledged })
    }

    /// How many questions were acknowledged.
    pub(crate) fn acknowledged(&self) -> usize {
        self.acknowledged.load(Ordering::SeqCst)
    }

    /// Sends a request to `url`; the status and the body.
    pub(crate) async fn send(
        &self,
        url: &str,
        (method, path): (reqwest::Method, &str),
        body: Option<&Value>,
        key: Option<&str>,
    ) -> reqwest::Result<(u16, Value)> {
        let mut request = self.http.request(method, format!("{url}{path}")).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(body);
        }
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        let response = request.send().await?;
        let status = response.status().as_u16();
        let text = response.text().await?;
        Ok((status, serde_json::from_str(&text).unwrap_or(Value::String(text))))
    }

    /// One of the gateways.
    fn url(&self, random: &mut Moments) -> Option<String> {
        let urls = self.urls.read().expect("no panic");
        (!urls.is_empty()).then(|| urls[random.place(urls.len())].clone())
    }

    /// The answer to a request that must succeed, by the first gateway.
    pub(crate) async fn ok(&self, method: reqwest::Method, path: &str, body: Option<&Value>) -> Value {
        let url = self.urls.read().expect("no panic").first().cloned().expect("a gateway runs");
        let (status, answer) = self.send(&url, (method, path), body, None).await.expect("an answer");
        assert!((200..300).contains(&status), "{path}: {status} {answer}");
        answer
    }
}

impl Clients {
    /// Begins to ask.
    pub(crate) fn start(endpoints: &Arc<Endpoints>) -> Self {
        let mut asking = JoinSet::new();
        let kinds = KINDS.into_iter().flat_map(|(kind, count)| std::iter::repeat_n(kind, count));
        for (number, kind) in kinds.enumerate() {
            let (endpoints, random) = (Arc::clone(endpoints), Moments::new(number as u64));
            asking.spawn(Client { kind, number, random, endpoints, known: Known::default() }.ask());
        }
        Self { endpoints: Arc::clone(endpoints), asking }
    }

    /// Fails as a client has failed, if one has.
    pub(crate) fn check(&mut self) {
        if let Some(ended) = self.asking.try_join_next() {
            panic!("a client has ended: {:?}", ended.map(|known| known.unanswered));
        }
    }

    /// Lets them end once all that they have asked is acknowledged; answers what they know together.
    pub(crate) async fn end(self) -> Known {
        self.endpoints.is_over.store(true, Ordering::SeqCst);
        let mut all = Known::default();
        for known in self.asking.join_all().await {
            all.jobs.extend(known.jobs);
            all.ended.extend(known.ended);
            all.turns.extend(known.turns);
            for (why, times) in known.unanswered {
                *all.unanswered.entry(why).or_default() += times;
            }
        }
        all
    }
}

struct Client {
    kind: Kind,
    number: usize,
    random: Moments,
    endpoints: Arc<Endpoints>,
    known: Known,
}

impl Client {
    async fn ask(mut self) -> Known {
        let endpoints = Arc::clone(&self.endpoints);
        for number in 0.. {
            if endpoints.is_over.load(Ordering::SeqCst) {
                break;
            }
            let question = format!("question {number} of client {}", self.number);
            let (path, body) = self.request(&question);
            let answer = self.insist(&question, path, &body).await;
            endpoints.acknowledged.fetch_add(1, Ordering::SeqCst);
            if self.kind == Kind::Chat {
                let expected = (&json!("completed"), &json!(model::answer(&question)));
                assert_eq!((&answer["status"], &answer["content"]), expected, "{question}");
                self.known.turns.insert(question, text(&answer["turn_id"]));
            } else {
                let id = text(&answer["id"]);
                self.known.jobs.insert(question, (text(&answer["type"]), id.clone()));
                self.wait_for(&id).await;
            }
            let pause_ms = self.random.within(0, 40);
            sleep(Duration::from_millis(pause_ms)).await;
        }
        self.known
    }

    fn request(&mut self, question: &str) -> (&'static str, Value) {
        let (pause_ms, fails) = (self.random.within(0, 15), self.random.chance(5));
        let order = json!({"name": question, "pause_ms": pause_ms, "failures": i32::from(fails)});
        match self.kind {
            Kind::Steps => ("/jobs", json!({"type": "kill.steps", "payload": order})),
            Kind::Once => ("/jobs", json!({"type": "kill.once", "payload": order})),
            Kind::Agent => {
                let payload = json!({"agent_id": "sure", "message": question});
                ("/jobs", json!({"type": "agent_run", "payload": payload, "max_retries": 10}))
            }
            Kind::Chat => {
                let surface_id = question.replace(' ', "-");
                let body =
                    json!({"agent_id": "sure", "message": question, "surface": "test", "surface_id": surface_id});
                ("/chat", body)
            }
        }
    }

    /// Asks until it is acknowledged.
    async fn insist(&mut self, question: &str, path: &str, body: &Value) -> Value {
        let (endpoints, key) = (Arc::clone(&self.endpoints), question.replace(' ', "-"));
        for _ in 0..TRIES {
            if let Some(url) = endpoints.url(&mut self.random) {
                match endpoints.send(&url, (reqwest::Method::POST, path), Some(body), Some(&key)).await {
                    Ok((200..=299, answer)) => return answer,
                    // What became of it is not known yet, or it was interrupted and may be asked again.
                    Ok((status @ (409 | 503), answer)) => self.note(format!("{status} {}", text(&answer["code"]))),
                    Ok((status, answer)) => panic!("{question}: {status} {answer}"),
                    Err(_) => self.note("no answer".to_owned()),
                }
            }
            sleep(PAUSE).await;
        }
        panic!("{question} is not acknowledged: {:?}", self.known.unanswered);
    }

    /// Waits for the end of a job, for a while; notes it if it is seen.
    async fn wait_for(&mut self, id: &str) {
        let Some(url) = self.endpoints.url(&mut self.random) else { return };
        let path = format!("/jobs/{id}?wait_s=2");
        match self.endpoints.send(&url, (reqwest::Method::GET, &path), None, None).await {
            Ok((200, job)) if ["pending", "running"].contains(&text(&job["status"]).as_str()) => {}
            Ok((200, job)) => {
                drop(self.known.ended.insert(id.to_owned(), (job["status"].clone(), job["result"].clone())))
            }
            Ok((503, _)) | Err(_) => self.note("no answer to one who waits".to_owned()),
            Ok((status, answer)) => panic!("an acknowledged job: {status} {answer}"),
        }
    }

    fn note(&mut self, why: String) {
        *self.known.unanswered.entry(why).or_default() += 1;
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
