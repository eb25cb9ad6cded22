//! `channels.check`

use super::{hides_from_others, is_for_admins};
use crate::support::{Chat, both_backends};

both_backends! {
    async fn asks_the_platform_and_keeps_who_the_bot_is(chat: Chat) {
        assert!(chat.app.admin().get(&chat.path).await.expect(200)["identity"].is_null());
        let path = format!("{}/check", chat.path);
        let checked = chat.app.admin().post(&path).await.expect(200);
        assert_eq!((&checked["is_ok"], &checked["identity"]["name"]), (&true.into(), &"Astra".into()), "{checked}");
        assert_eq!(chat.app.admin().get(&chat.path).await.expect(200)["identity"], checked["identity"]);
        assert_eq!(chat.fake.got()[0].json()["type"], "check");
        hides_from_others(&chat.app, |caller| caller.post(&path)).await;
        is_for_admins(&chat.app, |caller| caller.post(&path)).await;
    }

    async fn a_platform_that_cannot_be_reached_is_said_and_noted(chat: Chat) {
        let change = serde_json::json!({"platform_settings": {"url": "https://nowhere.invalid"}});
        chat.app.admin().patch(&chat.path).json(&change).await.expect(200);
        let checked = chat.app.admin().post(&format!("{}/check", chat.path)).await.expect(200);
        assert!(checked["is_ok"] == false && checked["identity"].is_null() && checked["error"].is_string(), "{checked}");
        let health = chat.app.viewer().get(&format!("{}/health", chat.path)).await.expect(200);
        assert_eq!(health["last_error"], checked["error"]);
    }
}
