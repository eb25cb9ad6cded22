//! People who sign in with the OpenID provider: which account is found, joined or made, and that a sign-in counts once.

use std::sync::Arc;

use astra_core::store::accounts::NewUser;
use astra_core::store::oidc::OidcPerson;
use astra_core::store::{Actor, Error, OidcRefusal, Refusal, Rows};
use futures_util::future::join_all;

use crate::support::{START_MS, TestStore, both_backends};

const ISSUER: &str = "https://id.example.com";
const EMAIL: &str = "ada@example.org";

async fn rows(store: &TestStore) -> Rows {
    store.db.rows(&store.db.ensure_workspace("wsp_1", START_MS).await.expect("a workspace"))
}

/// A person of this id at the provider, by the sign-in of this number; it gets an account if it has none.
fn person(subject: &str, attempt: u8) -> OidcPerson {
    OidcPerson {
        issuer: ISSUER.into(),
        subject: subject.into(),
        email: Some(EMAIL.into()),
        display_name: None,
        role: Some("member".into()),
        follows_claim: true,
        new_id: Some(format!("usr_{attempt}")),
        attempt_hash: [attempt; 32],
        attempt_ends_at: START_MS + 600_000,
        now_ms: START_MS,
    }
}

fn actor(key: i64) -> Actor {
    Actor {
        subject: String::new(),
        subject_number: 1_000,
        credential: "oidc".into(),
        address: None,
        key,
        action: "auth.finish_oidc".into(),
        request_id: Arc::from("req_1"),
        at_ms: START_MS,
    }
}

fn refusal(outcome: Result<impl std::fmt::Debug, Error>) -> OidcRefusal {
    match outcome {
        Err(Error::Refused(Refusal::Oidc(refusal))) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

both_backends! {
    async fn a_person_is_found_by_its_id_at_the_provider(store: TestStore) {
        let rows = rows(&store).await;
        let made = rows.accounts().sign_in_by_oidc(person("1", 1), actor(1)).await.expect("an account");
        assert_eq!((made.user_id.as_str(), made.role.as_str(), made.email.as_deref()), ("usr_1", "member", Some(EMAIL)));
        let without = OidcPerson { email: None, new_id: None, ..person("1", 2) };
        let found = rows.accounts().sign_in_by_oidc(without, actor(2)).await.expect("the account");
        assert_eq!(found, made);
        let unverified = OidcPerson { email: None, ..person("2", 3) };
        assert_eq!(refusal(rows.accounts().sign_in_by_oidc(unverified, actor(3)).await), OidcRefusal::Unverified);
        assert_eq!(refusal(rows.accounts().sign_in_by_oidc(person("2", 4), actor(4)).await), OidcRefusal::OtherPerson);
        let stranger = OidcPerson { email: Some("eve@example.org".into()), new_id: None, ..person("2", 5) };
        assert_eq!(refusal(rows.accounts().sign_in_by_oidc(stranger, actor(5)).await), OidcRefusal::NoAccount);
        let without_role = OidcPerson { email: Some("eve@example.org".into()), role: None, ..person("2", 6) };
        assert_eq!(refusal(rows.accounts().sign_in_by_oidc(without_role, actor(6)).await), OidcRefusal::NoRole);
    }

    async fn another_issuer_joins_anew(store: TestStore) {
        let rows = rows(&store).await;
        let made = rows.accounts().sign_in_by_oidc(person("1", 1), actor(7)).await.expect("an account");
        let moved = OidcPerson { issuer: "https://new.example.com".into(), ..person("9", 2) };
        let found = rows.accounts().sign_in_by_oidc(moved, actor(8)).await.expect("the account");
        assert_eq!(found.user_id, made.user_id);
    }

    async fn an_account_that_is_joined_has_no_password_any_more(store: TestStore) {
        let rows = rows(&store).await;
        let user = NewUser {
            id: "usr_9".into(),
            email: EMAIL.into(),
            display_name: None,
            password_hash: "hash".into(),
            created_at: START_MS,
        };
        rows.accounts().create(user, "viewer").await.expect("an account");
        let before = store.db.auth_epoch_now().await.expect("an epoch");
        let joined = rows.accounts().sign_in_by_oidc(person("1", 1), actor(9)).await.expect("the account");
        assert_eq!((joined.user_id.as_str(), joined.role.as_str()), ("usr_9", "viewer"));
        assert_eq!(store.db.find_account_by_email(EMAIL).await.expect("an answer"), None);
        assert!(store.db.auth_epoch_now().await.expect("an epoch") > before);
        // Its role is not the claim's.
        let again = OidcPerson { role: None, ..person("1", 2) };
        let found = rows.accounts().sign_in_by_oidc(again, actor(10)).await.expect("the account");
        assert_eq!(found.role, "viewer");
    }

    async fn a_sign_in_counts_once_and_is_forgotten_after_its_end(store: TestStore) {
        let rows = rows(&store).await;
        let both = (0..2).map(|_| rows.accounts().sign_in_by_oidc(person("1", 1), actor(11)));
        let outcomes = join_all(both).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        let refused = outcomes.into_iter().find(Result::is_err).expect("one of them");
        assert_eq!(refusal(refused), OidcRefusal::Finished);
        let end = START_MS + 600_000;
        assert_eq!(store.db.delete_ended_oidc_attempts(end - 1).await.expect("an answer"), 0);
        assert_eq!(store.db.delete_ended_oidc_attempts(end).await.expect("an answer"), 1);
    }

    async fn a_refusal_leaves_the_sign_in_open(store: TestStore) {
        let rows = rows(&store).await;
        let refused = OidcPerson { new_id: None, ..person("1", 1) };
        assert_eq!(refusal(rows.accounts().sign_in_by_oidc(refused, actor(12)).await), OidcRefusal::NoAccount);
        rows.accounts().sign_in_by_oidc(person("1", 1), actor(13)).await.expect("an account");
    }
}
