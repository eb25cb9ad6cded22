//! `workspaces.list_invitations`

use astra_core::auth::Role;
use serde_json::json;

use super::{here, hides_from_others, invited, turns_away};
use crate::auth::register;
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn shows_those_that_are_open_without_their_codes(app: TestApp) {
        let ada = register(&app).await["tokens"].clone();
        let path = format!("{}/invitations", here(&app));
        let code = invited(&app, (&here(&app), &ada), &json!({"role": "viewer", "expires_in_s": 60})).await;
        app.clock.advance_ms(1);
        invited(&app, (&here(&app), &ada), &json!({"role": "admin", "email": "Bob@Example.org"})).await;
        let answer = app.admin().get(&path).await;
        assert!(!answer.text().contains(&code));
        let page = answer.expect(200);
        let rows: Vec<_> = page["data"].as_array().expect("data").iter().map(|row| (&row["role"], &row["email"])).collect();
        assert_eq!(rows, [(&json!("admin"), &json!("bob@example.org")), (&json!("viewer"), &json!(null))]);
        assert_eq!(page["data"][0]["expires_at"], "2026-11-30T21:00:00.001Z");
        app.clock.advance_ms(60_000);
        assert_eq!(app.admin().get(&path).await.expect(200)["data"].as_array().expect("data").len(), 1);
        hides_from_others(&app, |caller, path| caller.get(&format!("{path}/invitations"))).await;
    }
}

#[tokio::test]
async fn is_for_admins() {
    let app = TestApp::new().await;
    turns_away(&app, Role::Admin, |caller| caller.get(&format!("{}/invitations", here(&app)))).await;
}
