//! `channels.list`

use serde_json::json;

use super::{PATH, channel, make, turns_away};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn pages_show_those_of_the_workspace_newest_first(app: TestApp) {
        let mut paths = Vec::new();
        for _ in 0..3 {
            paths.insert(0, make(&app, &channel()).await);
        }
        let first = app.viewer().get(&format!("{PATH}?limit=2")).await.expect(200);
        let cursor = first["next_cursor"].as_str().expect("a cursor").to_owned();
        let second = app.viewer().get(&format!("{PATH}?limit=2&cursor={cursor}")).await.expect(200);
        let found = [first, second].into_iter().flat_map(|page| page["data"].as_array().expect("data").clone());
        let found: Vec<String> = found.map(|one| format!("{PATH}/{}", one["id"].as_str().expect("an id"))).collect();
        assert_eq!(found, paths);
        assert_eq!(app.other_workspace().get(PATH).await.expect(200)["data"], json!([]));
        turns_away(&app, |caller| caller.get(PATH)).await;
    }
}
