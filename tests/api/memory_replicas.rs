//! Several gateways over one PostgreSQL: each finds what another one has kept by its next search.

use std::future::IntoFuture;

use futures_util::future::join_all;
use serde_json::json;

use crate::support::{Caller, Replica, TestApp, TestBackend};

/// Two gateways, and a member at the second one; `None` without a PostgreSQL.
async fn two() -> Option<(TestApp, Replica, Caller)> {
    let app = TestApp::builder(TestBackend::postgres().await?).open().await;
    let there = app.replica().await;
    let caller = there.bearer(&app.member().token().await);
    Some((app, there, caller))
}

async fn keep(caller: &Caller, content: &str) -> String {
    let kept = caller.post("/memory").json(&json!({"tier": "procedural", "content": content})).await.expect(201);
    format!("/memory/{}", kept["id"].as_str().expect("an id"))
}

/// The words of what a query finds.
async fn found(caller: &Caller, query: &str) -> Vec<String> {
    let found = caller.post("/memory/search").json(&json!({"query": query, "limit": 100})).await.expect(200);
    let hits = found["hits"].as_array().expect("hits").iter();
    hits.map(|hit| hit["content"].as_str().expect("content").to_owned()).collect()
}

#[tokio::test]
async fn the_next_search_finds_what_another_gateway_has_changed() {
    let Some((app, _there, there)) = two().await else { return };
    let here = app.member();
    let path = keep(&here, "The planted port is 8080.").await;
    assert_eq!(found(&there, "planted port").await, ["The planted port is 8080."]);
    there.patch(&path).json(&json!({"content": "The planted port is 1933."})).await.expect(200);
    assert_eq!(found(&here, "planted port").await, ["The planted port is 1933."]);
    here.delete(&path).await.expect(204);
    assert_eq!(found(&there, "planted port").await, [""; 0]);
}

#[tokio::test]
async fn a_purge_at_one_gateway_leaves_nothing_at_another() {
    let Some((app, _there, there)) = two().await else { return };
    let here = app.member();
    keep(&here, "The planted port is 8080.").await;
    assert_eq!(found(&there, "planted port").await.len(), 1);
    let me = here.get("/auth/me").await.expect(200);
    here.delete(&format!("/memory/users/{}", me["id"].as_str().expect("an id"))).await.expect(200);
    keep(&here, "The other planted port is 1933.").await;
    assert_eq!(found(&there, "planted port").await, ["The other planted port is 1933."]);
}

#[tokio::test]
async fn writes_at_both_leave_both_with_what_a_third_one_reads_anew() {
    let Some((app, _there, there)) = two().await else { return };
    let here = app.member();
    for round in 0..5 {
        let writes = (0..8).map(|number| {
            let caller = if number % 2 == 0 { &here } else { &there };
            let new = json!({"tier": "procedural", "content": format!("Planted {round} {number}.")});
            caller.post("/memory").json(&new).into_future()
        });
        let searches = (0..4).map(|number| found(if number % 2 == 0 { &here } else { &there }, "planted"));
        let (written, _) = tokio::join!(join_all(writes), join_all(searches));
        for answer in written {
            answer.expect(201);
        }
    }
    let third = app.replica().await;
    let third = third.bearer(&here.token().await);
    let anew = found(&third, "planted").await;
    assert_eq!(anew.len(), 40, "{anew:?}");
    assert_eq!((found(&here, "planted").await, found(&there, "planted").await), (anew.clone(), anew));
}
