//! `auth.list_service_accounts`

use serde_json::Value;

use super::{account, text};
use crate::support::{TestApp, both_backends};

fn names(page: &Value) -> Vec<&str> {
    page["data"].as_array().expect("a list").iter().map(|account| text(account, "name")).collect()
}

both_backends! {
    async fn shows_the_workspace_its_accounts_newest_first_in_pages(app: TestApp) {
        // The callers are accounts themselves, and older.
        app.admin().get("/auth/me").await.expect(200);
        app.owner().get("/auth/me").await.expect(200);
        for name in ["first", "second", "third"] {
            app.clock.advance_ms(1);
            account(&app, name, "viewer", &[]).await;
        }
        let page = app.admin().get("/auth/service-accounts?limit=2").await.expect(200);
        assert_eq!(names(&page), ["third", "second"]);
        account(&app, "meanwhile", "viewer", &[]).await;
        let next = format!("/auth/service-accounts?limit=2&cursor={}", text(&page, "next_cursor"));
        let page = app.admin().get(&next).await.expect(200);
        assert_eq!(names(&page)[0], "first");
        let foreign = app.other_workspace().get("/auth/service-accounts").await.expect(200);
        assert_eq!(names(&foreign), ["foreigner"]);
    }
}

#[tokio::test]
async fn is_for_admins() {
    let app = TestApp::new().await;
    app.member().get("/auth/service-accounts").await.expect_problem(403, "forbidden");
    app.anonymous().get("/auth/service-accounts").await.expect_problem(401, "unauthorized");
}
