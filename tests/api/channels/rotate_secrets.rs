//! `channels.rotate_secrets`

use serde_json::json;

use super::{SECRET, channel, hides_from_others, is_for_admins, make, pointers};
use crate::support::{Chat, TestApp, both_backends};

const DAY_MS: i64 = 24 * 3_600_000;

both_backends! {
    async fn requests_of_both_secrets_are_taken_for_a_day(chat: Chat) {
        let path = format!("{}/rotate-secrets", chat.path);
        let rotated = chat.app.admin().post(&path).json(&json!({"secrets": {"secret": SECRET}})).await.expect(200);
        assert_eq!(rotated["secrets"][0]["previous_until"], "2026-11-24T21:00:00.000Z");
        chat.say("ada", "e1", "one").await;
        let answers = chat.fake.heard(1).await;
        assert_eq!(answers, ["one"]);
        // What is sent carries the new one.
        let got = chat.fake.got().remove(0);
        let header = |name: &str| got.headers[name].to_str().expect("text").to_owned();
        let official = standardwebhooks::Webhook::new(SECRET).expect("a secret");
        let timestamp = header("webhook-timestamp").parse().expect("a number");
        assert_eq!(official.sign(&header("webhook-id"), timestamp, &got.body).expect("a signature"), header("webhook-signature"));
        chat.app.clock.advance_ms(DAY_MS);
        chat.send(chat.request("ada", "e2", "two")).await.expect_problem(401, "unauthorized");
    }
}

#[tokio::test]
async fn refuses_what_is_no_secret_and_those_who_may_not() {
    let app = TestApp::new().await;
    let path = format!("{}/rotate-secrets", make(&app, &channel()).await);
    let body = json!({"secrets": {"secret": SECRET}});
    for (secrets, pointer) in [
        (json!({"url": "https://chat.example"}), "/secrets/url"),
        (json!({"other": "x"}), "/secrets/other"),
        (json!({"secret": "whsec_hidden"}), "/secrets/secret"),
        (json!({"secret": ""}), "/secrets/secret"),
    ] {
        let problem =
            app.admin().post(&path).json(&json!({"secrets": secrets})).await.expect_problem(422, "invalid_request");
        assert_eq!(pointers(&problem), [pointer], "{problem}");
        assert!(!problem.to_string().contains("hidden"), "{problem}");
    }
    app.admin().post(&path).header("if-match", "\"0-0\"").json(&body).await.expect_problem(412, "precondition_failed");
    hides_from_others(&app, |caller| caller.post(&path).json(&body)).await;
    is_for_admins(&app, |caller| caller.post(&path).json(&body)).await;
}
