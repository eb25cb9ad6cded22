//! LINE through the gateway: what is a reply, what is pushed, and what may come twice.

use serde_json::json;

use crate::support::{Chat, Mood, TestBackend};

const REPLY: &str = "/v2/bot/message/reply";
const PUSH: &str = "/v2/bot/message/push";

/// A gateway with a channel that sends in this way.
async fn sending(how: &str) -> Chat {
    Chat::of("line", TestBackend::sqlite(), |builder| builder, json!({"platform": {"sending": how}})).await
}

/// The paths of the requests that carry a text.
fn paths(chat: &Chat) -> Vec<String> {
    let got = chat.fake.got().into_iter();
    got.filter(|got| chat.platform.simulated_text(&got.path, &got.body).is_some()).map(|got| got.path).collect()
}

#[tokio::test]
async fn the_first_part_is_a_reply_and_the_others_are_pushed() {
    let chat = sending("reply").await;
    chat.say("ada", "e1", &"word ".repeat(1_900)).await;
    assert_eq!(chat.all_over(1).await[0]["status"], "answered");
    assert_eq!(paths(&chat), [REPLY, PUSH]);
}

#[tokio::test]
async fn a_reply_whose_answer_is_lost_is_unknown_and_not_sent_again() {
    let chat = sending("reply").await;
    chat.fake.will(Mood::Cut);
    chat.say("ada", "e1", "one").await;
    assert_eq!(chat.all_over(1).await[0]["status"], "unknown");
    assert_eq!(paths(&chat), [REPLY]);
}

#[tokio::test]
async fn a_pushed_part_whose_answer_is_lost_is_sent_again_with_its_key() {
    let chat = sending("push").await;
    chat.fake.will(Mood::Cut);
    chat.say("ada", "e1", "one").await;
    assert_eq!(chat.all_over(1).await[0]["status"], "answered");
    let keys: Vec<_> = chat.fake.got().iter().filter_map(|got| got.headers.get("x-line-retry-key").cloned()).collect();
    assert!(keys.len() == 2 && keys[0] == keys[1], "{keys:?}");
}
