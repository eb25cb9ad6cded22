//! The benchmark of a big store with a small one, so that it cannot rot: what it fills is what the API then shows, and chats,
//! lists, forks and deletes go on beside each other. No time is measured here.

use astra_core::auth::{NewServiceAccount, Role};

use crate::support::{START_MS, TestApp, both_backends};

#[path = "../../astra-core/benches/big_store/chat.rs"]
#[expect(dead_code, reason = "nothing is measured here")]
mod chat;
#[path = "../../astra-core/benches/big_store/fill.rs"]
mod fill;
#[path = "../../astra-core/benches/gateway/http.rs"]
mod http;
#[path = "../../astra-core/benches/big_store/visitor.rs"]
mod visitor;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

const SIZE: fill::Size = fill::Size { turns: 6_000, workspaces: 40, long_sessions: 2 };

/// A gateway with an agent that answers at once.
struct Small(TestApp);

impl crate::support::OnBackend for Small {
    async fn on(backend: crate::support::TestBackend) -> Self {
        let app = TestApp::builder(backend).agent("echo", serde_json::json!({"model": {"provider": "echo"}}));
        Self(app.open().await)
    }
}

both_backends! {
    async fn chats_go_on_beside_all_else(small: Small) {
        let Small(mut app) = small;
        let authority = app.authority();
        let account = NewServiceAccount { name: "bench".into(), role: Role::Owner, scopes: None };
        let token = authority.issue_named_token(&authority.operator(), account, Some(86_400)).await.expect("a token");
        let (db, first) = (app.db(), authority.first_workspace().number());
        fill::fill(&db, first, SIZE, START_MS).await.expect("the store is filled");
        let listening = app.listen().await;
        let (address, bearer) = (listening.address.to_string(), format!("Bearer {}", token.secret));
        let chat = chat::Chat { address: address.clone(), bearer: bearer.clone(), clients: 8, name: "test".into() };
        let long = SIZE.long_session(START_MS, 1);
        let visit = async {
            let mut visitor = visitor::Visitor::arrive(&address, &bearer).await?;
            let visit = visitor.visit(&long).await?;
            visitor.remove(&long).await?;
            while db.sweep_deleted_sessions().await? {}
            Result::Ok(visit)
        };
        let (turns, visit) = chat.run(visit).await.expect("every turn is answered");
        let visit = visit.expect("everything is there");
        // Two messages a turn. The lists have a tenth of the turns in sessions of ten, and the long ones, at the least.
        assert_eq!((visit.read, visit.forked), (120, 120));
        assert!(visit.listed > 60 + 2 && turns.len() >= 8, "{visit:?}, {} turns", turns.len());
        assert_eq!(fill::rows_of(&db, &long).await.expect("a count"), 0);
        assert_eq!(fill::rows_of(&db, &SIZE.long_session(START_MS, 0)).await.expect("a count"), 61);
        drop(listening.stop);
        listening.stopped.await.expect("it stops");
    }
}
