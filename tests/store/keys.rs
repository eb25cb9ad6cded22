//! Signing keys.

use astra_core::store::Rows;
use astra_core::store::keys::SigningKey;
use astra_core::store::service_accounts::ServiceAccount;
use astra_core::store::tokens::Token;
use futures_util::future::join_all;

use crate::support::{START_MS, TestStore, both_backends};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// How long an access token lives.
const ACCESS_MS: i64 = 900_000;
/// How long after a key was retired another gateway may have signed with it.
const LATE_MS: i64 = 300_000;

fn key(kid: &str, created_at: i64) -> SigningKey {
    SigningKey { kid: kid.into(), public_key: "x".into(), sealed_key: vec![0, 1, 255], created_at, retired_at: None }
}

/// A workspace with the service account `svc_1`, and the key `first`.
async fn prepared(store: &TestStore) -> Rows {
    let rows = store.db.rows(&store.db.ensure_workspace("wsp_1", START_MS).await.expect("a workspace"));
    let account = ServiceAccount {
        id: "svc_1".into(),
        name: "ci".into(),
        role: "member".into(),
        scopes: "auth:read".into(),
        created_by: "usr_1".into(),
        created_at: START_MS,
        updated_at: START_MS,
    };
    rows.service_accounts().create(account, None).await.expect("an account");
    store.db.ensure_signing_key(key("first", START_MS)).await.expect("a key");
    rows
}

/// Issues a token that lives for ten days.
async fn issue(rows: &Rows, id: &str, created_at: i64) {
    let token = Token {
        id: id.into(),
        service_account_id: "svc_1".into(),
        scopes: "auth:read".into(),
        generation: 1,
        grace_until: None,
        expires_at: created_at + 10 * DAY_MS,
        last_used_at: None,
        created_at,
        rotated_at: None,
    };
    rows.tokens().create(token, None, |token| token).await.expect("a token");
}

async fn rotate(rows: &Rows, kid: &str, now_ms: i64, revoke_old: bool) {
    rows.signing_keys().rotate(key(kid, now_ms), revoke_old, None, |key| key.kid).await.expect("a key");
}

async fn names(store: &TestStore) -> Vec<String> {
    store.db.signing_keys().await.expect("the keys").into_iter().map(|key| key.kid).collect()
}

async fn sweep(store: &TestStore, now_ms: i64) -> u64 {
    store.db.delete_expired_signing_keys(ACCESS_MS, now_ms).await.expect("an answer")
}

both_backends! {
    async fn the_first_key_is_taken_once(store: TestStore) {
        assert_eq!(store.db.signing_keys().await.expect("an answer"), []);
        let asked = (0..8).map(|number| {
            let db = store.db.clone();
            let candidate = key(&format!("key-{number}"), START_MS);
            async move { db.ensure_signing_key(candidate).await.expect("a key") }
        });
        let made = join_all(asked).await;
        assert!(made.iter().all(|keys| keys.len() == 1 && *keys == made[0]), "{made:?}");
        assert_eq!(made[0][0].sealed_key, [0, 1, 255]);
        assert_eq!(store.db.signing_keys().await.expect("an answer"), made[0]);
    }

    async fn a_retired_key_goes_when_its_last_token_has_expired(store: TestStore) {
        let rows = prepared(&store).await;
        for id in ["tok_1", "tok_2"] {
            issue(&rows, id, START_MS).await;
        }
        let retired = START_MS + HOUR_MS;
        rotate(&rows, "second", retired, false).await;
        issue(&rows, "tok_3", retired + HOUR_MS).await;
        assert_eq!(sweep(&store, START_MS + 10 * DAY_MS - 1).await, 0, "the first key has signed tok_1 and tok_2");
        assert!(rows.tokens().delete("tok_1").await.expect("an answer"));
        let rotated = rows.tokens().rotate("tok_2", 24 * 3_600, retired + HOUR_MS, None, |token| token).await;
        assert!(rotated.expect("an answer").is_some());
        assert_eq!(sweep(&store, retired + HOUR_MS + DAY_MS - 1).await, 0, "the generation before is in its grace");
        assert_eq!(names(&store).await, ["second", "first"]);
        let epoch = store.db.auth_epoch().await.expect("an epoch");
        assert_eq!(sweep(&store, retired + HOUR_MS + DAY_MS).await, 1, "the other tokens are of the second key");
        assert_eq!(store.db.auth_epoch().await.expect("an epoch"), epoch + 1);
        assert_eq!(names(&store).await, ["second"]);
        assert_eq!(sweep(&store, START_MS + 900 * DAY_MS).await, 0, "the key that signs stays");
    }

    async fn a_retired_key_stays_as_long_as_an_access_token_lives(store: TestStore) {
        let rows = prepared(&store).await;
        rotate(&rows, "second", START_MS + 1, false).await;
        assert_eq!(sweep(&store, START_MS + ACCESS_MS + LATE_MS).await, 0);
        assert_eq!(sweep(&store, START_MS + 1 + ACCESS_MS + LATE_MS).await, 1);
        assert_eq!(names(&store).await, ["second"]);
    }

    async fn all_earlier_keys_go_at_once_if_they_are_revoked(store: TestStore) {
        let rows = prepared(&store).await;
        issue(&rows, "tok_1", START_MS).await;
        rotate(&rows, "second", START_MS + 1, false).await;
        let epoch = store.db.auth_epoch().await.expect("an epoch");
        rotate(&rows, "third", START_MS + 2, true).await;
        assert_eq!(names(&store).await, ["third"]);
        assert_eq!(store.db.auth_epoch().await.expect("an epoch"), epoch + 1);
    }
}
