//! `webhooks.list_events`

use astra_core::auth::Role;

use crate::support::TestApp;

#[tokio::test]
async fn shows_what_webhooks_get_to_viewers() {
    let app = TestApp::new().await;
    let page = app.viewer().get("/webhooks/events").await.expect(200);
    let names: Vec<&str> =
        page["data"].as_array().expect("data").iter().filter_map(|row| row["name"].as_str()).collect();
    assert!(names.is_sorted() && names.contains(&"agent.updated") && names.contains(&"webhook.disabled"), "{names:?}");
    assert!(!names.contains(&"turn.started") && !names.contains(&"job.progress"), "{names:?}");
    // The document describes each of them, and no other.
    let document = astra_core::openapi().expect("a document");
    let described: Vec<&String> = document["webhooks"].as_object().expect("webhooks").keys().collect();
    assert!(names.iter().all(|name| described.iter().any(|other| other == name)), "{names:?} {described:?}");
    let mut found = Vec::new();
    let mut path = "/webhooks/events?limit=2".to_owned();
    loop {
        let page = app.viewer().get(&path).await.expect(200);
        found.extend(
            page["data"].as_array().expect("data").iter().map(|row| row["name"].as_str().expect("a name").to_owned()),
        );
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/webhooks/events?limit=2&cursor={cursor}");
    }
    assert_eq!(found, names);
}

#[tokio::test]
async fn needs_a_credential_with_its_scope() {
    let app = TestApp::new().await;
    app.anonymous().get("/webhooks/events").await.expect_problem(401, "unauthorized");
    app.scoped(Role::Admin, "spec:read").get("/webhooks/events").await.expect_problem(403, "forbidden");
}
