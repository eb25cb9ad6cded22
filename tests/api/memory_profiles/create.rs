//! `memory-profiles.create`

use serde_json::{Value, json};

use super::{PATH, is_a_change, pointers};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn what_is_left_out_has_its_default(app: TestApp) {
        let answer = app.admin().post(PATH).json(&json!({"name": "Plain"})).await;
        let (location, etag) = (answer.header("location").to_owned(), answer.header("etag").to_owned());
        let made = answer.expect(201);
        let all = |value: Value| {
            json!({"session": value, "daily": value, "profile": value, "graph": value, "procedural": value})
        };
        assert_eq!((&made["tiers_enabled"], &made["tier_weights"]), (&all(json!(true)), &all(json!(1.0))));
        assert_eq!((&made["max_context_chunks"], &made["min_score"]), (&json!(20), &json!(0.0)));
        assert_eq!((&made["ttl_days"], &made["system_prompt_suffix"]), (&Value::Null, &json!("")));
        assert_eq!((&made["version"], &made["created_at"]), (&json!(1), &json!("2026-11-23T21:00:00.000Z")));
        assert_eq!(made["created_by"], app.admin().get("/auth/me").await.expect(200)["id"]);
        let read = app.admin().get(&location).await;
        assert_eq!(read.header("etag"), etag);
        assert_eq!(read.expect(200), made);
    }

    async fn one_key_makes_one_profile(app: TestApp) {
        let ask = |name: &str| app.admin().post(PATH).header("idempotency-key", "key-1").json(&json!({"name": name}));
        let first = ask("A").await.expect(201);
        assert_eq!(ask("A").await.expect(201), first);
        ask("B").await.expect_problem(422, "idempotency_key_reused");
        assert_eq!(app.admin().get(PATH).await.expect(200)["data"].as_array().map(Vec::len), Some(1));
    }
}

#[tokio::test]
async fn refuses_what_cannot_be_and_says_where() {
    let app = TestApp::new().await;
    for (change, pointer) in [
        (json!({"name": ""}), "/name"),
        (json!({"name": " "}), "/name"),
        (json!({"name": "a".repeat(129)}), "/name"),
        (json!({"max_context_chunks": 0}), "/max_context_chunks"),
        (json!({"max_context_chunks": 101}), "/max_context_chunks"),
        (json!({"min_score": 1.5}), "/min_score"),
        (json!({"min_score": -0.1}), "/min_score"),
        (json!({"min_score": "NaN"}), "/min_score"),
        (json!({"ttl_days": 0}), "/ttl_days"),
        (json!({"ttl_days": 3_651}), "/ttl_days"),
        (json!({"tiers_enabled": {"weekly": true}}), "/tiers_enabled/weekly"),
        (json!({"tiers_enabled": {"daily": "yes"}}), "/tiers_enabled/daily"),
        (json!({"tier_weights": {"daily": 1.1}}), "/tier_weights/daily"),
        (json!({"system_prompt_suffix": "a".repeat(8_193)}), "/system_prompt_suffix"),
        (json!({"id": "mpr_0000000000001"}), "/id"),
    ] {
        let mut new = json!({"name": "A"});
        new.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
        let problem = app.admin().post(PATH).json(&new).await.expect_problem(422, "invalid_request");
        assert_eq!(pointers(&problem), [pointer], "{change}: {problem}");
    }
    app.admin().post(PATH).json(&json!({})).await.expect_problem(422, "invalid_request");
    let no_number = app.admin().post(PATH).body("application/json", r#"{"name": "A", "min_score": NaN}"#);
    no_number.await.expect_problem(400, "bad_request");
    assert_eq!(app.admin().get(PATH).await.expect(200)["data"], json!([]));
}

#[tokio::test]
async fn is_for_admins() {
    let app = TestApp::new().await;
    is_a_change(&app, |caller| caller.post(PATH).json(&json!({"name": "A"}))).await;
    assert_eq!(app.admin().get(PATH).await.expect(200)["data"], json!([]));
}
