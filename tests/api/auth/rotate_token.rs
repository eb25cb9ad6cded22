//! `auth.rotate_token`

use astra_core::auth::Role;
use serde_json::{Value, json};

use super::{account, issue, text, tokens_of};
use crate::support::{Ask, Caller, TestApp, both_backends};

fn rotate(caller: &Caller, issued: &Value, grace_s: u32) -> Ask {
    let path = format!("/auth/tokens/{}/rotate", text(&issued["token"], "id"));
    caller.post(&path).json(&json!({"grace_s": grace_s}))
}

both_backends! {
    async fn gives_a_new_secret_to_the_same_token(app: TestApp) {
        let ci = account(&app, "ci", "member", &["auth:read"]).await;
        let first = issue(&app, &ci).await;
        let old = app.bearer(text(&first, "secret"));
        old.get("/auth/me").await.expect(200);
        app.clock.advance_ms(3_600_000);
        let second = rotate(&app.admin(), &first, 0).await.expect(200);
        assert_eq!(second["token"]["id"], first["token"]["id"]);
        assert_eq!(second["token"]["generation"], 2);
        assert_eq!(second["token"]["expires_at"], "2027-02-21T22:00:00.000Z", "as long as the first was given");
        old.get("/auth/me").await.expect_problem(401, "unauthorized");
        app.bearer(text(&second, "secret")).get("/auth/me").await.expect(200);
        let page = app.admin().get(&tokens_of(&ci)).await.expect(200);
        assert_eq!(page["data"], json!([{"last_used_at": page["data"][0]["last_used_at"],
            "id": second["token"]["id"], "service_account_id": ci["id"], "scopes": ["auth:read"], "generation": 2,
            "grace_until": "2026-11-23T22:00:00.000Z", "expires_at": second["token"]["expires_at"],
            "created_at": "2026-11-23T21:00:00.000Z", "rotated_at": "2026-11-23T22:00:00.000Z"}]));
    }

    async fn lets_the_last_secret_live_on_within_its_grace(app: TestApp) {
        let ci = account(&app, "ci", "member", &["auth:read"]).await;
        let first = issue(&app, &ci).await;
        let second = rotate(&app.admin(), &first, 60).await.expect(200);
        let [old, new] = [&first, &second].map(|issued| app.bearer(text(issued, "secret")));
        let me = old.get("/auth/me").await.expect(200);
        assert_eq!(me["expires_at"], "2026-11-23T21:01:00.000Z");
        app.clock.advance_ms(59_999);
        old.get("/auth/me").await.expect(200);
        app.clock.advance_ms(1);
        old.get("/auth/me").await.expect_problem(401, "unauthorized");
        new.get("/auth/me").await.expect(200);
        // Only the last one has grace.
        let third = rotate(&app.admin(), &first, 60).await.expect(200);
        let fourth = rotate(&app.admin(), &first, 60).await.expect(200);
        new.get("/auth/me").await.expect_problem(401, "unauthorized");
        app.bearer(text(&third, "secret")).get("/auth/me").await.expect(200);
        app.bearer(text(&fourth, "secret")).get("/auth/me").await.expect(200);
    }

    async fn rotates_once_for_one_idempotency_key(app: TestApp) {
        let ci = account(&app, "ci", "member", &["auth:read"]).await;
        let issued = issue(&app, &ci).await;
        let ask = || rotate(&app.admin(), &issued, 0).header("idempotency-key", "key-1");
        let first = ask().await.expect(200);
        assert_eq!(ask().await.expect(200), first);
        app.bearer(text(&first, "secret")).get("/auth/me").await.expect(200);
    }

    async fn is_found_in_its_own_workspace_only(app: TestApp) {
        let ci = account(&app, "ci", "member", &["auth:read"]).await;
        let issued = issue(&app, &ci).await;
        rotate(&app.other_workspace(), &issued, 0).await.expect_problem(404, "not_found");
        app.bearer(text(&issued, "secret")).get("/auth/me").await.expect(200);
    }
}

#[tokio::test]
async fn gives_nobody_a_token_beyond_their_own() {
    let app = TestApp::new().await;
    let root = account(&app, "root", "owner", &["auth:read"]).await;
    let root = issue(&app, &root).await;
    rotate(&app.admin(), &root, 0).await.expect_problem(403, "forbidden");
    let wide = account(&app, "wide", "member", &["auth:read", "chat:send"]).await;
    let wide = issue(&app, &wide).await;
    rotate(&app.scoped(Role::Admin, "auth:write"), &wide, 0).await.expect_problem(403, "forbidden");
    rotate(&app.member(), &wide, 0).await.expect_problem(403, "forbidden");
    rotate(&app.anonymous(), &wide, 0).await.expect_problem(401, "unauthorized");
}

#[tokio::test]
async fn refuses_what_cannot_be_rotated() {
    let app = TestApp::new().await;
    let ci = account(&app, "ci", "member", &["auth:read"]).await;
    let issued = issue(&app, &ci).await;
    rotate(&app.owner(), &issued, 604_801).await.expect_problem(422, "invalid_request");
    let unknown = json!({"token": {"id": "tok_0000000000000"}});
    rotate(&app.owner(), &unknown, 0).await.expect_problem(404, "not_found");
}
