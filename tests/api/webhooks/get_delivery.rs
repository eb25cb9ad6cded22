//! `webhooks.get_delivery`: what is sent, signed, and what each attempt came to.

use astra_core::webhooks::Verdict;
use serde_json::{Value, json};

use super::{hides_from_others, turns_away};
use crate::endpoint::{Hooked, Reaction};
use crate::support::{START_MS, TestApp, TestBackend, both_backends, document};

/// The schema of what is sent of an event, as the document has it.
fn schema(event: &str) -> Value {
    let document = astra_core::openapi().expect("a document");
    let content = &document["webhooks"][event]["post"]["requestBody"]["content"]["application/json"];
    content["schema"].clone()
}

both_backends! {
    async fn an_event_is_sent_signed_and_as_the_document_says(hooked: Hooked) {
        let headers = json!({"Authorization": "Bearer word", "X-Team": "sales"});
        let (full, secret) = hooked.make("/full", json!({"headers": headers})).await;
        let (thin, _) = hooked.make("/thin", json!({"payload": "thin"})).await;
        hooked.cause("support").await;
        let received = hooked.endpoint.wait_for(2).await;
        let at = |path: &str| received.iter().find(|delivery| delivery.path == path).expect("a delivery");
        let delivery = hooked.delivery(&full, "succeeded", 1).await;
        let sent = at("/full");
        assert_eq!(sent.header("webhook-id"), delivery["id"]);
        assert_eq!(sent.header("webhook-timestamp"), (START_MS / 1_000).to_string());
        assert_eq!((sent.header("authorization"), sent.header("x-team")), ("Bearer word", "sales"));
        assert_eq!(sent.header("content-type"), "application/json");
        assert_eq!(sent.verdict(&secret, START_MS), Verdict::Good);
        assert_eq!(delivery["body"].as_str().expect("a text").as_bytes(), sent.body);
        assert_eq!((&delivery["event"], &delivery["is_test"], &delivery["next_attempt_at"]), (&json!("agent.updated"), &json!(false), &Value::Null));
        let attempt = &delivery["attempts"][0];
        assert_eq!((&attempt["number"], &attempt["status"], &attempt["error"]), (&json!(1), &json!(204), &Value::Null));
        assert_eq!((&attempt["answer"], &attempt["at"]), (&json!(""), &json!("2026-11-23T21:00:00.000Z")));
        let body = sent.json();
        assert_eq!((&body["id"], &body["type"]), (&delivery["event_id"], &json!("agent.updated")));
        assert_eq!(body["data"], json!({"agent_id": "support", "version": 1, "change": "created"}));
        let faults = document().faults(&schema("agent.updated"), &body);
        assert!(faults.is_empty(), "{faults:?}");
        let small = at("/thin").json();
        assert_eq!((small.get("data"), &small["id"], &small["resource_id"]), (None, &body["id"], &json!("support")));
        let faults = document().faults(&schema("agent.updated"), &small);
        assert!(faults.is_empty(), "{faults:?}");
        assert_ne!(at("/thin").header("webhook-id"), sent.header("webhook-id"));
        hooked.delivery(&thin, "succeeded", 1).await;
        let path = format!("{full}/deliveries/{}", delivery["id"].as_str().expect("an id"));
        hides_from_others(&hooked.app, |caller| caller.get(&path)).await;
        let elsewhere = format!("{thin}/deliveries/{}", delivery["id"].as_str().expect("an id"));
        hooked.app.admin().get(&elsewhere).await.expect_problem(404, "not_found");
        turns_away(&hooked.app, |caller| caller.get(&path)).await;
        assert!(!delivery.to_string().contains("Bearer word"), "{delivery}");
    }

    async fn a_turn_is_an_event_where_a_webhook_asks_for_it(hooked: Hooked) {
        let ask = || hooked.app.member().post("/chat").json(&json!({"agent_id": "assistant", "message": "Hello"}));
        ask().await.expect(200);
        let (webhook, _) = hooked.make("/", json!({"events": ["agent.completed"]})).await;
        let turn = ask().await.expect(200);
        let delivery = hooked.delivery(&webhook, "succeeded", 1).await;
        let body: Value = serde_json::from_str(delivery["body"].as_str().expect("a text")).expect("JSON");
        assert_eq!(body["data"]["turn_id"], turn["turn_id"], "the first turn was before");
        let faults = document().faults(&schema("agent.completed"), &body);
        assert!(faults.is_empty(), "{faults:?}");
    }

    async fn only_what_is_asked_for_is_sent(hooked: Hooked) {
        let (mine, _) = hooked.make("/mine", json!({"agent_ids": ["mine"]})).await;
        let (other, _) = hooked.make("/other", json!({"events": ["webhook.disabled"]})).await;
        let (off, _) = hooked.make("/off", json!({"is_enabled": false})).await;
        hooked.cause("yours").await;
        hooked.cause("mine").await;
        hooked.cause("theirs").await;
        let delivery = hooked.delivery(&mine, "succeeded", 1).await;
        assert!(delivery["body"].as_str().is_some_and(|body| body.contains("\"mine\"")), "{delivery}");
        for webhook in [other, off] {
            assert_eq!(hooked.app.admin().get(&format!("{webhook}/deliveries")).await.expect(200)["data"], json!([]));
        }
        assert_eq!(hooked.endpoint.received().len(), 1);
    }

    async fn a_failure_is_tried_again_with_the_same_body_at_its_time(hooked: Hooked) {
        hooked.endpoint.will(Reaction::Answer(500, "oops\0"));
        let (webhook, secret) = hooked.make("/", json!({"agent_ids": ["support"]})).await;
        hooked.cause("support").await;
        let waiting = hooked.delivery(&webhook, "pending", 1).await;
        assert_eq!((&waiting["last_status"], &waiting["last_error"]), (&json!(500), &json!("The endpoint answered with status 500.")));
        let next = waiting["next_attempt_at"].as_str().expect("a time");
        assert!(("2026-11-23T21:00:05.000Z".."2026-11-23T21:00:06.000Z").contains(&next), "{next}");
        let health = hooked.app.admin().get(&webhook).await.expect(200);
        assert_eq!((&health["consecutive_failures"], &health["failing_since"]), (&json!(1), &json!("2026-11-23T21:00:00.000Z")));
        // The description changes, and the body does not.
        hooked.app.admin().patch(&webhook).json(&json!({"payload": "thin"})).await.expect(200);
        hooked.advance(6_000).await;
        let done = hooked.delivery(&webhook, "succeeded", 2).await;
        let answers: Vec<&Value> = done["attempts"].as_array().expect("attempts").iter().map(|attempt| &attempt["answer"]).collect();
        assert_eq!(answers, [&json!("oops\u{fffd}"), &json!("")]);
        let received: Vec<_> = hooked.endpoint.received().into_iter().filter(|delivery| delivery.path == "/").collect();
        assert_eq!((&received[0].body, received[0].header("webhook-id")), (&received[1].body, received[1].header("webhook-id")));
        assert_eq!(received[1].verdict(&secret, Hooked::now_ms(6_000)), Verdict::Good);
        assert_eq!(received[1].header("webhook-timestamp"), (Hooked::now_ms(6_000) / 1_000).to_string());
        let health = hooked.app.admin().get(&webhook).await.expect(200);
        assert_eq!((&health["consecutive_failures"], &health["failing_since"]), (&json!(0), &Value::Null));
        assert_eq!(health["last_success_at"], "2026-11-23T21:00:06.000Z");
    }

    async fn gone_switches_it_off_and_that_is_an_event(hooked: Hooked) {
        hooked.endpoint.will(Reaction::Answer(410, "gone"));
        let (webhook, _) = hooked.make("/gone", json!({"agent_ids": ["support"]})).await;
        let (watcher, _) = hooked.make("/watcher", json!({"events": ["webhook.disabled"]})).await;
        hooked.cause("support").await;
        let delivery = hooked.delivery(&webhook, "failed", 1).await;
        assert_eq!(delivery["last_status"], 410);
        let off = hooked.app.admin().get(&webhook).await.expect(200);
        assert_eq!((&off["is_enabled"], &off["disabled_reason"]), (&json!(false), &json!("gone")));
        assert_eq!(off["disabled_at"], "2026-11-23T21:00:00.000Z");
        let told = hooked.delivery(&watcher, "succeeded", 1).await;
        let body: Value = serde_json::from_str(told["body"].as_str().expect("a text")).expect("JSON");
        assert_eq!(body["data"], json!({"webhook_id": off["id"], "reason": "gone"}));
        let faults = document().faults(&schema("webhook.disabled"), &body);
        assert!(faults.is_empty(), "{faults:?}");
        hooked.cause("support-2").await;
        let on = hooked.app.admin().patch(&webhook).json(&json!({"is_enabled": true})).await.expect(200);
        assert_eq!((&on["disabled_reason"], &on["consecutive_failures"]), (&Value::Null, &json!(0)));
    }

    async fn one_slow_endpoint_delays_no_other(hooked: Hooked) {
        for _ in 0..5 {
            hooked.endpoint.will(Reaction::Hang);
        }
        let (slow, _) = hooked.make("/slow", json!({})).await;
        for agent in ["a1", "a2", "a3", "a4", "a5"] {
            hooked.cause(agent).await;
        }
        hooked.endpoint.wait_for(5).await;
        let (fast, _) = hooked.make("/fast", json!({})).await;
        for agent in ["a6", "a7", "a8"] {
            hooked.cause(agent).await;
        }
        let done = |found: &[Value]| found.len() == 3 && found.iter().all(|one| one["status"] == "succeeded");
        hooked.deliveries(&fast, done).await;
        let sending = hooked.deliveries(&slow, |found| found.len() == 8).await;
        assert_eq!(sending.iter().filter(|one| one["status"] == "sending").count(), 5, "{sending:?}");
        assert_eq!(hooked.endpoint.received().iter().filter(|delivery| delivery.path == "/slow").count(), 5);
    }
}

#[tokio::test]
async fn what_an_endpoint_answers_badly_is_a_failure_within_bounds() {
    let hooked = Hooked::built(TestBackend::sqlite(), |config| config.webhooks.timeout_s = 1).await;
    let (webhook, _) = hooked.make("/", json!({})).await;
    let cases = [
        (Reaction::Redirect(302, "http://169.254.169.254/"), "failed", "redirects are not followed"),
        (Reaction::Redirect(308, "/elsewhere"), "failed", "redirects are not followed"),
        (Reaction::Answer(404, ""), "failed", "status 404"),
        (Reaction::Hang, "failed", "in time"),
        (Reaction::Flood(100 << 20), "succeeded", ""),
        (Reaction::Dawdle, "succeeded", ""),
    ];
    for (place, (reaction, status, error)) in cases.into_iter().enumerate() {
        hooked.endpoint.will(reaction.clone());
        hooked.app.admin().post(&format!("{webhook}/test")).await.expect(202);
        let is_over = |found: &[Value]| found.len() == place + 1 && !found[0]["finished_at"].is_null();
        let delivery = &hooked.deliveries(&webhook, is_over).await[0];
        assert_eq!(delivery["status"], status, "{reaction:?}: {delivery}");
        let said = delivery["last_error"].as_str().unwrap_or_default();
        assert!(said.contains(error), "{reaction:?}: {said}");
    }
    assert!(hooked.endpoint.received().iter().all(|delivery| delivery.path == "/"), "no redirect is followed");
    let flood = hooked.deliveries(&webhook, |found| found.len() == 6).await[1]["id"].clone();
    let flood = format!("{webhook}/deliveries/{}", flood.as_str().expect("an id"));
    let answer = hooked.app.admin().get(&flood).await.expect(200)["attempts"][0]["answer"].take();
    assert_eq!(answer.as_str().map(str::len), Some(1_024));
}

#[tokio::test]
async fn an_endpoint_that_breaks_off_has_failed() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        loop {
            let (mut connection, _) = listener.accept().await.expect("a connection");
            use tokio::io::AsyncWriteExt as _;
            connection.write_all(b"HTTP/1.1 200 OK\r\nContent-Ty").await.expect("sent");
        }
    });
    let builder = TestApp::builder(TestBackend::sqlite()).config(|config| {
        config.outbound.allowed_networks = vec!["127.0.0.1/32".parse().expect("a network")];
        config.outbound.allowed_ports = vec![port.into()];
    });
    let (app, endpoint) = (builder.open().await, crate::endpoint::Endpoint::start().await);
    let hooked = Hooked { app, endpoint };
    let new = json!({"url": format!("http://127.0.0.1:{port}/")});
    let made = hooked.app.admin().post("/webhooks").json(&new).await.expect(201);
    let webhook = format!("/webhooks/{}", made["webhook"]["id"].as_str().expect("an id"));
    hooked.app.admin().post(&format!("{webhook}/test")).await.expect(202);
    let delivery = hooked.delivery(&webhook, "failed", 1).await;
    assert_eq!((&delivery["last_status"], &delivery["attempts"][0]["answer"]), (&Value::Null, &Value::Null));
    assert!(!delivery["last_error"].is_null());
}

#[tokio::test]
async fn where_a_url_may_lead_is_asked_at_each_connection() {
    let hooked = Hooked::on_sqlite().await;
    let (webhook, _) = hooked.make("/", json!({})).await;
    let backend = hooked.app.close();
    // The operator forbids what was allowed when the webhook was made.
    let app = TestApp::builder(backend).open().await;
    let hooked = Hooked { app, endpoint: hooked.endpoint };
    hooked.app.admin().post(&format!("{webhook}/test")).await.expect(202);
    let delivery = hooked.delivery(&webhook, "failed", 1).await;
    assert!(delivery["last_error"].as_str().is_some_and(|error| error.contains("may not be reached")), "{delivery}");
    assert!(hooked.endpoint.received().is_empty());
}
