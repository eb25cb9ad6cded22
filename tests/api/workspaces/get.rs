//! `workspaces.get`

use astra_core::auth::Role;

use super::{here, hides_from_others, turns_away};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn shows_the_tokens_own(app: TestApp) {
        let answer = app.viewer().get(&here(&app)).await;
        answer.header("etag");
        let found = answer.expect(200);
        assert_eq!(format!("/workspaces/{}", found["id"].as_str().expect("an id")), here(&app));
        assert_eq!((&found["role"], &found["is_current"]), (&"viewer".into(), &true.into()));
        hides_from_others(&app, |caller, path| caller.get(path)).await;
    }
}

#[tokio::test]
async fn needs_a_credential_with_the_scope() {
    let app = TestApp::new().await;
    turns_away(&app, Role::Viewer, |caller| caller.get(&here(&app))).await;
}
