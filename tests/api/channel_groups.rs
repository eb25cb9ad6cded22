//! Conversations with several people.

use bytes::Bytes;
use http::HeaderValue;
use serde_json::{Value, json};

use crate::support::{Chat, both_backends};

/// A message to a group, signed by the official library.
async fn say(chat: &Chat, event_id: &str, user: &str, change: &Value) {
    let mut body =
        json!({"type": "message", "conversation": "room", "user": {"id": user}, "text": event_id, "is_group": true});
    body.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
    let body = body.to_string();
    let mut call = chat.request(user, event_id, "x");
    let official = standardwebhooks::Webhook::new(chat.connection.secrets.get("secret")).expect("a secret");
    let signature = official.sign(event_id, chat.now_ms() / 1_000, body.as_bytes()).expect("a signature");
    call.headers.insert("webhook-signature", HeaderValue::try_from(signature).expect("a header"));
    call.body = Bytes::from(body);
    chat.send(call).await.expect(200);
}

both_backends! {
    async fn a_group_is_answered_when_the_bot_is_meant_and_each_thread_has_a_session(chat: Chat) {
        say(&chat, "e1", "ada", &json!({})).await;
        say(&chat, "e2", "ada", &json!({"mentions_bot": true})).await;
        say(&chat, "e3", "bob", &json!({"mentions_bot": true})).await;
        say(&chat, "e4", "bob", &json!({"mentions_bot": true, "thread": "t1"})).await;
        let messages = chat.all_over(4).await;
        assert_eq!(chat.fake.texts(), ["e2", "e3", "e4"]);
        let of = |event: &str| messages.iter().find(|one| one["event_id"] == event).expect("a message");
        assert_eq!(of("e1")["reason"], "it does not mention the bot");
        assert_eq!(of("e2")["session_id"], of("e3")["session_id"]);
        assert_ne!(of("e3")["session_id"], of("e4")["session_id"]);
        // The group is nobody's: neither Ada's nor Bob's.
        assert_eq!(of("e2")["user_id"], of("e4")["user_id"]);
        chat.say("ada", "e5", "direct").await;
        let messages = chat.all_over(5).await;
        assert_ne!(messages[0]["user_id"], messages[1]["user_id"]);
        chat.app.admin().patch(&chat.path).json(&json!({"groups": "none"})).await.expect(200);
        say(&chat, "e6", "ada", &json!({"mentions_bot": true})).await;
        chat.app.admin().patch(&chat.path).json(&json!({"groups": "all", "conversation_ids": ["room"]})).await.expect(200);
        say(&chat, "e7", "ada", &json!({})).await;
        say(&chat, "e8", "ada", &json!({"conversation": "elsewhere"})).await;
        let messages = chat.all_over(8).await;
        let reason = |place: usize| messages[place]["reason"].as_str();
        assert_eq!((reason(0), reason(1), reason(2)), (Some("the conversation is not on the channel's list"), None, Some("groups are not answered")));
    }

    async fn a_code_is_not_for_a_group(chat: Chat) {
        say(&chat, "e1", "ada", &json!({"mentions_bot": true, "text": "/link abc"})).await;
        assert!(chat.fake.heard(1).await[0].starts_with("For your safety"));
    }
}
