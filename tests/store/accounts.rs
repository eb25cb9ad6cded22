//! Workspaces, people, end users.

use astra_core::store::accounts::{EndUser, NewUser};
use astra_core::store::{Error, Refusal, WorkspaceId};
use futures_util::future::join_all;

use crate::support::{START_MS, TestStore, both_engines};

const HOME: &str = "wsp_00000000000000000000000001";

async fn home(store: &TestStore) -> WorkspaceId {
    store.db.ensure_first_workspace(HOME.into(), "home", START_MS).await.expect("a workspace")
}

fn user(number: u32) -> NewUser {
    NewUser {
        id: format!("usr_{number}"),
        email: format!("user{number}@example.org"),
        display_name: None,
        password_hash: format!("hash {number}"),
        created_at: START_MS + i64::from(number),
    }
}

fn end_user(id: &str, issuer: &str, subject: &str) -> EndUser {
    EndUser {
        id: id.into(),
        issuer: issuer.into(),
        subject: subject.into(),
        role: "member".into(),
        created_at: START_MS,
    }
}

both_engines! {
    async fn the_first_workspace_is_made_once(store: TestStore) {
        let asked = (1..=8).map(|number| {
            let db = store.db.clone();
            async move { db.ensure_first_workspace(format!("wsp_{number}"), "home", START_MS).await.expect("a workspace") }
        });
        let made = join_all(asked).await;
        assert!(made.iter().all(|workspace| *workspace == made[0]), "{made:?}");
        assert_eq!(home(&store).await, made[0]);
    }

    async fn the_first_person_owns_the_workspace(store: TestStore) {
        let store_home = store.db.scoped(&home(&store).await);
        assert!(!store.db.has_accounts().await.expect("an answer"));
        let owner = store_home.register(user(1), false).await.expect("the first");
        assert_eq!((owner.role.as_str(), owner.email.as_deref()), ("owner", Some("user1@example.org")));
        let closed = store_home.register(user(2), false).await;
        assert!(matches!(closed, Err(Error::Refused(Refusal::State(_)))), "{closed:?}");
        let member = store_home.register(user(2), true).await.expect("a member");
        assert_eq!(member.role, "member");
        let taken = NewUser { id: "usr_3".into(), ..user(2) };
        assert!(matches!(store_home.register(taken, true).await, Err(Error::Unique(_))));
        let (found, hash) = store.db.account_by_email("user2@example.org").await.expect("an answer").expect("it is there");
        assert_eq!((found, hash.as_str()), (member, "hash 2"));
        assert!(store.db.account_by_email("nobody@example.org").await.expect("an answer").is_none());
    }

    async fn an_end_user_does_not_count_as_the_first_person(store: TestStore) {
        let store_home = store.db.scoped(&home(&store).await);
        store_home.ensure_end_user(end_user("usr_9", "svc_1", "customer")).await.expect("an end user");
        assert!(!store.db.has_accounts().await.expect("an answer"));
        assert_eq!(store_home.register(user(1), false).await.expect("the first").role, "owner");
    }

    async fn an_end_user_is_made_once_for_issuer_and_subject(store: TestStore) {
        let store_home = store.db.scoped(&home(&store).await);
        let asked = (0..8).map(|number| {
            let scoped = store_home.clone();
            async move { scoped.ensure_end_user(end_user(&format!("usr_{number}"), "svc_1", "customer")).await }
        });
        let made: Vec<_> = join_all(asked).await.into_iter().map(|made| made.expect("an end user")).collect();
        assert!(made.iter().all(|member| *member == made[0]), "{made:?}");
        let other = store_home.ensure_end_user(end_user("usr_8", "svc_2", "customer")).await.expect("another");
        assert_ne!(other.user_id, made[0].user_id);
        assert_eq!(store_home.member("usr_8").await.expect("an answer"), Some(other));
    }

    async fn a_member_is_found_in_its_own_workspace_only(store: TestStore) {
        let owner = store.db.scoped(&home(&store).await).register(user(1), false).await.expect("the first");
        let elsewhere = store.db.scoped(&WorkspaceId::new("wsp_elsewhere"));
        assert_eq!(elsewhere.member(&owner.user_id).await.expect("an answer"), None);
    }
}
