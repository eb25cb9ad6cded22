//! Workspaces, people, end users.

use astra_core::store::accounts::{Admission, EndUser, Member, NewUser};
use astra_core::store::{AccountRefusal, Error, PageRequest, Refusal, WorkspaceId};
use futures_util::future::join_all;

use crate::support::{START_MS, TestStore, both_backends};

const HOME: &str = "wsp_0000000000001";

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

both_backends! {
    async fn the_first_workspace_is_made_once(store: TestStore) {
        let asked = (1..=8).map(|number| {
            let db = store.db.clone();
            async move { db.ensure_first_workspace(format!("wsp_{number}"), "home", START_MS).await.expect("a workspace") }
        });
        let made = join_all(asked).await;
        assert!(made.iter().all(|workspace| *workspace == made[0]), "{made:?}");
        assert_eq!(home(&store).await, made[0]);
    }

    async fn the_first_owner_needs_the_code_and_members_an_owner(store: TestStore) {
        let store_home = store.db.rows(&home(&store).await);
        let register = async |number, admission| store_home.accounts().register(user(number), admission).await;
        let is_refused = |made: Result<Member, Error>, why: AccountRefusal| {
            assert!(matches!(&made, Err(Error::Refused(Refusal::Account(refusal))) if *refusal == why), "{made:?}");
        };
        is_refused(register(1, Admission::Owner([7; 32])).await, AccountRefusal::WrongSetupCode);
        assert!(store.db.replace_setup_code([6; 32], START_MS).await.expect("an answer"));
        assert!(store.db.replace_setup_code([7; 32], START_MS).await.expect("an answer"));
        assert!(!store.db.has_owner().await.expect("an answer"));
        is_refused(register(1, Admission::Owner([6; 32])).await, AccountRefusal::WrongSetupCode);
        is_refused(register(1, Admission::Member).await, AccountRefusal::NoOwner);
        let owner = register(1, Admission::Owner([7; 32])).await.expect("the first");
        assert_eq!((owner.role.as_str(), owner.email.as_deref()), ("owner", Some("user1@example.org")));
        assert!(store.db.has_owner().await.expect("an answer"));
        assert!(!store.db.is_setup_code([7; 32]).await.expect("an answer"));
        assert!(!store.db.replace_setup_code([7; 32], START_MS).await.expect("an answer"));
        is_refused(register(2, Admission::Owner([7; 32])).await, AccountRefusal::OwnerExists);
        let member = register(2, Admission::Member).await.expect("a member");
        assert_eq!(member.role, "member");
        let taken = NewUser { id: "usr_3".into(), ..user(2) };
        assert!(matches!(store_home.accounts().register(taken, Admission::Member).await, Err(Error::Unique(_))));
        let (found, hash) = store.db.find_account_by_email("user2@example.org").await.expect("an answer").expect("it is there");
        assert_eq!((found, hash.as_str()), (member, "hash 2"));
        assert!(store.db.find_account_by_email("nobody@example.org").await.expect("an answer").is_none());
    }

    async fn an_owner_by_other_means_ends_the_code(store: TestStore) {
        let store_home = store.db.rows(&home(&store).await);
        assert!(store.db.replace_setup_code([7; 32], START_MS).await.expect("an answer"));
        store_home.accounts().ensure_end_user(end_user("usr_9", "svc_1", "customer")).await.expect("an end user");
        store_home.accounts().create(user(1), "admin").await.expect("an account");
        assert!(store.db.is_setup_code([7; 32]).await.expect("an answer"));
        store_home.accounts().create(user(2), "owner").await.expect("an account");
        assert!(!store.db.is_setup_code([7; 32]).await.expect("an answer"));
    }

    async fn people_are_listed_and_get_another_password(store: TestStore) {
        let store_home = store.db.rows(&home(&store).await);
        for number in 1..=3 {
            store_home.accounts().create(user(number), "member").await.expect("an account");
        }
        store_home.accounts().ensure_end_user(end_user("usr_9", "svc_1", "customer")).await.expect("an end user");
        let first = store_home.accounts().page(PageRequest { limit: 2, after: None }).await.expect("a page");
        let rest = store_home.accounts().page(PageRequest { limit: 2, after: first.next.clone() }).await.expect("a page");
        let ids: Vec<&str> = first.data.iter().chain(&rest.data).map(|member| member.user_id.as_str()).collect();
        assert_eq!((ids, rest.next), (vec!["usr_3", "usr_2", "usr_1"], None));
        let found = store_home.accounts().find_by_email("user2@example.org").await.expect("an answer").expect("it is there");
        let epoch = store.db.auth_epoch().await.expect("an epoch");
        assert_eq!(store_home.accounts().replace_password(&found.user_id, "other".into()).await.expect("an answer"), Some(0));
        assert!(store.db.auth_epoch().await.expect("an epoch") > epoch);
        let (_, hash) = store.db.find_account_by_email("user2@example.org").await.expect("an answer").expect("it is there");
        assert_eq!(hash, "other");
        assert_eq!(store_home.accounts().replace_password("usr_9", "other".into()).await.expect("an answer"), None);
        let elsewhere = store.db.rows(&WorkspaceId::new(9, "wsp_elsewhere"));
        assert_eq!(elsewhere.accounts().replace_password("usr_1", "other".into()).await.expect("an answer"), None);
    }

    async fn networks_of_sign_ins_are_remembered_and_bounded(store: TestStore) {
        let store_home = store.db.rows(&home(&store).await);
        store_home.accounts().create(user(1), "member").await.expect("an account");
        let network = |number: u8| [number; 32];
        for number in 0..=32 {
            let at = START_MS + i64::from(number);
            store.db.note_sign_in_network("usr_1", network(number), at).await.expect("noted");
        }
        let is_known = async |email: &str, number| {
            store.db.has_signed_in_from(email, network(number)).await.expect("an answer")
        };
        assert!(!is_known("user1@example.org", 0).await, "the oldest is forgotten");
        assert!(is_known("user1@example.org", 1).await && is_known("user1@example.org", 32).await);
        assert!(!is_known("nobody@example.org", 1).await && !is_known("user1@example.org", 99).await);
        store_home.accounts().replace_password("usr_1", "other".into()).await.expect("an answer");
        assert!(!is_known("user1@example.org", 32).await);
    }

    async fn an_end_user_is_made_once_for_issuer_and_subject(store: TestStore) {
        let store_home = store.db.rows(&home(&store).await);
        let asked = (0..8).map(|number| {
            let rows = store_home.clone();
            async move { rows.accounts().ensure_end_user(end_user(&format!("usr_{number}"), "svc_1", "customer")).await }
        });
        let made: Vec<_> = join_all(asked).await.into_iter().map(|made| made.expect("an answer").expect("an end user")).collect();
        assert!(made.iter().all(|member| *member == made[0]), "{made:?}");
        let other = store_home.accounts().ensure_end_user(end_user("usr_8", "svc_2", "customer")).await.expect("an answer").expect("another");
        assert_ne!(other.user_id, made[0].user_id);
        assert_eq!(store_home.accounts().find("usr_8").await.expect("an answer"), Some(other));
    }

    async fn a_member_is_found_in_its_own_workspace_only(store: TestStore) {
        let owner = store.db.rows(&home(&store).await).accounts().create(user(1), "owner").await.expect("an account");
        let elsewhere = store.db.rows(&WorkspaceId::new(9, "wsp_elsewhere"));
        assert_eq!(elsewhere.accounts().find(&owner.user_id).await.expect("an answer"), None);
    }
}
