//! Signing keys.

use astra_core::store::keys::SigningKey;
use futures_util::future::join_all;

use crate::support::{START_MS, TestStore, both_backends};

both_backends! {
    async fn the_first_key_is_taken_once(store: TestStore) {
        assert_eq!(store.db.signing_keys().await.expect("an answer"), []);
        let asked = (0..8).map(|number| {
            let db = store.db.clone();
            let candidate = SigningKey {
                kid: format!("key-{number}"),
                public_key: "x".into(),
                sealed_key: vec![0, 1, 255],
                created_at: START_MS,
                retired_at: None,
            };
            async move { db.ensure_signing_key(candidate).await.expect("a key") }
        });
        let made = join_all(asked).await;
        assert!(made.iter().all(|keys| keys.len() == 1 && *keys == made[0]), "{made:?}");
        assert_eq!(made[0][0].sealed_key, [0, 1, 255]);
        assert_eq!(store.db.signing_keys().await.expect("an answer"), made[0]);
    }
}
