//! `channels.receive`

use std::future::IntoFuture;

use bytes::Bytes;
use futures_util::future::join_all;
use http::HeaderValue;
use serde_json::{Value, json};

use crate::support::{Chat, both_backends};

both_backends! {
    async fn what_comes_is_answered_once_however_often_it_comes(chat: Chat) {
        for _ in 0..3 {
            chat.say("ada", "e1", "hello").await;
        }
        let storm = (0..20).map(|_| chat.send(chat.request("ada", "e2", "again")).into_future());
        assert!(join_all(storm).await.iter().all(|answer| answer.status == 200));
        let messages = chat.all_over(2).await;
        assert_eq!((messages.len(), chat.fake.texts()), (2, vec!["hello".to_owned(), "again".to_owned()]));
        chat.say("ada", "e1", "hello").await;
        assert_eq!(chat.all_over(2).await.len(), 2);
    }

    async fn a_conversation_is_answered_in_the_order_of_its_messages(chat: Chat) {
        for number in 0..30 {
            chat.say("ada", &format!("a{number}"), &format!("ada {number}")).await;
            chat.say("bob", &format!("b{number}"), &format!("bob {number}")).await;
        }
        chat.all_over(60).await;
        let texts = chat.fake.texts();
        for name in ["ada", "bob"] {
            let of: Vec<&str> = texts.iter().filter(|text| text.starts_with(name)).map(String::as_str).collect();
            let expected: Vec<String> = (0..30).map(|number| format!("{name} {number}")).collect();
            assert_eq!(of, expected);
        }
    }

    async fn only_the_platform_is_believed(chat: Chat) {
        let good = chat.request("ada", "e1", "hello");
        let mut forged = good.clone();
        forged.body = Bytes::from(String::from_utf8_lossy(&good.body).replace("hello", "HELLO"));
        let mut unsigned = good.clone();
        unsigned.headers.remove("webhook-signature");
        let mut renamed = good.clone();
        renamed.headers.insert("webhook-id", HeaderValue::from_static("e2"));
        for call in [forged, unsigned, renamed] {
            chat.send(call).await.expect_problem(401, "unauthorized");
        }
        chat.app.clock.advance_ms(600_000);
        chat.send(good.clone()).await.expect_problem(401, "unauthorized");
        chat.app.clock.advance_ms(-1_200_000);
        chat.send(good).await.expect_problem(401, "unauthorized");
        assert_eq!(chat.all_over(0).await, [Value::Null; 0]);
    }

    async fn what_cannot_be_read_is_refused_and_what_does_not_matter_is_kept(chat: Chat) {
        let signed = |body: &str, event_id: &str| {
            let mut call = chat.request("ada", event_id, "x");
            call.body = Bytes::from(body.to_owned());
            let secret = chat.connection.secrets.get("secret").to_owned();
            let at = chat.now_ms() / 1_000;
            let official = standardwebhooks::Webhook::new(&secret).expect("a secret");
            let signature = official.sign(event_id, at, body.as_bytes()).expect("a signature");
            call.headers.insert("webhook-signature", HeaderValue::try_from(signature).expect("a header"));
            call
        };
        for (number, body) in ["", "{", "[]", r#"{"type": "message"}"#, r#"{"type": "message", "user": 7}"#].iter().enumerate() {
            chat.send(signed(body, &format!("bad{number}"))).await.expect_problem(400, "bad_request");
        }
        chat.send(signed(r#"{"type": "reaction", "emoji": "+1"}"#, "r1")).await.expect(200);
        let bot = json!({"type": "message", "conversation": "c", "user": {"id": "b", "is_bot": true}, "text": "hi"});
        chat.send(signed(&bot.to_string(), "b1")).await.expect(200);
        let empty = json!({"type": "message", "conversation": "c", "user": {"id": "b"}, "text": "  "});
        chat.send(signed(&empty.to_string(), "s1")).await.expect(200);
        let messages = chat.all_over(3).await;
        let reasons: Vec<&str> = messages.iter().map(|message| message["reason"].as_str().expect("a reason")).collect();
        assert_eq!(reasons, ["it says nothing", "it was written by a bot", "events of the type reaction are not answered"]);
        assert!(chat.fake.got().is_empty());
        let health = chat.app.viewer().get(&format!("{}/health", chat.path)).await.expect(200);
        assert!(health["last_error"].as_str().is_some_and(|error| error.starts_with("a request cannot be read")), "{health}");
    }

    async fn a_body_has_a_bound(chat: Chat) {
        let mut call = chat.request("ada", "e1", "hello");
        call.body = Bytes::from(vec![b'x'; 5 << 20]);
        chat.send(call).await.expect_problem(413, "payload_too_large");
        chat.app.anonymous().post("/channels/chn_0000000000009/webhook").json(&json!({})).await.expect_problem(404, "not_found");
    }
}
