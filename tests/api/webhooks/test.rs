//! `webhooks.test`

use serde_json::json;

use super::{hides_from_others, is_a_change, turns_away};
use crate::endpoint::{Hooked, Reaction};
use crate::support::{both_backends, document};

both_backends! {
    async fn is_sent_once_whatever_the_webhook_wants(hooked: Hooked) {
        hooked.endpoint.will(Reaction::Answer(500, "not yet"));
        let (webhook, _) = hooked.make("/", json!({"is_enabled": false, "events": ["webhook.disabled"]})).await;
        let path = format!("{webhook}/test");
        let ask = || hooked.app.admin().post(&path).header("idempotency-key", "k");
        let answer = ask().await;
        let location = answer.header("location").to_owned();
        let made = answer.expect(202);
        assert_eq!(location, format!("{webhook}/deliveries/{}", made["id"].as_str().expect("an id")));
        assert_eq!((&made["is_test"], &made["event"], &made["status"]), (&json!(true), &json!("webhook.test"), &json!("pending")));
        let failed = hooked.delivery(&webhook, "failed", 1).await;
        assert_eq!(failed["attempts"][0]["answer"], "not yet");
        assert_eq!(ask().await.expect(202)["id"], made["id"], "one key is one test");
        let health = hooked.app.admin().get(&webhook).await.expect(200);
        assert_eq!((&health["consecutive_failures"], &health["failing_since"]), (&json!(0), &json!(null)));
        let received = hooked.endpoint.received();
        assert_eq!(received.len(), 1);
        let body = received[0].json();
        assert_eq!(body["data"], json!({"webhook_id": health["id"]}));
        let described = &astra_core::openapi().expect("a document")["webhooks"]["webhook.test"];
        let schema = &described["post"]["requestBody"]["content"]["application/json"]["schema"];
        let faults = document().faults(schema, &body);
        assert!(faults.is_empty(), "{faults:?}");
        hides_from_others(&hooked.app, |caller| caller.post(&path)).await;
        turns_away(&hooked.app, |caller| caller.post(&path)).await;
        is_a_change(&hooked.app, |caller| caller.post(&path)).await;
    }
}
