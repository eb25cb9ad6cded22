//! `auth.list_sign_ins`

use astra_core::auth::Role;
use serde_json::{Value, json};

use super::{EMAIL, PASSWORD, person, register, sign_in, sign_in_id, text, with};
use crate::support::{TestApp, TestBackend, both_backends};

/// An app behind a proxy, which says where requests come from.
async fn behind_a_proxy(backend: TestBackend) -> TestApp {
    let app = TestApp::builder(backend);
    app.config(|config| config.limits.trusted_proxies = vec!["0.0.0.0".parse().expect("a network")]).open().await
}

both_backends! {
    async fn shows_where_and_when_the_account_signed_in(backend: TestBackend) {
        let app = behind_a_proxy(backend).await;
        let first = register(&app).await["tokens"].clone();
        person(&app, "bob@example.org", Role::Viewer).await;
        app.clock.advance_ms(1_000);
        let grant = json!({"grant_type": "password", "username": EMAIL, "password": PASSWORD});
        let ask = app.anonymous().post("/auth/token").header("x-forwarded-for", "203.0.113.9");
        let second = ask.header("user-agent", "Firefox/145.0").json(&grant).await.expect(200);
        app.clock.advance_ms(60_000);
        let ask = app.anonymous().post("/auth/refresh").header("x-forwarded-for", "2001:db8::7");
        let refresh = json!({"refresh_token": second["refresh_token"]});
        let renewed = ask.header("user-agent", "curl/8").json(&refresh).await.expect(200);
        let page = with(&app, &renewed).get("/auth/me/sign-ins").await.expect(200);
        let workspace_id = with(&app, &first).get("/auth/me").await.expect(200)["workspace_id"].clone();
        assert_eq!(page["data"], json!([
            {
                "id": sign_in_id(&second),
                "workspace_id": workspace_id,
                "is_current": true,
                "address": "203.0.113.9",
                "program": "Firefox/145.0",
                "created_at": "2026-11-23T21:00:01.000Z",
                "last_used_at": "2026-11-23T21:01:01.000Z",
                "last_address": "2001:db8::7",
                "expires_at": "2026-12-23T21:01:01.000Z",
                "ends_at": "2027-02-21T21:00:01.000Z",
            },
            {
                "id": sign_in_id(&first),
                "workspace_id": workspace_id,
                "is_current": false,
                "address": null,
                "program": null,
                "created_at": "2026-11-23T21:00:00.000Z",
                "last_used_at": "2026-11-23T21:00:00.000Z",
                "last_address": null,
                "expires_at": "2026-12-23T21:00:00.000Z",
                "ends_at": "2027-02-21T21:00:00.000Z",
            },
        ]));
    }

    async fn comes_in_pages_newest_first(app: TestApp) {
        let mut tokens = vec![register(&app).await["tokens"].clone()];
        for _ in 0..2 {
            tokens.push(sign_in(&app).await);
        }
        let caller = with(&app, &tokens[0]);
        let (mut seen, mut path) = (Vec::new(), "/auth/me/sign-ins?limit=2".to_owned());
        loop {
            let page = caller.get(&path).await.expect(200);
            let rows = page["data"].as_array().expect("a list");
            seen.extend(rows.iter().map(|row| text(row, "id").to_owned()));
            let Value::String(cursor) = &page["next_cursor"] else { break };
            path = format!("/auth/me/sign-ins?limit=2&cursor={cursor}");
        }
        let newest_first: Vec<_> = tokens.iter().rev().map(sign_in_id).collect();
        assert_eq!(seen, newest_first);
    }

    async fn leaves_out_what_is_over(app: TestApp) {
        let first = register(&app).await["tokens"].clone();
        let day = 24 * 3_600_000;
        app.clock.advance_ms(29 * day);
        let second = sign_in(&app).await;
        let count = async |tokens: &Value| {
            let page = with(&app, tokens).get("/auth/me/sign-ins").await.expect(200);
            page["data"].as_array().map(Vec::len)
        };
        assert_eq!(count(&second).await, Some(2));
        app.clock.advance_ms(day + 900_000);
        let third = sign_in(&app).await;
        assert_eq!(count(&third).await, Some(2), "{first}");
    }
}

#[tokio::test]
async fn is_empty_for_callers_who_do_not_sign_in() {
    let app = TestApp::new().await;
    register(&app).await;
    for caller in [app.viewer(), app.owner(), app.other_workspace()] {
        assert_eq!(caller.get("/auth/me/sign-ins").await.expect(200), json!({"data": [], "next_cursor": null}));
    }
    app.scoped(Role::Viewer, "chat:send").get("/auth/me/sign-ins").await.expect_problem(403, "forbidden");
    app.anonymous().get("/auth/me/sign-ins").await.expect_problem(401, "unauthorized");
}
