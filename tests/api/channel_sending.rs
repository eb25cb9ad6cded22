//! How parts are sent: once, again after what certainly had no effect, and never again after what may have had one.

use serde_json::json;

use crate::support::{Chat, Gate, Mood, OnBackend, TestBackend, both_backends};

both_backends! {
    async fn a_pause_that_the_platform_asks_for_is_kept(chat: Chat) {
        chat.fake.will(Mood::Pause(1)).will(Mood::Status(503));
        chat.say("ada", "e1", "one").await;
        let messages = chat.all_over(1).await;
        assert_eq!((&messages[0]["status"], chat.fake.texts().len()), (&"answered".into(), 3));
        let ids: Vec<_> = chat.fake.got().iter().map(|got| got.headers["webhook-id"].clone()).collect();
        assert!(ids.windows(2).all(|pair| pair[0] == pair[1]), "{ids:?}");
    }

    async fn what_the_platform_refuses_is_given_up_and_the_next_one_comes(chat: Chat) {
        chat.fake.will(Mood::Status(400));
        chat.say("ada", "e1", "one").await;
        chat.say("ada", "e2", "two").await;
        let messages = chat.all_over(2).await;
        assert_eq!((&messages[1]["status"], &messages[0]["status"]), (&"failed".into(), &"answered".into()));
    }

    async fn a_slow_platform_delays_no_other_channel(chat: Chat) {
        let gate = Gate::closed();
        for number in 0..8 {
            chat.fake.will(Mood::After(gate.clone()));
            let call = chat.request_in(&format!("c{number}"), "ada", &format!("e{number}"), "slow");
            chat.send(call).await.expect(200);
        }
        chat.fake.heard(8).await;
        // All workers are free for others.
        let other = crate::support::FakePlatform::start(&chat.platform).await;
        let payload = json!({"type": "agent_run", "payload": {"agent_id": "support", "message": "quick"}});
        let job = chat.app.admin().post("/jobs").json(&payload).await.expect(202);
        let path = format!("/jobs/{}?wait_s=30", job["id"].as_str().expect("an id"));
        assert_eq!(chat.app.admin().get(&path).await.expect(200)["status"], "succeeded");
        assert!(other.got().is_empty());
        gate.open();
        assert!(chat.all_over(8).await.iter().all(|message| message["status"] == "answered"));
    }
}

#[tokio::test]
async fn an_answer_that_is_lost_is_sent_again_where_the_platform_recognises_it() {
    let chat = Chat::on(TestBackend::sqlite()).await;
    chat.fake.will(Mood::Cut).will(Mood::Status(500));
    chat.say("ada", "e1", "one").await;
    assert_eq!(chat.all_over(1).await[0]["status"], "answered");
    let ids: Vec<_> = chat.fake.got().iter().map(|got| got.headers["webhook-id"].clone()).collect();
    assert!(ids.len() == 3 && ids.windows(2).all(|pair| pair[0] == pair[1]), "{ids:?}");
}
