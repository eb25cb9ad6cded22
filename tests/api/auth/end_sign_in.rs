//! `auth.end_sign_in`

use astra_core::auth::Role;

use super::{goes_on, has_ended, person, register, sign_in, sign_in_id, text, with};
use crate::support::{OnBackend, TestApp, TestBackend, both_backends};

both_backends! {
    async fn ends_one_sign_in_and_no_other(app: TestApp) {
        let here = register(&app).await["tokens"].clone();
        let (there, third) = (sign_in(&app).await, sign_in(&app).await);
        with(&app, &there).get("/auth/me").await.expect(200);
        let path = format!("/auth/me/sign-ins/{}", sign_in_id(&there));
        with(&app, &here).delete(&path).await.expect(204);
        has_ended(&app, &there).await;
        with(&app, &here).delete(&path).await.expect_problem(404, "not_found");
        goes_on(&app, &here).await;
        goes_on(&app, &third).await;
        // The caller's own may be ended too.
        with(&app, &here).delete(&format!("/auth/me/sign-ins/{}", sign_in_id(&here))).await.expect(204);
        has_ended(&app, &here).await;
    }

    async fn hides_from_others(app: TestApp) {
        let tokens = register(&app).await["tokens"].clone();
        let bob = person(&app, "bob@example.org", Role::Owner).await;
        let path = format!("/auth/me/sign-ins/{}", sign_in_id(&tokens));
        for caller in [with(&app, &bob), app.owner(), app.other_workspace()] {
            caller.delete(&path).await.expect_problem(404, "not_found");
        }
        app.scoped(Role::Viewer, "auth:read").delete(&path).await.expect_problem(403, "forbidden");
        app.anonymous().delete(&path).await.expect_problem(401, "unauthorized");
        goes_on(&app, &tokens).await;
    }
}

#[tokio::test]
async fn holds_in_other_gateways() {
    let Some(backend) = TestBackend::postgres().await else { return };
    let app = TestApp::on(backend).await;
    let here = register(&app).await["tokens"].clone();
    let replica = app.replica().await;
    let there = sign_in(&app).await;
    let caller = replica.bearer(text(&there, "access_token"));
    caller.get("/auth/me").await.expect(200);
    with(&app, &here).delete(&format!("/auth/me/sign-ins/{}", sign_in_id(&there))).await.expect(204);
    // A gateway that never learns of it hangs the test.
    while caller.get("/auth/me").await.status.as_u16() != 401 {
        tokio::task::yield_now().await;
    }
}
