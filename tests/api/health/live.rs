//! `health.live`

use crate::support::TestApp;

#[tokio::test]
async fn answers_anybody() {
    let app = TestApp::new().await;
    assert_eq!(app.anonymous().get("/health/live").await.expect(200)["status"], "ok");
}
