//! Workspaces and those who belong to them.

use astra_core::params;
use astra_core::store::accounts::NewUser;
use astra_core::store::{
    Error, Manager, MemberRefusal, NewWorkspace, Precondition, Refusal, RoleOrder, Rows, WorkspaceRefusal,
};
use futures_util::future::join_all;

use crate::support::{START_MS, TestStore, both_backends};

const ORDER: RoleOrder = RoleOrder(["viewer", "member", "admin", "owner"]);

fn manager(number: u32) -> Manager {
    Manager { subject: Some(format!("usr_{number}")), role: "owner", order: ORDER }
}

/// The rows of a workspace with the owners of these numbers.
async fn owned(store: &TestStore, id: &'static str, numbers: &[u32]) -> Rows {
    let rows = store.db.rows(&store.db.ensure_workspace(id, START_MS).await.expect("a workspace"));
    for number in numbers {
        let user = NewUser {
            id: format!("usr_{number}"),
            email: format!("user{number}@example.org"),
            display_name: None,
            password_hash: "hash".into(),
            created_at: START_MS,
        };
        rows.accounts().create(user, "owner").await.expect("an account");
    }
    rows
}

fn new(id: &str, owner: u32) -> NewWorkspace {
    NewWorkspace { id: id.into(), name: "New".into(), owner: format!("usr_{owner}"), created_at: START_MS }
}

both_backends! {
    async fn a_person_owns_so_many_and_no_more(store: TestStore) {
        let rows = owned(&store, "wsp_a", &[1]).await;
        let made = join_all((0..4).map(|number| {
            let rows = rows.clone();
            async move { rows.workspaces().create(new(&format!("wsp_{number}"), 1), 3, None).await }
        }))
        .await;
        assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 2);
        for refused in made.into_iter().filter_map(Result::err) {
            assert!(matches!(refused, Error::Refused(Refusal::Workspace(WorkspaceRefusal::TooMany))), "{refused}");
        }
    }

    async fn a_number_is_not_used_again(store: TestStore) {
        let first = owned(&store, "wsp_a", &[1]).await;
        for _ in 0..2 {
            let named = store.db.ensure_workspace("wsp_b", START_MS).await.expect("a workspace");
            let by = Manager { subject: None, ..manager(1) };
            let open = store.db.rows(&named).workspaces().delete(by, Precondition::Any, START_MS).await;
            assert_eq!(open.expect("an answer").expect("it was there"), []);
            assert_eq!(store.db.find_workspace("wsp_b").await.expect("an answer"), None);
            // A name may come again, as a host program's does; it is another workspace then.
            let again = store.db.ensure_workspace("wsp_b", START_MS).await.expect("a workspace");
            assert!(again.number() > named.number(), "{again:?}");
        }
        let by = Manager { subject: None, ..manager(1) };
        let refused = first.workspaces().delete(by, Precondition::Any, START_MS).await.expect_err("it is the first");
        assert!(matches!(refused, Error::Refused(Refusal::Workspace(WorkspaceRefusal::First))), "{refused}");
    }

    async fn who_lost_its_role_changes_nothing(store: TestStore) {
        let rows = owned(&store, "wsp_a", &[1, 2]).await;
        let changed = rows.members().change_role("usr_2", "viewer", manager(1)).await.expect("an answer");
        assert_eq!(changed.expect("a member").role, "viewer");
        let refused = rows.members().change_role("usr_1", "viewer", manager(2)).await.expect_err("it is a viewer");
        assert!(matches!(refused, Error::Refused(Refusal::Member(MemberRefusal::NotAllowed))), "{refused}");
        let refused = rows.members().remove("usr_1", manager(2)).await.expect_err("it is a viewer");
        assert!(matches!(refused, Error::Refused(Refusal::Member(MemberRefusal::NotAllowed))), "{refused}");
        let refused = rows.workspaces().delete(manager(2), Precondition::Any, START_MS).await.expect_err("it is a viewer");
        assert!(matches!(refused, Error::Refused(Refusal::Member(MemberRefusal::NotAllowed))), "{refused}");
        let epoch = store.db.auth_epoch().await.expect("an epoch");
        rows.members().change_role("usr_2", "viewer", manager(1)).await.expect("an answer");
        assert_eq!(store.db.auth_epoch().await.expect("an epoch"), epoch, "nothing has changed");
    }

    async fn invitations_that_have_expired_go(store: TestStore) {
        let rows = owned(&store, "wsp_a", &[1]).await;
        rows.write(|tx| {
            for (id, at_ms) in [("inv_1", START_MS), ("inv_2", START_MS + 1)] {
                let sql = "INSERT INTO invitations (workspace_id, id, role, code_hash, created_by, created_at, expires_at)
                    VALUES ($1, $2, 'viewer', $3, 'usr_1', 0, $4)";
                tx.execute(sql, params![id, id.as_bytes(), at_ms])?;
            }
            Ok(())
        })
        .await
        .expect("rows");
        assert_eq!(store.db.delete_expired_invitations(START_MS).await.expect("a sweep"), 1);
        assert_eq!(store.db.delete_expired_invitations(START_MS).await.expect("a sweep"), 0);
    }
}
