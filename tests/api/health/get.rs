//! `health.get`

use crate::support::{TestApp, both_backends};

both_backends! {
    async fn tells_version_and_uptime_to_anybody(app: TestApp) {
        app.clock.advance_ms(90_500);
        let health = app.anonymous().get("/health").await.expect(200);
        assert_eq!(health["status"], "ok");
        assert_eq!(health["uptime_s"], 90);
        assert_eq!(health["version"], env!("CARGO_PKG_VERSION"));
        app.clock.set_ms(-3_600_000);
        assert_eq!(app.anonymous().get("/health").await.expect(200)["uptime_s"], 90, "the clock was set back");
    }
}
