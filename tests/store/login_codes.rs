//! Login codes: each is good once, for its time, as long as the sign-in that made it and for a member alone.

use astra_core::store::accounts::NewUser;
use astra_core::store::families::NewFamily;
use astra_core::store::{NewLoginCode, Rows};
use futures_util::future::join_all;

use crate::support::{START_MS, TestStore, both_backends};

const USER: &str = "usr_1";

/// The rows of a workspace with a member who has signed in.
async fn signed_in(store: &TestStore) -> Rows {
    let home = store.db.ensure_first_workspace("wsp_1".into(), "home", START_MS).await.expect("a workspace");
    let rows = store.db.rows(&home);
    let user = NewUser {
        id: USER.into(),
        email: "ada@example.org".into(),
        display_name: None,
        password_hash: String::new(),
        created_at: START_MS,
    };
    rows.accounts().create(user, "owner").await.expect("a user");
    let family = NewFamily {
        id: "fam_1".into(),
        user_id: USER.into(),
        scopes: "auth:read".into(),
        family_hash: [1; 32],
        secret_hash: [2; 32],
        expires_at: START_MS + 1_000_000,
        ends_at: START_MS + 3_000_000,
        created_at: START_MS,
        address: None,
        program: None,
    };
    rows.families().create(family).await.expect("a family");
    rows
}

fn code(number: u8) -> NewLoginCode {
    NewLoginCode {
        code_hash: [number; 32],
        user_id: USER.into(),
        family_id: None,
        scopes: Some("auth:read".into()),
        ends_at: START_MS + 3_000_000,
        expires_at: START_MS + 60_000,
    }
}

both_backends! {
    async fn a_code_is_used_once(store: TestStore) {
        let rows = signed_in(&store).await;
        assert!(rows.login_codes().create(code(1)).await.expect("an answer"));
        assert_eq!(store.db.use_login_code([2; 32], START_MS).await.expect("an answer"), None);
        let used = store.db.use_login_code([1; 32], START_MS + 59_999).await.expect("an answer").expect("a good code");
        assert_eq!((used.member.user_id.as_str(), used.member.role.as_str()), (USER, "owner"));
        assert_eq!(used.member.workspace.as_str(), "wsp_1");
        assert_eq!((used.scopes.as_deref(), used.ends_at), (Some("auth:read"), START_MS + 3_000_000));
        assert_eq!(store.db.use_login_code([1; 32], START_MS).await.expect("an answer"), None);
    }

    async fn of_many_that_use_a_code_at_once_one_signs_in(store: TestStore) {
        let rows = signed_in(&store).await;
        rows.login_codes().create(code(1)).await.expect("an answer");
        let asked = (0..8).map(|_| store.db.use_login_code([1; 32], START_MS));
        let used = join_all(asked).await.into_iter().filter(|used| used.as_ref().expect("an answer").is_some());
        assert_eq!(used.count(), 1);
    }

    async fn a_code_ends_with_its_time_its_sign_in_and_its_membership(store: TestStore) {
        let rows = signed_in(&store).await;
        let used = async |number: u8, now_ms: i64| {
            store.db.use_login_code([number; 32], now_ms).await.expect("an answer").is_some()
        };
        let of_family = |number: u8| NewLoginCode { family_id: Some("fam_1".into()), ..code(number) };
        for new in [code(1), of_family(2), of_family(3), code(4)] {
            assert!(rows.login_codes().create(new).await.expect("an answer"));
        }
        assert!(!used(1, START_MS + 60_000).await, "it has expired");
        assert!(!used(1, START_MS).await, "an expired code that was tried is gone");
        assert!(used(2, START_MS).await);
        assert!(rows.families().delete("fam_1").await.expect("an answer"));
        assert!(!used(3, START_MS).await, "its sign-in has ended");
        let gone = store.db.write(|tx| tx.execute("DELETE FROM memberships", &[])).await;
        assert_eq!(gone.expect("an answer"), 1);
        assert!(!used(4, START_MS).await, "the person has left");
        assert!(!rows.login_codes().create(code(5)).await.expect("an answer"), "who is no member gets none");
    }

    async fn an_account_has_its_ten_newest_codes(store: TestStore) {
        let rows = signed_in(&store).await;
        for number in 1..=12 {
            let new = NewLoginCode { expires_at: START_MS + 60_000 + i64::from(number), ..code(number) };
            assert!(rows.login_codes().create(new).await.expect("an answer"));
        }
        let mut good = Vec::new();
        for number in 1..=12 {
            if store.db.use_login_code([number; 32], START_MS).await.expect("an answer").is_some() {
                good.push(number);
            }
        }
        assert_eq!(good, (3..=12).collect::<Vec<u8>>());
    }

    async fn codes_that_have_expired_are_removed(store: TestStore) {
        let rows = signed_in(&store).await;
        rows.login_codes().create(code(1)).await.expect("an answer");
        assert_eq!(store.db.delete_expired_login_codes(START_MS + 59_999).await.expect("an answer"), 0);
        assert_eq!(store.db.delete_expired_login_codes(START_MS + 60_000).await.expect("an answer"), 1);
    }
}
