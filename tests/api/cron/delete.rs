//! `cron.delete`

use astra_core::auth::Role;

use super::{HOUR_MS, Place, hourly, path, turns_away};
use crate::support::both_backends;

both_backends! {
    async fn what_is_deleted_has_no_more_slots(place: Place) {
        let made = place.make(hourly("note")).await;
        place.admin().delete(&path(&made)).await.expect(204);
        place.viewer().get(&path(&made)).await.expect_problem(404, "not_found");
        place.admin().delete(&path(&made)).await.expect_problem(404, "not_found");
        place.clock.advance_ms(HOUR_MS);
        assert_eq!(place.gateway().scheduler().run_due().await.expect("a look"), 0);
    }

    async fn a_state_that_is_gone_deletes_nothing(place: Place) {
        let made = place.make(hourly("note")).await;
        place.admin().delete(&path(&made)).header("if-match", "\"9-1\"").await.expect_problem(412, "precondition_failed");
        place.viewer().get(&path(&made)).await.expect(200);
    }

    async fn is_for_admins_of_the_workspace(place: Place) {
        let made = place.make(hourly("note")).await;
        place.other_workspace().delete(&path(&made)).await.expect_problem(404, "not_found");
        turns_away(&place, Role::Admin, |caller| caller.delete(&path(&made))).await;
        place.viewer().get(&path(&made)).await.expect(200);
    }
}
