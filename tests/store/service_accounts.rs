//! Service accounts and their tokens.

use astra_core::params;
use astra_core::store::service_accounts::ServiceAccount;
use astra_core::store::{Cursor, Error, PageRequest, Refusal, Rows};

use crate::support::{START_MS, TestStore, both_backends};

/// The rows of workspace `id`, with the accounts `svc_1` and `svc_2` and a token `tok_1`, `tok_2` of each.
async fn workspace(store: &TestStore, id: &'static str) -> Rows {
    let rows = store.db.rows(&store.db.ensure_workspace(id, START_MS).await.expect("a workspace"));
    let made = rows.write(|tx| {
        for number in ["1", "2"] {
            let account = "INSERT INTO service_accounts
                (workspace_id, id, name, role, scopes, created_by, created_at, updated_at)
                VALUES ($1, $2, $3, 'member', 'auth:read', 'usr_1', $4, $4)";
            tx.execute(account, params![&format!("svc_{number}"), &format!("name {number}"), START_MS])?;
            let token = "INSERT INTO tokens
                (workspace_id, id, service_account_id, scopes, generation, expires_at, created_at)
                VALUES ($1, $2, $3, 'auth:read', 1, $4, $5)";
            let ids = (format!("tok_{number}"), format!("svc_{number}"));
            tx.execute(token, params![&ids.0, &ids.1, START_MS + 1_000, START_MS])?;
        }
        Ok(())
    });
    made.await.expect("the rows are made");
    rows
}

async fn account(rows: &Rows, id: &str) -> Option<ServiceAccount> {
    rows.service_accounts().find(id).await.expect("an answer")
}

both_backends! {
    async fn a_change_is_made_once_and_in_one_workspace(store: TestStore) {
        let (here, there) = (workspace(&store, "wsp_a").await, workspace(&store, "wsp_b").await);
        let before = account(&here, "svc_1").await.expect("it is there");
        let epoch = store.db.auth_epoch().await.expect("an epoch");
        let changed = ServiceAccount { role: "viewer".into(), ..before.clone() };
        let after = here.service_accounts().update(changed.clone(), START_MS).await.expect("it is changed").expect("it is there");
        assert_eq!(after.role, "viewer");
        assert!(after.updated_at > before.updated_at, "also within one millisecond");
        assert_eq!(store.db.auth_epoch().await.expect("an epoch"), epoch + 1);
        let late = here.service_accounts().update(changed.clone(), START_MS).await;
        assert!(matches!(late, Err(Error::Refused(Refusal::Stale))), "{late:?}");
        assert_eq!(account(&there, "svc_1").await.expect("it is there").role, "member");
        assert_eq!(account(&here, "svc_2").await.expect("it is there").role, "member");
        let unknown = here.service_accounts().update(ServiceAccount { id: "svc_9".into(), ..changed }, START_MS).await;
        assert_eq!(unknown.expect("an answer"), None);
        let taken = ServiceAccount { name: "name 2".into(), ..after };
        assert!(matches!(here.service_accounts().update(taken, START_MS).await, Err(Error::Unique(_))));
    }

    async fn an_account_takes_its_own_tokens_along(store: TestStore) {
        let (here, there) = (workspace(&store, "wsp_a").await, workspace(&store, "wsp_b").await);
        let epoch = store.db.auth_epoch().await.expect("an epoch");
        assert!(here.service_accounts().delete("svc_1").await.expect("an answer"));
        assert!(!here.service_accounts().delete("svc_1").await.expect("an answer"));
        assert_eq!(store.db.auth_epoch().await.expect("an epoch"), epoch + 1);
        assert_eq!(here.tokens().find("tok_1").await.expect("an answer"), None);
        assert!(here.tokens().find("tok_2").await.expect("an answer").is_some());
        assert!(there.tokens().find("tok_1").await.expect("an answer").is_some());
    }

    async fn a_token_is_revoked_in_its_own_workspace(store: TestStore) {
        let (here, there) = (workspace(&store, "wsp_a").await, workspace(&store, "wsp_b").await);
        let epoch = store.db.auth_epoch().await.expect("an epoch");
        assert!(here.tokens().delete("tok_1").await.expect("an answer"));
        assert!(!here.tokens().delete("tok_1").await.expect("an answer"));
        assert_eq!(store.db.auth_epoch().await.expect("an epoch"), epoch + 1);
        assert!(there.tokens().standing("tok_1", None).await.expect("an answer").is_some());
        assert!(here.tokens().standing("tok_1", None).await.expect("an answer").is_none());
    }

    async fn a_use_is_noted_and_never_goes_back(store: TestStore) {
        let here = workspace(&store, "wsp_a").await;
        for now_ms in [START_MS + 5, START_MS + 3] {
            here.tokens().note_use("tok_1", now_ms).await.expect("it is noted");
            let token = here.tokens().find("tok_1").await.expect("an answer").expect("it is there");
            assert_eq!(token.last_used_at, Some(START_MS + 5));
        }
        assert_eq!(here.tokens().find("tok_2").await.expect("an answer").expect("it is there").last_used_at, None);
    }

    async fn accounts_of_one_millisecond_are_listed_without_gap_or_double(store: TestStore) {
        let here = workspace(&store, "wsp_a").await;
        workspace(&store, "wsp_b").await;
        let first = here.service_accounts().page(PageRequest { limit: 1, after: None }).await.expect("a page");
        assert_eq!(first.next, Some(Cursor { at: START_MS, id: "svc_2".into() }));
        let second = here.service_accounts().page(PageRequest { limit: 1, after: first.next }).await.expect("a page");
        assert_eq!(second.data[0].id, "svc_1");
        assert_eq!(second.next, None);
        let tokens = here.tokens().page("svc_1", PageRequest { limit: 5, after: None }).await.expect("a page");
        assert_eq!(tokens.data.iter().map(|token| token.id.as_str()).collect::<Vec<_>>(), ["tok_1"]);
        assert_eq!(here.service_accounts().find_by_name("name 2").await.expect("an answer").map(|found| found.id), Some("svc_2".into()));
    }
}
