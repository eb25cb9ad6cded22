//! `channels.list_messages`

use astra_core::auth::Role;
use serde_json::{Value, json};

use super::{hides_from_others, turns_away};
use crate::support::{Chat, both_backends};

both_backends! {
    async fn shows_what_came_and_what_came_of_it(chat: Chat) {
        chat.say("ada", "e1", "one").await;
        chat.all_over(1).await;
        chat.app.admin().patch(&chat.path).json(&json!({"user_ids": ["ada"]})).await.expect(200);
        chat.say("bob", "e2", "two").await;
        let messages = chat.all_over(2).await;
        assert_eq!((&messages[0]["status"], &messages[0]["reason"]), (&"ignored".into(), &"the person is not on the channel's list".into()));
        assert_eq!((&messages[1]["event_id"], &messages[1]["status"], &messages[1]["person"]), (&"e1".into(), &"answered".into(), &"ada".into()));
        assert_eq!(messages[1]["conversation"], "direct-ada");
        let turn = messages[1]["turn_id"].as_str().expect("a turn");
        let session = messages[1]["session_id"].as_str().expect("a session");
        assert_eq!(chat.app.admin().get(&format!("/sessions/{session}")).await.expect(200)["surface"], "generic");
        assert!(turn.starts_with("trn_") && messages[1]["user_id"].as_str().is_some_and(|id| id.starts_with("usr_")));
        let path = format!("{}/messages", chat.path);
        let ignored = chat.app.admin().get(&format!("{path}?status=ignored")).await.expect(200);
        assert_eq!(ignored["data"].as_array().map(Vec::len), Some(1));
        let first: Value = chat.app.admin().get(&format!("{path}?limit=1")).await.expect(200);
        let cursor = first["next_cursor"].as_str().expect("a cursor");
        let second = chat.app.admin().get(&format!("{path}?limit=1&cursor={cursor}")).await.expect(200);
        assert_eq!(second["data"][0]["event_id"], "e1");
        hides_from_others(&chat.app, |caller| caller.get(&path)).await;
        turns_away(&chat.app, |caller| caller.get(&path)).await;
        chat.app.role(Role::Member).get(&path).await.expect_problem(403, "forbidden");
        // What was said is in the session alone.
        let kept = chat.app.store().read(|tx| {
            tx.one("SELECT COUNT(*) FROM channel_messages WHERE workspace_id = $1 AND message IS NOT NULL", &[])?.next_int()
        });
        assert_eq!(kept.await.expect("a count"), 0);
    }
}
