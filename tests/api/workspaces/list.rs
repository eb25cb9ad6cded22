//! `workspaces.list`

use astra_core::auth::Role;
use serde_json::{Value, json};

use super::{elsewhere, here, turns_away};
use crate::auth::{person, register, with};
use crate::support::{TestApp, both_backends};

fn ids(page: &Value) -> Vec<String> {
    let data = page["data"].as_array().expect("data");
    data.iter().map(|row| format!("/workspaces/{}", row["id"].as_str().expect("an id"))).collect()
}

both_backends! {
    async fn shows_those_that_the_account_belongs_to(app: TestApp) {
        let ada = register(&app).await["tokens"].clone();
        let bob = person(&app, "bob@example.org", Role::Viewer).await;
        app.clock.advance_ms(1);
        let (second, there) = elsewhere(&app, &ada).await;
        let page = with(&app, &ada).get("/workspaces").await.expect(200);
        assert_eq!(ids(&page), [second.clone(), here(&app)]);
        assert_eq!([&page["data"][0]["is_current"], &page["data"][1]["is_current"]], [false, true]);
        let seen_there = with(&app, &there).get("/workspaces").await.expect(200);
        assert_eq!((ids(&seen_there), &seen_there["data"][0]["is_current"]), (ids(&page), &json!(true)));
        let first = with(&app, &ada).get("/workspaces?limit=1").await.expect(200);
        let cursor = first["next_cursor"].as_str().expect("there are more");
        let rest = with(&app, &ada).get(&format!("/workspaces?cursor={cursor}")).await.expect(200);
        assert_eq!((ids(&first), ids(&rest)), (vec![second], vec![here(&app)]));
        let own = with(&app, &bob).get("/workspaces").await.expect(200);
        assert_eq!((ids(&own), &own["data"][0]["role"]), (vec![here(&app)], &json!("viewer")));
    }

    async fn shows_a_service_account_its_own(app: TestApp) {
        let page = app.viewer().get("/workspaces").await.expect(200);
        assert_eq!((ids(&page), &page["data"][0]["role"]), (vec![here(&app)], &json!("viewer")));
        assert_ne!(ids(&app.other_workspace().get("/workspaces").await.expect(200)), ids(&page));
    }
}

#[tokio::test]
async fn needs_a_credential_with_the_scope() {
    let app = TestApp::new().await;
    turns_away(&app, Role::Viewer, |caller| caller.get("/workspaces")).await;
}
