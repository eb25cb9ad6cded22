//! What a person changes of its own account: the password, and that there is an account.

use astra_core::params;
use astra_core::store::accounts::NewUser;
use astra_core::store::families::NewFamily;
use astra_core::store::own_account::PasswordChange;
use astra_core::store::{AccountRefusal, Error, Refusal, Rows};
use futures_util::future::join_all;

use crate::support::{START_MS, TestStore, both_backends};

/// The rows of a workspace with the owners of these numbers, each signed in once.
async fn owned(store: &TestStore, id: &'static str, numbers: &[i64]) -> Rows {
    let rows = store.db.rows(&store.db.ensure_workspace(id, START_MS).await.expect("a workspace"));
    for number in numbers {
        let user = NewUser {
            id: user_id(*number),
            email: format!("user{number}@example.org"),
            display_name: None,
            password_hash: "present".into(),
            created_at: START_MS + number,
        };
        rows.accounts().create(user, "owner").await.expect("an account");
        sign_in(&rows, *number, &format!("fam_{number}")).await;
    }
    rows
}

fn user_id(number: i64) -> String {
    format!("usr_{number}")
}

async fn sign_in(rows: &Rows, number: i64, id: &str) {
    let family = NewFamily {
        id: id.into(),
        user_id: user_id(number),
        scopes: "auth:read".into(),
        family_hash: [1; 32],
        secret_hash: [10; 32],
        expires_at: START_MS + 1_000,
        ends_at: START_MS + 3_000,
        created_at: START_MS,
        address: None,
        program: None,
    };
    rows.families().create(family).await.expect("a family");
}

fn change(number: i64, present: &str) -> PasswordChange {
    PasswordChange {
        user_id: user_id(number),
        present_hash: present.into(),
        next_hash: "next".into(),
        family_id: format!("fam_{number}"),
        network_hash: [1; 32],
    }
}

async fn has_family(rows: &Rows, id: &str) -> bool {
    rows.families().standing(id).await.expect("an answer").is_some()
}

fn is_last_owner(outcome: &Result<bool, Error>) -> bool {
    matches!(outcome, Err(Error::Refused(Refusal::Account(AccountRefusal::LastOwner))))
}

both_backends! {
    async fn a_password_is_changed_once_and_ends_the_other_sign_ins(store: TestStore) {
        let rows = owned(&store, "wsp_1", &[1, 2]).await;
        sign_in(&rows, 1, "fam_11").await;
        for network in [1, 2] {
            store.db.note_sign_in_network("usr_1", [network; 32], START_MS).await.expect("noted");
        }
        let epoch = store.db.auth_epoch().await.expect("an epoch");
        assert!(!rows.accounts().change_password(change(1, "other")).await.expect("an answer"));
        assert_eq!(store.db.auth_epoch().await.expect("an epoch"), epoch);
        assert!(rows.accounts().change_password(change(1, "present")).await.expect("an answer"));
        assert_eq!(store.db.auth_epoch().await.expect("an epoch"), epoch + 1);
        assert!(!rows.accounts().change_password(change(1, "present")).await.expect("an answer"));
        let found = store.db.find_password("usr_1").await.expect("an answer");
        assert_eq!(found, Some(("user1@example.org".into(), "next".into())));
        assert!(has_family(&rows, "fam_1").await && has_family(&rows, "fam_2").await);
        assert!(!has_family(&rows, "fam_11").await);
        let is_known = async |network| store.db.has_signed_in_from("user1@example.org", [network; 32]).await.expect("an answer");
        assert!(is_known(1).await && !is_known(2).await);
    }

    async fn a_person_is_removed_from_all_of_its_workspaces(store: TestStore) {
        let home = owned(&store, "wsp_1", &[1, 2]).await;
        let away = owned(&store, "wsp_2", &[3]).await;
        let join = "INSERT INTO memberships (workspace_id, user_id, role, created_at) VALUES ($1, 'usr_1', 'member', $2)";
        away.write(move |tx| tx.execute(join, params![START_MS])).await.expect("a member");
        let epoch = store.db.auth_epoch().await.expect("an epoch");
        assert!(!home.accounts().delete("usr_1", "other").await.expect("an answer"));
        assert!(home.accounts().delete("usr_1", "present").await.expect("an answer"));
        assert_eq!(store.db.auth_epoch().await.expect("an epoch"), epoch + 1);
        assert!(!home.accounts().delete("usr_1", "present").await.expect("an answer"));
        for rows in [&home, &away] {
            assert_eq!(rows.accounts().find("usr_1").await.expect("an answer"), None);
        }
        assert!(!has_family(&home, "fam_1").await && has_family(&home, "fam_2").await);
        assert_eq!(store.db.find_password("usr_1").await.expect("an answer"), None);
    }

    async fn a_workspace_keeps_an_owner(store: TestStore) {
        let home = owned(&store, "wsp_1", &[1, 2]).await;
        let away = owned(&store, "wsp_2", &[3]).await;
        assert!(is_last_owner(&away.accounts().delete("usr_3", "present").await));
        // Of another workspace than the caller's, too.
        let join = "INSERT INTO memberships (workspace_id, user_id, role, created_at) VALUES ($1, 'usr_3', 'member', $2)";
        home.write(move |tx| tx.execute(join, params![START_MS])).await.expect("a member");
        assert!(is_last_owner(&home.accounts().delete("usr_3", "present").await));
        assert!(away.accounts().find("usr_3").await.expect("an answer").is_some());
    }

    async fn of_owners_who_all_go_at_once_one_stays(store: TestStore) {
        let rows = owned(&store, "wsp_1", &[1, 2, 3, 4]).await;
        let asked = (1..=4).map(|number| {
            let rows = rows.clone();
            async move { rows.accounts().delete(&user_id(number), "present").await }
        });
        let outcomes = join_all(asked).await;
        let gone = outcomes.iter().filter(|outcome| matches!(outcome, Ok(true))).count();
        let stayed = outcomes.iter().filter(|outcome| is_last_owner(outcome)).count();
        assert_eq!((gone, stayed), (3, 1), "{outcomes:?}");
    }
}
