//! `channels.health`

use serde_json::json;

use super::{channel, make, turns_away};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn tells_of_all_channels_newest_first(app: TestApp) {
        let mut ids = Vec::new();
        for _ in 0..2 {
            ids.insert(0, make(&app, &channel()).await.trim_start_matches("/channels/").to_owned());
        }
        let page = app.viewer().get("/channels/health").await.expect(200);
        let found: Vec<&str> = page["data"].as_array().expect("data").iter().map(|one| one["channel_id"].as_str().expect("an id")).collect();
        assert_eq!(found, ids);
        let first = app.viewer().get("/channels/health?limit=1").await.expect(200);
        assert!(first["next_cursor"].is_string() && first["data"][0]["channel_id"] == ids[0].as_str());
        assert_eq!(app.other_workspace().get("/channels/health").await.expect(200)["data"], json!([]));
        turns_away(&app, |caller| caller.get("/channels/health")).await;
    }
}
