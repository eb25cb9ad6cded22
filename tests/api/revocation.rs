//! What ends a credential somewhere ends it everywhere: in a gateway beside which the command line works on the same
//! SQLite file, and in every gateway over the same PostgreSQL.

use astra_core::auth::{NewServiceAccount, Role};
use serde_json::json;

use crate::support::{Caller, OnBackend, TestApp, TestBackend};

fn ci() -> NewServiceAccount {
    NewServiceAccount { name: "ci".into(), role: Role::Viewer, scopes: None }
}

/// Asks until the credential is refused; a gateway that never learns of it hangs the test.
async fn until_refused(caller: &Caller) {
    while caller.get("/auth/me").await.status.as_u16() != 401 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn by_the_command_line_holds_from_the_next_request_on() {
    let app = TestApp::new().await;
    let beside = app.authority_beside().await;
    let operator = beside.operator();
    let issued = beside.issue_named_token(&operator, ci(), None).await.expect("a token");
    let first = app.bearer(&issued.secret);
    assert_eq!(first.get("/auth/me").await.expect(200)["display_name"], "ci");

    let rotated = beside.rotate_token(&operator, &issued.token.id, 0, None).await.expect("another token");
    first.get("/auth/me").await.expect_problem(401, "unauthorized");
    let second = app.bearer(&rotated.secret);
    second.get("/auth/me").await.expect(200);

    beside.rotate_keys(&operator, false, None).await.expect("another key");
    let third = beside.issue_named_token(&operator, ci(), None).await.expect("a third token");
    app.bearer(&third.secret).get("/auth/me").await.expect(200);

    beside.revoke_token(&operator, &issued.token.id).await.expect("it is revoked");
    second.get("/auth/me").await.expect_problem(401, "unauthorized");
    app.bearer(&third.secret).get("/auth/me").await.expect(200);
}

#[tokio::test]
async fn by_a_gateway_holds_in_the_others() {
    let Some(backend) = TestBackend::postgres().await else { return };
    let here = TestApp::on(backend).await;
    let there = here.replica().await;
    let operator = here.authority().operator();
    let issued = here.authority().issue_named_token(&operator, ci(), None).await.expect("a token");
    let caller = there.bearer(&issued.secret);
    caller.get("/auth/me").await.expect(200);

    let path = format!("/auth/tokens/{}", issued.token.id);
    let rotated = here.owner().post(&format!("{path}/rotate")).json(&json!({})).await.expect(200);
    until_refused(&caller).await;
    let caller = there.bearer(rotated["secret"].as_str().expect("a token"));
    caller.get("/auth/me").await.expect(200);
    here.owner().delete(&path).await.expect(204);
    until_refused(&caller).await;

    // A key of another gateway is known at once: the token that it signed says that there is one.
    for _ in 0..5 {
        here.owner().post("/auth/keys/rotate").await.expect(200);
        let signed = here.authority().issue_named_token(&operator, ci(), None).await.expect("a token").secret;
        there.bearer(&signed).get("/auth/me").await.expect(200);
    }
}

#[tokio::test]
async fn needs_the_master_key_of_the_store() {
    use astra_core::Gateway;
    use astra_core::config::Secret;

    for backend in [Some(TestBackend::sqlite()), TestBackend::postgres().await].into_iter().flatten() {
        let backend = TestApp::on(backend).await.close();
        let mut config = backend.config();
        config.master_key = Some(Secret::new("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="));
        let fault = Gateway::open(config).await.err().expect("it does not open").to_string();
        assert!(fault.contains("another master key") && fault.contains("ASTRA_MASTER_KEY"), "{fault}");
        Gateway::open(backend.config()).await.map(drop).expect("it opens with its own");
    }
}
