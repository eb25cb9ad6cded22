//! `cron.get`

use astra_core::auth::Role;

use super::{HOUR_MS, PATH, Place, hourly, path, turns_away};
use crate::support::both_backends;

both_backends! {
    async fn shows_the_next_and_the_last_slot(place: Place) {
        let made = place.make(hourly("note")).await;
        assert_eq!(made["next_slot_at"], "2026-11-23T22:00:00.000Z");
        place.pass(HOUR_MS).await;
        let found = place.viewer().get(&path(&made)).await;
        assert_eq!(found.header("etag").split('-').next(), Some("\"1"), "a slot is no change");
        let found = found.expect(200);
        assert_eq!((&found["last_slot_at"], &found["next_slot_at"]), (&made["next_slot_at"], &"2026-11-23T23:00:00.000Z".into()));
    }

    async fn what_is_not_there_or_not_the_callers_is_not_found(place: Place) {
        let made = place.make(hourly("note")).await;
        place.viewer().get(&format!("{PATH}/sch_0000000000001")).await.expect_problem(404, "not_found");
        place.viewer().get(&format!("{PATH}/job_0000000000001")).await.expect_problem(422, "invalid_request");
        place.other_workspace().get(&path(&made)).await.expect_problem(404, "not_found");
        turns_away(&place, Role::Viewer, |caller| caller.get(&path(&made))).await;
    }
}
