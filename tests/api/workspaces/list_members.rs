//! `workspaces.list_members`

use astra_core::auth::Role;
use serde_json::json;

use super::{here, hides_from_others, turns_away};
use crate::auth::{person, register};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn shows_the_people_and_no_programs(app: TestApp) {
        register(&app).await;
        app.clock.advance_ms(1);
        person(&app, "bob@example.org", Role::Viewer).await;
        let path = format!("{}/members", here(&app));
        let page = app.viewer().get(&path).await.expect(200);
        let rows: Vec<_> = page["data"].as_array().expect("data").iter().map(|row| (&row["email"], &row["role"])).collect();
        assert_eq!(rows, [(&json!("bob@example.org"), &json!("viewer")), (&json!("ada@example.org"), &json!("owner"))]);
        let first = app.viewer().get(&format!("{path}?limit=1")).await.expect(200);
        let cursor = first["next_cursor"].as_str().expect("there are more");
        let rest = app.viewer().get(&format!("{path}?limit=1&cursor={cursor}")).await.expect(200);
        assert_eq!([&first["data"][0], &rest["data"][0]], [&page["data"][0], &page["data"][1]]);
        hides_from_others(&app, |caller, path| caller.get(&format!("{path}/members"))).await;
    }
}

#[tokio::test]
async fn needs_a_credential_with_the_scope() {
    let app = TestApp::new().await;
    turns_away(&app, Role::Viewer, |caller| caller.get(&format!("{}/members", here(&app)))).await;
}
