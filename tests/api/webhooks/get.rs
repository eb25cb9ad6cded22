//! `webhooks.get`

use super::{hides_from_others, make, turns_away, webhook};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn shows_one_and_hides_it_from_others(app: TestApp) {
        let path = make(&app, &webhook()).await;
        let shown = app.admin().get(&path).await.expect(200);
        assert_eq!(shown["url"], "https://hooks.example/astra");
        hides_from_others(&app, |caller| caller.get(&path)).await;
        app.admin().get("/webhooks/hok_0000000000009").await.expect_problem(404, "not_found");
        app.admin().get("/webhooks/hok_9").await.expect_problem(422, "invalid_request");
    }
}

#[tokio::test]
async fn is_for_admins() {
    let app = TestApp::new().await;
    let path = make(&app, &webhook()).await;
    turns_away(&app, |caller| caller.get(&path)).await;
}
