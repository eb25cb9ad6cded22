//! The checks of answers that hosts' tests may use: an honest answer passes, and each lie is caught.

use astra_core::testing::{Answer, Document};
use axum::Router;
use axum::body::Body;
use axum::response::Response;
use http::{Method, Request, StatusCode};
use serde_json::json;
use tower::ServiceExt;

use crate::invoices;
use crate::support::{TestApp, TestBackend};

struct Host {
    router: Router,
    document: Document,
    token: String,
    _app: TestApp,
}

async fn host() -> Host {
    let app = TestApp::builder(TestBackend::sqlite()).routes(invoices::routes()).open().await;
    let document = Document::new(app.viewer().get("/openapi.json").await.expect(200));
    Host { router: app.gateway_router(), document, token: app.viewer().token().await, _app: app }
}

impl Host {
    async fn ask(&self, uri: &str) -> Response {
        let request = Request::get(uri).header("authorization", format!("Bearer {}", self.token));
        let request = request.body(Body::empty()).expect("a request");
        self.router.clone().oneshot(request).await.expect("an answer")
    }

    async fn check(&self, uri: &str) -> Result<Answer, Vec<String>> {
        self.document.check(&Method::GET, uri, self.ask(uri).await).await
    }
}

#[track_caller]
fn assert_caught(checked: Result<Answer, Vec<String>>, words: &[&str]) {
    let faults = checked.expect_err("a lie");
    assert_eq!(faults.len(), words.len(), "{faults:#?}");
    for word in words {
        assert!(faults.iter().any(|fault| fault.contains(word)), "{word:?} is not among {faults:#?}");
    }
}

#[tokio::test]
async fn honest_answers_pass() {
    let host = host().await;
    let answer = host.check("/prices/truth").await.expect("the truth");
    assert_eq!((answer.status, answer.json()), (StatusCode::OK, json!({"id": "i1", "cents": 1})));
    assert_eq!(host.check("/invoices?limit=2").await.expect("the truth").json(), json!([]));
    assert_eq!(host.check("/invoices?limit=0").await.expect("a refusal").status, 422);
    assert_eq!(host.check("/invoices/i17").await.expect("a refusal").status, 404);
    let stream = host.check("/invoices/i17/events").await.expect("the truth");
    assert_eq!(stream.events.len(), 2);
    assert_eq!(stream.events[1].data, json!({"type": "paid", "cents": 250}));
}

#[tokio::test]
async fn lies_of_a_handler_are_caught() {
    let host = host().await;
    assert_caught(host.check("/prices/body").await, &["GET /prices/body: 200: /cents"]);
    assert_caught(host.check("/prices/status").await, &["418: the status is not documented"]);
    assert_caught(host.check("/invoices/lie/events").await, &["the event paid: "]);
}

#[tokio::test]
async fn lies_on_the_way_are_caught() {
    let host = host().await;
    let uri = "/prices/truth";
    let check = async |change: &dyn Fn(&mut Response)| {
        let mut response = host.ask(uri).await;
        change(&mut response);
        host.document.check(&Method::GET, uri, response).await
    };
    let caught = check(&|response| drop(response.headers_mut().remove("x-request-id"))).await;
    assert_caught(caught, &["the header X-Request-ID is missing", "the header X-Request-ID is missing"]);
    let caught =
        check(&|response| drop(response.headers_mut().insert("ratelimit", "x".repeat(300).parse().expect("text"))))
            .await;
    assert_caught(caught, &["the header RateLimit: "]);
    let caught =
        check(&|response| drop(response.headers_mut().insert("content-type", "text/html".parse().expect("text"))))
            .await;
    assert_caught(caught, &["the media type \"text/html\" is not documented"]);
    assert_caught(check(&|response| *response.body_mut() = Body::from("{")).await, &["the body is not JSON"]);
    let unknown = host.document.check(&Method::GET, "/prices", host.ask(uri).await).await;
    assert_caught(unknown, &["the operation is not documented"]);
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_caught() {
    let host = host().await;
    let uri = "/invoices/i17/events";
    let mut response = host.ask(uri).await;
    *response.body_mut() = Body::from("event: paid\ndata: {\"type\": \"paid\", \"cents\": 1}\n\nevent: paid\nda");
    assert_caught(host.document.check(&Method::GET, uri, response).await, &["the stream ends within an event"]);
    let mut response = host.ask(uri).await;
    *response.body_mut() = Body::from("event: sent\ndata: {\"type\": \"paid\", \"cents\": 1}\n\n");
    assert_caught(host.document.check(&Method::GET, uri, response).await, &["its data says that it is \"paid\""]);
}
