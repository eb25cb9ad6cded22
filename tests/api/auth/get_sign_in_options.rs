//! `auth.get_sign_in_options`

use serde_json::json;

use super::{open_app, register};
use crate::identity_provider::IdentityProvider;
use crate::support::{TestApp, TestBackend, both_backends};

const PATH: &str = "/auth/sign-in-options";

both_backends! {
    async fn says_whether_there_is_an_owner(app: TestApp) {
        let options = app.anonymous().get(PATH).await.expect(200);
        assert_eq!(options, json!({"has_owner": false, "is_registration_open": false, "has_identity_provider": false}));
        register(&app).await;
        let options = app.anonymous().get(PATH).await.expect(200);
        assert_eq!(options, json!({"has_owner": true, "is_registration_open": false, "has_identity_provider": false}));
    }

    async fn says_that_registration_is_open_once_there_is_an_owner(backend: TestBackend) {
        let app = open_app(backend).await;
        assert_eq!(app.anonymous().get(PATH).await.expect(200)["is_registration_open"], false);
        register(&app).await;
        assert_eq!(app.anonymous().get(PATH).await.expect(200)["is_registration_open"], true);
    }

    async fn says_that_there_is_an_identity_provider_without_asking_it(backend: TestBackend) {
        let provider = IdentityProvider::start().await;
        let app = provider.app(backend, |_| ()).await;
        assert_eq!(app.anonymous().get(PATH).await.expect(200)["has_identity_provider"], true);
        assert_eq!(provider.behaviour().asked.len(), 0);
    }
}
