//! `health.ready`

use crate::support::{TestApp, both_engines};

both_engines! {
    async fn is_ready_when_the_store_is_migrated(app: TestApp) {
        assert_eq!(app.anonymous().get("/health/ready").await.expect(200)["status"], "ok");
    }
}
