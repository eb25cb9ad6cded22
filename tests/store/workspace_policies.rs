//! The policies of workspaces: each has its versions, a change is refused to who saw another state, and lets the epoch grow.

use astra_core::store::{Db, Error, PolicyKind, Precondition, Refusal, Revision, Rows, StoredPolicy, WorkspaceId};

use crate::support::{TestStore, both_backends};

fn rows(db: &Db, number: i64) -> Rows {
    db.rows(&WorkspaceId::new(number, "wsp_any"))
}

async fn set(
    rows: &Rows,
    kind: PolicyKind,
    settings: &str,
    seen: Precondition,
    now_ms: i64,
) -> Result<StoredPolicy, Error> {
    rows.workspace_policies().update(kind, settings.to_owned(), seen, now_ms).await
}

both_backends! {
    async fn a_policy_has_versions_and_is_of_one_workspace_and_kind(store: TestStore) {
        let own = rows(&store.db, 1);
        assert_eq!(own.workspace_policies().find(PolicyKind::Quotas).await.expect("a look"), None);
        set(&own, PolicyKind::Quotas, "{}", Precondition::Any, 5).await.expect("it is set");
        let second = set(&own, PolicyKind::Quotas, "{\"a\":1}", Precondition::Any, 6).await.expect("it is set");
        assert_eq!(second, StoredPolicy { version: 2, settings: "{\"a\":1}".into(), updated_at_ms: 6 });
        assert_eq!(own.workspace_policies().find(PolicyKind::Quotas).await.expect("a look"), Some(second));
        assert_eq!(own.workspace_policies().find(PolicyKind::Restrictions).await.expect("a look"), None);
        assert_eq!(own.workspace_policies().settings().await.expect("a look"), [None, Some("{\"a\":1}".into())]);
        assert_eq!(rows(&store.db, 2).workspace_policies().settings().await.expect("a look"), [None, None]);
    }

    async fn who_saw_another_state_changes_nothing(store: TestStore) {
        let own = rows(&store.db, 1);
        let seen = |version, updated_at_ms| Precondition::OneOf(vec![Revision { version, updated_at_ms }]);
        set(&own, PolicyKind::Restrictions, "{}", seen(0, 0), 5).await.expect("there was none");
        let late = set(&own, PolicyKind::Restrictions, "{}", seen(0, 0), 6).await;
        assert!(matches!(late, Err(Error::Refused(Refusal::Stale))), "{late:?}");
        set(&own, PolicyKind::Restrictions, "{}", seen(1, 5), 7).await.expect("it was seen");
    }

    async fn a_change_lets_the_epoch_grow(store: TestStore) {
        let before = store.db.auth_epoch_now().await.expect("an epoch");
        set(&rows(&store.db, 1), PolicyKind::Restrictions, "{}", Precondition::Any, 5).await.expect("it is set");
        assert_eq!(store.db.auth_epoch_now().await.expect("an epoch"), before + 1);
    }
}
