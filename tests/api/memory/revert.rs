//! `memory.revert`

use serde_json::{Value, json};

use super::{fact, hides_from_others, is_a_change, keep, listed, note, path_of, pointers, shared, turns_away};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn a_deleted_memory_comes_back_as_it_was(app: TestApp) {
        let member = app.member();
        let kept = keep(&member, &json!({"tier": "daily", "content": "Grüße 👋", "data": {"a": [1, null]}})).await;
        let path = path_of(&kept);
        member.patch(&path).json(&json!({"content": "two"})).await.expect(200);
        member.delete(&path).await.expect(204);
        let back = member.post(&format!("{path}/revert")).json(&json!({"version": 1})).await.expect(200);
        for field in ["content", "data", "category", "valid_from", "valid_to", "created_at", "trust", "evidence"] {
            assert_eq!(back[field], kept[field], "{field}");
        }
        assert_eq!(back["version"], 4);
        assert_eq!(member.get(&path).await.expect(200), back);
        assert_eq!(listed(&member, "").await, ["Grüße 👋"]);
    }

    async fn what_held_holds_again(app: TestApp) {
        let member = app.member();
        let path = path_of(&keep(&member, &fact("home", "Berlin")).await);
        keep(&member, &fact("home", "Munich")).await;
        member.post(&format!("{path}/revert")).json(&json!({"version": 1})).await.expect(200);
        assert_eq!(listed(&member, "").await, ["Berlin"]);
    }

    async fn is_its_owners_alone(app: TestApp) {
        let path = format!("{}/revert", path_of(&keep(&app.member(), &note("mine")).await));
        hides_from_others(&app, |caller| caller.post(&path).json(&json!({"version": 1}))).await;
        let shared = format!("{}/revert", path_of(&keep(&app.admin(), &shared("ours")).await));
        app.member().post(&shared).json(&json!({"version": 1})).await.expect_problem(403, "forbidden");
    }

    async fn what_was_purged_does_not_come_back(app: TestApp) {
        let kept = keep(&app.member(), &note("mine")).await;
        app.member().delete(&format!("/memory/users/{}", kept["user_id"].as_str().expect("an id"))).await.expect(200);
        app.member().post(&format!("{}/revert", path_of(&kept))).json(&json!({"version": 1})).await.expect_problem(404, "not_found");
    }
}

#[tokio::test]
async fn refuses_versions_that_are_not_there() {
    let app = TestApp::new().await;
    let member = app.member();
    let path = path_of(&keep(&member, &note("mine")).await);
    let revert = format!("{path}/revert");
    let ask = |version: Value| member.post(&revert).json(&json!({"version": version}));
    for version in [json!(2), json!(0), json!("1"), json!(null)] {
        let problem = ask(version).await.expect_problem(422, "invalid_request");
        assert_eq!(pointers(&problem), ["/version"]);
    }
    member.delete(&path).await.expect(204);
    ask(json!(2)).await.expect_problem(409, "conflict");
    turns_away(&app, |caller| caller.post(&revert).json(&json!({"version": 1}))).await;
    is_a_change(&app, |caller| caller.post(&revert).json(&json!({"version": 1}))).await;
}
