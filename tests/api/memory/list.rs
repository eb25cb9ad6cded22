//! `memory.list`

use serde_json::json;

use super::{PATH, fact, keep, listed, note, shared, turns_away};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn comes_in_pages_newest_first(app: TestApp) {
        for number in 0..5 {
            keep(&app.member(), &note(&format!("n{number}"))).await;
        }
        let first = app.member().get("/memory?limit=3").await.expect(200);
        let next = first["next_cursor"].as_str().expect("a cursor");
        assert_eq!(listed(&app.member(), "?limit=3").await, ["n4", "n3", "n2"]);
        assert_eq!(listed(&app.member(), &format!("?limit=3&cursor={next}")).await, ["n1", "n0"]);
        assert!(listed(&app.other_workspace(), "").await.is_empty());
    }

    async fn shows_ones_own_and_the_workspaces_and_nothing_else(app: TestApp) {
        keep(&app.member(), &note("the member's")).await;
        keep(&app.other_member(), &note("the other's")).await;
        keep(&app.admin(), &shared("the workspace's")).await;
        assert_eq!(listed(&app.member(), "").await, ["the workspace's", "the member's"]);
        assert_eq!(listed(&app.member(), "?owner=me").await, ["the member's"]);
        assert_eq!(listed(&app.member(), "?owner=workspace").await, ["the workspace's"]);
        assert_eq!(listed(&app.owner(), "").await, ["the workspace's"], "owners do not see what is of others");
    }

    async fn is_narrowed_by_each_filter(app: TestApp) {
        let member = app.member();
        let decision = json!({"tier": "daily", "content": "decided", "category": "decision", "agent_id": "assistant"});
        keep(&member, &decision).await;
        keep(&member, &note("noted")).await;
        keep(&member, &json!({"tier": "profile", "slot": "home", "content": "Berlin", "valid_from": "2026-01-01T00:00:00Z"})).await;
        keep(&member, &json!({"tier": "profile", "slot": "home", "content": "Munich", "valid_from": "2026-03-01T00:00:00Z"})).await;
        for (query, contents) in [
            ("?tier=profile", &["Munich"][..]),
            ("?tier=graph", &[]),
            ("?category=decision", &["decided"]),
            ("?agent_id=assistant", &["decided"]),
            ("?session_id=ses_0000000000001", &[]),
            ("?include_superseded=true&tier=profile", &["Munich", "Berlin"]),
            ("?as_of=2026-02-01T00:00:00Z", &["Berlin"]),
            ("?as_of=2025-02-01T00:00:00Z", &[]),
        ] {
            assert_eq!(listed(&member, query).await, contents, "{query}");
        }
    }
}

#[tokio::test]
async fn refuses_what_it_cannot_filter_by() {
    let app = TestApp::new().await;
    // What was said in sessions is listed by sessions.list_messages.
    for query in ["?tier=session", "?tier=weekly", "?as_of=then", "?owner=all", "?include_superseded=perhaps"] {
        app.member().get(&format!("{PATH}{query}")).await.expect_problem(422, "invalid_request");
    }
    turns_away(&app, |caller| caller.get(PATH)).await;
    keep(&app.member(), &fact("a", "b")).await;
}
