//! `channels.get`

use super::{channel, hides_from_others, make, turns_away};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn shows_one_and_hides_it_from_others(app: TestApp) {
        let path = make(&app, &channel()).await;
        assert_eq!(app.viewer().get(&path).await.expect(200)["name"], "Support");
        hides_from_others(&app, |caller| caller.get(&path)).await;
        turns_away(&app, |caller| caller.get(&path)).await;
        app.admin().get("/channels/chn_0000000000009").await.expect_problem(404, "not_found");
        app.admin().get("/channels/chn_9").await.expect_problem(422, "invalid_request");
    }
}
