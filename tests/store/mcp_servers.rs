//! MCP servers that callers have connected: each workspace its own, within its quota, and every gateway learns of a change.

use std::time::Duration;

use astra_core::store::{Error, McpServerStamp, NewMcpServer, OnceKey, Refusal, Rows, Signal, StoredMcpServer};
use futures_util::future::join_all;

use crate::support::{START_MS, TestStore, both_backends};

async fn workspace(store: &TestStore, id: &'static str) -> Rows {
    store.db.rows(&store.db.ensure_workspace(id, START_MS).await.expect("a workspace"))
}

/// The server `name`, of which a workspace may have `servers_max`.
fn new(name: &str, version: i64, servers_max: u32) -> NewMcpServer {
    let server = StoredMcpServer {
        name: name.into(),
        version,
        transport: "http".into(),
        address: "https://mcp.example".into(),
        shown: "{\"timeout_s\":7}".into(),
        sealed: vec![0, 1, 0xff],
        created_at: START_MS,
        created_by: "usr_1".into(),
    };
    NewMcpServer { server, servers_max }
}

fn once(key: &str, request_hash: &str) -> Option<OnceKey> {
    Some(OnceKey { caller: "usr_1".into(), key: key.into(), request_hash: request_hash.into() })
}

both_backends! {
    async fn a_server_is_its_workspaces_own(store: TestStore) {
        let (here, there) = (workspace(&store, "wsp_a").await, workspace(&store, "wsp_b").await);
        let kept = here.mcp_servers().create(new("crm", 1, 9), None).await.expect("it is kept");
        assert_eq!(here.mcp_servers().find("crm").await.expect("an answer"), Some(kept.clone()));
        assert_eq!(kept.sealed, [0, 1, 0xff]);
        assert_eq!(there.mcp_servers().find("crm").await.expect("an answer"), None);
        assert_eq!(there.mcp_servers().all().await.expect("an answer"), []);
        assert!(!there.mcp_servers().delete("crm").await.expect("an answer"));
        there.mcp_servers().create(new("crm", 2, 9), None).await.expect("names are a workspace's own");
        here.mcp_servers().create(new("a", 3, 9), None).await.expect("it is kept");
        let names: Vec<_> = here.mcp_servers().all().await.expect("all").into_iter().map(|server| server.name).collect();
        assert_eq!(names, ["a", "crm"]);
        assert!(here.mcp_servers().delete("crm").await.expect("an answer"));
        assert!(!here.mcp_servers().delete("crm").await.expect("an answer"));
        let stamp = |rows: &Rows, name: &str, version| McpServerStamp { workspace: rows.workspace().clone(), name: name.into(), version };
        assert_eq!(store.db.mcp_server_stamps().await.expect("stamps"), [stamp(&here, "a", 3), stamp(&there, "crm", 2)]);
    }

    async fn a_name_is_taken_once_and_a_workspace_has_a_quota(store: TestStore) {
        let (here, there) = (workspace(&store, "wsp_a").await, workspace(&store, "wsp_b").await);
        here.mcp_servers().create(new("a", 1, 2), None).await.expect("it is kept");
        here.mcp_servers().create(new("b", 2, 2), None).await.expect("it is kept");
        let taken = here.mcp_servers().create(new("a", 3, 2), None).await;
        assert!(matches!(taken, Err(Error::Unique(_))), "{taken:?}");
        let full = here.mcp_servers().create(new("c", 4, 2), None).await;
        assert!(matches!(full, Err(Error::Refused(Refusal::TooManyMcpServers))), "{full:?}");
        there.mcp_servers().create(new("c", 5, 2), None).await.expect("another workspace has room");
        assert_eq!(here.mcp_servers().find("a").await.expect("an answer").map(|server| server.version), Some(1));
    }

    async fn those_that_come_at_once_do_not_exceed_it(store: TestStore) {
        let here = workspace(&store, "wsp_a").await;
        let creations = (0..8).map(|number| {
            let here = here.clone();
            async move { here.mcp_servers().create(new(&format!("s{number}"), number, 3), None).await }
        });
        let kept = join_all(creations).await.into_iter().filter(Result::is_ok).count();
        assert_eq!((kept, here.mcp_servers().all().await.expect("all").len()), (3, 3));
    }

    async fn an_idempotency_key_keeps_no_secret(store: TestStore) {
        let here = workspace(&store, "wsp_a").await;
        let first = here.mcp_servers().create(new("a", 1, 9), once("k", "h")).await.expect("it is kept");
        let second = here.mcp_servers().create(new("a", 2, 9), once("k", "h")).await.expect("the first answer");
        assert_eq!(second, StoredMcpServer { sealed: Vec::new(), ..first });
        let other = here.mcp_servers().create(new("b", 3, 9), once("k", "other")).await;
        assert!(matches!(other, Err(Error::Refused(Refusal::KeyReused))), "{other:?}");
    }

    async fn a_change_is_noticed(store: TestStore) {
        let here = workspace(&store, "wsp_a").await;
        let (changed, epoch) = (store.db.changed(Signal::McpServers), store.db.mcp_servers_epoch().await.expect("an epoch"));
        let noticed = async || tokio::time::timeout(Duration::from_secs(10), changed.notified()).await.expect("it is noticed");
        here.mcp_servers().create(new("a", 1, 9), None).await.expect("it is kept");
        noticed().await;
        assert_eq!(store.db.mcp_servers_epoch().await.expect("an epoch"), epoch + 1);
        here.mcp_servers().create(new("a", 2, 9), None).await.expect_err("the name is taken");
        here.mcp_servers().delete("b").await.expect("an answer");
        assert_eq!(store.db.mcp_servers_epoch().await.expect("an epoch"), epoch + 1, "nothing has changed");
        here.mcp_servers().delete("a").await.expect("an answer");
        noticed().await;
        assert_eq!(store.db.mcp_servers_epoch().await.expect("an epoch"), epoch + 2);
    }
}
