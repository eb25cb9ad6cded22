//! What an operation is allowed to be beyond the document: raw and large bodies, credentials of its own, upgrades, refusals
//! in another form. The operations are a host's; the gateway's own say the same in the same way.

use std::time::Duration;

use astra_core::auth::Role;
use astra_core::host::{Caller, Json, RawBody, Routes, routes};
use astra_core::{Code, Error, Result};
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tower::ServiceExt;
use utoipa::{OpenApi, ToSchema};

use crate::faults::{assert_all, faults};
use crate::support::{TestApp, TestBackend, document};

const MIB: usize = 1 << 20;

/// How much was sent.
#[derive(Serialize, ToSchema)]
struct Size {
    /// The number of bytes.
    #[schema(minimum = 0, example = 3)]
    bytes: usize,
}

/// Store a file
///
/// Its bytes are taken as they are, three MiB of them at the most.
#[utoipa::path(post, path = "/files", operation_id = "files.create", security(("bearer" = [])),
    extensions(("x-traits" = json!({"body": "raw", "body_bytes": 3_145_728}))),
    request_body(content_type = "application/octet-stream", description = "The bytes."),
    responses((status = 200, description = "The size.", body = Size)))]
async fn store(caller: Caller, body: RawBody) -> Result<Json<Size>> {
    assert!(!caller.subject.is_empty());
    Ok(Json(Size { bytes: body.bytes().await?.len() }))
}

/// Look at a file
///
/// Answers as soon as the first bytes are there.
#[utoipa::path(post, path = "/files/look", operation_id = "files.look", security(()),
    extensions(("x-traits" = json!({"body": "raw"}))),
    request_body(content_type = "*/*", description = "The bytes."),
    responses((status = 200, description = "The size of the first piece.", body = Size)))]
async fn look(RawBody(body): RawBody) -> Result<Json<Size>> {
    let first = body.into_data_stream().next().await.transpose().map_err(RawBody::fault)?;
    Ok(Json(Size { bytes: first.map_or(0, |first| first.len()) }))
}

/// Receive an event
///
/// The platform signs what it sends, and knows nothing of the gateway's tokens.
#[utoipa::path(post, path = "/hooks", operation_id = "hooks.receive", security(()),
    extensions(("x-traits" = json!({"body": "raw", "credential": "own"}))),
    request_body(content_type = "application/json", description = "The event, as it was signed."),
    responses((status = 204, description = "Taken.")))]
async fn receive(headers: HeaderMap, body: RawBody) -> Result<StatusCode> {
    let body = body.bytes().await?;
    let is_signed = headers.get("x-signature").is_some_and(|signature| signature.as_bytes() == reversed(&body));
    if is_signed { Ok(StatusCode::NO_CONTENT) } else { Err(Error::new(Code::Unauthorized, "The signature is wrong.")) }
}

fn reversed(body: &Bytes) -> Vec<u8> {
    body.iter().rev().copied().collect()
}

/// Talk
///
/// Sends back what it gets after an upgrade to the protocol `echo`. A plain request gets the size of nothing.
#[utoipa::path(get, path = "/talk", operation_id = "talk.connect", security(("bearer" = ["chat:send"])),
    extensions(("x-traits" = json!({"upgrades": true, "credential": "subprotocol"}))),
    responses((status = 101, description = "The protocol is `echo` from here on."),
        (status = 200, description = "Nothing was upgraded.", body = Size)))]
async fn talk(caller: Caller, mut request: Request) -> Response {
    let offered = request.headers().get(header::SEC_WEBSOCKET_PROTOCOL).cloned();
    if !request.headers().contains_key(header::UPGRADE) {
        return Json(Size { bytes: 0 }).into_response();
    }
    let upgrade = hyper::upgrade::on(&mut request);
    let name = caller.role.as_str();
    #[expect(clippy::disallowed_methods, reason = "the test's own task ends with its connection")]
    let _task = tokio::spawn(async move {
        let mut socket = hyper_util::rt::TokioIo::new(upgrade.await.expect("an upgrade"));
        socket.write_all(name.as_bytes()).await.expect("a greeting");
        let mut buffer = [0; 16];
        while let Ok(length @ 1..) = socket.read(&mut buffer).await {
            socket.write_all(&buffer[..length]).await.expect("an echo");
        }
    });
    let mut response = StatusCode::SWITCHING_PROTOCOLS.into_response();
    response.headers_mut().insert(header::UPGRADE, HeaderValue::from_static("echo"));
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    if let Some(offered) = offered {
        response.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, offered);
    }
    response
}

/// Promise
///
/// Answers what it may not.
#[utoipa::path(get, path = "/talk/promise", operation_id = "talk.promise", security(()),
    responses((status = 200, description = "Nothing was upgraded.")))]
async fn promise() -> StatusCode {
    StatusCode::SWITCHING_PROTOCOLS
}

/// A long text.
#[derive(Serialize, Deserialize, ToSchema)]
struct Book {
    /// All of it.
    #[schema(max_length = 5_000_000, example = "Once upon a time.")]
    text: String,
}

/// Store a book
///
/// Its JSON is larger than other operations take, and taken by axum's own extractor.
#[utoipa::path(post, path = "/books", operation_id = "books.create", security(()),
    extensions(("x-traits" = json!({"body_bytes": 4_194_304}))),
    request_body(content = Book, description = "The book.", example = json!({"text": "Once upon a time."})),
    responses((status = 200, description = "The size.", body = Size)))]
async fn book(axum::Json(book): axum::Json<Book>) -> Json<Size> {
    Json(Size { bytes: book.text.len() })
}

/// Try a code
///
/// Every client may, but not often. Refusals are as OAuth 2 writes them.
#[utoipa::path(post, path = "/codes", operation_id = "codes.attempt", security(()),
    extensions(("x-traits" = json!({"tries_secret": true, "refusals": "oauth", "body": "form"}))),
    request_body(content = Book, content_type = "application/x-www-form-urlencoded", description = "The code.",
        example = json!({"text": "1234"})),
    responses((status = 200, description = "The size of the code.", body = Size)))]
async fn attempt(Json(code): Json<Book>) -> Json<Size> {
    Json(Size { bytes: code.text.len() })
}

/// Complete a text
///
/// For clients of OpenAI's API.
#[utoipa::path(get, path = "/completions", operation_id = "texts.complete", security(("bearer" = [])),
    extensions(("x-traits" = json!({"refusals": "openai"}))),
    responses((status = 200, description = "The size.", body = Size)))]
async fn complete(_caller: Caller) -> Json<Size> {
    Json(Size { bytes: 1 })
}

#[derive(OpenApi)]
#[openapi(tags(
    (name = "files", description = "Files of any kind and size."),
    (name = "hooks", description = "Events that platforms send."),
    (name = "talk", description = "Protocols other than HTTP."),
    (name = "books", description = "Texts that are longer than others."),
    (name = "codes", description = "Codes that are good for one use."),
    (name = "texts", description = "Texts for other clients."),
))]
struct Api;

fn own() -> Routes {
    Routes::with_openapi(Api::openapi())
        .routes(routes!(store))
        .routes(routes!(look))
        .routes(routes!(receive))
        .routes(routes!(talk))
        .routes(routes!(promise))
        .routes(routes!(book))
        .routes(routes!(attempt))
        .routes(routes!(complete))
}

async fn host() -> TestApp {
    TestApp::builder(TestBackend::sqlite()).routes(own()).open().await
}

/// A body whose length is not known beforehand.
fn pieces(pieces: Vec<Vec<u8>>) -> Body {
    Body::from_stream(stream::iter(pieces.into_iter().map(Ok::<_, std::io::Error>)))
}

#[tokio::test]
async fn a_raw_body_comes_as_it_is_and_as_large_as_the_operation_allows() {
    let app = host().await;
    let post = |body: Body| app.viewer().post("/files").body("application/octet-stream", body);
    let whole = post(Body::from(vec![0xff; 3 * MIB])).await.expect(200);
    assert_eq!(whole["bytes"], 3 * MIB, "more than limits.body_bytes and than axum's own limit");
    assert_eq!(post(pieces(vec![vec![1; MIB], vec![2; MIB]])).await.expect(200)["bytes"], 2 * MIB);
    post(Body::from(vec![0; 3 * MIB + 1])).await.expect_problem(413, "payload_too_large");
    post(pieces(vec![vec![0; 3 * MIB], vec![0]])).await.expect_problem(413, "payload_too_large");
    let typed = app.viewer().post("/files").body("text/plain", "x").await;
    typed.expect_problem(415, "unsupported_media_type");
    app.anonymous().post("/files").body("application/octet-stream", "x").await.expect_problem(401, "unauthorized");
    // What is no JSON elsewhere is none here either, and it is not checked.
    assert_eq!(post(Body::from("{")).await.expect(200)["bytes"], 1);
}

#[tokio::test]
async fn a_raw_body_is_read_while_it_comes() {
    let app = host().await;
    let first = stream::iter([Ok::<_, std::io::Error>(vec![7_u8; 5])]);
    let endless = Body::from_stream(first.chain(stream::pending()));
    assert_eq!(app.anonymous().post("/files/look").body("image/png", endless).await.expect(200)["bytes"], 5);
    // Its own limit is that of all operations.
    let large = app.anonymous().post("/files/look").body("image/png", vec![0; MIB + 1]).await;
    large.expect_problem(413, "payload_too_large");
}

#[tokio::test(start_paused = true)]
async fn a_raw_body_that_stays_silent_is_given_up() {
    let app = host().await;
    let silent = Body::from_stream(stream::pending::<std::result::Result<Vec<u8>, std::io::Error>>());
    let asked = tokio::time::timeout(Duration::from_secs(61), app.anonymous().post("/files/look").body("a/b", silent));
    let problem = asked.await.expect("within a minute").expect_problem(400, "bad_request");
    assert_eq!(problem["detail"], "The body did not arrive in time.");
}

#[tokio::test]
async fn an_operation_checks_a_credential_of_its_own() {
    let app = host().await;
    let post = |signature: &str| {
        app.anonymous().post("/hooks").body("application/json", "{\"a\"").header("x-signature", signature)
    };
    let taken = post("\"a\"{").await;
    taken.header("ratelimit");
    assert_eq!(taken.status, 204, "no token is asked for, and the body is what was signed");
    let refused = post("wrong").await;
    refused.header("www-authenticate");
    refused.expect_problem(401, "unauthorized");
}

#[tokio::test]
async fn bodies_of_json_may_be_larger_too() {
    let app = host().await;
    let post = |length: usize| app.anonymous().post("/books").json(&json!({"text": "x".repeat(length)}));
    assert_eq!(post(3_500_000).await.expect(200)["bytes"], 3_500_000);
    post(4 * MIB).await.expect_problem(413, "payload_too_large");
}

#[tokio::test]
async fn what_tries_a_secret_is_limited_more_strictly_and_refuses_in_its_form() {
    let builder = TestApp::builder(TestBackend::sqlite()).routes(own());
    let app = builder.config(|config| config.limits.auth_address_requests_per_min = 2).open().await;
    let post = || app.anonymous().post("/codes").form("text=12+34");
    assert_eq!(post().await.expect(200)["bytes"], 5);
    app.anonymous().post("/codes").form("text=1&text=2").await.expect_oauth(400, "invalid_request");
    let refused = post().await.expect(429);
    assert!(refused["error_description"].is_string(), "{refused}");
    app.anonymous().post("/files/look").body("a/b", "x").await.expect(200);
}

#[tokio::test]
async fn clients_of_openai_are_refused_in_its_form_and_send_the_key_in_their_header() {
    let app = host().await;
    let refused = app.anonymous().get("/completions").await.expect(401);
    assert_eq!(refused["error"]["type"], "authentication_error", "{refused}");
    let token = app.viewer().token().await;
    app.anonymous().get("/completions?api-version=1").header("api-key", &token).await.expect(200);
    // Also where the path does not have the method.
    let request = http::Request::delete("/completions").header("host", "localhost").body(Body::empty());
    let refused = app.standalone_router().oneshot(request.expect("a request")).await.expect("an answer");
    assert_eq!(refused.status(), 405);
    assert_eq!(refused.headers()["content-type"], "application/json");
}

/// Sends the head of a request and answers the head of the response, with the connection.
async fn connect(address: std::net::SocketAddr, lines: &str) -> (String, TcpStream) {
    let mut socket = TcpStream::connect(address).await.expect("a connection");
    let head = format!("GET /talk HTTP/1.1\r\nhost: localhost\r\n{lines}\r\n");
    socket.write_all(head.as_bytes()).await.expect("a request");
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(socket.read_u8().await.expect("an answer"));
    }
    (String::from_utf8(answer).expect("text").to_lowercase(), socket)
}

#[tokio::test]
async fn an_operation_goes_on_with_another_protocol() {
    let mut app = host().await;
    let token = app.member().token().await;
    let narrow = app.scoped(Role::Member, "spec:read").token().await;
    let listening = app.listen().await;
    let upgrade = "connection: upgrade\r\nupgrade: echo\r\n";
    for credential in [
        format!("authorization: Bearer {token}\r\nsec-websocket-protocol: echo\r\n"),
        format!("sec-websocket-protocol: echo, bearer.{token}\r\n"),
    ] {
        let (head, mut socket) = connect(listening.address, &format!("{upgrade}{credential}")).await;
        assert!(head.starts_with("http/1.1 101 "), "{head}");
        assert!(head.contains("x-request-id: ") && head.contains("ratelimit: "), "{head}");
        assert!(head.contains("sec-websocket-protocol: echo\r\n"), "the token is not sent back: {head}");
        let mut greeting = [0; 6];
        socket.read_exact(&mut greeting).await.expect("a greeting");
        assert_eq!(&greeting, b"member");
        socket.write_all(b"ping").await.expect("a message");
        let mut echo = [0; 4];
        socket.read_exact(&mut echo).await.expect("an echo");
        assert_eq!(&echo, b"ping");
    }
    let status = async |lines: String| connect(listening.address, &lines).await.0.split(' ').nth(1).map(str::to_owned);
    assert_eq!(status(format!("{upgrade}sec-websocket-protocol: echo\r\n")).await.as_deref(), Some("401"));
    assert_eq!(status(format!("{upgrade}sec-websocket-protocol: bearer.x\r\n")).await.as_deref(), Some("401"));
    assert_eq!(status(format!("{upgrade}sec-websocket-protocol: bearer.{narrow}\r\n")).await.as_deref(), Some("403"));
    let twice = format!("{upgrade}sec-websocket-protocol: bearer.{token}\r\nauthorization: Bearer {token}\r\n");
    assert_eq!(status(twice).await.as_deref(), Some("401"));
    assert_eq!(status(format!("authorization: Bearer {token}\r\n")).await.as_deref(), Some("200"));
}

#[tokio::test]
async fn only_an_operation_that_says_so_upgrades() {
    let app = host().await;
    app.anonymous().get("/talk/promise").await.expect_problem(500, "internal");
}

#[tokio::test]
async fn the_document_does_not_show_traits_but_what_they_mean() {
    let json = host().await.viewer().get("/openapi.json").await.expect(200);
    assert_eq!(astra_core::testing::document_rules(&json), [""; 0]);
    assert!(!json.to_string().contains("x-traits") && !document().value.to_string().contains("x-traits"));
    let statuses = |path: &str, method: &str| -> Vec<String> {
        json["paths"][path][method]["responses"].as_object().expect("answers").keys().cloned().collect()
    };
    assert!(statuses("/hooks", "post").contains(&"401".to_owned()), "it refuses credentials of its own");
    assert!(!statuses("/files/look", "post").contains(&"401".to_owned()));
    assert_eq!(statuses("/talk", "get")[..2], ["101", "200"]);
    assert!(json["paths"]["/talk"]["get"]["responses"]["101"]["headers"]["RateLimit"].is_object());
    assert!(
        json["paths"]["/files"]["post"]["requestBody"]["content"]["application/octet-stream"].get("schema").is_none()
    );
    let refusal = &json["paths"]["/codes"]["post"]["responses"]["429"]["content"];
    assert_eq!(refusal["application/json"]["schema"]["$ref"], "#/components/schemas/OAuthError");
}

mod bad {
    //! Traits that contradict what is documented.

    /// One
    #[utoipa::path(get, path = "/bad/one", operation_id = "bad.misspelt", security(()),
        extensions(("x-traits" = json!({"body_kilobytes": 1}))), responses((status = 200, description = "Done.")))]
    pub(super) async fn misspelt() {}

    /// Two
    #[utoipa::path(get, path = "/bad/two", operation_id = "bad.bodiless", security(()),
        extensions(("x-traits" = json!({"body": "raw", "body_bytes": 0}))), responses((status = 200, description = "Done.")))]
    pub(super) async fn bodiless() {}

    /// Three
    #[utoipa::path(post, path = "/bad/three", operation_id = "bad.own", security(("bearer" = [])),
        extensions(("x-traits" = json!({"credential": "own", "upgrades": true}))), responses((status = 200, description = "Done.")))]
    pub(super) async fn own() {}

    /// Four
    #[utoipa::path(get, path = "/bad/four", operation_id = "bad.upgraded", security(("bearer" = [])),
        extensions(("x-traits" = json!({"credential": "subprotocol"}))),
        responses((status = 101, description = "Another one."), (status = 200, description = "Done.")))]
    pub(super) async fn upgraded() {}

    /// Five
    #[utoipa::path(post, path = "/bad/five", operation_id = "bad.unread", security(()),
        request_body(content_type = "text/plain", description = "A text."), responses((status = 200, description = "Done.")))]
    pub(super) async fn unread() {}

    /// Six
    #[utoipa::path(post, path = "/bad/six", operation_id = "bad.unformed", security(()),
        extensions(("x-traits" = json!({"body": "form"}))),
        request_body(content = String, content_type = "text/plain", description = "A text."),
        responses((status = 200, description = "Done.")))]
    pub(super) async fn unformed() {}

    /// Seven
    #[utoipa::path(post, path = "/bad/seven", operation_id = "bad.keyed", security(()),
        extensions(("x-traits" = json!({"body": "raw"}))),
        params(("Idempotency-Key" = String, Header, description = "The key.")),
        request_body(content_type = "text/plain", description = "A text."), responses((status = 200, description = "Done.")))]
    pub(super) async fn keyed() {}

    /// Eight
    #[utoipa::path(get, path = "/bad/eight", operation_id = "bad.unopened", security(()),
        extensions(("x-traits" = json!({"refusals": "close"}))), responses((status = 200, description = "Done.")))]
    pub(super) async fn unopened() {}
}

#[derive(OpenApi)]
#[openapi(tags((name = "bad", description = "Operations that are not good.")))]
struct Bad;

#[tokio::test]
async fn traits_that_contradict_the_document_are_faults() {
    let routes = Routes::with_openapi(Bad::openapi())
        .routes(routes!(bad::misspelt))
        .routes(routes!(bad::bodiless))
        .routes(routes!(bad::own))
        .routes(routes!(bad::upgraded))
        .routes(routes!(bad::unread))
        .routes(routes!(bad::unformed))
        .routes(routes!(bad::unopened));
    assert_all(
        &faults(vec![routes]).await,
        &[
            "GET /bad/one: its x-traits are not good: unknown field `body_kilobytes`",
            "GET /bad/two: it documents no body, and says how to read one",
            "GET /bad/two: it documents no body, and says how large one may be",
            "GET /bad/two: its body may have no byte",
            "POST /bad/three: it checks its own credential, and its security asks for another one",
            "POST /bad/three: it upgrades, and does not document the answer 101",
            "POST /bad/three: it upgrades, which only GET does",
            "GET /bad/four: its credential is in a subprotocol, but it is public or does not upgrade",
            "GET /bad/four: it documents the answer 101, and does not say that it upgrades",
            "POST /bad/five: its body is read as JSON, and it documents another media type",
            "POST /bad/five: its body has no schema",
            "POST /bad/six: its body is read as a form, which it does not document",
            "POST /bad/six: its body is read as a form or as JSON, and it documents another media type",
            "GET /bad/eight: it refuses by closing, and does not upgrade",
            "GET /bad/eight: it refuses by closing, and does not say in x-websocket what it receives",
        ],
    );
    let keyed = Routes::with_openapi(Bad::openapi()).routes(routes!(bad::keyed));
    assert_all(&faults(vec![keyed]).await, &["POST /bad/seven: its body is raw, so that Idempotency-Key cannot"]);
}

#[test]
fn the_names_of_traits_are_those_of_the_library() {
    use astra_core::host::{BodyReading, CredentialPlace, Refusals, Traits};
    let all = json!({"refusals": "openai", "tries_secret": true, "body": "raw", "body_bytes": 1, "credential": "own",
        "upgrades": true, "ignores_unknown": true});
    let read: Traits = serde_json::from_value(all).expect("good traits");
    let expected = Traits {
        refusals: Refusals::OpenAi,
        tries_secret: true,
        body: BodyReading::Raw,
        body_bytes: Some(1),
        credential: CredentialPlace::Own,
        upgrades: true,
        ignores_unknown: true,
    };
    assert_eq!(read, expected);
    assert_eq!(serde_json::from_value::<Traits>(Value::Object(serde_json::Map::new())).ok(), Some(Traits::default()));
}
