//! `sessions.get`

use crate::conversation::{Talk, hides_from_others, id_of, turns_away};
use crate::support::both_backends;

both_backends! {
    async fn is_the_users_and_the_admins_alone(talk: Talk) {
        let session = talk.session().await;
        let path = format!("/sessions/{}", id_of(&session));
        assert_eq!(talk.app.member().get(&path).await.expect(200), session);
        assert_eq!(talk.app.admin().get(&path).await.expect(200), session);
        turns_away(&talk.app, |caller| caller.get(&path)).await;
        hides_from_others(&talk.app, |caller| caller.get(&path)).await;
        talk.app.member().get("/sessions/ses_0000000000000").await.expect_problem(404, "not_found");
        talk.app.member().get("/sessions/trn_0000000000000").await.expect_problem(422, "invalid_request");
    }
}
