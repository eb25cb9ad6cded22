//! Bodies that are not what the operation takes: each kind gets its problem, with a pointer to the very place.

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use serde_json::{Value, json};

use crate::support::{Answer, Ask, TestApp};

const JSON: &str = "application/json";

fn create(app: &TestApp) -> Ask {
    app.member().post("/sessions")
}

async fn pointers(ask: Ask) -> Vec<String> {
    let problem = ask.await.expect_problem(422, "invalid_request");
    let errors = problem["errors"].as_array().expect("errors").iter();
    let mut pointers: Vec<_> = errors.map(|error| error["pointer"].as_str().expect("a pointer").to_owned()).collect();
    pointers.dedup();
    pointers
}

#[tokio::test]
async fn what_is_no_json_is_malformed() {
    let app = TestApp::new().await;
    let nested = "[".repeat(100_000);
    for bytes in
        [b"".as_slice(), b"{", b"{} {}", b"nul", b"\"\xff\"", b"{\"a\":\"\xc3\x28\"}", nested.as_bytes(), b"\0"]
    {
        let answer = create(&app).body(JSON, bytes.to_vec()).await;
        let problem = answer.expect_problem(400, "bad_request");
        assert!(problem["detail"].as_str().expect("text").contains("JSON"), "{problem}");
    }
}

#[tokio::test]
async fn json_of_another_shape_is_refused() {
    let app = TestApp::new().await;
    for value in [json!(17), json!("text"), json!([]), json!(null), json!([{"agent_id": "assistant"}])] {
        assert_eq!(pointers(create(&app).json(&value)).await, [""], "{value}");
    }
}

#[tokio::test]
async fn faults_are_pointed_at() {
    let app = TestApp::new().await;
    for (value, pointer) in [
        (json!({}), "/agent_id"),
        (json!({"agent_id": 5}), "/agent_id"),
        (json!({"agent_id": "a".repeat(65)}), "/agent_id"),
        (json!({"agent_id": "Not A Slug"}), "/agent_id"),
        (json!({"agent_id": "a\u{0}"}), "/agent_id"),
        (json!({"agent_id": "a", "title": "nul \u{0}"}), "/title"),
        (json!({"agent_id": "a", "pinned_version": 0}), "/pinned_version"),
        (json!({"agent_id": "a", "pinned_version": 1.5}), "/pinned_version"),
        (json!({"agent_id": "a", "metadata": []}), "/metadata"),
        (json!({"agent_id": "a", "agentid": "b"}), "/agentid"),
        (json!({"agent_id": "a", "x/~y": 1}), "/x~1~0y"),
    ] {
        assert_eq!(pointers(create(&app).json(&value)).await, [pointer], "{value}");
    }
}

#[tokio::test]
async fn a_thousand_faults_are_not_listed() {
    let app = TestApp::new().await;
    let fields: serde_json::Map<String, Value> =
        (0..1000).map(|number| (format!("x{number}"), number.into())).collect();
    assert!(pointers(create(&app).json(&fields.into())).await.len() <= 32);
}

#[tokio::test]
async fn problems_do_not_repeat_what_was_sent() {
    let app = TestApp::new().await;
    let secret = "hunter2 ".repeat(200);
    let answer = create(&app).json(&json!({"agent_id": secret, "title": [secret]})).await;
    assert!(!answer.text().contains("hunter2"), "{}", answer.text());
}

#[tokio::test]
async fn a_whole_float_is_an_integer() {
    let app = TestApp::new().await;
    // The schema takes it: what is refused afterwards is the version, which does not exist.
    let answer = create(&app).body(JSON, r#"{"agent_id": "assistant", "pinned_version": 7e1}"#).await;
    assert!(answer.text().contains("no such version"), "{}", answer.text());
}

#[tokio::test]
async fn the_media_type_must_be_one_that_the_operation_takes() {
    let app = TestApp::new().await;
    let body = r#"{"agent_id": "nobody-knows-it"}"#;
    for media_type in ["text/plain", "application/jsonx", "application/x-www-form-urlencoded", "multipart/form-data"] {
        create(&app).body(media_type, body).await.expect_problem(415, "unsupported_media_type");
    }
    for wrong in ["application/json; charset=latin1", "application/json;charset=\"utf-16\""] {
        create(&app).body(wrong, body).await.expect_problem(415, "unsupported_media_type");
    }
    for right in [
        "Application/JSON",
        "application/json; charset=UTF-8",
        "application/json ; charset=\"utf-8\"",
        "application/json; charset=utf8",
        "application/json;charset=\"UTF8\"",
    ] {
        let answer = create(&app).body(right, body).await;
        assert!(answer.text().contains("no such agent"), "{right}: {}", answer.text());
    }
    let silent = create(&app).body(JSON, body);
    silent.without("content-type").await.expect_problem(415, "unsupported_media_type");
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut encoder, bytes).expect("packed");
    encoder.finish().expect("packed")
}

#[tokio::test]
async fn a_body_may_be_packed_with_gzip() {
    let app = TestApp::new().await;
    let body = br#"{"agent_id": "nobody-knows-it"}"#;
    for coding in ["gzip", "x-gzip", "GZIP"] {
        let answer = create(&app).body(JSON, gzip(body)).header("content-encoding", coding).await;
        assert!(answer.text().contains("no such agent"), "{coding}: {}", answer.text());
    }
    // Two members make one body (RFC 1952, 2.2), and pieces may be small.
    let members = [gzip(&body[..10]), gzip(&body[10..])].concat();
    let pieces: Vec<_> = members.iter().map(|byte| Ok::<_, std::io::Error>(Bytes::from(vec![*byte]))).collect();
    let pieces = Body::from_stream(stream::iter(pieces));
    let answer = create(&app).body(JSON, pieces).header("content-encoding", "gzip").await;
    assert!(answer.text().contains("no such agent"), "{}", answer.text());
    let identity = create(&app).body(JSON, body.to_vec()).header("content-encoding", "identity").await;
    assert!(identity.text().contains("no such agent"), "{}", identity.text());
    assert!(!identity.headers.contains_key("accept-encoding"));
}

#[tokio::test]
async fn other_codings_are_refused_with_those_that_are_read() {
    let app = TestApp::new().await;
    for codings in [&["br"][..], &["deflate"], &["gzip, gzip"], &["gzip", "identity"], &["zstd"]] {
        let ask = codings
            .iter()
            .fold(create(&app).body(JSON, gzip(b"{}")), |ask, coding| ask.header("content-encoding", coding));
        let answer = ask.await;
        assert_eq!(answer.header("accept-encoding"), "gzip, identity", "{codings:?}");
        let problem = answer.expect_problem(415, "unsupported_media_type");
        assert!(problem["detail"].as_str().expect("text").contains("Content-Encoding"), "{problem}");
    }
    let wrong_type = create(&app).body("text/plain", "{}").await;
    assert!(!wrong_type.headers.contains_key("accept-encoding"), "the coding was not what was wrong");
}

#[tokio::test]
async fn what_is_packed_badly_or_unpacks_beyond_the_limit_is_refused() {
    let app = TestApp::new().await;
    let whole = gzip(br#"{"agent_id": "nobody-knows-it"}"#);
    for bytes in [b"".as_slice(), b"{}", &whole[..whole.len() - 1], &whole[..12], &[whole.as_slice(), b"more"].concat()]
    {
        let answer = create(&app).body(JSON, bytes.to_vec()).header("content-encoding", "gzip").await;
        let problem = answer.expect_problem(400, "bad_request");
        assert!(problem["detail"].as_str().expect("text").contains("gzip"), "{problem}");
    }
    let bomb = gzip(&vec![b' '; 200 << 20]);
    assert!(bomb.len() < 1 << 20, "the limit would hold it as it is");
    let answer = create(&app).body(JSON, bomb).header("content-encoding", "gzip").await;
    answer.expect_problem(413, "payload_too_large");
}

#[tokio::test]
async fn a_patch_may_say_that_it_is_one() {
    let app = TestApp::new().await;
    let session = create(&app).json(&json!({"agent_id": "assistant"})).await.expect(201);
    let path = format!("/sessions/{}", session["id"].as_str().expect("an id"));
    for (media_type, title) in [(JSON, "one"), ("application/merge-patch+json", "two")] {
        let patch = json!({"title": title}).to_string();
        let patched = app.member().patch(&path).body(media_type, patch).await.expect(200);
        assert_eq!(patched["title"], title, "{media_type}");
    }
    let merge = "application/merge-patch+json";
    app.member().patch(&path).body(merge, r#"{"titel": "x"}"#).await.expect_problem(422, "invalid_request");
    create(&app).body(merge, r#"{"agent_id": "assistant"}"#).await.expect_problem(415, "unsupported_media_type");
}

#[tokio::test]
async fn all_that_is_allowed_is_told() {
    let app = TestApp::new().await;
    let problem = app
        .admin()
        .post("/agents")
        .json(&json!({"id": "a", "on_busy": "wait"}))
        .await
        .expect_problem(422, "invalid_request");
    assert_eq!(problem["errors"][0]["detail"], r#"is not one of "queue", "reject", "interrupt""#, "{problem}");
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_with_and_without_a_length() {
    let app = TestApp::new().await;
    let blank = vec![b' '; 2 << 20];
    create(&app).body(JSON, blank).await.expect_problem(413, "payload_too_large");
    let drops = (0..1024).map(|_| Ok::<_, std::io::Error>(Bytes::from(vec![b' '; 2048])));
    let answer = create(&app).body(JSON, Body::from_stream(stream::iter(drops))).await;
    answer.expect_problem(413, "payload_too_large");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_malformed() {
    let app = TestApp::new().await;
    let pieces = [Ok(Bytes::from("{\"agent_id\": ")), Err(std::io::Error::other("gone"))];
    let answer = create(&app).body(JSON, Body::from_stream(stream::iter(pieces))).await;
    answer.expect_problem(400, "bad_request");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_never_ends_is_given_up() {
    let app = TestApp::new().await;
    let silence = stream::pending::<Result<Bytes, std::io::Error>>();
    let answer: Answer = create(&app).body(JSON, Body::from_stream(silence)).await;
    assert!(answer.expect_problem(400, "bad_request")["detail"].to_string().contains("in time"));
}
