//! `webhooks.update`

use std::future::IntoFuture;

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{hides_from_others, is_a_change, make, pointers, turns_away, webhook};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn absent_null_and_value_are_three_things(app: TestApp) {
        let new = json!({"url": "https://hooks.example/a", "description": "One.", "events": ["agent.updated"],
            "agent_ids": ["support"], "payload": "thin", "headers": {"X-Keep": "1", "X-Drop": "2"}});
        let path = make(&app, &new).await;
        let patch = json!({"description": null, "events": ["webhook.disabled"], "payload": null, "headers": {"X-Drop": null, "X-New": "3"}});
        let changed = app.admin().patch(&path).json(&patch).await.expect(200);
        assert_eq!((&changed["description"], &changed["payload"], &changed["url"]), (&json!(""), &json!("full"), &new["url"]));
        assert_eq!((&changed["events"], &changed["agent_ids"]), (&json!(["webhook.disabled"]), &json!(["support"])));
        assert_eq!(changed["header_names"], json!(["X-Keep", "X-New"]));
        assert_eq!(app.admin().get(&path).await.expect(200), changed);
        let bare = app.admin().patch(&path).json(&json!({"headers": null})).await.expect(200);
        assert_eq!(bare["header_names"], json!([]));
    }

    async fn of_two_who_saw_the_same_the_second_loses(app: TestApp) {
        let path = make(&app, &webhook()).await;
        let seen = app.admin().get(&path).await.header("etag").to_owned();
        let ask = |text: &str| app.admin().patch(&path).header("if-match", &seen).json(&json!({"description": text}));
        let changed = ask("two").await;
        assert_ne!(changed.header("etag"), seen);
        changed.expect(200);
        ask("three").await.expect_problem(412, "precondition_failed");
        assert_eq!(app.admin().get(&path).await.expect(200)["description"], "two");
    }

    async fn changes_at_the_same_time_all_take_place(app: TestApp) {
        let path = make(&app, &webhook()).await;
        let admin = app.admin();
        let asks = (0..6).map(|key| admin.patch(&path).json(&json!({"headers": {(format!("X-{key}")): "v"}})));
        for answer in join_all(asks.map(IntoFuture::into_future)).await {
            answer.expect(200);
        }
        let names = app.admin().get(&path).await.expect(200)["header_names"].take();
        assert_eq!(names, json!(["X-0", "X-1", "X-2", "X-3", "X-4", "X-5"]));
    }

    async fn is_not_for_another_workspace(app: TestApp) {
        let path = make(&app, &webhook()).await;
        hides_from_others(&app, |caller| caller.patch(&path).json(&json!({"description": "x"}))).await;
        assert_eq!(app.admin().get(&path).await.expect(200)["description"], "");
    }
}

#[tokio::test]
async fn refuses_what_cannot_work() {
    let app = TestApp::new().await;
    let path = make(&app, &webhook()).await;
    for (patch, pointer) in [
        (json!({"url": "http://127.0.0.1/"}), "/url"),
        (json!({"url": null}), "/url"),
        (json!({"events": ["agent.exploded"]}), "/events/0"),
        (json!({"headers": {"Host": "a"}}), "/headers/Host"),
        (json!({"id": "hok_0000000000001"}), "/id"),
    ] {
        let problem = app.admin().patch(&path).json(&patch).await.expect_problem(422, "invalid_request");
        assert_eq!(pointers(&problem), [pointer], "{patch}: {problem}");
    }
    let missing: Value =
        app.admin().patch("/webhooks/hok_0000000000009").json(&json!({})).await.expect_problem(404, "not_found");
    assert!(missing["detail"].as_str().is_some_and(|detail| detail.contains("webhook")), "{missing}");
    turns_away(&app, |caller| caller.patch(&path).json(&json!({}))).await;
    is_a_change(&app, |caller| caller.patch(&path).json(&json!({}))).await;
}
