//! `cron.list`

use astra_core::auth::Role;
use serde_json::json;

use super::{PATH, Place, each, hourly, turns_away};
use crate::support::both_backends;

both_backends! {
    async fn schedules_are_listed_newest_first_in_pages(place: Place) {
        for name in ["one", "two", "three"] {
            let mut new = hourly("note");
            new["name"] = json!(name);
            place.make(new).await;
        }
        let page = place.viewer().get("/cron/schedules?limit=2").await.expect(200);
        assert_eq!(each(page["data"].as_array().expect("a list"), "name"), ["three", "two"]);
        let cursor = page["next_cursor"].as_str().expect("a cursor");
        let rest = place.viewer().get(&format!("/cron/schedules?limit=2&cursor={cursor}")).await.expect(200);
        assert_eq!(each(rest["data"].as_array().expect("a list"), "name"), ["one"]);
        assert_eq!(rest["next_cursor"], json!(null));
    }

    async fn shows_none_of_another_workspace(place: Place) {
        place.make(hourly("note")).await;
        assert_eq!(place.other_workspace().get(PATH).await.expect(200)["data"], json!([]));
        turns_away(&place, Role::Viewer, |caller| caller.get(PATH)).await;
    }
}
