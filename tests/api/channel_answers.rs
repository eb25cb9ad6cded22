//! What is answered: with images, without what cannot be read, in parts, and while it is written.

use bytes::Bytes;
use http::HeaderValue;
use serde_json::{Value, json};

use crate::support::{Chat, Gate, OnBackend, Reply, Step, TestBackend, Upstream, both_backends};

/// The smallest PNG.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

/// A channel whose agent asks a model that does as it is told.
struct Scripted {
    chat: Chat,
    upstream: Upstream,
}

async fn scripted(backend: TestBackend, change: Value) -> Scripted {
    let upstream = Upstream::start().await;
    let url = upstream.url();
    let agent = json!({"model": {"provider": "test"}});
    let build = |builder: crate::support::TestAppBuilder| builder.upstream("test", &url).agent("support", agent);
    Scripted { chat: Chat::of("generic", backend, build, change).await, upstream }
}

impl OnBackend for Scripted {
    async fn on(backend: TestBackend) -> Self {
        scripted(backend, json!({})).await
    }
}

/// A message with attachments, signed by the official library.
async fn attach(chat: &Chat, event_id: &str, text: &str, attachments: Value) {
    let body = json!({"type": "message", "conversation": "c", "user": {"id": "ada"}, "text": text, "attachments": attachments});
    let body = body.to_string();
    let mut call = chat.request("ada", event_id, "x");
    let official = standardwebhooks::Webhook::new(chat.connection.secrets.get("secret")).expect("a secret");
    let signature = official.sign(event_id, chat.now_ms() / 1_000, body.as_bytes()).expect("a signature");
    call.headers.insert("webhook-signature", HeaderValue::try_from(signature).expect("a header"));
    call.body = Bytes::from(body);
    chat.send(call).await.expect(200);
}

both_backends! {
    async fn images_are_parts_of_the_question_and_others_are_named(scripted: Scripted) {
        let Scripted { chat, upstream } = scripted;
        let image = json!({"name": "a.png", "media_type": "image/png", "data": PNG});
        let other = json!({"name": "bill.pdf", "media_type": "application/pdf", "data": "JVBERi0="});
        attach(&chat, "e1", "What is this?", json!([image, other])).await;
        let answer = chat.fake.heard(1).await.remove(0);
        assert!(answer.starts_with("Hello from the model.") && answer.contains("I could not read `bill.pdf`"), "{answer}");
        let asked = upstream.received().remove(0).body;
        let content = asked["messages"].as_array().and_then(|all| all.last()).expect("a message")["content"].clone();
        assert!(content[0]["text"].as_str().is_some_and(|text| text.contains("bill.pdf")), "{content}");
        assert!(content[1]["image_url"]["url"].as_str().is_some_and(|url| url.starts_with("data:image/png;base64,")), "{content}");
        attach(&chat, "e2", "", json!([other])).await;
        assert!(chat.fake.heard(2).await[1].starts_with("I could not read `bill.pdf`"));
        assert_eq!(upstream.received().len(), 1);
    }

    async fn a_long_answer_comes_in_parts_with_whole_blocks_of_code(scripted: Scripted) {
        let Scripted { chat, upstream } = scripted;
        let code: String = (0..200).map(|line| format!("let value_{line} = \"{}\";\n", "é👩‍👧".repeat(5))).collect();
        upstream.will(Reply::Answer(format!("Here it is.\n\n```rust\n{code}```\n\nThat is all.")));
        chat.say("ada", "e1", "code, please").await;
        chat.all_over(1).await;
        let texts = chat.fake.texts();
        assert!(texts.len() >= 2 && texts.iter().all(|text| text.chars().count() <= 4_000), "{}", texts.len());
        assert!(texts.iter().all(|text| text.matches("```").count() % 2 == 0));
        let lines: Vec<&str> = texts.iter().flat_map(|text| text.lines()).filter(|line| line.starts_with("let ")).collect();
        assert_eq!(lines.concat(), code.replace('\n', ""));
        let got = chat.fake.got();
        assert_eq!(got.iter().map(|one| one.json()["part"].clone()).collect::<Vec<_>>(), (0..texts.len()).map(Value::from).collect::<Vec<_>>());
        assert_eq!(got.last().expect("a part").json()["is_last"], true);
    }

    async fn a_model_that_fails_is_said_politely(scripted: Scripted) {
        let Scripted { chat, upstream } = scripted;
        for _ in 0..6 {
            upstream.will(Reply::Status(400, None));
        }
        chat.say("ada", "e1", "hello").await;
        assert!(chat.fake.heard(1).await[0].starts_with("Sorry, I could not answer this."));
        assert_eq!(chat.all_over(1).await[0]["status"], "answered");
    }
}

#[tokio::test]
async fn an_answer_is_shown_while_it_is_written_and_whole_at_the_end() {
    let change = json!({"platform": {"streaming": "on"}});
    let Scripted { chat, upstream } = scripted(TestBackend::sqlite(), change).await;
    let gate = Gate::closed();
    let steps =
        [Step::Content("The first half".into()), Step::Wait(gate.clone()), Step::Content(" and the second.".into())];
    upstream.will(Reply::Stream(steps.into_iter().chain([Step::Finish]).collect()));
    chat.say("ada", "e1", "hello").await;
    assert_eq!(chat.fake.heard(1).await, ["The first half"]);
    gate.open();
    chat.all_over(1).await;
    let got = chat.fake.got();
    let texts: Vec<(String, String)> = got.iter().map(kind_and_text).filter(|(kind, _)| kind != "typing").collect();
    assert_eq!(texts.first().map(|(kind, _)| kind.as_str()), Some("message"));
    assert_eq!(texts.last(), Some(&("edit".to_owned(), "The first half and the second.".to_owned())));
    assert!(got.iter().any(|one| one.json()["type"] == "typing"));
    assert_eq!(texts.iter().filter(|(kind, _)| kind == "message").count(), 1);
}

fn kind_and_text(got: &crate::support::Got) -> (String, String) {
    let body = got.json();
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    (text("type"), text("text"))
}
