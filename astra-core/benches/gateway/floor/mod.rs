//! The floor: a proxy that hands a question on and its answer back. It checks no caller, knows no agents and no
//! sessions; what it keeps, it keeps as cheaply as SQLite can. No gateway that keeps its turns can be faster.

mod store;
mod stream;

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::serve::ListenerExt as _;
use http::{StatusCode, header};
use serde::Deserialize;
use tokio::net::TcpListener;

use crate::Result;
use crate::upstream::typed;
use store::{Kept, Store};

/// Where the upstream listens.
pub(crate) const UPSTREAM: &str = "ASTRA_BENCH_UPSTREAM";

struct Floor {
    client: reqwest::Client,
    upstream: String,
    store: Store,
}

#[derive(Deserialize)]
struct Question {
    stream: bool,
    messages: Vec<Said>,
}

#[derive(Deserialize, Default)]
struct Said {
    #[serde(default)]
    content: String,
}

#[derive(Deserialize)]
struct Answer {
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    message: Said,
}

/// Serves until the process is ended.
pub(crate) fn serve(database: &Path, synchronous: &str) -> Result<()> {
    // The client wants one even where nothing is encrypted; a second one in this process there is not.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().tcp_nodelay(true).pool_max_idle_per_host(1024).build()?;
    let upstream = std::env::var(UPSTREAM)?;
    let store = Store::open(database, synchronous)?;
    let floor = Floor { client, upstream: format!("http://{upstream}/v1/chat/completions"), store };
    listen(Router::new().fallback(forward).with_state(Arc::new(floor)))
}

/// Serves one file of JSON, whatever is asked.
pub(crate) fn serve_file(path: &Path) -> Result<()> {
    let bytes = Bytes::from(std::fs::read(path)?);
    listen(Router::new().fallback(async move || typed("application/json", bytes.into())))
}

/// Serves `router` on a free port of this machine, and says on stdout which it is.
pub(crate) fn listen(router: Router) -> Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        writeln!(std::io::stdout(), "{}", listener.local_addr()?)?;
        // A connection that cannot be told so is only slower.
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        Ok(axum::serve(listener, router).await?)
    })
}

async fn forward(State(floor): State<Arc<Floor>>, body: Bytes) -> Response {
    floor.answer(body).await.unwrap_or_else(|_| StatusCode::BAD_GATEWAY.into_response())
}

impl Floor {
    async fn answer(&self, body: Bytes) -> Result<Response> {
        let begun = Instant::now();
        let mut question: Question = serde_json::from_slice(&body)?;
        let asked = self.client.post(&self.upstream).header(header::CONTENT_TYPE, "application/json").body(body);
        let response = asked.send().await?.error_for_status()?;
        let question_text = question.messages.pop().unwrap_or_default().content;
        if question.stream {
            let events = stream::events(response, self.store.clone(), question_text, begun);
            return Ok(typed("text/event-stream", Body::from_stream(events)));
        }
        let body = response.bytes().await?;
        let answer: Answer = serde_json::from_slice(&body)?;
        let answer = answer.choices.into_iter().next().ok_or("an answer without a choice")?.message.content;
        self.store.keep(Kept::new(question_text, answer, begun)).await?;
        Ok(typed("application/json", body.into()))
    }
}
