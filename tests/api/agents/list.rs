//! `agents.list`

use astra_core::auth::Role;

use super::{PATH, ids, make};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn shows_a_fresh_gateways_own_agent(app: TestApp) {
        let page = app.viewer().get(PATH).await.expect(200);
        assert_eq!(ids(&page), ["assistant"]);
        assert_eq!(page["data"][0]["model"]["provider"], "echo");
        assert_eq!(page["data"][0]["created_by"], "gateway");
        assert_eq!(page["next_cursor"], serde_json::Value::Null);
    }

    async fn shows_every_agent_once_newest_first(app: TestApp) {
        for id in ["a", "b", "c", "d"] {
            if id != "c" {
                app.clock.advance_ms(1);
            }
            make(&app, id, "").await;
        }
        let first = app.viewer().get("/agents?limit=2").await.expect(200);
        assert_eq!(ids(&first), ["d", "c"]);
        make(&app, "later", "").await;
        let cursor = first["next_cursor"].as_str().expect("a cursor");
        let second = app.viewer().get(&format!("/agents?limit=2&cursor={cursor}")).await.expect(200);
        assert_eq!(ids(&second), ["b", "a"]);
        let cursor = second["next_cursor"].as_str().expect("a cursor");
        let last = app.viewer().get(&format!("/agents?limit=2&cursor={cursor}")).await.expect(200);
        assert_eq!(ids(&last), ["assistant"]);
        assert!(last["next_cursor"].is_null());
    }

    async fn shows_nothing_of_another_workspace(app: TestApp) {
        make(&app, "ours", "").await;
        assert!(ids(&app.other_workspace().get(PATH).await.expect(200)).is_empty());
    }
}

#[tokio::test]
async fn refuses_what_is_no_page() {
    let app = TestApp::new().await;
    app.viewer().get("/agents?cursor=bm9uc2Vuc2U").await.expect_problem(400, "bad_request");
    app.viewer().get("/agents?limit=201").await.expect_problem(422, "invalid_request");
    app.viewer().get("/agents?order=name").await.expect_problem(422, "invalid_request");
}

#[tokio::test]
async fn needs_its_scope() {
    let app = TestApp::new().await;
    app.anonymous().get(PATH).await.expect_problem(401, "unauthorized");
    app.scoped(Role::Owner, "sessions:read").get(PATH).await.expect_problem(403, "forbidden");
}
