//! `webhooks.redeliver`

use serde_json::json;

use super::{hides_from_others, is_a_change, turns_away};
use crate::endpoint::{Hooked, Reaction};
use crate::support::both_backends;

both_backends! {
    async fn the_same_is_sent_again_at_once(hooked: Hooked) {
        hooked.endpoint.will(Reaction::Answer(500, ""));
        let (webhook, _) = hooked.make("/", json!({})).await;
        hooked.cause("support").await;
        let waiting = hooked.delivery(&webhook, "pending", 1).await;
        let path = format!("{webhook}/deliveries/{}/redeliver", waiting["id"].as_str().expect("an id"));
        let answer = hooked.app.admin().post(&path).header("idempotency-key", "k").await;
        assert_eq!(format!("{}/redeliver", answer.header("location")), path);
        assert_eq!(answer.expect(202)["status"], "pending");
        hooked.delivery(&webhook, "succeeded", 2).await;
        hooked.app.admin().post(&path).header("idempotency-key", "k").await.expect(202);
        hooked.app.admin().post(&path).await.expect(202);
        let done = hooked.delivery(&webhook, "succeeded", 3).await;
        assert_eq!(done["attempts"].as_array().map(Vec::len), Some(3), "one key sends once");
        let received = hooked.endpoint.received();
        assert!(received.iter().all(|delivery| delivery.body == received[0].body && delivery.header("webhook-id") == done["id"]));
        hides_from_others(&hooked.app, |caller| caller.post(&path)).await;
        turns_away(&hooked.app, |caller| caller.post(&path)).await;
        is_a_change(&hooked.app, |caller| caller.post(&path)).await;
        let missing = format!("{webhook}/deliveries/dlv_0000000000009/redeliver");
        hooked.app.admin().post(&missing).await.expect_problem(404, "not_found");
    }

    async fn comes_after_an_attempt_that_goes_on_and_not_when_the_webhook_is_off(hooked: Hooked) {
        let gate = std::sync::Arc::new(tokio::sync::Notify::new());
        hooked.endpoint.will(Reaction::After(gate.clone()));
        let (webhook, _) = hooked.make("/", json!({})).await;
        hooked.cause("support").await;
        let sending = hooked.delivery(&webhook, "sending", 1).await;
        let path = format!("{webhook}/deliveries/{}/redeliver", sending["id"].as_str().expect("an id"));
        for _ in 0..2 {
            assert_eq!(hooked.app.admin().post(&path).await.expect(202)["status"], "sending");
        }
        hooked.endpoint.wait_for(1).await;
        gate.notify_one();
        hooked.endpoint.wait_for(2).await;
        gate.notify_one();
        hooked.delivery(&webhook, "succeeded", 2).await;
        hooked.app.admin().patch(&webhook).json(&json!({"is_enabled": false})).await.expect(200);
        let problem = hooked.app.admin().post(&path).await.expect_problem(409, "conflict");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("switched off")), "{problem}");
    }
}
