//! `channels.update`

use serde_json::{Value, json};

use super::{channel, hides_from_others, is_for_admins, make, pointers};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn changes_what_is_named(app: TestApp) {
        let path = make(&app, &channel()).await;
        let before = app.admin().get(&path).await;
        let etag = before.header("etag").to_owned();
        app.clock.advance_ms(1_000);
        let change = json!({"groups": "all", "platform_settings": {"streaming": "on"}, "user_ids": ["U1"]});
        let changed = app.admin().patch(&path).header("if-match", &etag).json(&change).await.expect(200);
        assert_eq!((&changed["groups"], &changed["user_ids"]), (&json!("all"), &json!(["U1"])));
        assert_eq!(changed["platform_settings"], json!({"streaming": "on", "url": "https://chat.example/astra"}));
        assert_eq!(changed["updated_at"], "2026-11-23T21:00:01.000Z");
        app.admin().patch(&path).header("if-match", &etag).json(&change).await.expect_problem(412, "precondition_failed");
        let reset = json!({"groups": null, "platform_settings": {"streaming": null}});
        let reset = app.admin().patch(&path).json(&reset).await.expect(200);
        assert_eq!((&reset["groups"], &reset["platform_settings"]["streaming"]), (&json!("mentions"), &json!("off")));
        hides_from_others(&app, |caller| caller.patch(&path).json(&change)).await;
        is_for_admins(&app, |caller| caller.patch(&path).json(&change)).await;
    }
}

#[tokio::test]
async fn refuses_secrets_and_what_cannot_work() {
    let app = TestApp::new().await;
    let path = make(&app, &channel()).await;
    for (settings, pointer) in [
        (json!({"secret": "whsec_hidden"}), "/platform_settings/secret"),
        (json!({"url": null}), "/platform_settings/url"),
        (json!({"url": "http://10.0.0.1"}), "/platform_settings/url"),
        (json!({"colour": "red"}), "/platform_settings/colour"),
    ] {
        let change = json!({"platform_settings": settings});
        let problem: Value = app.admin().patch(&path).json(&change).await.expect_problem(422, "invalid_request");
        assert_eq!(pointers(&problem), [pointer], "{change}: {problem}");
        assert!(!problem.to_string().contains("hidden"), "{problem}");
    }
    app.admin().patch(&path).json(&json!({"kind": "slack"})).await.expect_problem(422, "invalid_request");
}
