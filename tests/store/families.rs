//! Families of refresh tokens.

use astra_core::store::accounts::NewUser;
use astra_core::store::families::{Exchange, Exchanged, NewFamily};
use astra_core::store::{Cursor, PageRequest, Rows, WorkspaceId};
use futures_util::future::join_all;

use crate::support::{START_MS, TestStore, both_backends};

const SHARED: [u8; 32] = [1; 32];

/// The rows of a workspace in which a user has signed in.
async fn signed_in(store: &TestStore) -> Rows {
    let home = store.db.ensure_first_workspace("wsp_1".into(), "home", START_MS).await.expect("a workspace");
    let rows = store.db.rows(&home);
    let user = NewUser {
        id: "usr_1".into(),
        email: "ada@example.org".into(),
        display_name: None,
        password_hash: String::new(),
        created_at: START_MS,
    };
    rows.accounts().create(user, "owner").await.expect("a user");
    rows.families().create(family("fam_1", START_MS)).await.expect("a family");
    rows
}

fn family(id: &str, created_at: i64) -> NewFamily {
    NewFamily {
        id: id.into(),
        user_id: "usr_1".into(),
        scopes: "auth:read".into(),
        family_hash: SHARED,
        secret_hash: [10; 32],
        expires_at: created_at + 1_000,
        ends_at: created_at + 3_000,
        created_at,
        address: Some("203.0.113.9".into()),
        program: Some("curl/8".into()),
    }
}

/// Hands in the refresh token `from` for `to`.
fn exchange(from: u8, to: u8) -> Exchange {
    Exchange {
        family_id: "fam_1".into(),
        family_hash: SHARED,
        secret_hash: [from; 32],
        next_secret_hash: [to; 32],
        next_expires_at: START_MS + 2_000,
        grace_ms: 100,
        now_ms: START_MS + 500,
        address: Some("2001:db8::7".into()),
    }
}

both_backends! {
    async fn the_newest_token_is_renewed(store: TestStore) {
        let rows = signed_in(&store).await;
        let renewed = store.db.exchange_refresh_token(exchange(10, 11)).await.expect("an answer");
        let Exchanged::Renewed(standing) = renewed else { panic!("{renewed:?}") };
        assert_eq!((standing.user_id.as_str(), standing.role.as_str()), ("usr_1", "owner"));
        assert_eq!(rows.families().standing("fam_1").await.expect("an answer"), Some(standing));
        // It lives on beyond the end that it began with.
        let later = Exchange { now_ms: START_MS + 1_500, ..exchange(11, 12) };
        assert!(matches!(store.db.exchange_refresh_token(later).await, Ok(Exchanged::Renewed(_))));
    }

    async fn the_token_before_the_newest_is_good_within_its_grace(store: TestStore) {
        signed_in(&store).await;
        let exchanged = async |exchange: Exchange| store.db.exchange_refresh_token(exchange).await.expect("an answer");
        let at = |now_ms: i64, exchange: Exchange| Exchange { now_ms: START_MS + now_ms, ..exchange };
        exchanged(exchange(10, 11)).await;
        assert!(matches!(exchanged(at(599, exchange(10, 11))).await, Exchanged::Renewed(_)));
        exchanged(at(599, exchange(11, 12))).await;
        assert!(matches!(exchanged(at(698, exchange(11, 12))).await, Exchanged::Renewed(_)));
        assert_eq!(exchanged(at(699, exchange(11, 12))).await, Exchanged::Reused);
    }

    async fn a_family_ends_however_often_it_is_renewed(store: TestStore) {
        signed_in(&store).await;
        let exchanged = async |exchange: Exchange| store.db.exchange_refresh_token(exchange).await.expect("an answer");
        let far = |now_ms: i64, exchange: Exchange| Exchange {
            now_ms: START_MS + now_ms,
            next_expires_at: START_MS + 9_000,
            ..exchange
        };
        assert!(matches!(exchanged(far(500, exchange(10, 11))).await, Exchanged::Renewed(_)));
        assert!(matches!(exchanged(far(2_999, exchange(11, 12))).await, Exchanged::Renewed(_)));
        assert_eq!(exchanged(far(3_000, exchange(12, 13))).await, Exchanged::Unknown);
    }

    async fn an_older_token_ends_the_family_and_lets_the_epoch_grow(store: TestStore) {
        let rows = signed_in(&store).await;
        store.db.exchange_refresh_token(exchange(10, 11)).await.expect("an answer");
        let epoch = store.db.auth_epoch().await.expect("an epoch");
        let late = Exchange { now_ms: START_MS + 600, ..exchange(10, 11) };
        assert_eq!(store.db.exchange_refresh_token(late).await.expect("an answer"), Exchanged::Reused);
        assert_eq!(rows.families().standing("fam_1").await.expect("an answer"), None);
        assert!(store.db.auth_epoch().await.expect("an epoch") > epoch);
        assert_eq!(store.db.exchange_refresh_token(exchange(11, 12)).await.expect("an answer"), Exchanged::Unknown);
    }

    async fn a_token_that_is_handed_in_many_times_at_once_is_renewed_once(store: TestStore) {
        signed_in(&store).await;
        let asked = (20..28).map(|to| {
            let db = store.db.clone();
            async move { db.exchange_refresh_token(Exchange { grace_ms: 0, ..exchange(10, to) }).await.expect("an answer") }
        });
        let outcomes = join_all(asked).await;
        let renewed = outcomes.iter().filter(|outcome| matches!(outcome, Exchanged::Renewed(_))).count();
        let reused = outcomes.iter().filter(|outcome| **outcome == Exchanged::Reused).count();
        assert_eq!((renewed, reused), (1, 1), "{outcomes:?}");
    }

    async fn a_stranger_ends_nothing(store: TestStore) {
        let rows = signed_in(&store).await;
        let stranger = Exchange { family_hash: [2; 32], ..exchange(9, 11) };
        assert_eq!(store.db.exchange_refresh_token(stranger).await.expect("an answer"), Exchanged::Unknown);
        assert!(rows.families().standing("fam_1").await.expect("an answer").is_some());
    }

    async fn a_token_ends_with_its_time(store: TestStore) {
        signed_in(&store).await;
        let late = Exchange { now_ms: START_MS + 1_000, ..exchange(10, 11) };
        assert_eq!(store.db.exchange_refresh_token(late).await.expect("an answer"), Exchanged::Unknown);
    }

    async fn families_that_are_over_are_removed_for_all_users(store: TestStore) {
        let rows = signed_in(&store).await;
        rows.families().create(family("fam_2", START_MS + 500)).await.expect("a family");
        let removed = async |now_ms: i64| store.db.delete_ended_families(START_MS + now_ms).await.expect("an answer");
        assert_eq!(removed(999).await, 0);
        assert_eq!(removed(1_000).await, 1);
        assert_eq!(rows.families().standing("fam_1").await.expect("an answer"), None);
        assert!(rows.families().standing("fam_2").await.expect("an answer").is_some());
        assert_eq!(removed(9_000).await, 1);
    }

    async fn a_person_sees_all_of_its_sign_ins_newest_first(store: TestStore) {
        let rows = signed_in(&store).await;
        let elsewhere = store.db.ensure_workspace("wsp_2", START_MS).await.expect("a workspace");
        let later = NewFamily { address: None, program: None, ..family("fam_2", START_MS + 400) };
        store.db.rows(&elsewhere).families().create(later).await.expect("a family");
        store.db.exchange_refresh_token(exchange(10, 11)).await.expect("an answer");
        let list = async |user_id: &str, before_ms: i64, after: Option<Cursor>| {
            let page = rows.families().page(user_id, before_ms, PageRequest { limit: 1, after }).await.expect("a page");
            (page.data.into_iter().next(), page.next)
        };
        let (newest, next) = list("usr_1", 0, None).await;
        let newest = newest.expect("a sign-in");
        assert_eq!((newest.id.as_str(), newest.workspace_id.as_str()), ("fam_2", "wsp_2"));
        assert_eq!((newest.address, newest.program, newest.last_address), (None, None, None));
        assert_eq!(newest.last_used_at, START_MS + 400);
        let (oldest, end) = list("usr_1", 0, next).await;
        let oldest = oldest.expect("a sign-in");
        assert_eq!((oldest.id.as_str(), oldest.workspace_id.as_str()), ("fam_1", "wsp_1"));
        let kept = [oldest.address, oldest.program, oldest.last_address].map(Option::unwrap_or_default);
        assert_eq!(kept, ["203.0.113.9", "curl/8", "2001:db8::7"]);
        assert_eq!((oldest.last_used_at, oldest.created_at), (START_MS + 500, START_MS));
        assert_eq!((oldest.expires_at, oldest.ends_at, end), (START_MS + 2_000, START_MS + 3_000, None));
        assert_eq!(list("usr_1", START_MS + 1_400, None).await.0.map(|found| found.id).as_deref(), Some("fam_1"));
        assert_eq!(list("usr_2", 0, None).await.0, None);
    }

    async fn a_person_ends_its_own_sign_ins_and_no_others(store: TestStore) {
        let rows = signed_in(&store).await;
        for (number, id) in [(400, "fam_2"), (401, "fam_3")] {
            rows.families().create(family(id, START_MS + number)).await.expect("a family");
        }
        let epoch = store.db.auth_epoch().await.expect("an epoch");
        assert!(!rows.families().delete_of("usr_2", "fam_1").await.expect("an answer"));
        assert_eq!(rows.families().delete_all_of("usr_2", None).await.expect("an answer"), 0);
        assert_eq!(store.db.auth_epoch().await.expect("an epoch"), epoch);
        assert!(rows.families().delete_of("usr_1", "fam_2").await.expect("an answer"));
        assert_eq!(rows.families().delete_all_of("usr_1", Some("fam_1")).await.expect("an answer"), 1);
        assert!(rows.families().standing("fam_1").await.expect("an answer").is_some());
        assert_eq!(rows.families().delete_all_of("usr_1", None).await.expect("an answer"), 1);
        assert_eq!(store.db.auth_epoch().await.expect("an epoch"), epoch + 3);
    }

    async fn a_family_is_ended_in_its_own_workspace_only(store: TestStore) {
        let rows = signed_in(&store).await;
        let elsewhere = store.db.rows(&WorkspaceId::new(9, "wsp_elsewhere"));
        assert!(!elsewhere.families().delete("fam_1").await.expect("an answer"));
        assert_eq!(elsewhere.families().standing("fam_1").await.expect("an answer"), None);
        let epoch = store.db.auth_epoch().await.expect("an epoch");
        assert!(rows.families().delete("fam_1").await.expect("an answer"));
        assert!(!rows.families().delete("fam_1").await.expect("an answer"));
        assert_eq!(store.db.auth_epoch().await.expect("an epoch"), epoch + 1);
    }
}
