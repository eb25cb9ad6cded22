//! `memory.update`

use serde_json::{Value, json};

use super::{fact, hides_from_others, is_a_change, keep, listed, note, path_of, pointers, shared, turns_away};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn absent_null_and_value_are_three_things(app: TestApp) {
        let member = app.member();
        let new = json!({"tier": "daily", "content": "one", "category": "decision", "data": {"a": 1, "b": 2}, "expires_at": "2099-01-01T00:00:00Z"});
        let path = path_of(&keep(&member, &new).await);
        let patch = json!({"category": null, "data": {"a": null, "c": 3}, "expires_at": null});
        let changed = member.patch(&path).json(&patch).await.expect(200);
        assert_eq!((&changed["content"], &changed["category"]), (&json!("one"), &json!("note")));
        assert_eq!((&changed["data"], &changed["expires_at"]), (&json!({"b": 2, "c": 3}), &Value::Null));
        assert_eq!((&changed["version"], &changed["source"]), (&json!(2), &json!("caller")));
        assert_eq!(member.get(&path).await.expect(200), changed);
    }

    async fn of_two_who_saw_the_same_the_second_loses(app: TestApp) {
        let member = app.member();
        let path = path_of(&keep(&member, &note("one")).await);
        let seen = member.get(&path).await.header("etag").to_owned();
        let ask = |text: &str| member.patch(&path).header("if-match", &seen).json(&json!({"content": text}));
        ask("two").await.expect(200);
        ask("three").await.expect_problem(412, "precondition_failed");
        assert_eq!(listed(&member, "").await, ["two"]);
    }

    async fn what_holds_again_takes_its_place(app: TestApp) {
        let member = app.member();
        let old = keep(&member, &fact("home", "Berlin")).await;
        keep(&member, &fact("home", "Munich")).await;
        let again = member.patch(&path_of(&old)).json(&json!({"valid_to": null})).await.expect(200);
        assert_eq!((&again["valid_to"], &again["superseded_by"]), (&Value::Null, &Value::Null));
        assert_eq!(listed(&member, "").await, ["Berlin"]);
    }

    async fn is_its_owners_alone(app: TestApp) {
        let path = path_of(&keep(&app.member(), &note("mine")).await);
        hides_from_others(&app, |caller| caller.patch(&path).json(&json!({"content": "x"}))).await;
        let shared = path_of(&keep(&app.admin(), &shared("ours")).await);
        app.member().patch(&shared).json(&json!({"content": "x"})).await.expect_problem(403, "forbidden");
        assert_eq!(listed(&app.member(), "").await, ["ours", "mine"]);
        app.owner().patch(&shared).json(&json!({"content": "everybody's"})).await.expect(200);
        assert_eq!(listed(&app.member(), "").await, ["everybody's", "mine"]);
    }
}

#[tokio::test]
async fn refuses_what_cannot_be() {
    let app = TestApp::new().await;
    let path = path_of(&keep(&app.member(), &fact("home", "Berlin")).await);
    for (patch, pointer) in [
        (json!({"content": null}), "/content"),
        (json!({"content": ""}), "/content"),
        (json!({"category": "note"}), "/category"),
        (json!({"tier": "graph"}), "/tier"),
        (json!({"slot": "other"}), "/slot"),
        (json!({"valid_to": "2001-01-01T00:00:00Z"}), "/valid_to"),
        (json!({"data": {"x": "y".repeat(17_000)}}), "/data"),
    ] {
        let problem = app.member().patch(&path).json(&patch).await.expect_problem(422, "invalid_request");
        assert_eq!(pointers(&problem), [pointer], "{patch}: {problem}");
    }
    app.member().patch("/memory/mem_0000000000000").json(&json!({})).await.expect_problem(404, "not_found");
    turns_away(&app, |caller| caller.patch(&path).json(&json!({}))).await;
    is_a_change(&app, |caller| caller.patch(&path).json(&json!({}))).await;
}
