//! `channels.list_platforms`

use astra_core::channels::built_in;

use super::turns_away;
use crate::support::TestApp;

#[tokio::test]
async fn names_all_platforms_and_what_they_need() {
    let app = TestApp::new().await;
    let page = app.viewer().get("/channels/platforms?limit=100").await.expect(200);
    let mut kinds: Vec<&str> = built_in().iter().map(|platform| platform.kind()).collect();
    kinds.sort_unstable();
    let data = page["data"].as_array().expect("data");
    let named: Vec<&str> = data.iter().map(|one| one["kind"].as_str().expect("a kind")).collect();
    assert_eq!(named, kinds);
    let generic = data.iter().find(|one| one["kind"] == "generic").expect("generic");
    assert_eq!((&generic["is_of_host"], &generic["fields"][0]["name"]), (&false.into(), &"url".into()));
    assert_eq!(generic["fields"][1]["choices"], serde_json::json!(["off", "on"]));
    let first = app.viewer().get("/channels/platforms?limit=1").await.expect(200);
    assert_eq!(first["data"][0]["kind"], kinds[0]);
    turns_away(&app, |caller| caller.get("/channels/platforms")).await;
}

#[tokio::test]
async fn each_platform_is_one_that_the_document_and_people_can_read() {
    for platform in built_in() {
        assert!(!platform.title().is_empty() && !platform.fields().is_empty(), "{}", platform.kind());
        for field in platform.fields() {
            assert!(
                field.description.ends_with('.') && !field.example.is_empty(),
                "{}.{}",
                platform.kind(),
                field.name
            );
        }
    }
}
