//! `memory-profiles.list`

use serde_json::json;

use super::{PATH, make, turns_away};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn comes_in_pages_newest_first(app: TestApp) {
        let mut paths = Vec::new();
        for name in ["A", "B", "C"] {
            paths.push(make(&app, &json!({"name": name})).await);
        }
        paths.reverse();
        let first = app.viewer().get(&format!("{PATH}?limit=2")).await.expect(200);
        let next = first["next_cursor"].as_str().expect("a cursor");
        let second = app.viewer().get(&format!("{PATH}?limit=2&cursor={next}")).await.expect(200);
        assert_eq!(second["next_cursor"], json!(null));
        let rows = [&first, &second].into_iter().flat_map(|page| page["data"].as_array().expect("data").clone());
        let found: Vec<String> = rows.map(|row| format!("{PATH}/{}", row["id"].as_str().expect("an id"))).collect();
        assert_eq!(found, paths);
        assert_eq!(app.other_workspace().get(PATH).await.expect(200)["data"], json!([]));
        turns_away(&app, |caller| caller.get(PATH)).await;
    }
}
