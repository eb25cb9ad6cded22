//! `memory.get`

use super::{hides_from_others, keep, note, path_of, shared, turns_away};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn is_its_owners_alone(app: TestApp) {
        let own = keep(&app.member(), &note("mine")).await;
        let path = path_of(&own);
        assert_eq!(app.member().get(&path).await.expect(200), own);
        hides_from_others(&app, |caller| caller.get(&path)).await;
        let all = keep(&app.admin(), &shared("ours")).await;
        assert_eq!(app.other_member().get(&path_of(&all)).await.expect(200), all);
        app.other_workspace().get(&path_of(&all)).await.expect_problem(404, "not_found");
    }
}

#[tokio::test]
async fn refuses_what_names_no_memory() {
    let app = TestApp::new().await;
    app.member().get("/memory/mem_0000000000000").await.expect_problem(404, "not_found");
    app.member().get("/memory/ses_0000000000000").await.expect_problem(422, "invalid_request");
    turns_away(&app, |caller| caller.get("/memory/mem_0000000000000")).await;
}
