//! `auth.list_tokens`

use serde_json::Value;

use super::{account, issue, text, tokens_of};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn shows_an_accounts_tokens_and_when_they_were_used(app: TestApp) {
        let ci = account(&app, "ci", "member", &["auth:read"]).await;
        let other = account(&app, "other", "member", &["auth:read"]).await;
        let first = issue(&app, &ci).await;
        issue(&app, &other).await;
        app.clock.advance_ms(60_000);
        let second = issue(&app, &ci).await;
        app.bearer(text(&second, "secret")).get("/auth/me").await.expect(200);
        app.authority().settle().await;
        let answer = app.admin().get(&tokens_of(&ci)).await;
        assert!(!answer.text().contains(text(&second, "secret")), "a token is shown once");
        let page = answer.expect(200);
        let tokens = page["data"].as_array().expect("a list");
        assert_eq!(tokens.len(), 2);
        assert_eq!(tokens[0]["id"], second["token"]["id"]);
        assert_eq!(tokens[0]["last_used_at"], "2026-11-23T21:01:00.000Z");
        assert_eq!(tokens[1]["id"], first["token"]["id"]);
        assert_eq!(tokens[1]["last_used_at"], Value::Null);
    }

    async fn notes_a_use_once_a_minute(app: TestApp) {
        let ci = account(&app, "ci", "member", &["auth:read"]).await;
        let caller = app.bearer(text(&issue(&app, &ci).await, "secret"));
        for (advance_ms, noted) in [(0, "21:00:00"), (59_999, "21:00:00"), (1, "21:01:00")] {
            app.clock.advance_ms(advance_ms);
            caller.get("/auth/me").await.expect(200);
            app.authority().settle().await;
            let page = app.admin().get(&tokens_of(&ci)).await.expect(200);
            assert_eq!(page["data"][0]["last_used_at"], format!("2026-11-23T{noted}.000Z"));
        }
    }

    async fn is_found_in_its_own_workspace_only(app: TestApp) {
        let ci = account(&app, "ci", "member", &["auth:read"]).await;
        issue(&app, &ci).await;
        app.other_workspace().get(&tokens_of(&ci)).await.expect_problem(404, "not_found");
        app.member().get(&tokens_of(&ci)).await.expect_problem(403, "forbidden");
        app.anonymous().get(&tokens_of(&ci)).await.expect_problem(401, "unauthorized");
    }
}

#[tokio::test]
async fn comes_in_pages() {
    let app = TestApp::new().await;
    let ci = account(&app, "ci", "member", &["auth:read"]).await;
    let (older, newer) = (issue(&app, &ci).await, issue(&app, &ci).await);
    let page = app.admin().get(&format!("{}?limit=1", tokens_of(&ci))).await.expect(200);
    assert_eq!(page["data"][0]["id"], newer["token"]["id"]);
    let next = format!("{}?limit=1&cursor={}", tokens_of(&ci), text(&page, "next_cursor"));
    let page = app.admin().get(&next).await.expect(200);
    assert_eq!(page["data"][0]["id"], older["token"]["id"]);
    assert_eq!(page["next_cursor"], Value::Null);
}
