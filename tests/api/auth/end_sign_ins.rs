//! `auth.end_sign_ins`

use astra_core::auth::Role;

use super::{goes_on, has_ended, person, register, sign_in, with};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn ends_all_sign_ins_of_the_account(app: TestApp) {
        let here = register(&app).await["tokens"].clone();
        let there = sign_in(&app).await;
        let bob = person(&app, "bob@example.org", Role::Viewer).await;
        with(&app, &here).delete("/auth/me/sign-ins").await.expect(204);
        has_ended(&app, &here).await;
        has_ended(&app, &there).await;
        goes_on(&app, &bob).await;
        sign_in(&app).await;
    }

    async fn keeps_the_callers_own_if_asked_to(app: TestApp) {
        let here = register(&app).await["tokens"].clone();
        let there = sign_in(&app).await;
        with(&app, &here).delete("/auth/me/sign-ins?keep_current=true").await.expect(204);
        has_ended(&app, &there).await;
        let here = goes_on(&app, &here).await;
        with(&app, &here).delete("/auth/me/sign-ins?keep_current=true").await.expect(204);
        with(&app, &here).delete("/auth/me/sign-ins?keep_current=perhaps").await.expect_problem(422, "invalid_request");
        let here = goes_on(&app, &here).await;
        with(&app, &here).delete("/auth/me/sign-ins?keep_current=false").await.expect(204);
        has_ended(&app, &here).await;
    }
}

#[tokio::test]
async fn is_for_people() {
    let app = TestApp::new().await;
    app.viewer().delete("/auth/me/sign-ins").await.expect_problem(409, "conflict");
    app.other_workspace().delete("/auth/me/sign-ins").await.expect_problem(409, "conflict");
    app.scoped(Role::Viewer, "auth:read").delete("/auth/me/sign-ins").await.expect_problem(403, "forbidden");
    app.anonymous().delete("/auth/me/sign-ins").await.expect_problem(401, "unauthorized");
}
