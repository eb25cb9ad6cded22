//! `memory.update_profile`

use astra_core::auth::Role;
use serde_json::json;

use super::get_profile::{PATH, known};
use super::turns_away;
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn what_is_set_by_hand_wins_and_null_removes(app: TestApp) {
        let member = app.member();
        known(&member, "home city", "Berlin").await;
        known(&member, "diet", "vegan").await;
        let patch = |document| json!({"document": document});
        let set = member.patch(PATH).json(&patch(json!({"home_city": "Paris", "pets": {"cat": 1, "dog": 2}}))).await.expect(200);
        assert_eq!(set["document"], json!({"home_city": "Paris", "pets": {"cat": 1, "dog": 2}, "diet": "vegan"}));
        assert_eq!(set["facts"].as_array().map(Vec::len), Some(1), "{set}");
        let merged = member.patch(PATH).json(&patch(json!({"pets": {"cat": null, "fish": [1]}, "diet": null}))).await.expect(200);
        assert_eq!(merged["document"], json!({"home_city": "Paris", "pets": {"dog": 2, "fish": [1]}}));
        // What is said later changes nothing of what was set or removed by hand.
        known(&member, "home city", "Rome").await;
        known(&member, "diet", "vegetarian").await;
        let profile = member.get(PATH).await.expect(200);
        assert_eq!(profile["document"], merged["document"]);
        let again = member.patch(PATH).json(&patch(json!({"diet": "anything"}))).await.expect(200);
        assert_eq!(again["document"]["diet"], "anything");
        assert_eq!(app.other_member().get(PATH).await.expect(200)["document"], json!({}));
        assert_eq!(app.other_workspace().get(PATH).await.expect(200)["document"], json!({}));
    }

    async fn of_two_who_saw_the_same_the_second_loses(app: TestApp) {
        let member = app.member();
        let seen = member.get(PATH).await.header("etag").to_owned();
        let ask = |name: &str| member.patch(PATH).header("if-match", &seen).json(&json!({"document": {"name": name}}));
        let changed = ask("Ana").await;
        assert_ne!(changed.header("etag"), seen);
        changed.expect(200);
        ask("Bea").await.expect_problem(412, "precondition_failed");
        assert_eq!(member.get(PATH).await.expect(200)["document"], json!({"name": "Ana"}));
        // A patch that changes nothing makes no version.
        let version = member.get(PATH).await.expect(200)["version"].clone();
        assert_eq!(member.patch(PATH).json(&json!({"document": {"name": "Ana"}})).await.expect(200)["version"], version);
    }
}

#[tokio::test]
async fn refuses_what_is_too_large_or_no_document() {
    let app = TestApp::new().await;
    let member = app.member();
    let large = json!({"document": {"text": "x".repeat(16_384)}});
    let problem = member.patch(PATH).json(&large).await.expect_problem(422, "invalid_request");
    assert_eq!(problem["errors"][0]["pointer"], "/document");
    member.patch(PATH).json(&json!({"document": 1})).await.expect_problem(422, "invalid_request");
    member.patch(PATH).json(&json!({"name": "Ana"})).await.expect_problem(422, "invalid_request");
    turns_away(&app, |caller| caller.patch(PATH).json(&json!({"document": {}}))).await;
    app.scoped(Role::Member, "memory:read").patch(PATH).json(&json!({})).await.expect_problem(403, "forbidden");
}
