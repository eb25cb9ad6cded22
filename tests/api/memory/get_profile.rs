//! `memory.get_profile`

use serde_json::{Value, json};

use super::{keep, turns_away};
use crate::support::{Caller, TestApp, both_backends};

/// Where the caller's profile is.
pub(super) const PATH: &str = "/memory/profile";

/// Writes what holds of an attribute of the caller.
pub(super) async fn known(caller: &Caller, attribute: &str, value: &str) -> Value {
    let data = json!({"attribute": attribute, "value": value});
    let content = format!("The {attribute} is {value}.");
    let slot = format!("user {attribute}");
    keep(caller, &json!({"tier": "profile", "slot": slot, "content": content, "data": data})).await
}

both_backends! {
    async fn is_what_holds_of_what_is_remembered(app: TestApp) {
        let (member, other) = (app.member(), app.other_member());
        let empty = member.get(PATH).await.expect(200);
        assert_eq!((&empty["document"], &empty["version"], &empty["updated_at"]), (&json!({}), &json!(0), &Value::Null));
        let city = known(&member, "Home City", "Berlin").await;
        known(&other, "home city", "Rome").await;
        let seen = member.get(PATH).await;
        let tag = seen.header("etag").to_owned();
        let profile = seen.expect(200);
        assert_eq!(profile["document"], json!({"home_city": "Berlin"}));
        assert_eq!((&profile["facts"][0]["field"], &profile["facts"][0]["memory_id"]), (&json!("home_city"), &city["id"]));
        let moved = known(&member, "Home City", "Munich").await;
        let seen = member.get(PATH).await;
        assert_ne!(seen.header("etag"), tag);
        assert_eq!(seen.expect(200)["document"], json!({"home_city": "Munich"}));
        member.delete(&format!("/memory/{}", moved["id"].as_str().expect("an id"))).await.expect(204);
        assert_eq!(member.get(PATH).await.expect(200)["document"], json!({}));
        assert_eq!(other.get(PATH).await.expect(200)["document"], json!({"home_city": "Rome"}));
        assert_eq!(app.other_workspace().get(PATH).await.expect(200)["document"], json!({}));
        assert_eq!(app.admin().get(PATH).await.expect(200)["document"], json!({}));
    }
}

#[tokio::test]
async fn is_for_those_who_may_read_memory() {
    let app = TestApp::new().await;
    turns_away(&app, |caller| caller.get(PATH)).await;
}
