//! Errors that come where an answer is due: each fails the call with its words, in whatever form it comes.

use astra_core::provider::ErrorKind;
use serde_json::{Value, json};

use crate::asking::{anthropic, failure, listen, openai};
use crate::upstream::{Reply, Upstream};

const WORDS: &str = "the engine stalled";

/// Every form that an error has been seen in, as JSON, and what it means.
fn forms() -> Vec<(Value, ErrorKind)> {
    vec![
        (json!({"error": {"message": WORDS, "code": 429}}), ErrorKind::RateLimited(None)),
        (json!({"error": {"message": WORDS, "type": "server_error", "code": null}}), ErrorKind::Server(500, None)),
        (json!({"error": WORDS}), ErrorKind::Server(500, None)),
        (json!({"error": WORDS, "status_code": 503}), ErrorKind::Server(503, None)),
        (json!({"error": "too_many_requests", "message": WORDS}), ErrorKind::RateLimited(None)),
        (json!([{"error": {"message": WORDS, "status": "RESOURCE_EXHAUSTED"}}]), ErrorKind::RateLimited(None)),
        (json!({"object": "error", "message": WORDS, "type": "BadRequestError", "code": 400}), ErrorKind::Refused(400)),
        (
            json!({"type": "error", "error": {"type": "overloaded_error", "message": WORDS}}),
            ErrorKind::Server(529, None),
        ),
        (json!({"detail": WORDS}), ErrorKind::Server(500, None)),
        (json!({"detail": [{"loc": ["body"], "msg": WORDS}]}), ErrorKind::Server(500, None)),
        (json!({"message": WORDS, "code": 401}), ErrorKind::Key),
        (json!({"message": WORDS, "type": "ThrottlingException"}), ErrorKind::RateLimited(None)),
        (json!({"errors": [{"message": WORDS}]}), ErrorKind::Server(500, None)),
    ]
}

#[tokio::test]
async fn an_error_in_any_form_fails_the_call_with_its_words() {
    let choice =
        json!({"choices": [{"delta": {}, "finish_reason": "error", "error": {"message": WORDS, "code": 502}}]});
    for (form, kind) in forms().into_iter().chain([(choice, ErrorKind::Server(502, None))]) {
        let pretty = serde_json::to_string_pretty(&form).unwrap();
        let replies = [
            Reply::events().event(&form).done(),
            Reply::events().send(format!("event: error\ndata: {form}\n\n")),
            // Without `data:`, on one line and on several, with an end of the line and without.
            Reply::events().send(form.to_string()),
            Reply::events().send(format!("{pretty}\n\n")),
            Reply::new(200, "application/json").send(pretty),
            Reply::new(200, "application/x-ndjson").send(format!("{form}\n")),
        ];
        for reply in replies {
            let upstream = Upstream::script([reply]).await;
            for error in [listen(&openai(&upstream.url)).await.error.unwrap(), failure(&openai(&upstream.url)).await] {
                assert_eq!(error.kind, kind, "{form}: {error}");
                assert!(error.message.ends_with(WORDS), "{form}: {error}");
            }
        }
    }
}

#[tokio::test]
async fn anthropics_errors_need_no_type() {
    for (form, kind) in forms() {
        let replies = [
            Reply::events().send(format!("event: error\ndata: {form}\n\n")),
            Reply::events().event(&form),
            Reply::events().send(form.to_string()),
            Reply::json(200, &form),
        ];
        for reply in replies {
            let upstream = Upstream::script([reply]).await;
            for error in
                [listen(&anthropic(&upstream.url)).await.error.unwrap(), failure(&anthropic(&upstream.url)).await]
            {
                assert_eq!(error.kind, kind, "{form}: {error}");
                assert!(error.message.ends_with(WORDS), "{form}: {error}");
            }
        }
    }
}

#[tokio::test]
async fn an_event_called_error_is_one_whatever_its_data_are() {
    for (data, kind) in
        [(WORDS, ErrorKind::Server(500, None)), ("429: the engine stalled", ErrorKind::RateLimited(None))]
    {
        for registry in [openai, anthropic] {
            let reply = Reply::events().send(format!("event: error\ndata: {data}\n\n"));
            let upstream = Upstream::script([reply]).await;
            let error = listen(&registry(&upstream.url)).await.error.unwrap();
            assert!(error.kind == kind && error.message.ends_with(WORDS), "{error:?}");
        }
    }
    let upstream = Upstream::script([Reply::events().send("event: error\n\n")]).await;
    assert_eq!(listen(&openai(&upstream.url)).await.error_kind(), Some(ErrorKind::Server(500, None)));
}

#[tokio::test]
async fn what_was_said_before_an_error_is_kept() {
    let half = json!({"choices": [{"delta": {"content": "half"}}]});
    for (form, kind) in forms() {
        let reply = Reply::events().event(&half).send(format!("{form}\n\n")).done();
        let heard = listen(&openai(&Upstream::script([reply]).await.url)).await;
        assert_eq!((heard.text().as_str(), heard.finish_reason), ("half", None), "{form}");
        assert_eq!(heard.error_kind(), Some(kind), "{form}");
    }
}

#[tokio::test]
async fn what_looks_like_an_error_beside_an_answer_is_none() {
    let said =
        json!({"choices": [{"delta": {"content": "Hi"}, "error": null}], "error": null, "message": "fine", "code": 0});
    let empty = json!({"choices": [{"delta": {"content": "!"}, "finish_reason": "stop"}], "error": "", "detail": ""});
    let heard = listen(&openai(&Upstream::script([Reply::events().event(&said).event(&empty).done()]).await.url)).await;
    assert_eq!((heard.text().as_str(), heard.error), ("Hi!", None));
}
