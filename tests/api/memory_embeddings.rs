//! Vectors of memory by a provider's `/embeddings`: made after what is written, asked for in searches, made anew for another model;
//! and a provider that answers something else, or not at all.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use astra_core::config::{Config, EmbeddingsConfig, Protocol, Secret};
use axum::Router;
use axum::extract::{Json, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::time::sleep;

use crate::support::{Caller, TestApp, TestBackend};
use crate::workspaces::restrict;

const DIMENSIONS: usize = 8;
/// Words that mean the same to the model.
const MEANINGS: [&[&str]; 3] = [&["tea", "beverage"], &["port", "socket"], &["release", "publication"]];

/// What the provider answers.
#[derive(Clone, Copy, PartialEq)]
enum Answers {
    Vectors,
    OtherDimension,
    Null,
    Html,
    Unavailable,
    Never,
    /// Texts with `long` are refused, as too long ones are.
    RefusesLong,
    RefusesAll,
}

/// A provider that makes vectors.
#[derive(Clone)]
struct Model {
    url: String,
    answers: Arc<Mutex<Answers>>,
    asked: Arc<Mutex<Vec<Value>>>,
}

impl Model {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/v1", listener.local_addr().expect("an address"));
        let model = Self { url, answers: Arc::new(Mutex::new(Answers::Vectors)), asked: Arc::default() };
        let router = Router::new().route("/v1/embeddings", axum::routing::post(answer)).with_state(model.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        model
    }

    fn will(&self, answers: Answers) {
        *self.answers.lock().expect("no panic") = answers;
    }

    /// The texts that it was asked about.
    fn texts(&self) -> Vec<String> {
        let asked = self.asked.lock().expect("no panic");
        let of = |body: &Value| body["input"].as_array().expect("texts").clone();
        asked.iter().flat_map(of).map(|text| text.as_str().expect("text").to_owned()).collect()
    }

    fn configure(&self, config: &mut Config, model: &str) {
        let provider = config.providers.entry("vectors".to_owned()).or_default();
        provider.protocol = Some(Protocol::OpenAi);
        provider.base_url = Some(self.url.clone());
        provider.api_key = Some(Secret::new("sk-vectors"));
        provider.max_retries = Some(0);
        config.memory.embeddings = Some(EmbeddingsConfig {
            provider: "vectors".to_owned(),
            model: model.to_owned(),
            dimensions: DIMENSIONS as u32,
            asks_dimensions: false,
            min_cosine: 0.25,
            batch: 4,
            search_timeout_ms: 300,
        });
    }

    async fn app(&self, backend: TestBackend, model: &str) -> TestApp {
        TestApp::builder(backend).memory().config(|config| self.configure(config, model)).open().await
    }
}

async fn answer(State(model): State<Model>, Json(body): Json<Value>) -> Response {
    model.asked.lock().expect("no panic").push(body.clone());
    let answers = *model.answers.lock().expect("no panic");
    let texts: Vec<&str> = body["input"].as_array().expect("texts").iter().filter_map(Value::as_str).collect();
    let refusal =
        || (StatusCode::BAD_REQUEST, Json(json!({"error": {"message": "input is too long"}}))).into_response();
    match answers {
        Answers::Html => return Html("<html>A page.</html>").into_response(),
        Answers::Unavailable => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Answers::Never => std::future::pending().await,
        Answers::RefusesAll => return refusal(),
        Answers::RefusesLong if texts.iter().any(|text| text.contains("long")) => return refusal(),
        _ => {}
    }
    let vector = |text: &&str| {
        let mut values = vec![json!(0.0); DIMENSIONS];
        let has = |words: &&[&str]| words.iter().any(|word| text.to_lowercase().contains(word));
        let place = MEANINGS.iter().position(has).unwrap_or(DIMENSIONS - 1);
        values[place] = if answers == Answers::Null { Value::Null } else { json!(2.0) };
        values.truncate(if answers == Answers::OtherDimension { 4 } else { DIMENSIONS });
        values
    };
    // Not in the order of the texts: the index says which is which.
    let made = texts.iter().enumerate().rev().map(|(at, text)| json!({"index": at, "embedding": vector(text)}));
    Json(json!({"object": "list", "data": made.collect::<Vec<_>>(), "usage": {"prompt_tokens": 1}})).into_response()
}

async fn keep(caller: &Caller, content: &str) {
    caller.post("/memory").json(&json!({"tier": "procedural", "content": content})).await.expect(201);
}

async fn search(caller: &Caller, query: &str) -> Value {
    caller.post("/memory/search").json(&json!({"query": query})).await.expect(200)
}

fn contents(found: &Value) -> Vec<&str> {
    found["hits"].as_array().expect("hits").iter().map(|hit| hit["content"].as_str().expect("content")).collect()
}

/// What a search finds once all vectors are made.
async fn searched(caller: &Caller, query: &str) -> Value {
    loop {
        let found = search(caller, query).await;
        if found["vectors"]["coverage"] == 1.0 {
            return found;
        }
        // The clock stands still, and with it the quota of requests.
        sleep(Duration::from_millis(100)).await;
    }
}

async fn backends() -> Vec<TestBackend> {
    [Some(TestBackend::sqlite()), TestBackend::postgres().await].into_iter().flatten().collect()
}

#[tokio::test]
async fn what_is_written_is_found_by_meaning_once_the_model_has_answered() {
    for backend in backends().await {
        let model = Model::start().await;
        let app = model.app(backend, "first").await;
        let member = app.member();
        for content in
            ["I like tea.", "The port is 8080.", "We publish on Tuesdays: release day.", "Lunch is at noon.", "Rain."]
        {
            keep(&member, content).await;
        }
        let found = searched(&member, "Which beverage?").await;
        assert_eq!(contents(&found), ["I like tea."], "{found}");
        assert_eq!(found["hits"][0]["sources"]["text"], Value::Null, "no word is the same");
        assert_eq!(found["vectors"], json!({"is_searched": true, "coverage": 1.0}));
        let asked = model.asked.lock().expect("no panic").clone();
        assert!(asked.iter().all(|body| body["model"] == "first" && body["dimensions"] == Value::Null), "{asked:?}");
        assert!(asked.iter().all(|body| body["input"].as_array().expect("texts").len() <= 4), "{asked:?}");
        let count = model.texts().len();
        search(&member, "Which beverage?").await;
        assert_eq!(model.texts().len(), count, "a query that comes again asks no model");
    }
}

#[tokio::test]
async fn a_search_goes_on_without_a_model_that_does_not_answer_as_it_should() {
    let model = Model::start().await;
    let app = model.app(TestBackend::sqlite(), "first").await;
    let member = app.member();
    keep(&member, "I like tea.").await;
    searched(&member, "tea").await;
    let answers = [Answers::OtherDimension, Answers::Null, Answers::Html, Answers::Unavailable, Answers::Never];
    for (number, answers) in answers.into_iter().enumerate() {
        model.will(answers);
        let found = search(&member, &format!("tea {number}")).await;
        assert_eq!((contents(&found), &found["vectors"]["is_searched"]), (vec!["I like tea."], &json!(false)));
    }
    // Five failures in a minute: the circuit is open, and the model is left alone.
    let count = model.texts().len();
    search(&member, "tea again").await;
    assert_eq!(model.texts().len(), count);
    let text = app.owner().get("/metrics").await.text();
    let counted = |line: &str| assert!(text.contains(line), "{line}\n{text}");
    counted("astra_memory_embedding_calls_total{outcome=\"failed\"} 5");
    counted("astra_memory_embedding_calls_total{outcome=\"circuit_open\"} 1");
}

#[tokio::test]
async fn a_text_that_the_model_refuses_has_no_vector_and_holds_up_no_other() {
    let model = Model::start().await;
    model.will(Answers::RefusesLong);
    let app = model.app(TestBackend::sqlite(), "first").await;
    let member = app.member();
    for content in ["I like tea.", "A long story of a socket.", "The port is 8080.", "Rain."] {
        keep(&member, content).await;
    }
    let found = searched(&member, "socket").await;
    assert_eq!(contents(&found), ["A long story of a socket.", "The port is 8080."], "{found}");
    assert_eq!(found["hits"][0]["sources"]["vector"], Value::Null);
}

#[tokio::test]
async fn a_model_that_refuses_everything_is_asked_again_later() {
    let model = Model::start().await;
    model.will(Answers::RefusesAll);
    let app = model.app(TestBackend::sqlite(), "first").await;
    let member = app.member();
    keep(&member, "I like tea.").await;
    while !model.texts().contains(&"Hello.".to_owned()) {
        sleep(Duration::from_millis(20)).await;
    }
    let found = search(&member, "tea").await;
    assert_eq!(found["vectors"]["coverage"], 0.0, "it is not said to be without a vector");
    model.will(Answers::Vectors);
    assert_eq!(contents(&searched(&member, "beverage").await), ["I like tea."]);
}

#[tokio::test]
async fn another_model_makes_all_vectors_anew_at_the_next_start() {
    for backend in backends().await {
        let model = Model::start().await;
        let mut app = TestApp::builder(backend).memory().open().await;
        keep(&app.member(), "I like tea.").await;
        keep(&app.member(), "The port is 8080.").await;
        let found = search(&app.member(), "tea").await;
        assert_eq!(found["vectors"], json!({"is_searched": true, "coverage": 1.0}), "the table in the program");
        for name in ["first", "second"] {
            app = model.app(app.close(), name).await;
            assert_eq!(contents(&searched(&app.member(), "beverage").await), ["I like tea."]);
            let asked = model.asked.lock().expect("no panic").clone();
            assert!(asked.iter().any(|body| body["model"] == name && body["input"][0] == "I like tea."), "{asked:?}");
        }
    }
}

#[tokio::test]
async fn a_job_makes_vectors_that_are_missing_and_says_how_many() {
    for backend in backends().await {
        let model = Model::start().await;
        model.will(Answers::Unavailable);
        let app = model.app(backend, "first").await;
        let member = app.member();
        for number in 0..10 {
            keep(&member, &format!("Port {number}.")).await;
        }
        model.will(Answers::Vectors);
        let job = json!({"type": "memory_reembed", "payload": {}});
        let job = member.post("/jobs").json(&job).await.expect(202);
        let path = format!("/jobs/{}?wait_s=30", job["id"].as_str().expect("an id"));
        let ended = member.get(&path).await.expect(200);
        assert_eq!((&ended["status"], &ended["result"]["items"]), (&json!("succeeded"), &json!(10)), "{ended}");
        assert_eq!(contents(&searched(&member, "Which socket?").await).len(), 10);
    }
}

#[tokio::test]
async fn a_workspace_that_does_not_allow_the_model_is_searched_by_words() {
    for backend in backends().await {
        let model = Model::start().await;
        let app = model.app(backend, "first").await;
        let member = app.member();
        keep(&member, "I like tea.").await;
        searched(&member, "tea").await;
        restrict(&app, &json!({"models": ["echo"]})).await;
        let count = model.texts().len();
        keep(&member, "The port is 8080.").await;
        let found = search(&member, "Which port?").await;
        assert_eq!(
            (contents(&found), &found["vectors"]["is_searched"]),
            (vec!["The port is 8080."], &json!(false)),
            "{found}"
        );
        let job = json!({"type": "memory_reembed", "payload": {}});
        let job = member.post("/jobs").json(&job).await.expect(202);
        let path = format!("/jobs/{}?wait_s=30", job["id"].as_str().expect("an id"));
        let ended = member.get(&path).await.expect(200);
        assert!(ended["status"] == "failed" && ended.to_string().contains("restrictions"), "{ended}");
        assert_eq!(model.texts().len(), count, "the model was not asked");
        restrict(&app, &json!({"providers": ["vectors"]})).await;
        assert_eq!(contents(&searched(&member, "Which socket?").await), ["The port is 8080."]);
    }
}
