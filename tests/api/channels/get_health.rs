//! `channels.get_health`

use serde_json::Value;

use super::{hides_from_others, turns_away};
use crate::support::{Chat, Gate, Mood, both_backends};

both_backends! {
    async fn tells_from_real_traffic(chat: Chat) {
        let path = format!("{}/health", chat.path);
        let fresh = chat.app.viewer().get(&path).await.expect(200);
        assert_eq!((&fresh["last_inbound_at"], &fresh["last_outbound_at"], &fresh["queue_length"]), (&Value::Null, &Value::Null, &0.into()));
        let gate = Gate::closed();
        chat.fake.will(Mood::After(gate.clone()));
        chat.say("ada", "e1", "one").await;
        chat.say("ada", "e2", "two").await;
        chat.fake.heard(1).await;
        let busy = chat.app.viewer().get(&path).await.expect(200);
        assert_eq!((&busy["queue_length"], &busy["oldest_queued_at"]), (&2.into(), &"2026-11-23T21:00:00.000Z".into()));
        gate.open();
        chat.all_over(2).await;
        let calm = chat.app.viewer().get(&path).await.expect(200);
        assert_eq!((&calm["queue_length"], &calm["last_error"]), (&0.into(), &Value::Null));
        assert_eq!((&calm["last_inbound_at"], &calm["last_outbound_at"]), (&"2026-11-23T21:00:00.000Z".into(), &"2026-11-23T21:00:00.000Z".into()));
        hides_from_others(&chat.app, |caller| caller.get(&path)).await;
        turns_away(&chat.app, |caller| caller.get(&path)).await;
    }

    async fn a_credential_that_is_refused_is_a_failure_until_something_succeeds(chat: Chat) {
        chat.fake.will(Mood::Status(401));
        chat.say("ada", "e1", "one").await;
        let messages = chat.all_over(1).await;
        assert_eq!((&messages[0]["status"], &messages[0]["reason"]), (&"failed".into(), &"the platform answered with status 401".into()));
        let path = format!("{}/health", chat.path);
        let failing = chat.app.viewer().get(&path).await.expect(200);
        assert_eq!((&failing["last_error"], &failing["failing_since"]), (&"the platform answered with status 401".into(), &"2026-11-23T21:00:00.000Z".into()));
        let events = chat.app.store().read(|tx| {
            let sql = "SELECT COUNT(*) FROM outbox WHERE workspace_id = $1 AND event = 'channel.failed'";
            tx.one(sql, &[])?.next_int()
        });
        assert_eq!(events.await.expect("a count"), 1);
        chat.say("ada", "e2", "two").await;
        chat.all_over(2).await;
        let mended = chat.app.viewer().get(&path).await.expect(200);
        assert_eq!((&mended["failing_since"], mended["last_error"].is_null()), (&Value::Null, false));
    }
}
