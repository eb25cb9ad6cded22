//! What people can say that is no question.

use serde_json::json;

use crate::support::{Chat, TestBackend, both_backends};

/// A channel with two agents.
struct Two(Chat);

impl crate::support::OnBackend for Two {
    async fn on(backend: TestBackend) -> Self {
        let sales = json!({"model": {"provider": "echo"}});
        Self(
            Chat::of("generic", backend, |builder| builder.agent("sales", sales), json!({"agent_ids": ["sales"]}))
                .await,
        )
    }
}

both_backends! {
    async fn commands_are_obeyed(two: Two) {
        let chat = two.0;
        for (number, text) in ["/help", "/agents", "/agents nobody", "/agents sales", "/agents", "/unknown"].iter().enumerate() {
            chat.say("ada", &format!("e{number}"), text).await;
        }
        let texts = chat.fake.heard(6).await;
        assert!(texts[0].contains("`/reset`") && texts[0].contains("`/agents NAME`"), "{texts:?}");
        assert!(texts[1].contains("- `support` (answers here)\n- `sales`"), "{texts:?}");
        assert!(texts[2].starts_with("There is no agent `nobody` here."), "{texts:?}");
        assert_eq!(texts[3], "From now on `sales` answers here.");
        assert!(texts[4].contains("- `sales` (answers here)"), "{texts:?}");
        assert_eq!(texts[5], "/unknown");
        let messages = chat.all_over(6).await;
        let session = messages[0]["session_id"].as_str().expect("a session");
        assert_eq!(chat.app.admin().get(&format!("/sessions/{session}")).await.expect(200)["agent_id"], "sales");
    }

    async fn reset_begins_another_session(chat: Chat) {
        for (number, text) in ["one", "two", "/reset", "three"].iter().enumerate() {
            chat.say("ada", &format!("e{number}"), text).await;
        }
        assert_eq!(chat.fake.heard(4).await, ["one", "two", "This is a new conversation.", "three"]);
        let messages = chat.all_over(4).await;
        let session = |place: usize| messages[place]["session_id"].as_str();
        assert!(session(3) == session(2) && session(3) != session(0) && session(0).is_some(), "{messages:?}");
    }
}
