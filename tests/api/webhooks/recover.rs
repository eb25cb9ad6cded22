//! `webhooks.recover`

use serde_json::{Value, json};

use super::{hides_from_others, is_a_change, make, pointers, turns_away, webhook};
use crate::endpoint::{Hooked, Reaction};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn what_failed_is_sent_again_by_a_job(hooked: Hooked) {
        hooked.endpoint.will(Reaction::Answer(410, ""));
        let (webhook, _) = hooked.make("/", json!({"events": ["agent.updated"]})).await;
        hooked.cause("a1").await;
        hooked.delivery(&webhook, "failed", 1).await;
        let path = format!("{webhook}/recover");
        let from = json!({"from": "2026-11-23T21:00:00Z"});
        let problem = hooked.app.admin().post(&path).json(&from).await.expect_problem(409, "conflict");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("switched off")), "{problem}");
        hooked.app.admin().patch(&webhook).json(&json!({"is_enabled": true})).await.expect(200);
        hooked.app.clock.advance_ms(1_000);
        let ask = || hooked.app.admin().post(&path).header("idempotency-key", "k").json(&from);
        let answer = ask().await;
        let location = answer.header("location").to_owned();
        let started = answer.expect(202);
        assert_eq!(location, format!("/jobs/{}", started["job_id"].as_str().expect("an id")));
        assert_eq!(ask().await.expect(202), started, "one key is one job");
        let done = hooked.delivery(&webhook, "succeeded", 2).await;
        assert_eq!(done["attempts"].as_array().map(Vec::len), Some(2));
        let received = hooked.endpoint.received();
        assert_eq!((&received[0].body, received[0].header("webhook-id")), (&received[1].body, received[1].header("webhook-id")));
        hides_from_others(&hooked.app, |caller| caller.post(&path).json(&from)).await;
    }
}

#[tokio::test]
async fn refuses_times_that_are_none() {
    let app = TestApp::new().await;
    let path = format!("{}/recover", make(&app, &webhook()).await);
    for (body, place) in [
        (json!({}), "/from"),
        (json!({"from": "yesterday"}), "/from"),
        (json!({"from": "2026-11-23T21:00:00Z", "to": "2026-11-23T21:00:00Z"}), "/to"),
        (json!({"from": "2027-11-23T21:00:00Z"}), "/from"),
    ] {
        let problem: Value = app.admin().post(&path).json(&body).await.expect_problem(422, "invalid_request");
        assert_eq!(pointers(&problem), [place], "{body}: {problem}");
    }
    let from = json!({"from": "2026-11-23T21:00:00Z"});
    turns_away(&app, |caller| caller.post(&path).json(&from)).await;
    is_a_change(&app, |caller| caller.post(&path).json(&from)).await;
}
