//! `channels.create_link_code`

use super::{hides_from_others, turns_away};
use crate::support::{Chat, both_backends};

both_backends! {
    async fn links_a_person_to_an_account_once(chat: Chat) {
        let path = format!("{}/link-codes", chat.path);
        let answer = chat.app.member().post(&path).await;
        assert_eq!(answer.header("cache-control"), "no-store");
        let made = answer.expect(201);
        assert_eq!(made["expires_at"], "2026-11-23T21:10:00.000Z");
        let command = made["command"].as_str().expect("a command");
        chat.say("ada", "e1", command).await;
        assert_eq!(chat.fake.heard(1).await, ["You are linked to your account."]);
        chat.say("ada", "e2", "hello").await;
        chat.say("bob", "e3", command).await;
        let messages = chat.all_over(3).await;
        let member = chat.app.member().get("/auth/me").await.expect(200)["id"].clone();
        let of = |event: &str| messages.iter().find(|one| one["event_id"] == event).expect("a message");
        assert_eq!((&of("e2")["user_id"], of("e3")["user_id"] == member), (&member, false));
        assert!(chat.fake.texts().iter().any(|text| text.starts_with("This code is not good")));
        let session = of("e2")["session_id"].as_str().expect("a session").to_owned();
        chat.app.member().get(&format!("/sessions/{session}")).await.expect(200);
        hides_from_others(&chat.app, |caller| caller.post(&path)).await;
        turns_away(&chat.app, |caller| caller.post(&path)).await;
        chat.app.viewer().post(&path).await.expect_problem(403, "forbidden");
    }

    async fn a_code_ends_after_ten_minutes_and_with_the_next_one(chat: Chat) {
        let path = format!("{}/link-codes", chat.path);
        let code = async || chat.app.member().post(&path).await.expect(201)["command"].as_str().expect("a command").to_owned();
        let (old, late) = (code().await, code().await);
        chat.say("ada", "e1", &old).await;
        chat.all_over(1).await;
        chat.app.clock.advance_ms(10 * 60_000);
        chat.say("ada", "e2", &late).await;
        chat.all_over(2).await;
        let refusals = chat.fake.texts().iter().filter(|text| text.starts_with("This code is not good")).count();
        assert_eq!(refusals, 2, "{:?}", chat.fake.texts());
    }
}
